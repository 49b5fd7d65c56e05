"""Lookup tables of an alignment: the row of an event, and the last event of each side at a row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.comparison import Alignment
from replay_gui.core.log.positions import NO_EVENT, EventIndex


@dataclass(frozen=True, slots=True, eq=False)
class RowIndexes:
    """The rows of an Alignment by event, and the events by row.

    Attributes:
        row_of_a, row_of_b: int32[events], the row of each event of A and of B.
        last_a, last_b: int32[rows], index of the last event of each side at or above the row; else NO_EVENT.
    """

    row_of_a: NDArray[np.int32]
    row_of_b: NDArray[np.int32]
    last_a: NDArray[np.int32]
    last_b: NDArray[np.int32]

    @classmethod
    def from_alignment(cls, alignment: Alignment) -> RowIndexes:
        """Compute both directions for an alignment, in time linear in its rows."""
        return cls(
            np.flatnonzero(alignment.a != NO_EVENT).astype(np.int32),
            np.flatnonzero(alignment.b != NO_EVENT).astype(np.int32),
            np.maximum.accumulate(alignment.a),
            np.maximum.accumulate(alignment.b),
        )

    def last_events(self, row: int) -> tuple[EventIndex, EventIndex]:
        """Return the last event of A and of B at or above the row, NO_EVENT above the first."""
        return EventIndex(int(self.last_a[row])), EventIndex(int(self.last_b[row]))
