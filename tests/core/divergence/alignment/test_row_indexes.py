from __future__ import annotations

from replay_gui.core.divergence.alignment.row_indexes import RowIndexes
from replay_gui.core.divergence.comparison import Change
from tests.helpers.comparisons import alignment_of

E, A, B = Change.EQUAL, Change.ONLY_A, Change.ONLY_B


def test_rows_by_place_and_places_by_row() -> None:
    places = RowIndexes.from_alignment(alignment_of([B, E, A, A, B, E]))
    assert places.row_of_a.tolist() == [1, 2, 3, 5]
    assert places.row_of_b.tolist() == [0, 1, 4, 5]
    assert places.last_a.tolist() == [-1, 0, 1, 2, 2, 3]
    assert places.last_b.tolist() == [0, 1, 1, 1, 2, 3]


def test_nothing_has_no_places() -> None:
    places = RowIndexes.from_alignment(alignment_of([]))
    assert len(places.row_of_a) == len(places.last_b) == 0
