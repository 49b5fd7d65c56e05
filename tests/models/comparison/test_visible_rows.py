from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.models.comparison.visible_rows import CONTEXT_ROWS, VisibleRows


def _lines(shown: VisibleRows) -> list[tuple[int, int]]:
    return [(shown.row(line), shown.fold(line)) for line in range(shown.count)]


def test_all_rows_are_lines() -> None:
    assert _lines(VisibleRows.all(3)) == [(0, 0), (1, 0), (2, 0)]


def test_a_change_is_shown_with_context_and_the_rest_is_folded() -> None:
    shown = VisibleRows.near(20, np.array([8], np.int32), ())
    assert _lines(shown) == [(0, 5), *((row, 0) for row in range(5, 12)), (12, 8)]


def test_without_changes_everything_is_in_one_fold() -> None:
    assert _lines(VisibleRows.near(9, np.zeros(0, np.int32), ())) == [(0, 9)]


def test_an_opened_fold_is_open() -> None:
    assert _lines(VisibleRows.near(9, np.zeros(0, np.int32), ((0, 9),))) == [(row, 0) for row in range(9)]


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
def test_every_row_is_in_one_line_and_changes_are_seen_with_context(case: tuple[int, set[int]]) -> None:
    rows, changed = case
    shown = VisibleRows.near(rows, np.array(sorted(changed), np.int32), ())
    covered = [row for first, folded in _lines(shown) for row in range(first, first + max(folded, 1))]
    assert covered == list(range(rows))
    for row in changed:
        for near in range(max(row - CONTEXT_ROWS, 0), min(row + CONTEXT_ROWS + 1, rows)):
            assert shown.fold(shown.line(near)) == 0
    assert all(folded != 1 for _, folded in _lines(shown))
    many = shown.lines(np.arange(rows, dtype=np.int32))
    assert many.tolist() == [shown.line(row) for row in range(rows)]


def test_hidden_rows_are_in_folds_until_opened() -> None:
    hidden = np.zeros(10, bool)
    hidden[[2, 5, 6]] = True
    rows = VisibleRows.without(hidden, ())
    assert [(rows.row(line), rows.fold(line)) for line in range(rows.count)] == [
        (0, 0), (1, 0), (2, 1), (3, 0), (4, 0), (5, 2), (7, 0), (8, 0), (9, 0),
    ]  # fmt: skip
    assert VisibleRows.without(hidden, ((5, 7),)).count == 10
    near = VisibleRows.near(10, np.array([5], np.int32), (), hidden)
    assert [(near.row(line), near.fold(line)) for line in range(near.count)] == [
        (0, 3), (3, 0), (4, 0), (5, 2), (7, 0), (8, 0), (9, 0),
    ]  # fmt: skip
