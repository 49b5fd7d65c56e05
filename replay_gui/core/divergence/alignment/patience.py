"""Anchors between two sequences: what occurs once in both, in the same order (Cohen's patience diff)."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from replay_gui.core.divergence.alignment.id_intersection import (
    HASH_MULTIPLIER,
    MIN_LONG_SEQUENCE,
    Ids,
    Indexes,
    intersect_approximately,
)

_MAX_WEIGHTED_RUNS = 20_000  # runs; beyond, each counts as one: weighing them takes longer
_PROBED_STRETCHES = 1 << 16  # stretches


def find_anchors(a: Ids, b: Ids, length: int = 1) -> tuple[Indexes, Indexes]:
    """Indexes in a and b, both increasing, of stretches of `length` ids that occur once in a and once in b."""
    grams_a, grams_b = _grams(a, length), _grams(b, length)
    if _is_repetitive(grams_a) or _is_repetitive(grams_b):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    if min(len(grams_a), len(grams_b)) >= MIN_LONG_SEQUENCE:  # sorting is most of the work
        in_a, in_b = intersect_approximately(grams_a, grams_b)
    else:
        in_a, in_b = np.arange(len(grams_a)), np.arange(len(grams_b))
    unique_a, indexes_a = _unique_values(grams_a, in_a)
    unique_b, indexes_b = _unique_values(grams_b, in_b)
    if not len(unique_a) or not len(unique_b):
        return indexes_a[:0], indexes_b[:0]
    near = np.minimum(np.searchsorted(unique_b, unique_a), len(unique_b) - 1)
    both = unique_b[near] == unique_a
    at_a, at_b = indexes_a[both], indexes_b[near[both]]
    order = np.argsort(at_a)
    return longest_increasing_pairs(at_a[order], at_b[order])


def longest_increasing_pairs(at_a: Indexes, at_b: Indexes) -> tuple[Indexes, Indexes]:
    """Of pairs sorted by `at_a`, those that increase in `at_b` too: as many as can be, by runs of neighbours."""
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
    keep = np.zeros(len(starts), np.bool_)
    keep[chosen] = True
    kept = np.repeat(keep, lengths)
    return at_a[kept], at_b[kept]


def _grams(ids: Ids, length: int) -> Ids:
    """One number for each stretch of `length` (a power of two) ids, equal for equal stretches."""
    grams, reach = ids, 1
    while reach < length:
        if len(grams) <= reach:
            return grams[:0]
        grams = (grams[:-reach] * HASH_MULTIPLIER) ^ (grams[reach:] + (grams[:-reach] >> np.uint64(29)))
        reach *= 2
    return grams


def _is_repetitive(grams: Ids) -> bool:
    """Whether so few of a long stretch in the middle occur once in it that to sort all of them is not worth while."""
    if len(grams) <= 2 * _PROBED_STRETCHES:
        return False
    middle = len(grams) // 2
    return len(_unique_values(grams, np.arange(middle, middle + _PROBED_STRETCHES))[0]) < _PROBED_STRETCHES >> 8


def _unique_values(grams: Ids, indexes: Indexes) -> tuple[Ids, Indexes]:
    """What occurs once at these indexes, sorted, and where."""
    order = np.argsort(grams[indexes])
    ordered = grams[indexes[order]]
    other = ordered[1:] != ordered[:-1]
    edge = np.ones(1, np.bool_)
    alone = np.concatenate((edge, other)) & np.concatenate((other, edge)) if len(indexes) else np.zeros(0, np.bool_)
    return ordered[alone], indexes[order[alone]]


def _longest_increasing(values: list[int]) -> list[int]:
    """Indexes of a longest increasing subsequence (Schensted)."""
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
    """Indexes of an increasing subsequence of the greatest weight, the values being distinct (Fenwick's tree)."""
    rank = {value: number for number, value in enumerate(sorted(values), 1)}
    best: list[tuple[int, int]] = [(0, -1)] * (len(values) + 1)  # (weight, index it ends with) of ranks below
    before: list[int] = []
    for i, value in enumerate(values):
        own = rank[value]
        found, at = (0, -1), own - 1
        while at:
            found = max(found, best[at])
            at &= at - 1
        before.append(found[1])
        mine, at = (found[0] + weights[i], i), own
        while at < len(best):
            best[at] = max(best[at], mine)
            at += at & -at
    top, at = (0, -1), len(values)
    while at:
        top = max(top, best[at])
        at &= at - 1
    return _backtrack(top[1], before)


def _backtrack(end: int, before: list[int]) -> list[int]:
    chain = []
    while end >= 0:
        chain.append(end)
        end = before[end]
    chain.reverse()
    return chain
