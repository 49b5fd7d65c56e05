"""Which row an event stands in, and where each side has come to at a row: what a split view asks all the time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.comparison import NO_EVENT, Alignment, Change
from replay_gui.core.log.positions import EventIndex


@dataclass(frozen=True, slots=True, eq=False)
class RowIndexes:
    """The rows of an Alignment, by event index and the reverse.

    Attributes:
        row_of_a: int32[events of A], the row of each event. row_of_b: of B.
        last_a: int32[rows], index of the last event of A at or above the row, NO_EVENT above the first. last_b: of B.
    """

    row_of_a: NDArray[np.int32]
    row_of_b: NDArray[np.int32]
    last_a: NDArray[np.int32]
    last_b: NDArray[np.int32]

    @classmethod
    def of(cls, alignment: Alignment) -> RowIndexes:
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

    def partner(self, alignment: Alignment, row: int) -> int | None:
        """For a moved event of A, the row in which its counterpart stands; None for any other."""
        if alignment.change[row] != Change.MOVED or alignment.a[row] == NO_EVENT:
            return None
        other = int(alignment.partner_of_a[alignment.a[row]])
        return None if other == NO_EVENT else int(self.row_of_b[other])
