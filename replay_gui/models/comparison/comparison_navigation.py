"""From a row of a comparison to event indexes and divergences, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from replay_gui.core.log.positions import EventIndex, Position, index_before
from replay_gui.core.numpy_on_demand import np
from replay_gui.engine.answers import Compared
from replay_gui.models.comparison.comparison_states import EventPair
from replay_gui.models.session import Session
from replay_gui.models.timeline.timeline_marks import divergence_marks

if TYPE_CHECKING:  # the first window needs none of them
    from numpy.typing import NDArray

    from replay_gui.core.divergence.alignment.row_indexes import RowIndexes
    from replay_gui.core.divergence.comparison import Comparison

NO_ROW = -1


def first_row(compared: Compared, first: EventPair | None) -> int:
    """Return the row to show first: that of the event `first`, in A or else in B, or that of the first-ranked cause.

    `first`: event indexes in A and B; NO_EVENT and indexes that do not exist any more are ignored.
    """
    comparison, row_indexes = compared.comparison, compared.row_indexes
    for event_index, rows in zip(first or (), (row_indexes.row_of_a, row_indexes.row_of_b), strict=False):
        if 0 <= event_index < len(rows):
            return int(rows[event_index])
    points = comparison.points.row
    if comparison.causes:
        return int(points[comparison.cause_points[comparison.ranked[0]]])
    return int(points[0]) if len(points) else 0


def row_at(row_indexes: RowIndexes, position: Position, in_a: bool) -> int:
    """Return the row of the event just before a position of A or B; NO_ROW at 0, or if no row has the event."""
    rows = row_indexes.row_of_a if in_a else row_indexes.row_of_b
    return int(rows[index_before(position)]) if 0 < position <= len(rows) else NO_ROW


def events_at(comparison: Comparison | None, row: int) -> EventPair | None:
    """Return the event indexes of a row in A and B, NO_EVENT if a side has none; None if there is no such row."""
    if comparison is None or row == NO_ROW:
        return None
    return EventIndex(int(comparison.alignment.a[row])), EventIndex(int(comparison.alignment.b[row]))


def point_at(comparison: Comparison, row: int) -> int | None:
    """Return the index of the divergence in a row, or None."""
    points = comparison.points.row
    at = int(np.searchsorted(points, row))
    return at if at < len(points) and int(points[at]) == row else None


def next_point(comparison: Comparison, row: int, forward: bool) -> int | None:
    """Return the index of the divergence after a row, or of the one before it; None if there is none."""
    points = comparison.points.row
    at = int(np.searchsorted(points, row, "right")) if forward else int(np.searchsorted(points, row)) - 1
    return at if 0 <= at < len(points) else None


def mark_divergences(session: Session, comparison: Comparison, last: NDArray[np.int32]) -> None:
    """Mark the divergences on the timeline of one side; `last`: see divergence_marks."""
    of_row = divergence_marks(comparison, last)
    session.set_marks(replace(session.marks, causes=of_row.causes, divergences=of_row.divergences))
