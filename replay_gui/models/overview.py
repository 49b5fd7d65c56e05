"""The whole run in a few hundred columns: how quickly events came, and where the errors are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.run_index import NO_TIME, RunIndex

ERROR_KINDS = ("Error", "CapabilityDenied")
SMOOTHED = 5  # columns that each height is taken over


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """Columns of equally many events.

    Attributes:
        edges: float64, positions from 0 to the number of events, between which the columns of `pace` stand.
        pace: 0 … 1 a column: events per second, 0.5 for the run's median; 0.5 throughout where times are not known.
        has_pace: whether `pace` says anything.
        error_edges: the same for the columns of `errors`, which may be narrower than an event.
        errors: 0 … 1 a column: 0 for none, 1 for the column with most.
    """

    edges: NDArray[np.float64]
    pace: NDArray[np.float64]
    has_pace: bool
    error_edges: NDArray[np.float64]
    errors: NDArray[np.float64]

    @classmethod
    def of(cls, index: RunIndex, columns: int) -> Overview:
        """`columns` (at least 1) are made; for the pace fewer where there are fewer events."""
        edges = np.linspace(0, index.count, max(min(columns, index.count), 1) + 1)
        pace = _pace(index.time, edges)
        error_edges = np.linspace(0, max(index.count, 1), max(columns, 1) + 1)
        is_error = np.array([name in ERROR_KINDS for name in index.kinds])
        errors = np.histogram(np.flatnonzero(is_error[index.kind]) + 1, error_edges)[0]
        even = np.full(len(edges) - 1, 0.5)
        return cls(
            edges,
            even if pace is None else pace,
            pace is not None,
            error_edges,
            errors / max(int(errors.max()), 1),
        )


def _pace(time: NDArray[np.int64], edges: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """None where fewer than half of the events at the edges have a time, or none took any."""
    if len(edges) <= SMOOTHED:
        return None
    at = time[np.minimum(edges.astype(np.int64), len(time) - 1)]
    known = at != NO_TIME
    if 2 * int(known.sum()) < len(edges):
        return None
    filled = np.interp(edges, edges[known], at[known].astype(np.float64))
    taken = np.maximum(np.diff(filled), 0.0)  # clocks may go back
    padded = np.pad(taken, SMOOTHED // 2, mode="edge")
    taken = np.convolve(padded, np.ones(SMOOTHED) / SMOOTHED, mode="valid")
    usual = float(np.median(taken))
    return usual / (usual + taken) if usual > 0 else None
