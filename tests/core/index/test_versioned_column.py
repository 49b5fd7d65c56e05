"""A column whose versions are files without names."""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from replay_gui.core.index import versioned_column
from replay_gui.core.index.cache_files import map_array, release_pages
from replay_gui.core.index.versioned_column import VersionedColumn
from tests.core.index.resident import lists_pages, resident

INT64 = np.dtype("<i8")


def array(*values: int) -> NDArray[np.int64]:
    return np.array(values, np.int64)


@given(
    st.sampled_from([0, 40, 1 << 20]),
    st.lists(
        st.tuples(st.lists(st.integers(-9, 9), max_size=9), st.lists(st.tuples(st.floats(0, 1), st.integers(90, 99)))),
        max_size=6,
    ),
)
def test_each_version_equals_a_list_and_stays(
    in_memory: int, growths: list[tuple[list[int], list[tuple[float, int]]]]
) -> None:
    values: list[int] = []
    versions = []
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(versioned_column, "_STEP_ENTRIES", 4)
        patch.setattr(versioned_column, "_MAX_BYTES_IN_MEMORY", in_memory)
        column = VersionedColumn(Path(folder), INT64)
        for more, changes in growths:
            known = len(values)
            values += more
            places = [int(share * (len(values) - 1)) for share, _ in changes] if values else []
            changed = [value for _, value in changes[: len(places)]]
            version = column.grow(known, array(*more), array(*places), array(*changed))
            for place, value in zip(places, changed, strict=True):
                values[place] = value
            versions.append((version, [*values]))
        assert os.listdir(folder) == [], "the files have no names"
    assert all(version.tolist() == then for version, then in versions)


@pytest.mark.parametrize("in_memory", [0, 1 << 20])
def test_a_growth_that_is_repeated_replaces_the_first(
    in_memory: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versioned_column, "_MAX_BYTES_IN_MEMORY", in_memory)
    column = VersionedColumn(tmp_path, INT64)
    column.grow(0, array(1, 2), array(), array())
    column.grow(2, array(3), array(0), array(7))
    assert column.grow(2, array(4, 5), array(0), array(8)).tolist() == [8, 2, 4, 5]


@lists_pages
def test_the_entries_take_no_memory_of_the_process_until_they_are_read(tmp_path: Path) -> None:
    column = VersionedColumn(tmp_path, INT64)
    count = 1 << 20
    first = column.grow(0, np.arange(count), array(), array())
    second = column.grow(count, np.arange(count), array(3), array(-1))
    assert [resident(first), resident(second)] == [0, 0], "the first one was read, to be copied"
    assert int(second.sum()) == int(first.sum()) * 2 - 4
    assert [resident(first), resident(second)] == [count * 8, count * 16]
    release_pages(second[5:][:7])
    assert resident(second) == 0, "the pages of the whole file are released"
    assert second[:5].tolist() == [0, 1, 2, -1, 4]


def test_a_short_version_needs_no_file(tmp_path: Path) -> None:
    column = VersionedColumn(tmp_path / "missing", INT64)
    assert column.grow(0, array(1, 2), array(1), array(5)).tolist() == [1, 5]
    with pytest.raises(FileNotFoundError):
        column.grow(2, np.arange(1 << 20), array(), array())
    assert column.grow(2, array(3), array(), array()).tolist() == [1, 5, 3], "what has failed has changed nothing"


def test_only_mapped_arrays_have_pages_to_release(tmp_path: Path) -> None:
    release_pages(array(1, 2, 3)[1:])
    (tmp_path / "column").write_bytes(bytes(80))
    mapped = map_array(tmp_path / "column", INT64)
    assert isinstance(getattr(mapped.base, "obj", None), mmap.mmap)
    release_pages(mapped)
    assert mapped.tolist() == [0] * 10
