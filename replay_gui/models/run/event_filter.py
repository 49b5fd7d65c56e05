"""The filter of the event list: some kinds, and the calls of some tools."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from replay_gui.core.index.run_index import FLAG_UNREADABLE, NO_TOOL, RunIndex, failures_of_index
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.numpy_on_demand import np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Matches events of these kinds that concern no tool, and events of these tools; with neither, all.

    `without_kinds`, `without_tools`: the same, but these are hidden. `failed`: only failures (see facts.run_measures)
    and unreadable events. `bookkeeping`: whether to match bookkeeping events whose kind is not in `kinds`.
    """

    kinds: frozenset[str] = frozenset()
    tools: frozenset[str] = frozenset()
    failed: bool = False
    _: KW_ONLY
    bookkeeping: bool = True
    without_kinds: frozenset[str] = frozenset()
    without_tools: frozenset[str] = frozenset()

    @property
    def shows_all(self) -> bool:
        """Whether the filter matches all events."""
        return not (self.kinds or self.tools or self.failed or self.without_kinds or self.without_tools)

    def indexes(self, index: RunIndex, start: EventIndex, stop: EventIndex) -> NDArray[np.int64]:
        """Return the indexes of the shown events among start … stop - 1, ascending."""
        return np.flatnonzero(self.matches(index, slice(start, stop))) + start

    def matches(self, index: RunIndex, which: slice | NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return whether each of these events is shown."""
        kind, tool = index.kind[which], index.tool[which]
        shown = np.ones(len(kind), bool)
        if self.kinds or self.tools:
            shown = _is_of(index, kind, tool, self.kinds, self.tools)
        if self.without_kinds or self.without_tools:
            shown &= ~_is_of(index, kind, tool, self.without_kinds, self.without_tools)
        if not self.bookkeeping:
            hidden = index.bookkeeping
            if self.kinds:
                hidden = hidden & ~np.array([name in self.kinds for name in index.kinds], bool)
            shown &= ~hidden[kind]
        if self.failed:
            shown &= failures_of_index(index, which) | ((index.flags[which] & FLAG_UNREADABLE) != 0)
        return shown


def _is_of(
    index: RunIndex,
    kind: NDArray[np.uint16],
    tool: NDArray[np.int32],
    kinds: frozenset[str],
    tools: frozenset[str],
) -> NDArray[np.bool_]:
    """Return which events are of these kinds and concern no tool, or concern one of these tools."""
    of_kind = np.array([name in kinds for name in index.kinds], bool)
    of_tool = np.array([name in tools for name in (*index.tools, "")], bool)  # the last element: NO_TOOL is -1
    of_tool[NO_TOOL] = False
    return np.where(tool == NO_TOOL, of_kind[kind], of_tool[tool])


class EventTally:
    """The number of events of each kind and tool, counted piece by piece. `done`: events counted."""

    def __init__(self) -> None:
        self.done = 0
        self._kinds = np.zeros(0, np.int64)
        self._tools = np.zeros(0, np.int64)

    def count(self, index: RunIndex, events: int) -> None:
        """Count the first `events` events; `index` may be a longer index of the same run."""
        kind, tool = index.kind[self.done : events], index.tool[self.done : events]
        alone = tool == NO_TOOL
        self._kinds = _sum(self._kinds, np.bincount(kind[alone], minlength=len(index.kinds)))
        self._tools = _sum(self._tools, np.bincount(tool[~alone], minlength=len(index.tools)))
        self.done = max(self.done, events)

    def bookkeeping(self, index: RunIndex, max_events: int) -> int:
        """Count at most `max_events` more events; return the number of bookkeeping events so far."""
        hidden = index.bookkeeping
        if hidden.any():
            self.count(index, min(self.done + max_events, index.count))
        return int(self._kinds[hidden[: len(self._kinds)]].sum())  # kinds that came later are not counted yet

    def choices(self, index: RunIndex) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        """Return (kinds of events that concern no tool, tools), each with its number of events, largest first."""
        self.count(index, index.count)
        return _ranked(index.kinds, self._kinds), _ranked(index.tools, self._tools)


def _sum(shorter: NDArray[np.int64], longer: NDArray[np.int64]) -> NDArray[np.int64]:
    total = longer.copy()
    total[: len(shorter)] += shorter
    return total


def _ranked(names: tuple[str, ...], counts: NDArray[np.int64]) -> list[tuple[str, int]]:
    present = [(name, int(n)) for name, n in zip(names, counts, strict=True) if n]
    return sorted(present, key=lambda pair: (-pair[1], pair[0]))
