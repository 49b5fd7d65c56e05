"""The whole run in a few hundred columns: the rate of events, and the errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.run_index import NO_TIME, RunIndex
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
    ) -> Overview:
        """Make `columns` (at least 1) columns; fewer for the pace if there are fewer events."""
        end = float(axis.coordinates(np.array([index.count]))[0])
        edges = np.linspace(0, end, max(min(columns, index.count), 1) + 1)
        pace = _pace(index.time, edges) if axis is NUMBERS else _crowding(axis.positions(edges))
        mark_edges = np.linspace(0, max(end, 1.0), max(columns, 1) + 1)

        def counted(events: NDArray[np.integer], base: int) -> NDArray[np.int64]:
            """Return the number of events in each column; `base`: the number of the first event of the run."""
            known = events[: np.searchsorted(events, index.count + base)]
            inner = _counts_before(axis, known, 1 - base, mark_edges[1:-1])
            return np.diff(inner, prepend=0, append=len(known))

        def has_some(event_indexes: NDArray[np.integer]) -> NDArray[np.float64]:
            return (counted(event_indexes, 0) > 0).astype(np.float64)

        errors = counted(index.groups.failures, 1)
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


def _counts_before(
    axis: TimelineAxis, events: NDArray[np.integer], further: int, edges: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the number of (ascending) events before each edge, by bisection, because there may be millions.

    `further`: what is added to each of `events` to make it a position.
    """
    low = np.zeros(len(edges), np.int64)
    high = np.full(len(edges), len(events), np.int64)
    while (is_open := low < high).any():
        middle = (low + high) // 2
        positions = events[np.minimum(middle, len(events) - 1)] + further
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
