from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_gui.core.divergence.alignment.bit_lcs import longest_common_subsequence
from replay_gui.core.divergence.alignment.event_alignment import align_ids, align_runs
from replay_gui.core.divergence.alignment.matching import match_ids
from replay_gui.core.divergence.comparison import Alignment, Change
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import NO_EVENT
from tests.helpers.effort import tries
from tests.helpers.logs import write_log

E, C, M, A, B = Change.EQUAL, Change.CHANGED, Change.MOVED, Change.ONLY_A, Change.ONLY_B

few = st.lists(st.integers(0, 5), max_size=14)
many = st.lists(st.integers(0, 10**6), max_size=60)


def ids(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array(values, np.uint64)


def rows(found: Alignment) -> list[tuple[int, int, Change]]:
    return [(int(a), int(b), Change(int(c))) for a, b, c in zip(found.a, found.b, found.change, strict=True)]


def aligned(
    a: list[int], b: list[int], keys: tuple[list[int], list[int]] | None = None
) -> list[tuple[int, int, Change]]:
    return rows(align_ids(ids(a), ids(b), () if keys is None else [(ids(keys[0]), ids(keys[1]))]))


def longest(a: list[int], b: list[int]) -> int:
    """The length of a longest common subsequence, by the book."""
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, one in enumerate(a):
        for j, other in enumerate(b):
            table[i + 1][j + 1] = table[i][j] + 1 if one == other else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


def sound(found: Alignment, a: list[int], b: list[int]) -> None:
    """Whatever is aligned: every event in one row, both sides in order, partners mutual, changes true."""
    assert found.a[found.a != NO_EVENT].tolist() == list(range(len(a)))
    assert found.b[found.b != NO_EVENT].tolist() == list(range(len(b)))
    for i, j in enumerate(found.partner_of_a.tolist()):
        assert j == NO_EVENT or found.partner_of_b[j] == i
    for i, j, change in rows(found):
        match change:
            case Change.EQUAL:
                assert a[i] == b[j]
                assert found.partner_of_a[i] == j
            case Change.CHANGED:
                assert a[i] != b[j]
                assert found.partner_of_a[i] == j
            case Change.ONLY_A:
                assert j == NO_EVENT
                assert found.partner_of_a[i] == NO_EVENT
            case Change.ONLY_B:
                assert i == NO_EVENT
                assert found.partner_of_b[j] == NO_EVENT
            case Change.MOVED:
                assert i == NO_EVENT or a[i] == b[found.partner_of_a[i]]
                assert j == NO_EVENT or b[j] == a[found.partner_of_b[j]]


@given(few, few)
def test_small_tables_are_solved_exactly(a: list[int], b: list[int]) -> None:
    pairs = longest_common_subsequence(a, b)
    assert len(pairs) == longest(a, b)
    assert all(a[i] == b[j] for i, j in pairs)
    assert pairs == sorted(set(pairs))


@given(few | many, few | many)
@settings(deadline=None)
def test_matches_are_as_many_as_there_can_be(a: list[int], b: list[int]) -> None:
    at_a, at_b = match_ids(ids(a), ids(b))
    assert len(at_a) == longest(a, b)
    assert (np.diff(at_a) > 0).all()
    assert (np.diff(at_b) > 0).all()


@given(few | many, few | many)
@settings(deadline=None)
def test_every_alignment_is_sound_and_its_mirror_equal(a: list[int], b: list[int]) -> None:
    keys = [(ids([one % 3 for one in a]), ids([one % 3 for one in b]))]
    there, back = align_ids(ids(a), ids(b), keys), align_ids(ids(b), ids(a), [keys[0][::-1]])
    sound(there, a, b)
    sound(back, b, a)
    assert (there.change == E).sum() == (back.change == E).sum()
    assert rows(align_ids(ids(a), ids(a))) == [(i, i, E) for i in range(len(a))]


@given(st.integers(0, 2**32), st.sampled_from([3, 40, 10**9]), st.integers(1, 12))
@settings(deadline=None, max_examples=tries(20, long=40))
def test_few_edits_in_a_long_run_are_found_as_such(seed: int, distinct: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    a = rng.integers(0, distinct, 4000).tolist()
    b = list(a)
    for at in sorted(rng.integers(0, 4000, count).tolist(), reverse=True):
        match rng.integers(0, 3):
            case 0:
                del b[at]
            case 1:
                b.insert(at, 10**9 + at)
            case _:
                b[at] = 10**9 + at
    found = align_ids(ids(a), ids(b))
    sound(found, a, b)
    assert (found.change == E).sum() >= len(a) - 2 * count


def test_insertions_deletions_and_retries_do_not_shift_what_follows() -> None:
    assert aligned([1, 2, 3, 4, 5], [1, 7, 8, 2, 4, 5]) == [
        (0, 0, E), (-1, 1, B), (-1, 2, B), (1, 3, E), (2, -1, A), (3, 4, E), (4, 5, E),
    ]  # fmt: skip


def test_calls_in_another_order_are_moved() -> None:
    found = aligned([1, 20, 30, 21, 31, 5], [1, 30, 20, 31, 21, 5])
    assert Counter(change for _, _, change in found) == {E: 4, M: 4}


def test_what_stands_far_away_is_another_step() -> None:
    middle = list(range(100, 300))
    found = aligned([1, *middle], [*middle, 1])
    assert Counter(change for _, _, change in found) == {E: 200, A: 1, B: 1}


def test_steps_of_the_same_kind_between_equal_ones_are_changed() -> None:
    keys = ([0, 5, 6, 0], [0, 6, 5, 0])
    assert aligned([1, 2, 3, 4], [1, 7, 8, 4], keys) == [
        (0, 0, E), (-1, 1, B), (1, 2, C), (2, -1, A), (3, 3, E),
    ]  # fmt: skip


def test_an_anchor_holds_and_the_rest_follows() -> None:
    free = align_ids(ids([1, 2, 3]), ids([1, 2, 3]))
    held = align_ids(ids([1, 2, 3]), ids([1, 2, 3]), (), [(0, 1)])
    assert rows(free) == [(0, 0, E), (1, 1, E), (2, 2, E)]
    assert rows(held) == [(-1, 0, B), (0, 1, C), (1, -1, A), (2, 2, E)]
    with pytest.raises(ValueError, match="cross"):
        align_ids(ids([1, 2]), ids([1, 2]), (), [(0, 1), (1, 0)])
    with pytest.raises(ValueError, match="no such step"):
        align_ids(ids([1]), ids([1]), (), [(0, 1)])


@pytest.mark.parametrize("kind", ["nothing common", "few distinct", "periodic", "one symbol", "permutation"])
def test_no_input_takes_a_table(kind: str) -> None:
    """A table of 60,000 x 60,000 would take hours; what is counted here is that there is an answer, and it is sound."""
    rng, count = np.random.default_rng(7), 60_000
    a = rng.integers(0, 2**62, count)
    b = {
        "nothing common": rng.integers(0, 2**62, count),
        "few distinct": rng.integers(0, 3, count),
        "periodic": np.tile(np.arange(7), count // 7),
        "one symbol": np.zeros(count // 2, np.int64),
        "permutation": rng.permutation(a),
    }[kind]
    if kind in ("few distinct", "periodic", "one symbol"):
        a = rng.permutation(np.resize(b, count)) if kind == "few distinct" else np.resize(b, count)[3:]
    found = align_ids(a.astype(np.uint64), b.astype(np.uint64))
    sound(found, a.tolist(), b.tolist())


@pytest.mark.parametrize("period", [3, 20, 400])
@pytest.mark.parametrize("edits", [40, 200])
def test_runs_that_go_round_and_round_are_aligned_about_as_well_as_can_be(period: int, edits: int) -> None:
    rng, count = np.random.default_rng(period + edits), 4000
    a = np.arange(count) % period
    changed, left_out, inserted = np.array_split(rng.choice(count, edits, replace=False), 3)
    b = a.copy()
    b[changed] = rng.integers(0, period, len(changed))
    b = np.insert(np.delete(b, left_out), inserted % (count - edits), rng.integers(0, period, len(inserted)))
    at_a, at_b = match_ids(a.astype(np.uint64), b.astype(np.uint64))
    assert (a[at_a] == b[at_b]).all()
    assert len(at_a) >= 0.99 * len(longest_common_subsequence(a.tolist(), b.tolist()))


@pytest.mark.parametrize("few", [1, 2, 3, 40])
def test_a_few_steps_are_laid_beside_very_many(few: int) -> None:
    many = np.tile(np.array([1, 2, 1, 1, 2], np.uint64), 80_000)
    for a, b in ((many[:few], many), (many, many[:few]), (many[:few] + np.uint64(7), many)):
        at_a, at_b = match_ids(a, b)
        assert len(at_a) == (few if a[0] == 1 else 0)
        assert (a[at_a] == b[at_b]).all()


def test_steps_that_are_all_told_twice_are_not_gone_through_edit_by_edit() -> None:
    rng, count = np.random.default_rng(5), 60_000
    a = np.repeat(rng.integers(0, 2**60, count // 2), 2)
    b = a.copy()
    b[rng.choice(count, 3000, replace=False)] = rng.integers(2**61, 2**62, 3000)
    found = align_ids(a.astype(np.uint64), b.astype(np.uint64))
    sound(found, a.tolist(), b.tolist())
    assert (found.change == E).sum() >= count - 3000


# ---- logs ------------------------------------------------------------------------------------------------------------
def side(folder: Path, name: str, turns: int = 40) -> ComparedSide:
    (folder / name).mkdir()
    return ComparedSide.build(EventLog.open(write_log(folder / f"{name}.rlog", turns=turns)), folder / name)


def test_logs_are_aligned_by_content_and_equal_ones_are_equal(tmp_path: Path) -> None:
    a, b = side(tmp_path, "a"), side(tmp_path, "b")
    assert set(align_runs(a, b).change.tolist()) == {E}
    shorter = side(tmp_path, "c", turns=30)
    for found, only in ((align_runs(a, shorter), A), (align_runs(shorter, a), B)):
        assert np.flatnonzero(found.change != E)[0] == shorter.index.count
        assert (found.change == only).sum() == 50


@pytest.mark.parametrize("place", [0, 1, 63, 64, 65, 128, 200])
def test_the_first_divergence_is_where_the_contents_first_differ(tmp_path: Path, place: int) -> None:
    a, b = side(tmp_path, "a"), side(tmp_path, "b")
    b.content = b.content.copy()
    b.content[place] = bytes(32)
    assert np.flatnonzero(align_runs(a, b).change != E)[0] == place


def test_events_whose_hashes_only_begin_alike_are_changed(tmp_path: Path) -> None:
    a, b = side(tmp_path, "a"), side(tmp_path, "b")
    b.content = b.content.copy()
    b.content[7] = b.content[7].tobytes()[:8] + bytes(24)
    assert np.flatnonzero(align_runs(a, b).change != E).tolist() == [7]
