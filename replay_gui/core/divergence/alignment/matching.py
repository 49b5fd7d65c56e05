"""Matching of two long sequences of ids: a common subsequence that is nearly the longest, never in quadratic time.

1. Common beginnings and ends are matched.
2. Ids that occur once on both sides become anchors (patience diff, see `patience`); if single ids repeat, stretches
   of 4, 16 and 64 ids do.
3. Ids that only one side has are left out.
4. Small gaps between anchors are matched exactly (see `bit_lcs`).
5. Large gaps without anchors are matched window by window, in linear time.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.alignment.bit_lcs import longest_common_subsequence
from replay_gui.core.divergence.alignment.id_intersection import (
    MIN_LONG_SEQUENCE,
    Ids,
    Indexes,
    IndexPairs,
    intersect_approximately,
    intersect_ids,
    order_pairs,
)
from replay_gui.core.divergence.alignment.patience import find_anchors

_MAX_EXACT_CELLS = 1 << 18  # of the table of a gap (length in a * length in b) that is matched exactly
_ANCHOR_LENGTHS = (1, 4, 16, 64)  # ids of the stretches that may become anchors, tried in this order
_WINDOW_IDS = 192  # length of a window on its longer side

Gap = tuple[int, int, int, int, int]  # start and end in a, start and end in b, index of the next anchor length to try


def match_ids(a: Ids, b: Ids) -> IndexPairs:
    """Return the indexes in a and in b of the ids that belong together, both increasing.

    Time: O(n log n) for the anchors, and linear for the gaps between them.
    """
    matches: list[IndexPairs] = []
    waiting: list[Gap] = [(0, len(a), 0, len(b), 0)]
    while waiting:
        start_a, end_a, start_b, end_b, level = waiting.pop()
        head = _common_prefix_length(a[start_a:end_a], b[start_b:end_b])
        if head:
            matches.append(_consecutive(start_a, start_b, head))
            start_a, start_b = start_a + head, start_b + head
        tail = _common_prefix_length(a[start_a:end_a][::-1], b[start_b:end_b][::-1])
        if tail:
            matches.append(_consecutive(end_a - tail, end_b - tail, tail))
            end_a, end_b = end_a - tail, end_b - tail
        if start_a < end_a and start_b < end_b:
            waiting.extend(_split_gap(a, b, (start_a, end_a, start_b, end_b, level), matches))
    if not matches:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    all_a, all_b = (np.concatenate([pair[side] for pair in matches]) for side in (0, 1))
    return order_pairs((all_a, all_b), len(a))


def _split_gap(a: Ids, b: Ids, gap: Gap, matches: list[IndexPairs]) -> list[Gap]:
    """Add matches of a gap to `matches`; return the smaller gaps that are left in it."""
    start_a, end_a, start_b, end_b, level = gap
    if (end_a - start_a) * (end_b - start_b) <= _MAX_EXACT_CELLS:
        matches.append(_solve_exactly(a, b, gap))
        return []
    for at_level in range(level, len(_ANCHOR_LENGTHS)):
        at_a, at_b = find_anchors(a[start_a:end_a], b[start_b:end_b], _ANCHOR_LENGTHS[at_level])
        if len(at_a):
            return _gaps_between(a, b, (at_a + start_a, at_b + start_b), (*gap[:4], at_level), matches)
        if at_level == 0:
            shared = (
                intersect_ids if min(end_a - start_a, end_b - start_b) < MIN_LONG_SEQUENCE else intersect_approximately
            )
            in_a, in_b = shared(a[start_a:end_a], b[start_b:end_b])
            if (len(in_a) + len(in_b)) * 8 <= (end_a - start_a + end_b - start_b) * 7:  # otherwise it is hardly smaller
                inner_a, inner_b = match_ids(a[start_a:end_a][in_a], b[start_b:end_b][in_b])
                matches.append((start_a + in_a[inner_a], start_b + in_b[inner_b]))
                return []
    _solve_by_windows(a, b, gap, matches)
    return []


def _gaps_between(a: Ids, b: Ids, anchored: IndexPairs, gap: Gap, matches: list[IndexPairs]) -> list[Gap]:
    """Add the first ids of the anchors to `matches`; return the gaps between them.

    The other ids of an anchored stretch are the common beginning of the gap after it. A gap that is hardly smaller than
    the whole is tried with the next anchor length, since the same length would find nothing new.
    """
    start_a, end_a, start_b, end_b, level = gap
    at_a, at_b = anchored
    matches.append(anchored)
    from_a, from_b = np.concatenate(([start_a], at_a + 1)), np.concatenate(([start_b], at_b + 1))
    to_a, to_b = np.concatenate((at_a, [end_a])), np.concatenate((at_b, [end_b]))
    size_a, size_b = to_a - from_a, to_b - from_b
    is_open = (size_a > 0) & (size_b > 0)
    is_equal = _match_equal_gaps(
        a, b, from_a=from_a, from_b=from_b, sizes=np.where(is_open & (size_a == size_b), size_a, 0), matches=matches
    )
    is_open &= ~is_equal
    deeper = (size_a * size_b > _MAX_EXACT_CELLS) & (size_a * 2 > end_a - start_a)
    levels = np.where(deeper, level + 1, 0)
    columns = (column[is_open].tolist() for column in (from_a, to_a, from_b, to_b, levels))
    return list(zip(*columns, strict=True))


def _match_equal_gaps(
    a: Ids, b: Ids, *, from_a: Indexes, from_b: Indexes, sizes: Indexes, matches: list[IndexPairs]
) -> NDArray[np.bool_]:
    """Add the matches of gaps that have the same ids on both sides to `matches`; return which gaps these are.

    Args:
        sizes: length of each gap; 0 if it has another length in a than in b, or needs no match.
    """
    total = int(sizes.sum())
    if not total:
        return np.zeros(len(sizes), np.bool_)
    number = np.repeat(np.arange(len(sizes)), sizes)
    within = np.arange(total) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    at_a, at_b = from_a[number] + within, from_b[number] + within
    differing = np.bincount(number, a[at_a] != b[at_b], minlength=len(sizes))
    is_equal: NDArray[np.bool_] = (sizes > 0) & (differing == 0)
    matches.append((at_a[is_equal[number]], at_b[is_equal[number]]))
    return is_equal


def _solve_by_windows(a: Ids, b: Ids, gap: Gap, matches: list[IndexPairs]) -> None:
    """Match a gap window by window; each window begins after the last match of the one before it.

    Matches in the last quarter of a window are not kept, because ids behind the window may match better. Each window
    begins at least half a window after the one before it, so the time is linear in the gap's length.
    """
    start_a, end_a, start_b, end_b, level = gap
    while start_a < end_a and start_b < end_b:
        if head := _common_prefix_length(a[start_a:end_a], b[start_b:end_b]):
            matches.append(_consecutive(start_a, start_b, head))
            start_a, start_b = start_a + head, start_b + head
            continue
        length_a, length_b = end_a - start_a, end_b - start_b
        part = min(1.0, _WINDOW_IDS / max(length_a, length_b))
        window_a, window_b = ceil(length_a * part), ceil(length_b * part)
        at_a, at_b = _solve_exactly(a, b, (start_a, start_a + window_a, start_b, start_b + window_b, level))
        if part == 1.0:
            matches.append((at_a, at_b))
            return
        is_kept = (at_a < start_a + window_a * 3 // 4) & (at_b < start_b + window_b * 3 // 4)
        at_a, at_b = at_a[is_kept], at_b[is_kept]
        matches.append((at_a, at_b))
        next_a, next_b = (int(at_a[-1]) + 1, int(at_b[-1]) + 1) if len(at_a) else (start_a, start_b)
        if next_a <= start_a + window_a // 2 and next_b <= start_b + window_b // 2:
            next_a, next_b = start_a + window_a // 2, start_b + window_b // 2
        start_a, start_b = next_a, next_b


def _solve_exactly(a: Ids, b: Ids, gap: Gap) -> IndexPairs:
    """Return a longest common subsequence of a gap."""
    start_a, end_a, start_b, end_b, _ = gap
    pairs = longest_common_subsequence(a[start_a:end_a].tolist(), b[start_b:end_b].tolist())
    columns = np.array(pairs, np.int64).reshape(-1, 2)
    return columns[:, 0] + start_a, columns[:, 1] + start_b


def _common_prefix_length(a: Ids, b: Ids) -> int:
    """Return the length of the common beginning; compared in growing steps, because it is usually short."""
    limit, step, at = min(len(a), len(b)), 16, 0
    while at < limit:
        stop = min(at + step, limit)
        differing = np.flatnonzero(a[at:stop] != b[at:stop])
        if len(differing):
            return at + int(differing[0])
        at, step = stop, step * 8
    return limit


def _consecutive(at_a: int, at_b: int, length: int) -> IndexPairs:
    """Return `length` consecutive pairs that begin at these indexes."""
    return np.arange(at_a, at_a + length), np.arange(at_b, at_b + length)
