"""The whole run in a few hundred columns: the rate of events, and the errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.run_index import NO_TIME, RunIndex, failures_of_index
from replay_gui.models.timeline.timeline_axis import NUMBERS, TimelineAxis
from replay_gui.models.timeline.timeline_marks import TimelineMarks
from replay_gui.models.timeline.timeline_scene import NO_MARKS

SMOOTHED_COLUMNS = 5  # columns over which each height is averaged


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Overview:
    """Columns of equal width along an axis.

    Attributes:
        edges: float64, coordinates from 0 to the end of the run, between which the columns of `pace` are.
        pace: 0 … 1 per column: events per second, 0.5 for the run's median; always 0.5 if times are not known.
        has_pace: whether `pace` is known.
        mark_edges: the same for the columns of marks, which may be narrower than an event.
        errors: 0 … 1 per column: 0 for none, 1 for the column with most.
        found, divergences, causes, value_changes: 1 for a column with any, else 0.
    """

    edges: NDArray[np.float64]
    pace: NDArray[np.float64]
    has_pace: bool
    mark_edges: NDArray[np.float64]
    errors: NDArray[np.float64]
    found: NDArray[np.float64]
    divergences: NDArray[np.float64]
    causes: NDArray[np.float64]
    value_changes: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        index: RunIndex,
        columns: int,
        axis: TimelineAxis = NUMBERS,
        marks: TimelineMarks = NO_MARKS,
        failures: NDArray[np.int64] | None = None,
    ) -> Overview:
        """Make `columns` (at least 1) columns; fewer for the pace if there are fewer events.

        `failures`: the indexes of those events, if they are known.
        """
        end = float(axis.coordinates(np.array([index.count]))[0])
        edges = np.linspace(0, end, max(min(columns, index.count), 1) + 1)
        pace = _pace(index.time, edges) if axis is NUMBERS else _crowding(axis.positions(edges))
        mark_edges = np.linspace(0, max(end, 1.0), max(columns, 1) + 1)

        def counted(event_indexes: NDArray[np.integer]) -> NDArray[np.int64]:
            known = event_indexes[: np.searchsorted(event_indexes, index.count)]
            inner = _counts_before(axis, known, mark_edges[1:-1])
            return np.diff(inner, prepend=0, append=len(known))

        def has_some(event_indexes: NDArray[np.integer]) -> NDArray[np.float64]:
            return (counted(event_indexes) > 0).astype(np.float64)

        errors = counted(np.flatnonzero(failures_of_index(index)) if failures is None else failures)
        return cls(
            edges=edges,
            pace=np.full(len(edges) - 1, 0.5) if pace is None else pace,
            has_pace=pace is not None,
            mark_edges=mark_edges,
            errors=errors / max(int(errors.max()), 1),
            found=has_some(marks.found),
            divergences=has_some(marks.divergences),
            causes=has_some(marks.causes),
            value_changes=has_some(marks.value_changes),
        )


class GrowingFailures:
    """The failures of one run, by index; only its new events are examined."""

    def __init__(self) -> None:
        self._found = np.zeros(0, np.int64)
        self.count = 0  # of the examined events

    def of(self, index: RunIndex, max_events: int | None = None) -> NDArray[np.int64]:
        """Return the failures in `index`, a longer index of the same run; examine at most `max_events` new events."""
        stop = index.count if max_events is None else min(index.count, self.count + max_events)
        if stop > self.count:
            more = np.flatnonzero(failures_of_index(index, slice(self.count, stop))) + self.count
            self.count, self._found = stop, np.concatenate((self._found, more))
        return self._found


def _counts_before(
    axis: TimelineAxis, event_indexes: NDArray[np.integer], edges: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the number of (ascending) events before each edge, by bisection, because there may be millions."""
    low = np.zeros(len(edges), np.int64)
    high = np.full(len(edges), len(event_indexes), np.int64)
    while (is_open := low < high).any():
        middle = (low + high) // 2
        positions = event_indexes[np.minimum(middle, len(event_indexes) - 1)] + 1
        is_before = axis.coordinates(positions) < edges
        low, high = np.where(is_open & is_before, middle + 1, low), np.where(is_open & ~is_before, middle, high)
    return low


def _crowding(positions: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the number of events in each column of the clock, as `pace`; None for too few columns."""
    if len(positions) <= SMOOTHED_COLUMNS:
        return None
    counts = _smoothed(np.diff(positions))
    usual = float(np.median(counts[counts > 0])) if (counts > 0).any() else 1.0
    return counts / (counts + usual)


def _pace(time: NDArray[np.int64], edges: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the pace; None if fewer than half of the events at the edges have a time, or no time passed."""
    if len(edges) <= SMOOTHED_COLUMNS:
        return None
    at = time[np.minimum(edges.astype(np.int64), len(time) - 1)]
    known = at != NO_TIME
    if 2 * int(known.sum()) < len(edges):
        return None
    filled = np.interp(edges, edges[known], at[known].astype(np.float64))
    taken = np.maximum(np.diff(filled), 0.0)  # clocks may go back
    taken = _smoothed(taken)
    usual = float(np.median(taken))
    return usual / (usual + taken) if usual > 0 else None


def _smoothed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    padded = np.pad(values, SMOOTHED_COLUMNS // 2, mode="edge")
    return np.convolve(padded, np.ones(SMOOTHED_COLUMNS) / SMOOTHED_COLUMNS, mode="valid")
