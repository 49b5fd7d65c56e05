"""The ranges of events that belong to subagents, for lanes, indents and folds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.facts.nesting import Nesting
from replay_gui.core.log.positions import NO_EVENT, EventIndex

IndexArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Subagents:
    """The subagents of a run, numbered as in `paths`.

    Attributes:
        paths: for each subagent its names from the outermost down, a parent before its children.
        starts, stops: int64[n], index of the first event of each range, and after its last; ascending, disjoint.
        which: int64[n], number of the subagent of each range.
        first_events: index of the first event of each subagent, nested ones included; NO_EVENT if none is known.
    """

    paths: tuple[tuple[str, ...], ...] = ()
    starts: IndexArray = field(default_factory=lambda: np.zeros(0, np.int64))
    stops: IndexArray = field(default_factory=lambda: np.zeros(0, np.int64))
    which: IndexArray = field(default_factory=lambda: np.zeros(0, np.int64))
    first_events: tuple[EventIndex, ...] = ()

    @classmethod
    def of(cls, nesting: Nesting) -> Subagents:
        """Return the subagents with the ranges of events of each."""
        runs = np.frombuffer(nesting.runs, "<i4").astype(np.int64).reshape(-1, 3)
        made = cls(nesting.paths, runs[:, 0] - 1, runs[:, 1] - 1, runs[:, 2])
        numbers, first = np.unique(made.which, return_index=True)
        own = dict(zip(numbers.tolist(), made.starts[first].tolist(), strict=True))
        heads = [[own[n] for n in made._all_within(number) if n in own] for number in range(len(made.paths))]
        return replace(made, first_events=tuple(EventIndex(min(indexes, default=NO_EVENT)) for indexes in heads))

    def number_at(self, index: EventIndex) -> int | None:
        """Return the number of the subagent of an event; None: the main agent."""
        if not self.paths:
            return None
        run = int(np.searchsorted(self.starts, index, "right")) - 1
        return int(self.which[run]) if run >= 0 and index < self.stops[run] else None

    def depth(self, index: EventIndex) -> int:
        """Return the nesting depth of the event's subagent; 0: the main agent."""
        number = self.number_at(index)
        return 0 if number is None else len(self.paths[number])

    def starting_at(self, index: EventIndex) -> int | None:
        """Return the outermost subagent that starts with this event, or None."""
        return self.first_events.index(index) if index in self.first_events else None

    def count(self, number: int) -> int:
        """Return the number of its events and of those of the subagents within it."""
        runs = np.isin(self.which, self._all_within(number))
        return int((self.stops[runs] - self.starts[runs]).sum())

    def spans(self, number: int) -> NDArray[np.int32]:
        """Return int32[n, 2]: positions of the first and the last event of each of its ranges."""
        own = self.which == number
        return np.column_stack((self.starts[own] + 1, self.stops[own])).astype(np.int32)

    def hidden(self, folded: frozenset[int], indexes: IndexArray) -> NDArray[np.bool_]:
        """Return bool[n]: whether each of the ascending indexes is hidden if these subagents are folded."""
        numbers = {inner for number in folded for inner in self._all_within(number)}
        away = np.array([number in numbers for number in range(len(self.paths))], bool)[self.which]
        run = np.searchsorted(self.starts[away], indexes, "right") - 1
        hidden = (run >= 0) & (indexes < np.append(self.stops[away], 0)[run])
        outermost = [n for n in folded if not any(self._is_within(n, other) for other in folded if other != n)]
        return hidden & ~np.isin(indexes, [self.first_events[number] for number in outermost])

    def _all_within(self, number: int) -> list[int]:
        """Return the numbers of the subagent and of those within it."""
        return [n for n in range(len(self.paths)) if self._is_within(n, number)]

    def _is_within(self, number: int, other: int) -> bool:
        return self.paths[number][: len(self.paths[other])] == self.paths[other]


NO_SUBAGENTS = Subagents()


def positions_in(spans: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return every position of these spans, ascending."""
    lengths = spans[:, 1] - spans[:, 0] + 1
    before = np.cumsum(lengths) - lengths
    return (np.repeat(spans[:, 0] - before, lengths) + np.arange(int(lengths.sum()))).astype(np.int32)
