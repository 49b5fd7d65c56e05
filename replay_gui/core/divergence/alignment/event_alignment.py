"""Lays two runs side by side: equal steps first, then moved ones, then those that are the same step but changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.alignment.id_intersection import HASH_MULTIPLIER, Ids, Indexes, intersect
from replay_gui.core.divergence.alignment.matching import match_ids
from replay_gui.core.divergence.alignment.moves import find_moves
from replay_gui.core.divergence.comparison import NO_EVENT, Alignment, Change
from replay_gui.core.divergence.side import ComparedSide, number_jointly
from replay_gui.core.index.run_index import NO_PAIR
from replay_gui.core.log.kinds import KINDS, Kind

_RESPONSE = KINDS.index(Kind.TOOL_RESPONSE)
_REQUEST = KINDS.index(Kind.TOOL_REQUEST)
_HASHES_PER_CHUNK = 1 << 16  # hashes that are compared together


def align(a: ComparedSide, b: ComparedSide, anchors: Sequence[tuple[int, int]] = ()) -> Alignment:
    """The alignment of two runs.

    Args:
        anchors: (index in A, index in B) of steps that somebody says are the same; the rest follows. ValueError where
            they cross one another, or there is no such index.
    """
    coarse_a, coarse_b = _step_keys(a, b)
    fine_a, fine_b = _answer_keys(a, coarse_a), _answer_keys(b, coarse_b)
    bound = _is_answer(a), _is_answer(b)
    found = align_ids(a.ids, b.ids, ((fine_a, fine_b), (coarse_a, coarse_b)), anchors, bound)
    same = np.flatnonzero((found.change == Change.EQUAL) | (found.change == Change.MOVED))
    same = same[(found.a[same] != NO_EVENT)]
    partner = found.partner_of_a[found.a[same]]
    for begin in range(0, len(same), _HASHES_PER_CHUNK):
        rows, of_b = same[begin : begin + _HASHES_PER_CHUNK], partner[begin : begin + _HASHES_PER_CHUNK]
        differing = rows[a.content[found.a[rows]] != b.content[of_b]]
        found.change[differing] = Change.CHANGED  # ids are but the beginnings of hashes
    return found


def align_ids(
    ids_a: Ids,
    ids_b: Ids,
    keys: Sequence[tuple[Ids, Ids]] = (),
    anchors: Sequence[tuple[int, int]] = (),
    bound: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None = None,
) -> Alignment:
    """The alignment of two sequences.

    Args:
        ids_a, ids_b: uint64, equal where events are equal.
        keys: pairs of uint64 columns; events that are equal in the first are the same step, changed; of what is left
            then, those that are equal in the next; and so on.
        anchors: as for align.
        bound: events that belong where they stand (an answer follows its request): where the first key finds the same
            step in place, they have not moved, though an equal one is elsewhere.
    """
    pins = _checked_anchors(anchors, len(ids_a), len(ids_b))
    shared_a, shared_b = intersect(ids_a, ids_b)
    equal = _matches_between((ids_a, shared_a), (ids_b, shared_b), pins)
    at_a, at_b = _merge_pairs(equal, pins)
    if bound is not None and keys:
        at_a, at_b = _merge_pairs((at_a, at_b), _pairs_in_gaps(*keys[0], (at_a, at_b), *_unpaired((at_a, at_b), bound)))
    rows_a, rows_b, _ = _row_numbers(at_a, at_b, len(ids_a), len(ids_b))
    left_a, left_b = np.setdiff1d(shared_a, at_a, True), np.setdiff1d(shared_b, at_b, True)
    in_a, in_b = find_moves(ids_a[left_a], rows_a[left_a], ids_b[left_b], rows_b[left_b])
    moved_a, moved_b = left_a[in_a], left_b[in_b]
    free_a, free_b = np.ones(len(ids_a), np.bool_), np.ones(len(ids_b), np.bool_)
    free_a[at_a], free_b[at_b], free_a[moved_a], free_b[moved_b] = False, False, False, False
    for key_a, key_b in keys:
        pairs = _pairs_in_gaps(key_a, key_b, (at_a, at_b), free_a, free_b)
        free_a[pairs[0]], free_b[pairs[1]] = False, False
        at_a, at_b = _merge_pairs((at_a, at_b), pairs)
    return _alignment(ids_a, ids_b, (at_a, at_b), (moved_a, moved_b))


def _unpaired(
    pairs: tuple[Indexes, Indexes], among: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which of these events are in no pair."""
    free_a, free_b = among[0].copy(), among[1].copy()
    free_a[pairs[0]], free_b[pairs[1]] = False, False
    return free_a, free_b


# ---- what makes two events the same step -----------------------------------------------------------------------------
def _step_keys(a: ComparedSide, b: ComparedSide) -> tuple[Ids, Ids]:
    """For each event a number for its kind and its tool."""
    kind_a, kind_b = number_jointly(a.index.kinds, a.index.kind, b.index.kinds, b.index.kind)
    tool_a, tool_b = number_jointly(a.index.tools, a.index.tool, b.index.tools, b.index.tool)
    return _hash_pair(kind_a, tool_a), _hash_pair(kind_b, tool_b)


def _hash_pair(kind: NDArray[np.int64], tool: NDArray[np.int64]) -> Ids:
    return ((kind.astype(np.uint64) << np.uint64(32)) | (tool + 1).astype(np.uint64)) * HASH_MULTIPLIER


def _is_answer(side: ComparedSide) -> NDArray[np.bool_]:
    """Events that answer a request of this run."""
    found: NDArray[np.bool_] = (side.index.kind == _RESPONSE) & (side.index.pair != NO_PAIR)
    return found


def _answer_keys(side: ComparedSide, steps: Ids) -> Ids:
    """As `steps`, but an answer counts as the same step only where it is the answer to an equal request."""
    pair = side.index.pair.astype(np.int64)
    answered = _is_answer(side)
    found = steps.copy()
    found[answered] ^= side.ids[pair[answered]] * HASH_MULTIPLIER
    return found


# ---- matches, pins and gaps ------------------------------------------------------------------------------------------
def _checked_anchors(anchors: Sequence[tuple[int, int]], count_a: int, count_b: int) -> tuple[Indexes, Indexes]:
    ordered = sorted(anchors)
    at_a, at_b = (np.array([pin[side] for pin in ordered], np.int64) for side in (0, 1))
    if (np.diff(at_a) <= 0).any() or (np.diff(at_b) <= 0).any():
        raise ValueError("steps that are said to be the same cross one another")
    if len(ordered) and (at_a[0] < 0 or at_b[0] < 0 or at_a[-1] >= count_a or at_b[-1] >= count_b):
        raise ValueError("there is no such step")
    return at_a, at_b


def _matches_between(
    a: tuple[Ids, Indexes], b: tuple[Ids, Indexes], pins: tuple[Indexes, Indexes]
) -> tuple[Indexes, Indexes]:
    """Matches in each of the parts that the pins divide the runs into. a, b: ids, and indexes of those in both."""
    (ids_a, shared_a), (ids_b, shared_b) = a, b
    found_a, found_b = list[Indexes](), list[Indexes]()
    cuts_a = np.searchsorted(shared_a, [0, *pins[0].tolist(), len(ids_a)])
    cuts_b = np.searchsorted(shared_b, [0, *pins[1].tolist(), len(ids_b)])
    pinned_a, pinned_b = np.isin(shared_a, pins[0]), np.isin(shared_b, pins[1])
    for part in range(len(cuts_a) - 1):
        own_a, own_b = slice(cuts_a[part], cuts_a[part + 1]), slice(cuts_b[part], cuts_b[part + 1])
        indexes_a, indexes_b = shared_a[own_a][~pinned_a[own_a]], shared_b[own_b][~pinned_b[own_b]]
        at_a, at_b = match_ids(ids_a[indexes_a], ids_b[indexes_b])
        found_a.append(indexes_a[at_a])
        found_b.append(indexes_b[at_b])
    return np.concatenate(found_a), np.concatenate(found_b)


def _pairs_in_gaps(
    key_a: Ids, key_b: Ids, pairs: tuple[Indexes, Indexes], free_a: NDArray[np.bool_], free_b: NDArray[np.bool_]
) -> tuple[Indexes, Indexes]:
    """In each gap between pairs, free events with equal keys, in order."""
    left_a, left_b = np.flatnonzero(free_a), np.flatnonzero(free_b)
    gap_a, gap_b = _count_before(pairs[0], len(key_a))[left_a], _count_before(pairs[1], len(key_b))[left_b]
    # A key of another gap is another key, so that all gaps are looked through at once.
    mixed_a = key_a[left_a] ^ (gap_a.astype(np.uint64) * HASH_MULTIPLIER)
    mixed_b = key_b[left_b] ^ (gap_b.astype(np.uint64) * HASH_MULTIPLIER)
    at_a, at_b = match_ids(mixed_a, mixed_b)
    return left_a[at_a], left_b[at_b]


def _merge_pairs(one: tuple[Indexes, Indexes], other: tuple[Indexes, Indexes]) -> tuple[Indexes, Indexes]:
    at_a, at_b = np.concatenate((one[0], other[0])), np.concatenate((one[1], other[1]))
    order = np.argsort(at_a, kind="stable")
    return at_a[order], at_b[order]


# ---- rows ------------------------------------------------------------------------------------------------------------
def _row_numbers(at_a: Indexes, at_b: Indexes, count_a: int, count_b: int) -> tuple[Indexes, Indexes, int]:
    """The row of each event of A and of B, and how many there are: in a gap, A's events stand above B's."""
    pairs_before_a, pairs_before_b = _count_before(at_a, count_a), _count_before(at_b, count_b)
    singles_before = np.concatenate(([0], at_b + 1)) - np.arange(len(at_b) + 1)  # of B, above the gap after each pair
    rows_a = np.arange(count_a) + singles_before[pairs_before_a]
    rows_a[at_a] = at_a + at_b - np.arange(len(at_a))
    singles_until = np.concatenate((at_a, [count_a])) - np.arange(len(at_a) + 1)  # of A, above the end of each gap
    rows_b = np.arange(count_b) + singles_until[pairs_before_b]
    rows_b[at_b] = rows_a[at_a]
    return rows_a, rows_b, count_a + count_b - len(at_a)


def _count_before(at: Indexes, count: int) -> Indexes:
    """How many of the indexes `at` lie before each index."""
    paired = np.zeros(count + 1, np.int64)
    paired[at + 1] = 1
    return np.cumsum(paired)[:-1]


def _alignment(ids_a: Ids, ids_b: Ids, pairs: tuple[Indexes, Indexes], moves: tuple[Indexes, Indexes]) -> Alignment:
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
