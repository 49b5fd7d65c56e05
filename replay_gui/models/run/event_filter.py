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


def choices(index: RunIndex) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Return (kinds of events that concern no tool, tools), each with its number of events, largest first."""
    return _ranked(index.kinds, index.groups.kinds), _ranked(index.tools, index.groups.tools)


def hidden_count(index: RunIndex) -> int:
    """Return the number of bookkeeping events."""
    return int(index.groups.kinds[index.bookkeeping].sum())


def _ranked(names: tuple[str, ...], counts: NDArray[np.int64]) -> list[tuple[str, int]]:
    present = [(name, int(n)) for name, n in zip(names, counts, strict=True) if n]
    return sorted(present, key=lambda pair: (-pair[1], pair[0]))
