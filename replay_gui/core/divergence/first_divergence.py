"""Where two runs first differ, in O(log n) looks at their chains over content hashes."""

from __future__ import annotations

from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.index.index_columns import CHAIN_STEP_EVENTS


def first_divergence(a: ComparedSide, b: ComparedSide) -> int | None:
    """The index of the first event that differs; the shorter one's end where it is a prefix; None for equal runs.

    A chain's value covers all events up to it, so that equal values mean equal runs so far: bisection finds the step,
    the events' own hashes the event in it.
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
