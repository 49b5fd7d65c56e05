"""Which equal ids of two long sequences belong together, in order: near to the most there can be, never quadratic.

Common ends are trimmed; what occurs on one side alone is set aside; what occurs once on both sides anchors the rest, as
do longer stretches where single ids repeat; small gaps between anchors are solved exactly, large ones that nothing
anchors window by window.
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
    intersect,
    intersect_approximately,
)
from replay_gui.core.divergence.alignment.patience import find_anchors

_MAX_EXACT_CELLS = 1 << 18  # cells of a table that is solved exactly
_ANCHOR_LENGTHS = (1, 4, 16, 64)  # ids in a stretch that may anchor
_WINDOW_IDS = 192  # ids of the longer side of a window

Matches = tuple[Indexes, Indexes]
Gap = tuple[int, int, int, int, int]  # from and to in a, the same in b, and the next stretch to anchor by


def match_ids(a: Ids, b: Ids) -> Matches:
    """Indexes in a and b, both increasing, of the ids that belong together."""
    found: list[Matches] = []
    waiting: list[Gap] = [(0, len(a), 0, len(b), 0)]
    while waiting:
        start_a, end_a, start_b, end_b, level = waiting.pop()
        head = _common_prefix_length(a[start_a:end_a], b[start_b:end_b])
        if head:
            found.append(_consecutive(start_a, start_b, head))
            start_a, start_b = start_a + head, start_b + head
        tail = _common_prefix_length(a[start_a:end_a][::-1], b[start_b:end_b][::-1])
        if tail:
            found.append(_consecutive(end_a - tail, end_b - tail, tail))
            end_a, end_b = end_a - tail, end_b - tail
        if start_a < end_a and start_b < end_b:
            waiting.extend(_split_gap(a, b, (start_a, end_a, start_b, end_b, level), found))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    all_a, all_b = (np.concatenate([pair[side] for pair in found]) for side in (0, 1))
    order = np.argsort(all_a)
    return all_a[order], all_b[order]


def _split_gap(a: Ids, b: Ids, gap: Gap, found: list[Matches]) -> list[Gap]:
    """Solves a gap, or leaves smaller ones."""
    start_a, end_a, start_b, end_b, level = gap
    if (end_a - start_a) * (end_b - start_b) <= _MAX_EXACT_CELLS:
        found.append(_solve_exactly(a, b, gap))
        return []
    for at_level in range(level, len(_ANCHOR_LENGTHS)):
        at_a, at_b = find_anchors(a[start_a:end_a], b[start_b:end_b], _ANCHOR_LENGTHS[at_level])
        if len(at_a):
            return _gaps_between(a, b, (at_a + start_a, at_b + start_b), (*gap[:4], at_level), found)
        if at_level == 0:
            shared = intersect if min(end_a - start_a, end_b - start_b) < MIN_LONG_SEQUENCE else intersect_approximately
            in_a, in_b = shared(a[start_a:end_a], b[start_b:end_b])
            if (len(in_a) + len(in_b)) * 8 <= (end_a - start_a + end_b - start_b) * 7:  # less would go on edit by edit
                inner_a, inner_b = match_ids(a[start_a:end_a][in_a], b[start_b:end_b][in_b])
                found.append((start_a + in_a[inner_a], start_b + in_b[inner_b]))
                return []
    _solve_by_windows(a, b, gap, found)
    return []


def _gaps_between(a: Ids, b: Ids, anchored: Matches, gap: Gap, found: list[Matches]) -> list[Gap]:
    """Takes the anchors' first ids as matches; the gaps that are left between them.

    An anchored stretch goes on with its next id, which the gap's own head then takes. Where a gap has not become much
    smaller, the same stretch would anchor nothing new in it.
    """
    start_a, end_a, start_b, end_b, level = gap
    at_a, at_b = anchored
    found.append(anchored)
    from_a, from_b = np.concatenate(([start_a], at_a + 1)), np.concatenate(([start_b], at_b + 1))
    to_a, to_b = np.concatenate((at_a, [end_a])), np.concatenate((at_b, [end_b]))
    size_a, size_b = to_a - from_a, to_b - from_b
    open_ = (size_a > 0) & (size_b > 0)
    alike = _match_equal_gaps(a, b, from_a=from_a, from_b=from_b, sizes=np.where(open_ & (size_a == size_b), size_a, 0), found=found)
    open_ &= ~alike
    deeper = (size_a * size_b > _MAX_EXACT_CELLS) & (size_a * 2 > end_a - start_a)
    levels = np.where(deeper, level + 1, 0)
    rows = zip(from_a[open_], to_a[open_], from_b[open_], to_b[open_], levels[open_], strict=True)
    return [(int(f), int(t), int(g), int(u), int(n)) for f, t, g, u, n in rows]


def _match_equal_gaps(
    a: Ids, b: Ids, *, from_a: Indexes, from_b: Indexes, sizes: Indexes, found: list[Matches]
) -> NDArray[np.bool_]:
    """Which of the gaps of these sizes (0: of another size on either side) have the same ids; those are matches."""
    total = int(sizes.sum())
    if not total:
        return np.zeros(len(sizes), np.bool_)
    number = np.repeat(np.arange(len(sizes)), sizes)
    within = np.arange(total) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    at_a, at_b = from_a[number] + within, from_b[number] + within
    differing = np.bincount(number, a[at_a] != b[at_b], minlength=len(sizes))
    alike: NDArray[np.bool_] = (sizes > 0) & (differing == 0)
    found.append((at_a[alike[number]], at_b[alike[number]]))
    return alike


def _solve_by_windows(a: Ids, b: Ids, gap: Gap, found: list[Matches]) -> None:
    """Solves a gap window by window, each beginning where the matches of the one before it lead to.

    What a window matches near its end is not kept: with more in sight, something else may be better there. Each is
    followed by another at least half a window further on, so that the work grows with the gap's length alone.
    """
    start_a, end_a, start_b, end_b, level = gap
    while start_a < end_a and start_b < end_b:
        if head := _common_prefix_length(a[start_a:end_a], b[start_b:end_b]):
            found.append(_consecutive(start_a, start_b, head))
            start_a, start_b = start_a + head, start_b + head
            continue
        rest_a, rest_b = end_a - start_a, end_b - start_b
        part = min(1.0, _WINDOW_IDS / max(rest_a, rest_b))
        wide_a, wide_b = ceil(rest_a * part), ceil(rest_b * part)
        at_a, at_b = _solve_exactly(a, b, (start_a, start_a + wide_a, start_b, start_b + wide_b, level))
        if part == 1.0:
            found.append((at_a, at_b))
            return
        near = (at_a < start_a + wide_a * 3 // 4) & (at_b < start_b + wide_b * 3 // 4)
        at_a, at_b = at_a[near], at_b[near]
        found.append((at_a, at_b))
        next_a, next_b = (int(at_a[-1]) + 1, int(at_b[-1]) + 1) if len(at_a) else (start_a, start_b)
        if next_a <= start_a + wide_a // 2 and next_b <= start_b + wide_b // 2:
            next_a, next_b = start_a + wide_a // 2, start_b + wide_b // 2
        start_a, start_b = next_a, next_b


def _solve_exactly(a: Ids, b: Ids, gap: Gap) -> Matches:
    """The most matches that there can be in a gap."""
    start_a, end_a, start_b, end_b, _ = gap
    pairs = longest_common_subsequence(a[start_a:end_a].tolist(), b[start_b:end_b].tolist())
    found = np.array(pairs, np.int64).reshape(-1, 2)
    return found[:, 0] + start_a, found[:, 1] + start_b


def _common_prefix_length(a: Ids, b: Ids) -> int:
    """How many ids both begin with; looked at in growing steps, for most often it is few."""
    limit, step, at = min(len(a), len(b)), 16, 0
    while at < limit:
        stop = min(at + step, limit)
        differing = np.flatnonzero(a[at:stop] != b[at:stop])
        if len(differing):
            return at + int(differing[0])
        at, step = stop, step * 8
    return limit


def _consecutive(at_a: int, at_b: int, length: int) -> Matches:
    return np.arange(at_a, at_a + length), np.arange(at_b, at_b + length)
