"""The content of the timeline, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.run_index import RunIndex
from replay_gui.core.log.positions import EventIndex
from replay_gui.models.run.event_filter import EventFilter
from replay_gui.models.run.listing import ALL_EVENTS
from replay_gui.models.timeline.lanes import Lane
from replay_gui.models.timeline.timeline_marks import TimelineMarks

NO_MARKS = TimelineMarks()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TimelineScene:
    """Everything that is drawn except the position.

    Attributes:
        index: of the run. lanes: from top to bottom. marks: of a search or a comparison.
        filter: events that do not match it are drawn faintly.
        broken: index of the first event that cannot be trusted, or None.
        goes_on: whether the run is still running, so that a missing response may come.
    """

    index: RunIndex = field(default_factory=RunIndex)
    lanes: tuple[Lane, ...] = ()
    marks: TimelineMarks = NO_MARKS
    filter: EventFilter = ALL_EVENTS.filter
    broken: EventIndex | None = None
    goes_on: bool = False

    def has_snapshot(self, first: float, last: float) -> bool:
        """Return whether a snapshot is kept at a position from `first` to `last`."""
        before, until = np.searchsorted(self.index.snapshot_positions, (np.ceil(first), np.floor(last) + 1))
        return bool(before < until)

    def passes(self, positions: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return whether each event at these positions passes the filter."""
        if self.filter.shows_all:
            return np.ones(len(positions), bool)
        return self.filter.matches(self.index, positions.astype(np.int64) - 1)
