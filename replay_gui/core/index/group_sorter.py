"""Sorts the events of a run into groups, as more and more of them are read."""

from __future__ import annotations

from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.event_groups import (
    FIRST_TOOL_GROUP,
    OTHER_TOOLS_GROUP,
    EventGroups,
    Group,
    GroupNumber,
    Positions,
)
from replay_gui.core.index.growing_column import extended
from replay_gui.core.index.run_index import (
    FLAG_FAILED,
    FLAG_INTERRUPTED,
    FLAG_REPEATED,
    NO_PAIR,
    NO_TOOL,
    RunIndex,
)
from replay_gui.core.log.kinds import KINDS, Kind, KindGroup, group_of, is_bookkeeping

_GROUP_OF_KIND_GROUP = {
    KindGroup.AGENT: Group.AGENT,
    KindGroup.OBSERVATION: Group.OBSERVATIONS,
    KindGroup.DECISION: Group.DECISIONS,
    KindGroup.MEMORY: Group.MEMORY,
    KindGroup.PATCH: Group.PATCHES,
    KindGroup.ERROR: Group.ERRORS,
}
_REQUEST, _RESPONSE = KINDS.index(Kind.TOOL_REQUEST), KINDS.index(Kind.TOOL_RESPONSE)


class EventEntries(NamedTuple):
    """The entries of consecutive events in the columns `kind`, `tool`, `request` (or `pair`) and `flags`."""

    kind: NDArray[np.uint16]
    tool: NDArray[np.int32]
    request: NDArray[np.int32]
    flags: NDArray[np.uint8]


class GroupSorter:
    """Sorts one run's events into groups; the values that it returns share its arrays.

    Attributes:
        count: of the events so far.
    """

    def __init__(self) -> None:
        self.count = 0
        self._positions = _GrowingGroups()
        self._failed = _GrowingGroups()
        self._kinds, self._tools = np.zeros(0, np.int64), np.zeros(0, np.int64)

    def add(self, entries: EventEntries, kinds: tuple[str, ...], tools: tuple[str, ...]) -> None:
        """Add the events that follow those added before. `kinds`, `tools`: all names, as in RunIndex."""
        kind, tool, flags = entries.kind, entries.tool, entries.flags
        is_alone = tool == NO_TOOL
        self._kinds = _sum(self._kinds, np.bincount(kind[is_alone], minlength=len(kinds)))
        self._tools = _sum(self._tools, np.bincount(tool[~is_alone], minlength=len(tools)))
        group = _groups_of_kinds(kinds)[kind]
        called = np.flatnonzero(((kind == _REQUEST) | (kind == _RESPONSE)) & ~is_alone)
        group[called] = np.minimum(tool[called] + FIRST_TOOL_GROUP, OTHER_TOOLS_GROUP)
        failed = np.flatnonzero((flags & FLAG_FAILED) != 0)
        group[(flags & FLAG_INTERRUPTED) != 0] = Group.OTHER  # it is not an error, but visible anyway
        begins = (flags & FLAG_REPEATED) == 0
        begins[called[(kind[called] == _RESPONSE) & (entries.request[called] != NO_PAIR)]] = False
        self._positions.add(*_with_failed_calls(group, np.flatnonzero(begins), failed), self.count)
        self._failed.add(group[failed], failed, self.count)
        self.count += len(kind)

    def groups(self) -> EventGroups:
        """Return the groups of the events so far."""
        return EventGroups(
            self.count, self._positions.views(), self._failed.views(), self._kinds.copy(), self._tools.copy()
        )


def sorted_groups(index: RunIndex) -> EventGroups:
    """Return the groups of all events of an index."""
    sorter = GroupSorter()
    sorter.add(EventEntries(index.kind, index.tool, index.pair, index.flags), index.kinds, index.tools)
    return sorter.groups()


class _GrowingGroups:
    """Ascending positions by group."""

    def __init__(self) -> None:
        self._columns: dict[GroupNumber, Positions] = {}
        self._counts: dict[GroupNumber, int] = {}

    def add(self, group: NDArray[np.uint16], indexes: NDArray[np.intp], before: int) -> None:
        """Append the events with these indexes among those after the first `before` ones, each to its group."""
        if not len(indexes):
            return
        order = np.argsort(group, kind="stable")  # a radix sort, for 16 bits: one quick pass keeps positions ascending
        group, positions = group[order], (indexes[order] + (before + 1)).astype(np.int32)
        cuts = [0, *(np.flatnonzero(group[1:] != group[:-1]) + 1).tolist(), len(group)]
        for begin, end in pairwise(cuts):
            which, known = int(group[begin]), self._counts.get(int(group[begin]), 0)
            column = self._columns.get(which)
            self._columns[which] = extended(
                np.zeros(0, np.int32) if column is None else column, known, positions[begin:end]
            )
            self._counts[which] = known + end - begin

    def views(self) -> MappingProxyType[GroupNumber, Positions]:
        return MappingProxyType({which: self._columns[which][:count] for which, count in self._counts.items()})


def _groups_of_kinds(kinds: tuple[str, ...]) -> NDArray[np.uint16]:
    """Return uint16[kinds], the group of each kind; programs may define very many kinds."""
    groups = np.array([Group.BOOKKEEPING if is_bookkeeping(kind) else Group.OTHER for kind in kinds], np.uint16)
    groups[: len(KINDS)] = [_GROUP_OF_KIND_GROUP.get(group_of(kind), Group.OTHER) for kind in kinds[: len(KINDS)]]
    return groups


def _with_failed_calls(
    group: NDArray[np.uint16], indexes: NDArray[np.intp], failed: NDArray[np.intp]
) -> tuple[NDArray[np.uint16], NDArray[np.intp]]:
    """Return the groups of `indexes`, and `indexes`, with the failed responses among the errors too, by index."""
    groups = group[indexes]
    if not len(failed):
        return groups, indexes
    every = np.concatenate((indexes, failed))
    order = np.argsort(every, kind="stable")
    return np.concatenate((groups, np.full(len(failed), Group.ERRORS, np.uint16)))[order], every[order]


def _sum(shorter: NDArray[np.int64], longer: NDArray[np.int64]) -> NDArray[np.int64]:
    total = longer.astype(np.int64)
    total[: len(shorter)] += shorter
    return total
