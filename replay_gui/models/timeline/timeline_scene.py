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
        snapshots: positions with a snapshot, ascending. phases: event indexes at which phases begin.
        goes_on: whether the run is still running, so that a missing response may come.
    """

    index: RunIndex = field(default_factory=RunIndex)
    lanes: tuple[Lane, ...] = ()
    marks: TimelineMarks = NO_MARKS
    filter: EventFilter = ALL_EVENTS.filter
    broken: EventIndex | None = None
    snapshots: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    phases: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    goes_on: bool = False

    @classmethod
    def of(
        cls,
        index: RunIndex,
        lanes: tuple[Lane, ...],
        marks: TimelineMarks,
        broken: EventIndex | None,
        *,
        filter: EventFilter = ALL_EVENTS.filter,
        goes_on: bool = False,
    ) -> TimelineScene:
        """Collect the content; the snapshots and phases of the index become arrays."""
        snapshots = np.fromiter(index.snapshots, np.int64, len(index.snapshots))
        phases = np.fromiter((event_index for event_index, _ in index.phases), np.int64, len(index.phases))
        return cls(
            index=index,
            lanes=lanes,
            marks=marks,
            filter=filter,
            broken=broken,
            snapshots=snapshots,
            phases=phases,
            goes_on=goes_on,
        )

    def passes(self, positions: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return whether each event at these positions passes the filter."""
        if self.filter.shows_all:
            return np.ones(len(positions), bool)
        return self.filter.matches(self.index, positions.astype(np.int64) - 1)
