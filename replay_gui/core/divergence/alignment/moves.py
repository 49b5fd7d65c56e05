"""Events that stand elsewhere: left over on both sides, equal, and not far from one another."""

from __future__ import annotations

import numpy as np

from replay_gui.core.divergence.alignment.id_intersection import Ids, Indexes

MAX_MOVE_ROWS = 64  # rows; a step that comes much later is another step


def find_moves(ids_a: Ids, rows_a: Indexes, ids_b: Ids, rows_b: Indexes) -> tuple[Indexes, Indexes]:
    """Indexes into both of the events that moved: each with the nearest of the other side, each once.

    Args:
        ids_a, rows_a: of what A has left over: what it is, and at which row it stands. ids_b, rows_b: of B.
    """
    ids, rows = np.concatenate((ids_a, ids_b)), np.concatenate((rows_a, rows_b))
    order = np.lexsort((rows, ids))
    left, right = order[:-1], order[1:]
    opposite = (left < len(ids_a)) != (right < len(ids_a))
    near = opposite & (ids[left] == ids[right]) & (np.abs(rows[left] - rows[right]) <= MAX_MOVE_ROWS)
    at = np.flatnonzero(near)
    if not len(at):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    # of neighbours that would share an event, every other pair
    begins = np.concatenate(([True], np.diff(at) > 1))
    within = np.arange(len(at)) - np.maximum.accumulate(np.where(begins, np.arange(len(at)), 0))
    at = at[within % 2 == 0]
    one, other = order[at], order[at + 1]
    from_a = one < len(ids_a)
    return np.where(from_a, one, other), np.where(from_a, other, one) - len(ids_a)
