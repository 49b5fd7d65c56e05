from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from replay_gui.core.index.index_columns import ColumnWriter
from replay_gui.engine.comparison.early_difference import EarlyDifference


def growing(folder: Path, contents: bytes) -> Any:
    """A run whose events have these contents, none of which is indexed yet."""
    folder.mkdir()
    columns = ColumnWriter(folder, ("content",))
    columns.append({"content": b"".join(bytes([content] * 32) for content in contents)})
    columns.close()
    return SimpleNamespace(folder=folder, index=SimpleNamespace(count=0))


def test_the_first_difference_is_found_once_as_soon_as_both_runs_reach_it(tmp_path: Path) -> None:
    a, b = growing(tmp_path / "a", b"abcdefg"), growing(tmp_path / "b", b"abcdXfY")
    early, found = EarlyDifference(), []
    for count_a, count_b in ((0, 3), (4, 3), (4, 7), (5, 7), (7, 7)):
        a.index.count, b.index.count = count_a, count_b
        found.append(early.find(a, b))
    assert found == [None, None, None, 4, None]


def test_a_run_that_is_the_beginning_of_another_or_whose_folder_is_gone_tells_none(tmp_path: Path) -> None:
    a, b = growing(tmp_path / "a", b"abc"), growing(tmp_path / "b", b"abcd")
    a.index.count, b.index.count = 3, 4
    assert EarlyDifference().find(a, b) is None
    b.folder = tmp_path / "gone"
    assert EarlyDifference().find(a, b) is None
