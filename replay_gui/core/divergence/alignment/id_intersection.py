"""Which ids of two long sequences the other has too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Indexes = NDArray[np.int64]
Ids = NDArray[np.uint64]

MIN_LONG_SEQUENCE = 1 << 16  # ids; fewer are sorted as quickly as anything
HASH_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_BLOOM_BITS = 23  # bits of a cell's number: for a million ids, one in nine of the others passes


def intersect(a: Ids, b: Ids) -> tuple[Indexes, Indexes]:
    """Indexes of the ids of each that the other has too."""
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
    """As in_both, but a few ids may be among them that the other has not; without sorting.

    Bloom, "Space/time trade-offs in hash coding with allowable errors" (1970), with one hash function.
    """
    cells_a, cells_b = ((ids * HASH_MULTIPLIER) >> np.uint64(64 - _BLOOM_BITS) for ids in (a, b))
    return np.flatnonzero(_bloom_table(cells_b)[cells_a]), np.flatnonzero(_bloom_table(cells_a)[cells_b])


def _bloom_table(cells: Ids) -> NDArray[np.bool_]:
    table = np.zeros(1 << _BLOOM_BITS, np.bool_)
    table[cells] = True
    return table
