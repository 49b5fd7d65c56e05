"""The numbers of a comparison in the window, in processes of their own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.bare_pass import TEN_THOUSAND, BarePass, passes
from tests.benchmarks.figure import Figure, by_turns, p99, ratio, shown_time
from tests.benchmarks.logs.log_editor import make_edited
from tests.benchmarks.probing import Memory, loop_rows, probed

EDITS = 10_000
_COLD = 3  # times


def comparison(log: Path, small: Path) -> Iterator[Figure]:
    other = _edited(log)
    found, memory = _compared(log, other, "looks")
    yield from loop_rows("two logs are read, compared, verified", found["turns"])
    note = f"median {shown_time(median(measured for measured, _ in found['looks']))}"
    name = "select a divergence to its differences shown, p99"
    yield ratio(name, found["looks"], passes(0.05, 10_000), TEN_THOUSAND, of=p99, note=note)
    yield ratio("compare two logs again, by another rule", found["again"], passes(1.5, 10_000), TEN_THOUSAND)
    shares = f"each process {memory} MB"
    yield Figure("memory for comparing two logs, all processes", memory.together, 1000, seen=shares)


def two_logs(log: Path, small: Path) -> Iterator[Figure]:
    """10 s for twice a million records, where a pass over all takes longer than over a few: 2.0 µs a record."""
    other = _edited(log)
    bare, bare_other = BarePass(log), BarePass(other)
    first = []

    def causes() -> float:
        found, _ = _compared(log, other)
        first.append(found["first"])
        return float(found["causes"])

    pairs = by_turns(causes, lambda: bare() + bare_other(), _COLD)
    note = f"the first difference after {shown_time(median(first))}"
    yield ratio("two logs without an index to all causes shown", pairs, 2.5, "both logs", note=note)


def two_on_the_command_line(log: Path, small: Path) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="replay-gui-compare-") as cache:
        turns, _ = probed("command_probe", log, cache, _edited(log))
    yield from loop_rows("two logs of the command line are compared", turns)


def _compared(log: Path, other: Path, *more: str) -> tuple[dict[str, Any], Memory]:
    with tempfile.TemporaryDirectory(prefix="replay-gui-compare-") as cache:
        return probed("compare_probe", log, cache, other, *more)


def _edited(log: Path) -> Path:
    """The log with some edits, which is made once and kept."""
    other = log.with_name(f"{log.stem}-edited.rlog")
    if not other.exists():
        make_edited(log, other.with_suffix(".new"), EDITS)
        other.with_suffix(".new").replace(other)
    return other


MEASURES: list[Callable[[Path, Path], Iterator[Figure]]] = [comparison, two_logs, two_on_the_command_line]
