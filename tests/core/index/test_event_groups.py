"""The groups of events, however they were made, and their files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.index.event_groups import FIRST_TOOL_GROUP, EventGroups, Group
from replay_gui.core.index.group_files import GROUP_FILES, are_possible, map_groups, write_groups
from replay_gui.core.index.group_sorter import EventEntries, GroupSorter, sorted_groups
from replay_gui.core.index.run_index import FLAG_FAILED, FLAG_REPEATED, RunIndex, failures_of_index
from replay_gui.core.log.kinds import KINDS
from tests.helpers.runs import first_events, groups_as_lists, synthetic_index

COUNT = 2_000


def entries(index: RunIndex, begin: int, end: int) -> EventEntries:
    part = slice(begin, end)
    return EventEntries(index.kind[part], index.tool[part], index.pair[part], index.flags[part])


@given(st.lists(st.integers(0, COUNT), max_size=8))
def test_events_that_come_by_and_by_are_grouped_as_all_at_once(cuts: list[int]) -> None:
    index, sorter = synthetic_index(COUNT), GroupSorter()
    seen: list[tuple[int, EventGroups]] = []
    for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), COUNT], strict=True):
        sorter.add(entries(first_events(index, end), begin, end) if end else entries(index, 0, 0), KINDS, index.tools)
        seen.append((end, sorter.groups()))
    for count, groups in seen:  # later events do not change what was returned before
        expected = sorted_groups(first_events(index, count)) if count else EventGroups(tools=np.zeros(4, np.int64))
        assert groups_as_lists(groups) == groups_as_lists(expected)


def test_every_failure_is_among_the_errors_and_every_event_counted_once() -> None:
    index = synthetic_index(COUNT)
    index.flags[np.flatnonzero(index.kind == KINDS.index("Error"))[0]] |= FLAG_REPEATED
    groups = sorted_groups(index)
    assert groups.failures.tolist() == (np.flatnonzero(failures_of_index(index)) + 1).tolist()
    assert int(groups.kinds.sum() + groups.tools.sum()) == COUNT
    failed = np.flatnonzero(index.flags & FLAG_FAILED) + 1
    assert sorted(position for part in groups.failed.values() for position in part.tolist()) == failed.tolist()


def test_kinds_that_no_event_has_yet_are_counted_as_none() -> None:
    sorter = GroupSorter()
    sorter.add(entries(synthetic_index(1), 0, 0), (*KINDS, "x:later"), ("tool",))
    assert (len(sorter.groups().kinds), len(sorter.groups().tools)) == (len(KINDS) + 1, 1)


def test_the_files_hold_the_groups(tmp_path: Path) -> None:
    for index in (synthetic_index(COUNT), RunIndex()):
        groups = sorted_groups(index)
        write_groups(tmp_path, groups)
        mapped = map_groups(tmp_path, index.count)
        assert groups_as_lists(mapped) == groups_as_lists(groups)
        assert are_possible(mapped, len(index.kinds), len(index.tools))
        assert {file.name for file in tmp_path.iterdir()} == GROUP_FILES.keys(), "no draft stays"


IMPOSSIBLE: dict[str, Callable[[EventGroups], EventGroups]] = {
    "a position before the first": lambda groups: with_errors(groups, 0, 3),
    "a position after the last": lambda groups: with_errors(groups, 3, COUNT + 1),
    "positions that do not ascend": lambda groups: with_errors(groups, 5, 5, 7),
    "a tool that there is not": lambda groups: replace(groups, positions={FIRST_TOOL_GROUP + 4: np.array([1])}),
    "a group that there is not": lambda groups: replace(groups, positions={-1: np.array([1])}),
    "counts of fewer kinds": lambda groups: replace(groups, kinds=groups.kinds[1:]),
    "counts of more tools": lambda groups: replace(groups, tools=np.zeros(5, np.int64)),
}


def with_errors(groups: EventGroups, *positions: int) -> EventGroups:
    return replace(groups, positions={**groups.positions, Group.ERRORS: np.array(positions, np.int32)})


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_groups_that_no_run_has_are_refused(name: str) -> None:
    index = synthetic_index(COUNT)
    assert not are_possible(IMPOSSIBLE[name](index.groups), len(index.kinds), len(index.tools))


@pytest.mark.parametrize("sizes", [[5, -1, 1], [5, 1, 0], [5, 1]])
def test_sizes_that_do_not_fit_are_refused(tmp_path: Path, sizes: list[int]) -> None:
    write_groups(tmp_path, EventGroups())
    np.array(sizes, "<i8").tofile(tmp_path / "group_sizes")
    with pytest.raises(ValueError, match="size"):
        map_groups(tmp_path, 0)
