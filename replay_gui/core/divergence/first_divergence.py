"""The first divergence of two runs, by bisection over their chains of content hashes."""

from __future__ import annotations

from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.index.index_columns import CHAIN_STEP_EVENTS


def first_divergence(a: ComparedSide, b: ComparedSide) -> int | None:
    """Return the index of the first event that differs, from 0; None if the runs are equal.

    If one run is a prefix of the other, it is the length of the shorter one. O(log n): each value of a chain covers all
    events before it, so equal values mean equal runs up to there.
    """
    low, high = 0, min(len(a.chain), len(b.chain))
    while low < high:
        middle = (low + high) // 2
        if a.chain[middle].tobytes() == b.chain[middle].tobytes():
            low = middle + 1
        else:
            high = middle
    start, end = low * CHAIN_STEP_EVENTS, min(len(a.content), len(b.content))
    for index in range(start, min(start + CHAIN_STEP_EVENTS, end)):
        if a.content[index].tobytes() != b.content[index].tobytes():
            return index
    return None if len(a.content) == len(b.content) else end
