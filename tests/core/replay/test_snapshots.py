"""When snapshots are made, which are kept in memory, and what becomes of bad ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack

from replay_gui import EventLog, Snapshot, SnapshotManager
from replay_gui.core.errors import NotCanonical
from replay_gui.core.index.index_builder import SNAPSHOTS_FILE, IndexBuilder
from replay_gui.core.log.canonical import encode
from replay_gui.core.log.positions import Position
from replay_gui.core.replay import snapshot_codec, snapshot_store
from replay_gui.core.replay.replayer import Replayer
from replay_gui.core.replay.snapshot_codec import (
    decode_difference,
    decode_keyframe,
    encode_difference,
    encode_keyframe,
    large_members,
    merge_differences,
)
from replay_gui.core.replay.snapshot_store import SnapshotEntry, SnapshotReader, SnapshotWriter, file_of, lineage
from replay_gui.core.replay.snapshots import CachedState, SnapshotPolicy
from replay_gui.core.state import draft
from replay_gui.core.state import state as state_module
from replay_gui.core.state.bulk_reducer import BulkReducer
from replay_gui.core.state.state import EMPTY, State
from tests.helpers.event_strategies import events
from tests.helpers.forged_logs import forged, written
from tests.helpers.logs import write_log

# ---- the policy ----------------------------------------------------------------------------------


def kept(policy: SnapshotPolicy, count: int, size: int, critical: frozenset[int] = frozenset()) -> list[int]:
    """Positions kept of `count` events of 100 bytes, each snapshot taking `size` bytes."""
    positions = []
    for position in range(count):
        if policy.is_due(Position(position), position * 100, position in critical):
            policy.note_saved(Position(position), position * 100, size, size)
            positions.append(position)
    return positions


def test_every_n_events() -> None:
    assert kept(SnapshotPolicy(every=10, min_growth_bytes=1 << 40), 45, 0) == [10, 20, 30, 40]


def test_around_what_is_critical() -> None:
    assert kept(SnapshotPolicy(every=1000, min_growth_bytes=1 << 40), 45, 100, frozenset({7, 8, 30})) == [7, 8, 30]


def test_when_the_state_may_have_grown() -> None:
    assert kept(SnapshotPolicy(every=1000, growth=2.0, min_growth_bytes=500), 50, 1000) == [5, 15, 25, 35, 45]
    assert kept(SnapshotPolicy(every=1000, growth=3.0, min_growth_bytes=500), 50, 1000) == [5, 25, 45]


def test_large_snapshots_are_held_back() -> None:
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


def test_the_memory_budget_lets_the_least_recently_used_go() -> None:
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


def test_holding_a_position_again_does_not_count_twice() -> None:
    manager = SnapshotManager(budget=30)
    manager.cache_state(Position(1), CachedState(state(1), 10))
    for _ in range(9):
        manager.cache_state(Position(2), CachedState(state(2), 20))
    assert manager.nearest(Position(1)) == (1, state(1))


def test_what_states_share_counts_once_until_the_last_of_them_is_gone() -> None:
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


def test_what_was_added_by_hand_stays_and_keeps_its_name() -> None:
    manager = SnapshotManager(budget=10)
    mine = Snapshot("mine", "r", Position(5), {"a": 1})
    manager.add(mine)
    for position in range(6, 20):
        manager.cache_state(Position(position), CachedState(state(position), 10))
    assert manager.get_snapshot_before(Position(5)) == mine
    assert manager.nearest(Position(18)) == (5, State({"a": 1})), "what was held beside it is gone"


def test_a_bad_snapshot_is_dropped_an_earlier_one_used_and_it_is_told() -> None:
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


# ---- the codec -----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def narrow() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        for module in (draft, snapshot_codec):
            patch.setattr(module, "MIN_OVERLAY_MEMBERS", 2)
        for module in (state_module, snapshot_codec):
            patch.setattr(module, "PACK_ITEMS", 16)
        patch.setattr(snapshot_codec, "_PACK_HEAD", b"\xdc\x00\x10")
        yield


@settings(max_examples=150, deadline=None)
@given(st.lists(events, max_size=30), st.sets(st.integers(0, 30), max_size=6))
def test_states_come_back_whole_and_as_differences(narrow: None, run: list[Any], keyframes: set[int]) -> None:
    fold = BulkReducer()
    keyframe, large = encode_keyframe(fold.root), large_members(fold.root)
    fold.forget_changes()
    for n, event in enumerate(run):
        fold.fold([encode(list(event))])
        expected = encode(State(fold.root, frozenset(fold._draft._grown)).plain())
        base = decode_keyframe(keyframe)
        found = decode_difference(encode_difference(fold.root, large, fold.changed), base)
        again = decode_keyframe(encode_keyframe(found.root))
        assert encode(found.plain()) == expected
        assert encode(again.plain()) == expected, "one that was read and only partly looked at can be written again"
        assert decode_keyframe(keyframe).plain() == base.plain(), "the keyframe stays as it was"
        if n in keyframes:
            keyframe, large = encode_keyframe(fold.root), large_members(fold.root)
            fold.forget_changes()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xc0",
        b"\x90",
        b"\x81\x01\x01",
        b"\x81\xa1a\xd4\x09\x00",
        b"\x81\xa1a\xd4\x01\xc1",
        b"\x81\xa1a\xd4\x03\x80",
        b"\x81\xa1a\xd4\x04\x90",
        b"\x81\xa1a" * 2000,
    ],
)
def test_what_is_no_snapshot(raw: bytes) -> None:
    for base in (State({}), State({"a": {}})):
        with pytest.raises(NotCanonical):
            decode_difference(raw, base)
    with pytest.raises(NotCanonical):
        decode_keyframe(raw)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_pack_holds_as_many_items_as_any(narrow: None, more: int) -> None:
    packs = [[0] * 16, list(range(16 + more))]
    raw = msgpack.encode({"messages": msgpack.Ext(2, msgpack.encode((packs, ["rest"])))})
    if more == 0:
        assert decode_keyframe(raw).plain() == {"messages": [*packs[0], *packs[1], "rest"]}
    else:
        with pytest.raises(NotCanonical, match="pack"):
            decode_keyframe(raw)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(events, max_size=12), min_size=3, max_size=3))
def test_two_differences_merged_lead_where_both_lead(narrow: None, runs: list[list[Any]]) -> None:
    fold = BulkReducer()
    states, differences = [], []
    for run in runs:
        large = large_members(fold.root)
        fold.forget_changes()
        fold.fold([encode(list(event)) for event in run])
        differences.append(encode_difference(fold.root, large, fold.changed))
        states.append(encode(State(fold.root, frozenset(fold._draft._grown)).plain()))
    first = decode_difference(differences[0], EMPTY)
    merged = decode_difference(merge_differences(differences[1], differences[2]), first)
    assert encode(merged.plain()) == states[2]


# ---- the store -----------------------------------------------------------------------------------
def chain(position: int) -> bytes:
    return bytes([position % 256]) * 32


def store(path: Path, count: int, budget: int = 1 << 30) -> tuple[list[SnapshotEntry], dict[int, bytes]]:
    """A file of `count` snapshots of a state that grows; and what each of them must be."""
    fold, expected = BulkReducer(), {}
    writer = SnapshotWriter(path, budget)
    for position in range(1, count + 1):
        for n in range(40):
            write = {"key": f"k{position}-{n}" if n else "again", "value": {"at": position}}
            fold.fold([encode(["MemoryWrite", write])])
        writer.add(Position(position), fold, chain(position))
        expected[position] = encode(State(fold.root, frozenset(fold._draft._grown)).plain())
    writer.close()
    return writer.entries, expected


def reader(path: Path, entries: list[SnapshotEntry], chain_at: Any = chain) -> SnapshotReader:
    found = SnapshotReader(path, chain_at)
    found.set_table(path, entries)
    return found


def test_everything_stored_comes_back(tmp_path: Path) -> None:
    entries, expected = store(tmp_path / "s", 40)
    assert [entry.position for entry in entries] == list(range(1, 41))
    assert 1 < len([entry for entry in entries if entry.base == entry.position]) < 40, (
        "some are keyframes, some are differences"
    )
    found = reader(tmp_path / "s", entries)
    for position in [*range(40, 0, -1), 3, 39]:
        loaded = found.load_state(position)
        assert loaded is not None
        assert encode(loaded.state.plain()) == expected[position]
        assert loaded.group_bytes > 0
    assert found.load_state(Position(41)) is None


def test_a_thinned_store_keeps_everything_loadable_and_its_budget(tmp_path: Path) -> None:
    path, budget = tmp_path / "s", 120_000
    entries, expected = store(path, 120, budget)
    assert 10 < len(entries) < 100
    assert entries[-1].position == 120
    file = file_of(path, entries[-1].generation)
    assert [*tmp_path.iterdir()] == [file], "those from before are gone"
    assert file.stat().st_size == sum(entry.size for entry in entries) <= budget * 1.3
    whole, _ = store(tmp_path / "whole", 120)
    assert sum(entry.size for entry in whole) > 1.5 * budget, "else nothing had to be thinned"
    found = reader(path, entries)
    for entry in entries:
        loaded = found.load_state(entry.position)
        assert loaded is not None
        assert encode(loaded.state.plain()) == expected[entry.position]


def test_a_table_from_before_the_thinning_is_good_until_the_next(tmp_path: Path) -> None:
    """Else a reader would take for damage that the index has outgrown its budget meanwhile."""
    path = tmp_path / "s"
    fold, writer, seen = BulkReducer(), SnapshotWriter(path, 20_000), 0
    for position in range(1, 200):
        fold.fold([encode(["MemoryWrite", {"key": f"k{position}-{n}", "value": n}]) for n in range(40)])
        table = list(writer.entries)
        writer.add(Position(position), fold, chain(position))
        if table and writer.entries[-1].generation > table[-1].generation:
            seen += 1
            stale = reader(path, table)
            assert all(stale.load_state(entry.position) is not None for entry in table)
    writer.close()
    assert seen > 1


def test_a_bad_snapshot_is_never_given_out(tmp_path: Path) -> None:
    path = tmp_path / "s"
    entries, _ = store(path, 12)
    known = {entry.position: entry for entry in entries}
    data = path.read_bytes()
    for entry in entries:
        damaged = bytearray(data)
        damaged[entry.offset + entry.size // 2] ^= 1
        path.write_bytes(damaged)
        bad = {other.position for other in entries if entry in lineage(known, other.position)}
        fresh = {other.position for other in entries if reader(path, entries).load_state(other.position) is None}
        assert fresh == bad
    path.write_bytes(data)
    assert (
        reader(path, entries, lambda position: None if position == 5 else chain(position)).load_state(Position(5))
        is None
    )
    assert reader(path, entries, lambda position: bytes(32)).load_state(Position(7)) is None
    difference = next(entry for entry in entries if entry.base != entry.position)
    alone = [entry for entry in entries if entry.position != difference.base]
    assert reader(path, alone).load_state(difference.position) is None
    path.unlink()
    assert reader(path, entries).load_state(Position(1)) is None


def test_a_flipped_byte_on_disk_does_not_change_a_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the file to the state that is shown: the bad one is dropped, said so, and the state is right."""
    path = write_log(tmp_path / "run.rlog", 60)
    with EventLog.open(path) as log:
        built = IndexBuilder(log, tmp_path, SnapshotPolicy(every=20)).run(lambda built: None)
        entry = built.snapshots[-1]
        file = tmp_path / SNAPSHOTS_FILE
        data = bytearray(file.read_bytes())
        data[entry.offset + 3] ^= 0x10
        file.write_bytes(data)
        dropped: list[int] = []
        stored = reader(file, list(built.snapshots), lambda position: log[position - 1].hash)
        manager = SnapshotManager(stored.load_state, on_dropped=dropped.append)
        manager.set_stored([entry.position for entry in built.snapshots])
        assert (
            Replayer(log, manager).state_at(Position(len(log))).plain()
            == Replayer(log).state_at(Position(len(log))).plain()
        )
        assert dropped == [len(log)]


def test_states_are_held_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_store, "_MAX_CACHED_STATES", 1)
    entries, expected = store(tmp_path / "s", 40)
    found = reader(tmp_path / "s", entries)
    for position in (1, 40, 2, 39, 20):
        loaded = found.load_state(Position(position))
        assert loaded is not None
        assert encode(loaded.state.plain()) == expected[position]
    assert len(found._decoded) == 1
