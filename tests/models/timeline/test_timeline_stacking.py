from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.models.timeline.timeline_stacking import MAX_ROWS, stack_calls


@pytest.mark.parametrize(
    ("calls", "row", "rows"),
    [
        ([], [], []),
        ([(1, 5)], [0], [1]),
        ([(1, 2), (3, 4), (5, 5)], [0, 0, 0], [1, 1, 1]),
        ([(1, 3), (2, 4)], [0, 1], [2, 2]),
        ([(1, 2), (2, 3)], [0, 0], [1, 1]),  # the one begins where the other ends
        ([(1, 10), (2, 4), (5, 7), (11, 12)], [0, 1, 1, 0], [2, 2, 2, 1]),  # a free row is used again
        ([(1, 9), (2, 9), (3, 9), (4, 9)], [0, 1, 2, 2], [3, 3, 3, 3]),  # no more than three
        ([(1, 2), (3, 8), (4, 5), (9, 10)], [0, 0, 1, 0], [1, 2, 2, 1]),  # only those that overlap get thinner
    ],
)
def test_rows(calls: list[tuple[int, int]], row: list[int], rows: list[int]) -> None:
    found = stack_calls(np.array([start for start, _ in calls], int), np.array([stop for _, stop in calls], int))
    assert (found[0].tolist(), found[1].tolist()) == (row, rows)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)), max_size=40))
def test_no_two_overlap_in_a_row_while_there_is_room(calls: list[tuple[int, int]]) -> None:
    calls = sorted(dict(calls).items())
    starts = np.array([start for start, _ in calls], int)
    stops = starts + np.array([length for _, length in calls], int)
    row, rows = stack_calls(starts, stops)
    assert (row < rows).all()
    for one in range(len(calls)):
        for other in range(one):
            if stops[other] > starts[one]:
                assert rows[one] == rows[other]
                assert row[one] != row[other] or rows[one] == MAX_ROWS
