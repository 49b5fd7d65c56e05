"""The share of the package's lines that the test command runs.

Each process of the tests measures for itself; the first adds up and prints one line. Worker processes that the program
starts are not measured.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from tests.helpers.coverage import line_marks
from tests.helpers.paths import ROOT


class LineCoverage:
    """Lines that were run and all lines, by file.

    Attributes:
        executed, lines: line numbers by path.
    """

    def __init__(self, package: Path = ROOT / "replay_gui") -> None:
        self.executed: dict[str, set[int]] = defaultdict(set)
        self.lines: dict[str, set[int]] = defaultdict(set)
        self.is_measuring = False
        self._package = package

    def start(self) -> None:
        """Measure every module of the package that is imported from now on."""
        self.is_measuring = True
        sys.meta_path.insert(0, _Finder(self, self._package.name))

    def measured(self, code: CodeType) -> CodeType:
        """Return a module's code that has marks such that the lines it runs are noted here."""
        self.lines[code.co_filename].update(line_marks.marked_lines(code))
        return line_marks.with_live_marks(code, self.executed[code.co_filename])

    def result(self) -> dict[str, tuple[list[int], list[int]]]:
        """Return (lines run, all lines) by path, in plain types that another process can be sent."""
        for path in map(str, self._package.rglob("*.py")):
            if path not in self.lines:  # not imported by any test
                _Loader(path, path, self).get_code(path)
        return {path: (list(self.executed[path]), list(lines)) for path, lines in self.lines.items()}

    def add(self, result: dict[str, tuple[list[int], list[int]]]) -> None:
        """Add the lines that one process measured."""
        for path, (executed, lines) in result.items():
            self.executed[path].update(executed)
            self.lines[path].update(lines)

    @property
    def total(self) -> tuple[int, int]:
        """(lines that any process ran, all lines)."""
        return sum(map(len, self.executed.values())), sum(map(len, self.lines.values()))


class _Finder(MetaPathFinder):
    """Finds the package's modules, and loads them with marks."""

    def __init__(self, coverage: LineCoverage, package: str) -> None:
        self._coverage = coverage
        self._package = package

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] != self._package:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _Loader(fullname, spec.loader.path, self._coverage)
        return spec


class _Loader(SourceFileLoader):
    """Compiles with marks, and caches the result beside the ordinary one, because making the marks takes a while."""

    def __init__(self, fullname: str, path: str, coverage: LineCoverage) -> None:
        super().__init__(fullname, path)
        self._coverage = coverage

    def get_code(self, fullname: str) -> CodeType | None:
        code = super().get_code(fullname)
        return None if code is None else self._coverage.measured(code)

    def source_to_code(self, data: Any, path: Any) -> CodeType:  # type: ignore[override]  # no other argument is given
        if b"TYPE_CHECKING" in data:
            data = _WithoutTypeChecking().visit(ast.parse(data))
        return line_marks.with_marks(super().source_to_code(data, path))

    def path_stats(self, path: Any) -> Any:
        """What is kept is of use as long as neither the source nor the marks have changed."""
        stats = super().path_stats(path)
        return {**stats, "mtime": stats["mtime"] + Path(line_marks.__file__).stat().st_mtime}

    def get_data(self, path: str) -> bytes:
        return super().get_data(_marked(path))

    def set_data(self, path: str, data: bytes, **mode: Any) -> None:  # type: ignore[override]
        super().set_data(_marked(path), data, **mode)


class _WithoutTypeChecking(ast.NodeTransformer):
    """Removes the parts for type checkers only, which are never run."""

    def visit_If(self, node: ast.If) -> Any:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return node.orelse or ast.copy_location(ast.Pass(), node)
        return self.generic_visit(node)


def _marked(path: str) -> str:
    return path.removesuffix(".pyc") + "-marked.pyc" if path.endswith(".pyc") else path
