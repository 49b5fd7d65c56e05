"""The table of figures: as the program prints it, and as resources/docs/numbers.md has it."""

from __future__ import annotations

import os
import time
from itertools import takewhile
from pathlib import Path

from tests.benchmarks.figure import Figure, three_digits
from tests.helpers.paths import ROOT

PAGE = ROOT / "resources" / "docs" / "numbers.md"
_HEAD = "| what | measured | bound | of | time as seen, and more | others | |"
_RULE = "|---|---|---|---|---|---|---|"


class Load:
    """What other programs take of the machine, from when this is made."""

    def __init__(self) -> None:
        self._begun, self._all, self._own = time.monotonic(), _busy(), sum(os.times()[:4])

    def others(self) -> float:
        """The cores that were busy for others, on average; this process and the ones that it waited for are not."""
        own = sum(os.times()[:4]) - self._own
        return max(0.0, (_busy() - self._all - own) / (time.monotonic() - self._begun))


def line(figure: Figure, others: float) -> str:
    """The row of a figure, in Markdown. `others`: the cores that were busy for others meanwhile."""
    value, bound = (f"{three_digits(number)} {figure.unit}" for number in (figure.value, figure.bound))
    verdict = "ok" if figure.kept else "**NOT**"
    return f"| {figure.name} | {value} | {bound} | {figure.floor} | {figure.seen} | {others:.1f} | {verdict} |"


def put_lines(page: str, heading: str, lines: list[str], *, anew: bool = False) -> str:
    """Return the page with rows in the table below `heading`: in place of those of the same name, or else as its last.

    `heading` is the whole line. `anew`: the table has no other rows. A table that is missing is made at the end.
    """
    if f"{heading}\n" not in page:
        page = f"{page.rstrip()}\n\n{heading}\n\n{_HEAD}\n{_RULE}\n"
    before, rest = page.split(f"{heading}\n", 1)
    above, below = rest.split(f"{_RULE}\n", 1)
    rows = list(takewhile(lambda row: row.startswith("|"), below.splitlines(keepends=True)))
    kept = {_name(row): row for row in (*([] if anew else rows), *(f"{row}\n" for row in lines))}
    return f"{before}{heading}\n{above}{_RULE}\n{''.join(kept.values())}{below[sum(map(len, rows)) :]}"


def _name(row: str) -> str:
    return row.split("|")[1].strip()


def _busy() -> float:
    """Seconds for which the cores of the machine were not idle."""
    user, nice, system, _, _, *other = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
    return (user + nice + system + sum(other)) / os.sysconf("SC_CLK_TCK")
