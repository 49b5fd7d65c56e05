"""The share of the package's lines that the test command runs, measured with SlipCover, whose cost is small.

Each process of the tests measures for itself; the first adds up and prints one line. Worker processes that the program
starts are not measured.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.helpers.paths import ROOT

_PACKAGE = ROOT / "replay_gui"
_RUNS_BEFORE_REMOVAL = 20_000
"""How often a line runs before the marks of all lines that have run are removed from the code. Removing them searches
every function of the package, which takes 0.1 s, as long as two million marks take."""


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
        from slipcover import FileMatcher, ImportManager, Slipcover

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
