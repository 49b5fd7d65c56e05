"""The share of the package's lines that the test command runs, measured with SlipCover, whose cost is small.

Each process of the tests measures for itself; the first adds up and prints one line. Worker processes that the program
starts are not measured.
"""

from __future__ import annotations

import dis
from pathlib import Path
from types import CodeType
from typing import Any

from tests.helpers.paths import ROOT

_PACKAGE = ROOT / "replay_gui"
_RUNS_BEFORE_REMOVAL = 20_000
"""How often a line runs before the marks of all lines that have run are removed from the code. Removing them searches
every function of the package, which takes 0.1 s, as long as two million marks take."""
_ANNOTATING = {dis.opmap[name] for name in ("LOAD_NAME", "LOAD_GLOBAL", "LOAD_ATTR", "BINARY_SUBSCR")} | {0}
"""Of what the lines consist that SlipCover does not count: annotations. 0 fills up."""


class LineCoverage:
    """Lines that were run and lines that were not, by file.

    Attributes:
        executed, missing: line numbers by file.
    """

    def __init__(self) -> None:
        self.executed: dict[str, set[int]] = {}
        self.missing: dict[str, set[int]] = {}
        self._measuring: Any = None

    def start(self) -> None:
        """Measure every module of the package that is imported from now on."""
        from slipcover import FileMatcher, ImportManager, Slipcover, slipcover

        # Each took a second of processor time: the first is slow, the second looks for what is not measured.
        slipcover._get_annotation_only_lines = _annotation_lines
        Slipcover.branches_from_code = staticmethod(lambda code: iter(()))
        self._measuring = Slipcover(source=[str(_PACKAGE)], d_miss_threshold=_RUNS_BEFORE_REMOVAL)
        ImportManager(self._measuring, FileMatcher(sources=[str(_PACKAGE)])).__enter__()

    def result(self) -> dict[str, tuple[list[int], list[int]]]:
        """Return (lines run, lines not run) by file, in plain types that another process can be sent."""
        files = self._measuring.get_coverage()["files"]
        return {
            str(Path(name)): (list(facts["executed_lines"]), list(facts["missing_lines"]))
            for name, facts in files.items()
        }

    def add(self, result: dict[str, tuple[list[int], list[int]]]) -> None:
        """Add what one process measured."""
        for name, (executed, missing) in result.items():
            self.executed.setdefault(name, set()).update(executed)
            self.missing.setdefault(name, set()).update(missing)

    @property
    def is_measuring(self) -> bool:
        """Whether this process measures."""
        return self._measuring is not None

    @property
    def total(self) -> tuple[int, int]:
        """(lines that any process ran, all lines)."""
        files = self.executed.keys() | self.missing.keys()
        executed = sum(len(self.executed.get(name, set())) for name in files)
        return executed, sum(len(self.executed.get(name, set()) | self.missing.get(name, set())) for name in files)


def _annotation_lines(code: CodeType) -> frozenset[int]:
    """Return the lines that do nothing but load annotations."""
    found: dict[bool, set[int | None]] = {True: set(), False: set()}
    for opcode, (line, *_) in zip(code.co_code[::2], code.co_positions(), strict=True):
        found[opcode in _ANNOTATING].add(line)
    return frozenset(line for line in found[True] - found[False] if line)
