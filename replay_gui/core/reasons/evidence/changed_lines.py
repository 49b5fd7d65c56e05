"""Compare the lines of two changes of one file: remarks and the names of variables may differ in the same code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from replay_gui.core.reasons.evidence.code_names import is_python_remark, without_remark
from replay_gui.core.reasons.evidence.file_edits import FileChange
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.origin import OriginRole

_BOUND = re.compile(  # variables, not keyword arguments
    r"^\s*(?:(?:const|let|var|final|auto) )?(\w+)(?:: [^=]+)? :?= .*[^,]$|\b(?:for|as|const|let|var) (\w+)\b"
)
_WORD = re.compile(r"\w+")


def equal_but_for_blanks(change_p: FileChange, change_f: FileChange) -> bool:
    """Whether two changes have the same lines without indentation: an edit may give a part of a line."""
    return all(_bare(a) == _bare(b) for a, b in _sides(change_p, change_f))


def differs_in_code(change_p: FileChange, change_f: FileChange) -> bool:
    """Whether two changes of a Python file differ in more than comments and docstrings."""
    return any(_code(a) != _code(b) for a, b in _sides(change_p, change_f))


class LineAlone(NamedTuple):
    """A line that one change has more often than the other.

    Attributes:
        text: without its indentation. mine, others: how often each change has it, whatever its indentation.
        is_moved: whether only its place or its indentation is another.
    """

    text: str
    mine: int
    others: int
    is_moved: bool


def lines_alone(mine: Counter[str], others: Counter[str], undone: Counter[str]) -> list[LineAlone]:
    """Return the lines that one change adds, or removes, and the other does not; the most telling first.

    Args:
        mine, others: the lines that the changes add, or both remove. undone: those that the first one removes, or adds.
    """
    of_mine, of_others, of_undone = (_bare(lines) for lines in (mine, others, undone))
    found = [LineAlone(line.strip(), 0, 0, False) for line in (mine - others).elements() if line.strip()]
    for at, (text, *_) in enumerate(found):
        counts = of_mine[text], of_others[text]
        found[at] = LineAlone(text, *counts, of_undone[text] >= counts[0] or counts[0] <= counts[1])
    return sorted(found, key=lambda line: (line.is_moved, line.others > 0))


def coined_variables(run: RunAccount, change: FileChange, names: Collection[str]) -> set[str]:
    """Return the variables among the names that the new lines bind, and that the run had read nowhere before."""
    bound = {name for line in change.added for match in _BOUND.finditer(line) for name in match.groups() if name}
    variables = [name for name in names if name in bound]
    run.places.find_all(variables)
    places = ((name, run.first_place(name)) for name in variables)
    return {name for name, place in places if place is None or run.role_at(place) is OriginRole.AGENT}


def differs_in_coined(
    change_p: FileChange, change_f: FileChange, coined: tuple[Collection[str], Collection[str]]
) -> bool:
    """Whether the code of two changes is the same but for the names of variables that the runs coined."""
    if not any(coined) or _code(change_p.removed) != _code(change_f.removed):
        return False
    return _renamed(change_p, coined[0]) == _renamed(change_f, coined[1])


def _renamed(change: FileChange, names: Collection[str]) -> list[str]:
    """Return the new lines of code, in order, with numbers for these names."""
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return numbers.setdefault(match[0], f"<{len(numbers)}>") if match[0] in names else match[0]

    lines = (line for line in change.added.elements() if not is_python_remark(line))
    return [_WORD.sub(number, without_remark(line)) for line in lines]


def _code(lines: Counter[str]) -> Counter[str]:
    return Counter(without_remark(line) for line in lines.elements() if not is_python_remark(line))


def _sides(change_p: FileChange, change_f: FileChange) -> tuple[tuple[Counter[str], Counter[str]], ...]:
    return (change_p.added, change_f.added), (change_p.removed, change_f.removed)


def _bare(lines: Counter[str]) -> Counter[str]:
    bare: Counter[str] = Counter()
    for line, count in lines.items():
        bare[line.strip()] += count
    return bare
