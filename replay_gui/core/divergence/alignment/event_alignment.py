"""Align two runs: first equal events, then moved ones, then events that are the same step but changed.

The steps of the algorithm are described in resources/docs/causes.md, section Alignment.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.alignment.id_intersection import (
    HASH_MULTIPLIER,
    Ids,
    Indexes,
    IndexPairs,
    intersect_ids,
)
from replay_gui.core.divergence.alignment.matching import match_ids
from replay_gui.core.divergence.alignment.moves import find_moves
from replay_gui.core.divergence.comparison import Alignment, Change
from replay_gui.core.divergence.side import ComparedSide, number_jointly
from replay_gui.core.index.run_index import NO_PAIR
from replay_gui.core.log.kinds import KINDS, Kind
from replay_gui.core.log.positions import NO_EVENT

_RESPONSE = KINDS.index(Kind.TOOL_RESPONSE)
_HASHES_PER_CHUNK = 1 << 16  # compared in one operation


def align_runs(a: ComparedSide, b: ComparedSide, anchors: Sequence[tuple[int, int]] = ()) -> Alignment:
    """Return the alignment of two runs, in nearly linear time; see `matching` for the worst case.

    Args:
        anchors: (index in A, index in B) of steps that the user marked as the same step; they are paired as given.

    Raises:
        ValueError: anchors cross one another, or there is no such index.
    """
    coarse_a, coarse_b = _step_keys(a, b)
    fine_a, fine_b = _answer_keys(a, coarse_a), _answer_keys(b, coarse_b)
    before_moves = _is_answer(a), _is_answer(b)
    alignment = align_ids(a.ids, b.ids, ((fine_a, fine_b), (coarse_a, coarse_b)), anchors, before_moves)
    # Ids are only the first 8 bytes of the hashes, so rows with equal ids may still differ.
    same = np.flatnonzero((alignment.change == Change.EQUAL) | (alignment.change == Change.MOVED))
    same = same[(alignment.a[same] != NO_EVENT)]
    partner = alignment.partner_of_a[alignment.a[same]]
    for begin in range(0, len(same), _HASHES_PER_CHUNK):
        rows, of_b = same[begin : begin + _HASHES_PER_CHUNK], partner[begin : begin + _HASHES_PER_CHUNK]
        differing = rows[a.content[alignment.a[rows]] != b.content[of_b]]
        alignment.change[differing] = Change.CHANGED
    return alignment


def align_ids(
    ids_a: Ids,
    ids_b: Ids,
    keys: Sequence[tuple[Ids, Ids]] = (),
    anchors: Sequence[tuple[int, int]] = (),
    before_moves: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None = None,
) -> Alignment:
    """Return the alignment of two sequences.

    Args:
        ids_a, ids_b: uint64, equal for equal events.
        keys: (column of A, column of B), uint64 each. Unpaired events that are equal in the first key are one changed
            step; then unpaired events that are equal in the second key; and so on.
        anchors: as for `align_runs`.
        before_moves: bool columns of A and B, events that the first key may pair before moves are searched for. A tool
            response follows its request, so it has not moved although an equal one is elsewhere.

    Raises:
        ValueError: as for `align_runs`.
    """
    pins = _checked_anchors(anchors, len(ids_a), len(ids_b))
    shared_a, shared_b = intersect_ids(ids_a, ids_b)
    equal = _matches_between((ids_a, shared_a), (ids_b, shared_b), pins)
    at_a, at_b = _merge_pairs(equal, pins)
    if before_moves is not None and keys:
        at_a, at_b = _merge_pairs(
            (at_a, at_b), _pairs_in_gaps(*keys[0], (at_a, at_b), *_unpaired((at_a, at_b), before_moves))
        )
    rows_a, rows_b, _ = _row_numbers(at_a, at_b, len(ids_a), len(ids_b))
    rest_a, rest_b = np.setdiff1d(shared_a, at_a, True), np.setdiff1d(shared_b, at_b, True)
    in_a, in_b = find_moves(ids_a[rest_a], rows_a[rest_a], ids_b[rest_b], rows_b[rest_b])
    moved_a, moved_b = rest_a[in_a], rest_b[in_b]
    free_a, free_b = np.ones(len(ids_a), np.bool_), np.ones(len(ids_b), np.bool_)
    free_a[at_a], free_b[at_b], free_a[moved_a], free_b[moved_b] = False, False, False, False
    for key_a, key_b in keys:
        pairs = _pairs_in_gaps(key_a, key_b, (at_a, at_b), free_a, free_b)
        free_a[pairs[0]], free_b[pairs[1]] = False, False
        at_a, at_b = _merge_pairs((at_a, at_b), pairs)
    return _alignment(ids_a, ids_b, (at_a, at_b), (moved_a, moved_b))


def _unpaired(
    pairs: IndexPairs, among: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which of the events `among` are unpaired."""
    free_a, free_b = among[0].copy(), among[1].copy()
    free_a[pairs[0]], free_b[pairs[1]] = False, False
    return free_a, free_b


# ---- keys: equal for events that are the same step -------------------------------------------------------------------
def _step_keys(a: ComparedSide, b: ComparedSide) -> tuple[Ids, Ids]:
    """Return uint64 columns, equal for events of the same kind and tool."""
    _, kind_a, kind_b = number_jointly(a.index.kinds, a.index.kind, b.index.kinds, b.index.kind)
    _, tool_a, tool_b = number_jointly(a.index.tools, a.index.tool, b.index.tools, b.index.tool)
    return _hash_pair(kind_a, tool_a), _hash_pair(kind_b, tool_b)


def _hash_pair(kind: NDArray[np.int64], tool: NDArray[np.int64]) -> Ids:
    """Return a hash of (kind, tool) of each event."""
    return ((kind.astype(np.uint64) << np.uint64(32)) | (tool + 1).astype(np.uint64)) * HASH_MULTIPLIER


def _is_answer(side: ComparedSide) -> NDArray[np.bool_]:
    """Return bool[events]: tool responses whose request is in this run."""
    is_answer: NDArray[np.bool_] = (side.index.kind == _RESPONSE) & (side.index.pair != NO_PAIR)
    return is_answer


def _answer_keys(side: ComparedSide, steps: Ids) -> Ids:
    """Return the keys `steps`, changed so that answers are the same step only if their requests are equal."""
    pair = side.index.pair.astype(np.int64)
    is_answer = _is_answer(side)
    keys = steps.copy()
    keys[is_answer] ^= side.ids[pair[is_answer]] * HASH_MULTIPLIER
    return keys


# ---- matches, anchors and gaps ---------------------------------------------------------------------------------------
def _checked_anchors(anchors: Sequence[tuple[int, int]], count_a: int, count_b: int) -> IndexPairs:
    """Return the anchors as two increasing columns; ValueError as for `align_runs`."""
    ordered = sorted(anchors)
    at_a, at_b = (np.array([anchor[side] for anchor in ordered], np.int64) for side in (0, 1))
    if (np.diff(at_a) <= 0).any() or (np.diff(at_b) <= 0).any():
        raise ValueError("the steps that are marked as the same cross one another")
    if len(ordered) and (at_a[0] < 0 or at_b[0] < 0 or at_a[-1] >= count_a or at_b[-1] >= count_b):
        raise ValueError("there is no such step")
    return at_a, at_b


def _matches_between(a: tuple[Ids, Indexes], b: tuple[Ids, Indexes], pins: IndexPairs) -> IndexPairs:
    """Return the matches of equal ids, none of which crosses a pin.

    Args:
        a, b: the ids, and the indexes of those ids that both sides have.
        pins: pairs that are given; they divide the runs into parts, which are matched one by one.
    """
    (ids_a, shared_a), (ids_b, shared_b) = a, b
    matches_a, matches_b = list[Indexes](), list[Indexes]()
    cuts_a = np.searchsorted(shared_a, [0, *pins[0].tolist(), len(ids_a)])
    cuts_b = np.searchsorted(shared_b, [0, *pins[1].tolist(), len(ids_b)])
    pinned_a, pinned_b = np.isin(shared_a, pins[0]), np.isin(shared_b, pins[1])
    for part in range(len(cuts_a) - 1):
        own_a, own_b = slice(cuts_a[part], cuts_a[part + 1]), slice(cuts_b[part], cuts_b[part + 1])
        indexes_a, indexes_b = shared_a[own_a][~pinned_a[own_a]], shared_b[own_b][~pinned_b[own_b]]
        at_a, at_b = match_ids(ids_a[indexes_a], ids_b[indexes_b])
        matches_a.append(indexes_a[at_a])
        matches_b.append(indexes_b[at_b])
    return np.concatenate(matches_a), np.concatenate(matches_b)


def _pairs_in_gaps(
    key_a: Ids, key_b: Ids, pairs: IndexPairs, free_a: NDArray[np.bool_], free_b: NDArray[np.bool_]
) -> IndexPairs:
    """Return pairs of free events with equal keys that lie in the same gap between the given pairs, in order."""
    indexes_a, indexes_b = np.flatnonzero(free_a), np.flatnonzero(free_b)
    gap_a, gap_b = _count_before(pairs[0], len(key_a))[indexes_a], _count_before(pairs[1], len(key_b))[indexes_b]
    # Mixing the gap's number into the key makes keys of different gaps differ, so one call matches all gaps.
    mixed_a = key_a[indexes_a] ^ (gap_a.astype(np.uint64) * HASH_MULTIPLIER)
    mixed_b = key_b[indexes_b] ^ (gap_b.astype(np.uint64) * HASH_MULTIPLIER)
    at_a, at_b = match_ids(mixed_a, mixed_b)
    return indexes_a[at_a], indexes_b[at_b]


def _merge_pairs(first: IndexPairs, second: IndexPairs) -> IndexPairs:
    """Return the pairs of both, in the order of A."""
    at_a, at_b = np.concatenate((first[0], second[0])), np.concatenate((first[1], second[1]))
    order = np.argsort(at_a, kind="stable")
    return at_a[order], at_b[order]


# ---- rows ------------------------------------------------------------------------------------------------------------
def _row_numbers(at_a: Indexes, at_b: Indexes, count_a: int, count_b: int) -> tuple[Indexes, Indexes, int]:
    """Return the row of each event of A and of B, and the number of rows; in a gap, A's events are above B's."""
    pairs_before_a, pairs_before_b = _count_before(at_a, count_a), _count_before(at_b, count_b)
    singles_before = np.concatenate(([0], at_b + 1)) - np.arange(len(at_b) + 1)  # of B, above the gap after each pair
    rows_a = np.arange(count_a) + singles_before[pairs_before_a]
    rows_a[at_a] = at_a + at_b - np.arange(len(at_a))
    singles_until = np.concatenate((at_a, [count_a])) - np.arange(len(at_a) + 1)  # of A, above the end of each gap
    rows_b = np.arange(count_b) + singles_until[pairs_before_b]
    rows_b[at_b] = rows_a[at_a]
    return rows_a, rows_b, count_a + count_b - len(at_a)


def _count_before(at: Indexes, count: int) -> Indexes:
    """Return int64[count]: how many of the indexes `at` are smaller than each index."""
    paired = np.zeros(count + 1, np.int64)
    paired[at + 1] = 1
    return np.cumsum(paired)[:-1]


def _alignment(ids_a: Ids, ids_b: Ids, pairs: IndexPairs, moves: IndexPairs) -> Alignment:
    """Return the rows, given the pairs of counterparts in order and those of moved events."""
    rows_a, rows_b, count = _row_numbers(*pairs, len(ids_a), len(ids_b))
    a, b = np.full(count, NO_EVENT, np.int32), np.full(count, NO_EVENT, np.int32)
    a[rows_a], b[rows_b] = np.arange(len(ids_a)), np.arange(len(ids_b))
    partner_of_a, partner_of_b = np.full(len(ids_a), NO_EVENT, np.int32), np.full(len(ids_b), NO_EVENT, np.int32)
    for at_a, at_b in (pairs, moves):
        partner_of_a[at_a], partner_of_b[at_b] = at_b, at_a
    change = np.full(count, Change.ONLY_A, np.uint8)
    change[a == NO_EVENT] = Change.ONLY_B
    change[rows_a[pairs[0]]] = np.where(ids_a[pairs[0]] == ids_b[pairs[1]], Change.EQUAL, Change.CHANGED)
    change[rows_a[moves[0]]] = change[rows_b[moves[1]]] = Change.MOVED
    return Alignment(a, b, change, partner_of_a, partner_of_b)
