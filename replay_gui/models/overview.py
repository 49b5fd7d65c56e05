"""The whole run in a few hundred columns: how quickly events came, and where the errors are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.run_index import RunIndex

ERROR_KINDS = ("Error", "CapabilityDenied")
SMOOTHED = 5  # columns that each height is taken over


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """Columns of equally many events.

    Attributes:
        edges: float64, columns + 1 positions, from 0 to the number of events.
        pace: 0 … 1 a column: events per second, 0.5 for the run's median; 0.5 throughout where times are not known.
        errors: 0 … 1 a column: 0 for none, 1 for the column with most.
        has_pace: whether `pace` says anything.
    """

    edges: NDArray[np.float64]
    pace: NDArray[np.float64]
    errors: NDArray[np.float64]
    has_pace: bool

    @classmethod
    def of(cls, index: RunIndex, columns: int) -> Overview:
        """`columns` (at least 1) are made, fewer where there are fewer events."""
        columns = max(min(columns, index.count), 1)
        edges = np.linspace(0, index.count, columns + 1)
        has_pace = columns > SMOOTHED and index.has_times
        is_error = np.array([name in ERROR_KINDS for name in index.kinds])
        places = np.flatnonzero(is_error[index.kind])
        errors = np.histogram(places, edges)[0] if index.count else np.zeros(columns)
        return cls(
            edges,
            _pace(index.time, edges) if has_pace else np.full(columns, 0.5),
            np.sqrt(errors / max(errors.max(), 1)),
            has_pace,
        )


def _pace(time: NDArray[np.int64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    at = time[np.minimum(edges.astype(np.int64), len(time) - 1)].astype(np.float64)
    taken = np.maximum(np.diff(at), 0.0)  # clocks may go back
    padded = np.pad(taken, SMOOTHED // 2, mode="edge")
    taken = np.convolve(padded, np.ones(SMOOTHED) / SMOOTHED, mode="valid")
    usual = float(np.median(taken))
    if usual <= 0:
        return np.full(len(taken), 0.5)
    return usual / (usual + taken)
