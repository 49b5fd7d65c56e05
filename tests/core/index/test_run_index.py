"""Passes over the columns of an index, and the memory that they take."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from replay_gui.core.index import run_index
from replay_gui.core.index.cache_files import map_array, mapped_bytes
from replay_gui.core.index.run_index import RunIndex, forget_pages, parts_of_index
from tests.core.index.resident import lists_pages, resident


def mapped_index(folder: Path, count: int) -> RunIndex:
    """An index whose columns `kind` and `flags` are files."""
    np.zeros(count, np.uint16).tofile(folder / "kind")
    np.ones(count, np.uint8).tofile(folder / "flags")
    return RunIndex(
        kind=map_array(folder / "kind", np.dtype(np.uint16)), flags=map_array(folder / "flags", np.dtype(np.uint8))
    )


@lists_pages
def test_a_pass_has_one_range_of_a_column_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_index, "_PART_EVENTS", 1 << 18)
    index = mapped_index(tmp_path, 1 << 20)
    read, most = 0, 0
    for part in parts_of_index(index):
        read += int(index.flags[part].sum()) + int(index.kind[part].sum())
        most = max(most, resident(index.flags) + resident(index.kind))
    assert read == 1 << 20
    assert 3 << 18 <= most < 4 << 18, "of a range, and what the system reads ahead"


@lists_pages
def test_a_pass_over_a_single_range_leaves_what_the_window_shows_in_memory(tmp_path: Path) -> None:
    index = mapped_index(tmp_path, 1 << 16)
    assert index.flags.all()
    shown = resident(index.flags)
    assert [*parts_of_index(index)] == [slice(0, 1 << 18)]
    assert resident(index.flags) == shown > 0
    forget_pages(index)
    assert resident(index.flags) == 0


def test_the_ranges_have_every_event_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_index, "_PART_EVENTS", 4)
    index = RunIndex(kind=np.arange(9, dtype=np.uint16))
    assert [number for part in parts_of_index(index) for number in index.kind[part].tolist()] == [*range(9)]
    assert [*parts_of_index(RunIndex())] == []


@lists_pages
def test_the_memory_of_mapped_files_counts(tmp_path: Path) -> None:
    index = mapped_index(tmp_path, 1 << 23)
    before = mapped_bytes()
    assert index.flags.all()
    assert not index.kind.any()
    assert 20 << 20 < mapped_bytes() - before < 30 << 20, "24 MiB; the system counts in steps"
    forget_pages(index)
    assert mapped_bytes() - before < 4 << 20
