"""At which positions snapshots are saved, which stay in memory, and what happens to damaged ones."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from replay_gui import EventLog, Snapshot, SnapshotManager
from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.log.positions import Position
from replay_gui.core.replay.snapshots import CachedState, SnapshotPolicy
from replay_gui.core.state.state import State
from tests.helpers.forged_logs import forged, written

# ---- the policy ----------------------------------------------------------------------------------


def kept(policy: SnapshotPolicy, count: int, size: int, critical: frozenset[int] = frozenset()) -> list[int]:
    """Positions kept of `count` events of 100 bytes in blocks of 40, each snapshot taking `size` bytes."""
    positions = []
    for first in range(0, count, 40):
        last = min(first + 40, count)
        offsets, inside = (
            np.arange(first, last + 1) * 100,
            [at - first for at in sorted(critical) if at in range(first, last)],
        )
        begin = 0
        while (due := policy.next_due(Position(first), offsets, begin, inside)) is not None:
            begin = due + 1
            policy.note_saved(Position(first + due), int(offsets[due]), size, size)
            positions.append(first + due)
    return positions


def test_a_snapshot_every_n_events() -> None:
    assert kept(SnapshotPolicy(every=10, min_growth_bytes=1 << 40), 45, 0) == [10, 20, 30, 40]


def test_snapshots_around_critical_events() -> None:
    assert kept(SnapshotPolicy(every=1000, min_growth_bytes=1 << 40), 45, 100, frozenset({7, 8, 30})) == [7, 8, 30]


def test_a_snapshot_when_the_state_may_have_grown() -> None:
    assert kept(SnapshotPolicy(every=1000, growth=2.0, min_growth_bytes=500), 50, 1000) == [5, 15, 25, 35, 45]
    assert kept(SnapshotPolicy(every=1000, growth=3.0, min_growth_bytes=500), 50, 1000) == [5, 25, 45]


def test_large_snapshots_are_delayed() -> None:
    critical = frozenset(range(100))
    assert kept(SnapshotPolicy(every=1000, min_growth_bytes=1 << 40), 100, 2000, critical) == [0, 20, 40, 60, 80]
    assert kept(SnapshotPolicy(every=10, min_growth_bytes=1 << 40), 100, 8000) == [10, 30, 50, 70, 90]


def test_a_built_index_has_snapshots_around_critical_events(tmp_path: Path) -> None:
    run: list[tuple[str, dict[str, Any]]] = [("x:note", {"text": "t" * 50})] * 40
    run[20] = "StateTransition", {"transition_type": "t", "phase": "p"}
    with EventLog.open(written(tmp_path / "run.rlog", forged(run).bytes())) as log:
        built = IndexBuilder(log, tmp_path).run(lambda built: None)
    assert [entry.position for entry in built.snapshots] == [20, 21, 40]


# ---- the manager ---------------------------------------------------------------------------------
def state(n: int) -> State:
    return State({"n": n})


def test_the_nearest_at_or_before() -> None:
    manager = SnapshotManager()
    assert manager.nearest(Position(5)) is None
    for position in (30, 10, 20):
        manager.cache_state(Position(position), CachedState(state(position), 1))
    assert [manager.nearest(Position(p)) for p in (9, 10, 19, 20, 99)] == [
        None,
        (10, state(10)),
        (10, state(10)),
        (20, state(20)),
        (30, state(30)),
    ]


def test_the_least_recently_used_states_are_removed_over_the_memory_budget() -> None:
    manager = SnapshotManager(budget=30)
    for position in (1, 2, 3):
        manager.cache_state(Position(position), CachedState(state(position), 10))
    manager.nearest(Position(1))
    manager.cache_state(Position(4), CachedState(state(4), 10))
    assert [manager.nearest(Position(p)) for p in (1, 2, 3, 4)] == [
        (1, state(1)),
        (1, state(1)),
        (3, state(3)),
        (4, state(4)),
    ]
    manager.cache_state(Position(5), CachedState(state(5), 1000))
    assert manager.nearest(Position(9)) == (5, state(5)), "one that is larger than the budget is kept alone"
    assert manager.nearest(Position(4)) is None


def test_states_that_cannot_be_loaded_again_stay_spread_over_the_run() -> None:
    manager = SnapshotManager(budget=80)
    for position in range(0, 320, 10):
        manager.cache_state(Position(position), CachedState(state(position), 10))
    kept = sorted({nearest[0] for p in range(320) if (nearest := manager.nearest(Position(p))) is not None})
    assert len(kept) == 8
    assert max(b - a for a, b in pairwise([0, *kept, 320])) <= 80


def test_a_state_cached_again_does_not_count_twice() -> None:
    manager = SnapshotManager(budget=30)
    manager.cache_state(Position(1), CachedState(state(1), 10))
    for _ in range(9):
        manager.cache_state(Position(2), CachedState(state(2), 20))
    assert manager.nearest(Position(1)) == (1, state(1))


def test_shared_memory_counts_once_until_the_last_state_of_its_group_is_removed() -> None:
    manager = SnapshotManager(budget=50)
    for position in (1, 2, 3):
        manager.cache_state(Position(position), CachedState(state(position), 5, group=1, group_bytes=30))
    assert manager.nearest(Position(1)) == (1, state(1)), "all three are there, 45 bytes"
    manager.cache_state(Position(4), CachedState(state(4), 5, group=4, group_bytes=30))
    assert [manager.nearest(Position(p)) for p in (1, 2, 3, 4)] == [None, None, None, (4, state(4))], (
        "they went with their line"
    )
    manager.cache_state(Position(5), CachedState(state(5), 15))
    assert manager.nearest(Position(4)) == (4, state(4)), "35 and 15 bytes, no more"


def test_states_replayed_from_loaded_ones_stay_within_the_budget() -> None:
    """Each of them may be the last that uses the memory of the state that it was replayed from."""
    kilobyte = 1 << 10

    def load(position: Position) -> CachedState:
        return CachedState(State({"of": position, "much": bytearray(100 * kilobyte)}), 100 * kilobyte)

    manager = SnapshotManager(load, budget=1000 * kilobyte)
    manager.set_stored([Position(position) for position in range(0, 5000, 10)])
    tracemalloc.start()
    try:
        for position in range(0, 5000, 10):
            nearest = manager.nearest(Position(position + 5))
            assert nearest is not None
            later = State({**nearest[1].root, "event": position + 7})
            manager.cache_replayed(Position(position + 7), later, kilobyte)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 200 * kilobyte < held < 1200 * kilobyte
    assert manager.nearest(Position(4998)) == (4997, later)


def test_the_distance_to_the_last_snapshot() -> None:
    manager = SnapshotManager()
    assert [manager.distance(Position(position)) for position in (0, 7)] == [0, 7]
    manager.set_stored([Position(5), Position(20)])
    manager.cache_state(Position(9), CachedState(state(9), 1))
    assert [manager.distance(Position(position)) for position in (4, 5, 8, 9, 19, 23)] == [4, 0, 3, 0, 10, 3]


def test_an_added_snapshot_stays_and_keeps_its_id() -> None:
    manager = SnapshotManager(budget=10)
    mine = Snapshot("mine", "r", Position(5), {"a": 1})
    manager.add(mine)
    for position in range(6, 20):
        manager.cache_state(Position(position), CachedState(state(position), 10))
    assert manager.get_snapshot_before(Position(5)) == mine
    assert manager.nearest(Position(18)) == (5, State({"a": 1})), "what was held beside it is gone"


def test_a_damaged_snapshot_is_dropped_and_reported_and_an_earlier_one_is_used() -> None:
    stored: dict[Position, Any] = {Position(at): None for at in (10, 30, 40)}
    stored[Position(20)] = CachedState(state(20), 1)
    asked: list[int] = []
    dropped: list[int] = []

    def load(position: Position) -> Any:
        asked.append(position)
        return stored[position]

    manager = SnapshotManager(load, on_dropped=dropped.append)
    manager.set_stored(sorted(stored))
    assert manager.nearest(Position(45)) == (20, state(20))
    assert dropped == [40, 30]
    assert manager.nearest(Position(45)) == (20, state(20))
    assert asked == [40, 30, 20], "what was loaded is held, what was bad is not asked for again"
    assert manager.nearest(Position(15)) is None
    assert dropped == [40, 30, 10]


def test_a_run_full_of_critical_events_has_few_snapshots() -> None:
    positions = kept(SnapshotPolicy(every=1000), 100_000, 0, frozenset(range(100_000)))
    assert positions[:1000] == [*range(1000)]
    assert len(positions) < 20_000
    assert max(b - a for a, b in pairwise(positions)) < 20
