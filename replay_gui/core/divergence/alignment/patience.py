"""Anchors between two sequences: ids or stretches of ids that occur once on both sides, in the same order.

This is the first step of patience diff (Bram Cohen, "Patience Diff Advantages", 2010); it stretches to repeated ids by
anchoring sequences of several ids.
"""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from replay_gui.core.divergence.alignment.id_intersection import (
    HASH_MULTIPLIER,
    Ids,
    Indexes,
    pair_unique_ids,
    unique_values,
)

_MAX_WEIGHTED_RUNS = 20_000  # with more runs their lengths are ignored, to save time
_PROBED_STRETCHES = 1 << 16  # ids examined to decide whether a sequence is repetitive


def find_anchors(a: Ids, b: Ids, length: int = 1) -> tuple[Indexes, Indexes]:
    """Return the beginnings, in a and in b, of stretches of `length` ids that occur once in a and once in b.

    Both increase; anchors that cross others are left out.
    """
    grams_a, grams_b = _grams(a, length), _grams(b, length)
    if _is_repetitive(grams_a) or _is_repetitive(grams_b):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return longest_increasing_pairs(*pair_unique_ids(grams_a, grams_b))


def longest_increasing_pairs(at_a: Indexes, at_b: Indexes) -> tuple[Indexes, Indexes]:
    """Return a largest subset of the pairs, which are sorted by `at_a`, that increases in `at_b` too; O(n log n).

    Runs of pairs that are neighbours on both sides are chosen as a whole. If there are more than _MAX_WEIGHTED_RUNS,
    the number of runs is maximized instead of the number of pairs.
    """
    if len(at_a) < 2:
        return at_a, at_b
    breaks = np.flatnonzero((np.diff(at_a) != 1) | (np.diff(at_b) != 1)) + 1
    starts = np.concatenate(([0], breaks))
    lengths = np.diff(np.concatenate((starts, [len(at_a)])))
    heads = at_b[starts].tolist()
    chosen = (
        _heaviest_increasing(heads, lengths.tolist())
        if len(heads) <= _MAX_WEIGHTED_RUNS
        else _longest_increasing(heads)
    )
    is_chosen = np.zeros(len(starts), np.bool_)
    is_chosen[chosen] = True
    pair_is_chosen = np.repeat(is_chosen, lengths)
    return at_a[pair_is_chosen], at_b[pair_is_chosen]


def _grams(ids: Ids, length: int) -> Ids:
    """Return a hash of each stretch (n-gram) of `length` ids, a power of two; equal for equal stretches."""
    grams, reach = ids, 1
    while reach < length:
        if len(grams) <= reach:
            return grams[:0]
        grams = (grams[:-reach] * HASH_MULTIPLIER) ^ (grams[reach:] + (grams[:-reach] >> np.uint64(29)))
        reach *= 2
    return grams


def _is_repetitive(grams: Ids) -> bool:
    """Return whether a long sequence, judged by its middle, has too few unique stretches for sorting to be worth it."""
    if len(grams) <= 2 * _PROBED_STRETCHES:
        return False
    middle = len(grams) // 2
    return len(unique_values(grams, np.arange(middle, middle + _PROBED_STRETCHES))[0]) < _PROBED_STRETCHES >> 8


def _longest_increasing(values: list[int]) -> list[int]:
    """Return the indexes of a longest increasing subsequence (Schensted 1961); O(n log n)."""
    tails: list[int] = []
    ends: list[int] = []  # index of the value that a subsequence of that length ends with
    before: list[int] = []
    for i, value in enumerate(values):
        at = bisect_left(tails, value)
        before.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(value)
            ends.append(i)
        else:
            tails[at] = value
            ends[at] = i
    return _backtrack(ends[-1], before)


def _heaviest_increasing(values: list[int], weights: list[int]) -> list[int]:
    """Return the indexes of an increasing subsequence of the greatest weight; O(n log n).

    The values are distinct. `best` is a binary indexed tree of maxima by rank (Fenwick, "A new data structure for
    cumulative frequency tables", 1994): ``i & (i - 1)`` goes to the ranks below, ``i + (i & -i)`` to the sums above.
    """
    rank = {value: number for number, value in enumerate(sorted(values), 1)}
    best: list[tuple[int, int]] = [(0, -1)] * (len(values) + 1)  # (weight, index it ends with) of ranks below
    before: list[int] = []
    for i, value in enumerate(values):
        below, at = (0, -1), rank[value] - 1
        while at:
            below = max(below, best[at])
            at &= at - 1
        before.append(below[1])
        with_value, at = (below[0] + weights[i], i), rank[value]
        while at < len(best):
            best[at] = max(best[at], with_value)
            at += at & -at
    top, at = (0, -1), len(values)
    while at:
        top = max(top, best[at])
        at &= at - 1
    return _backtrack(top[1], before)


def _backtrack(end: int, before: list[int]) -> list[int]:
    """Return the subsequence that ends at index `end`; `before`: the predecessor of each index, -1 for none."""
    chain = []
    while end >= 0:
        chain.append(end)
        end = before[end]
    chain.reverse()
    return chain
