"""The intersection of two long sequences of ids: exactly by sorting, or approximately by a Bloom filter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Indexes = NDArray[np.int64]
IndexPairs = tuple[Indexes, Indexes]  # (indexes in a, indexes in b) of ids that belong together, increasing
Ids = NDArray[np.uint64]

MIN_LONG_SEQUENCE = 1 << 16  # ids; shorter sequences are sorted faster than they are filtered
HASH_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio (Knuth's multiplicative hashing)
_BLOOM_BITS = 23  # the table has 2^23 cells; with a million ids in it, one of nine other ids passes


def intersect_ids(a: Ids, b: Ids) -> tuple[Indexes, Indexes]:
    """Return the indexes in a, and in b, of the ids that both have; both increasing. O(n log n)."""
    at_a, at_b = np.arange(len(a)), np.arange(len(b))
    if min(len(a), len(b)) >= MIN_LONG_SEQUENCE:
        at_a, at_b = intersect_approximately(a, b)
    if not len(at_a) or not len(at_b):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    ids = np.concatenate((a[at_a], b[at_b]))
    order = np.argsort(ids)
    ordered = ids[order]
    starts = np.flatnonzero(np.concatenate((np.ones(1, np.bool_), ordered[1:] != ordered[:-1])))
    sizes = np.diff(np.concatenate((starts, [len(ids)])))
    of_a = np.add.reduceat((order < len(at_a)).astype(np.int64), starts)
    shared = np.empty(len(ids), np.bool_)
    shared[order] = np.repeat((of_a > 0) & (of_a < sizes), sizes)
    return at_a[shared[: len(at_a)]], at_b[shared[len(at_a) :]]


def intersect_approximately(a: Ids, b: Ids) -> tuple[Indexes, Indexes]:
    """Return the same as `intersect_ids`, and possibly a few ids that only one side has; O(n), without sorting.

    Bloom, "Space/time trade-offs in hash coding with allowable errors" (1970), with one hash function.
    """
    cells_a, cells_b = ((ids * HASH_MULTIPLIER) >> np.uint64(64 - _BLOOM_BITS) for ids in (a, b))
    return np.flatnonzero(_bloom_table(cells_b)[cells_a]), np.flatnonzero(_bloom_table(cells_a)[cells_b])


def _bloom_table(cells: Ids) -> NDArray[np.bool_]:
    table = np.zeros(1 << _BLOOM_BITS, np.bool_)
    table[cells] = True
    return table
