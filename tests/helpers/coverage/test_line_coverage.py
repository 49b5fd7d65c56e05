"""The lines that the test command reports as run were run."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from tests.helpers.coverage.line_coverage import LineCoverage

SOURCE = """\
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import never_installed

def count(things):
    found = []
    for thing in things:
        try:
            found.append(1 // thing)
        except ZeroDivisionError:
            found.append(None)
        else:
            found.append(thing)
    return [each for each in found
            if each is not None]

class Shape:
    def sides(self):
        for side in range(3):
            yield side
    def area(self):
        return 0
"""
RUN_ON_IMPORT = {1, 2, 3, 6, 18, 19, 22}


def test_lines_are_noted_when_they_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "measured_package"
    package.mkdir()
    module = package / "module.py"
    for path, source in ((module, SOURCE), (package / "unused.py", "a = 1\nb = 2\n"), (package / "__init__.py", "")):
        path.write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    for _ in ("compiled", "read from the file that keeps what was compiled"):
        coverage = LineCoverage(package)
        coverage.start()
        loaded = importlib.import_module("measured_package.module")
        executed = coverage.executed[str(module)]
        assert executed == RUN_ON_IMPORT
        assert [loaded.count([2] * 100) for _ in range(100)][-1] == [0, 2] * 100
        assert executed == RUN_ON_IMPORT | {7, 8, 9, 10, 14, 15, 16}
        assert loaded.count([0]) == []
        assert list(loaded.Shape().sides()) == [0, 1, 2]
        assert executed == RUN_ON_IMPORT | {7, 8, 9, 10, 11, 12, 14, 15, 16, 20, 21}
        assert coverage.lines[str(module)] - executed == {23}
        whole = LineCoverage(package)
        whole.add(coverage.result())
        assert whole.executed[str(package / "unused.py")] == set()
        assert whole.lines[str(package / "unused.py")] == {1, 2}
        assert whole.total[1] - whole.total[0] == 3
        sys.meta_path.pop(0)
        for name in ("measured_package", "measured_package.module"):
            monkeypatch.delitem(sys.modules, name)
    assert len(list(package.glob("__pycache__/*"))) == 3
