"""The intersection of two sequences of ids, and the ids that occur once in both; in long ones by tables of cells.

A table has a cell for each value of some bits of an id's hash, so that most ids are alone in their cell. Those are
decided by looking into the cell, which is faster than sorting; only ids that share a cell are sorted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Indexes = NDArray[np.int64]
IndexPairs = tuple[Indexes, Indexes]  # (indexes in a, indexes in b) of ids that belong together, increasing
Ids = NDArray[np.uint64]

MIN_LONG_SEQUENCE = 1 << 16  # ids; shorter sequences are sorted faster
HASH_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio (Knuth's multiplicative hashing)
_CELL_BITS = 23  # a table has 2^23 cells; of a million ids, one of nine shares its cell with another
_EMPTY = -1


class _Table:
    """The cells of some ids.

    Attributes:
        cells: int[ids], the cell of each. last: int32[cells], the index of the last id in each cell, or _EMPTY.
    """

    def __init__(self, ids: Ids) -> None:
        self.cells = _cells(ids)
        self.last = np.full(1 << _CELL_BITS, _EMPTY, np.int32)
        self.last[self.cells] = np.arange(len(ids), dtype=np.int32)

    def is_shared(self) -> NDArray[np.bool_]:
        """Return bool[cells]: cells with more than one entry, be they equal ids or not."""
        return _bloom_table(self.cells[self.last[self.cells] != np.arange(len(self.cells))])


def intersect_ids(a: Ids, b: Ids) -> tuple[Indexes, Indexes]:
    """Return the indexes in a, and in b, of the ids that both have; both increasing. O(n log n)."""
    if min(len(a), len(b)) < MIN_LONG_SEQUENCE:
        return _intersect_by_sorting(a, b)
    table_a, table_b = _Table(a), _Table(b)
    return np.flatnonzero(_are_in(a, table_a, b, table_b)), np.flatnonzero(_are_in(b, table_b, a, table_a))


def _are_in(ids: Ids, table: _Table, others: Ids, table_of_others: _Table) -> NDArray[np.bool_]:
    """Return bool[ids]: whether each id is among the others."""
    last = table_of_others.last[table.cells]
    found: NDArray[np.bool_] = (others[last] == ids) & (last != _EMPTY)
    open_ids = np.flatnonzero(~found & (last != _EMPTY))  # perhaps another id has taken the last entry of the cell
    is_open = _bloom_table(table.cells[open_ids])
    found[open_ids[_intersect_by_sorting(ids[open_ids], others[is_open[table_of_others.cells]])[0]]] = True
    return found


def _intersect_by_sorting(a: Ids, b: Ids) -> IndexPairs:
    if not len(a) or not len(b):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    ids = np.concatenate((a, b))
    order = np.argsort(ids)
    ordered = ids[order]
    starts = np.flatnonzero(np.concatenate((np.ones(1, np.bool_), ordered[1:] != ordered[:-1])))
    sizes = np.diff(np.concatenate((starts, [len(ids)])))
    of_a = np.add.reduceat((order < len(a)).astype(np.int64), starts)
    shared = np.empty(len(ids), np.bool_)
    shared[order] = np.repeat((of_a > 0) & (of_a < sizes), sizes)
    return np.flatnonzero(shared[: len(a)]), np.flatnonzero(shared[len(a) :])


def intersect_approximately(a: Ids, b: Ids) -> tuple[Indexes, Indexes]:
    """Return the same as `intersect_ids`, and possibly a few ids that only one side has; O(n), without sorting.

    Bloom, "Space/time trade-offs in hash coding with allowable errors" (1970), with one hash function.
    """
    cells_a, cells_b = _cells(a), _cells(b)
    return np.flatnonzero(_bloom_table(cells_b)[cells_a]), np.flatnonzero(_bloom_table(cells_a)[cells_b])


def _bloom_table(cells: Indexes) -> NDArray[np.bool_]:
    table = np.zeros(1 << _CELL_BITS, np.bool_)
    table[cells] = True
    return table


def _cells(ids: Ids) -> Indexes:
    """Return the cell of each id."""
    return ((ids * HASH_MULTIPLIER) >> np.uint64(64 - _CELL_BITS)).astype(np.int64)


def pair_unique_ids(a: Ids, b: Ids) -> IndexPairs:
    """Return the indexes, in a and in b, of the ids that occur once in a and once in b; those in a increase."""
    if min(len(a), len(b)) < MIN_LONG_SEQUENCE:
        return order_pairs(_pair_by_sorting(a, np.arange(len(a)), b, np.arange(len(b))), len(a))
    table_a, table_b = _Table(a), _Table(b)
    is_shared = table_a.is_shared()
    is_shared |= table_b.is_shared()
    last, is_sorted = table_b.last[table_a.cells], is_shared[table_a.cells]
    alone = np.flatnonzero((b[last] == a) & (last != _EMPTY) & ~is_sorted)
    rest_a = np.flatnonzero(is_sorted & (last != _EMPTY))
    rest_b = np.flatnonzero(is_shared[table_b.cells] & (table_a.last[table_b.cells] != _EMPTY))
    more_a, more_b = _pair_by_sorting(a, rest_a, b, rest_b)
    return order_pairs((np.concatenate((alone, more_a)), np.concatenate((last[alone], more_b))), len(a))


def _pair_by_sorting(a: Ids, in_a: Indexes, b: Ids, in_b: Indexes) -> IndexPairs:
    """Return the pairs among these indexes, in the order of their ids."""
    unique_a, indexes_a = unique_values(a, in_a)
    unique_b, indexes_b = unique_values(b, in_b)
    if not len(unique_a) or not len(unique_b):
        return indexes_a[:0], indexes_b[:0]
    near = np.minimum(np.searchsorted(unique_b, unique_a), len(unique_b) - 1)
    both = unique_b[near] == unique_a
    return indexes_a[both], indexes_b[near[both]]


def unique_values(ids: Ids, indexes: Indexes) -> tuple[Ids, Indexes]:
    """Return the ids that occur once at these indexes, sorted, and the index of each."""
    order = np.argsort(ids[indexes])
    ordered = ids[indexes[order]]
    differs = ordered[1:] != ordered[:-1]
    edge = np.ones(1, np.bool_)
    is_unique = (
        np.concatenate((edge, differs)) & np.concatenate((differs, edge)) if len(indexes) else np.zeros(0, np.bool_)
    )
    return ordered[is_unique], indexes[order[is_unique]]


def order_pairs(pairs: IndexPairs, length: int) -> IndexPairs:
    """Return pairs sorted by their indexes in a, which are distinct and below `length`; without sorting."""
    partner = np.full(length, _EMPTY, np.int64)
    partner[pairs[0]] = pairs[1]
    at_a = np.flatnonzero(partner != _EMPTY)
    return at_a, partner[at_a]
