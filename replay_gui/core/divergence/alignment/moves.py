"""Moved events: unpaired on both sides, equal, and near one another."""

from __future__ import annotations

import numpy as np

from replay_gui.core.divergence.alignment.id_intersection import Ids, Indexes

MAX_MOVE_ROWS = 64  # an equal event that is further away is another step


def find_moves(ids_a: Ids, rows_a: Indexes, ids_b: Ids, rows_b: Indexes) -> tuple[Indexes, Indexes]:
    """Return the indexes into `ids_a` and `ids_b` of the moved events.

    Events are paired with a nearest equal one of the other side; no event is in two pairs. O(n log n).

    Args:
        ids_a, rows_a: uint64 and int64, id and row of each unpaired event of A.
        ids_b, rows_b: the same of B.
    """
    ids, rows = np.concatenate((ids_a, ids_b)), np.concatenate((rows_a, rows_b))
    order = np.lexsort((rows, ids))
    left, right = order[:-1], order[1:]
    opposite = (left < len(ids_a)) != (right < len(ids_a))
    near = opposite & (ids[left] == ids[right]) & (np.abs(rows[left] - rows[right]) <= MAX_MOVE_ROWS)
    at = np.flatnonzero(near)
    if not len(at):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    # In a chain of pairs, each of which shares an event with the next, every other pair is taken.
    begins = np.concatenate(([True], np.diff(at) > 1))
    within = np.arange(len(at)) - np.maximum.accumulate(np.where(begins, np.arange(len(at)), 0))
    at = at[within % 2 == 0]
    first, second = order[at], order[at + 1]
    first_is_a = first < len(ids_a)
    return np.where(first_is_a, first, second), np.where(first_is_a, second, first) - len(ids_a)
