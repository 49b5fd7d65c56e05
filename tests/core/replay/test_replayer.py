"""Same log, same state; the state at a position does not depend on how it was reached."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_gui import EventLog, ReplayEngine, Snapshot, SnapshotManager
from replay_gui.core.errors import LogChanged, PositionError, SnapshotDamaged
from replay_gui.core.index.index_builder import SNAPSHOTS_FILE, IndexBuilder
from replay_gui.core.log.canonical import encode
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex, Position
from replay_gui.core.replay import replayer, snapshot_codec
from replay_gui.core.replay.replayer import Replayer
from replay_gui.core.replay.snapshot_store import SnapshotReader
from replay_gui.core.replay.snapshots import SnapshotPolicy
from replay_gui.core.state import draft
from replay_gui.core.state.state import ABSENT, EMPTY, State
from tests.helpers.effort import tries
from tests.helpers.event_strategies import events
from tests.helpers.forged_logs import forged, written
from tests.helpers.logs import write_log

runs = st.lists(events, max_size=30)


@pytest.fixture(scope="module", autouse=True)
def narrow() -> Any:
    """Wide maps, long replays and rings of a size that small logs come to."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (draft, snapshot_codec):
            patch.setattr(module, "MIN_OVERLAY_MEMBERS", 2)
        patch.setattr(replayer, "_SNAPSHOT_INTERVAL_EVENTS", 7)
        patch.setattr(replayer, "_MAX_RECENT_STATES", 6)
        patch.setattr(replayer, "_LAST_STATES_KEPT", 2)
        patch.setattr(replayer, "_KEPT_INTERVAL_EVENTS", 4)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("replay")


def full_replays(log: EventLog) -> list[bytes]:
    """The state at every position, each by a replay from the start."""
    return [encode(Replayer(log).state_at(Position(position)).plain()) for position in range(len(log) + 1)]


@settings(max_examples=tries(20, long=60), deadline=None)
@given(runs, st.data())
def test_the_state_at_a_position_is_that_of_a_full_replay(folder: Path, run: list[Any], data: st.DataObject) -> None:
    path = written(folder / "run.rlog", forged(run, state_hashes=False).bytes())
    with EventLog.open(path) as log:
        expected = full_replays(log)
        order = data.draw(st.lists(st.integers(0, len(run)), max_size=30))
        held = Replayer(log)
        stored = Replayer(log, on_disk(log, folder))
        for position in [*range(len(run) + 1), *order]:
            assert encode(held.state_at(position).plain()) == expected[position]
            assert encode(stored.state_at(position).plain()) == expected[position]
            effect = held.effect_at(position)
            assert encode(effect.state.plain()) == expected[position]
            assert (effect.not_applied is None) or (
                effect.changes == () and expected[position] == expected[position - 1]
            )
            assert bool(effect.changes) or expected[position] == expected[max(position - 1, 0)]
        by_hand = SnapshotManager()
        for position in data.draw(st.sets(st.integers(0, len(run)), max_size=3)):
            by_hand.add(Snapshot("s", "r", Position(position), Replayer(log).state_at(Position(position)).plain()))
        assert [
            encode(Replayer(log, by_hand).state_at(Position(position)).plain()) for position in range(len(run) + 1)
        ] == expected


def on_disk(log: EventLog, folder: Path) -> SnapshotManager:
    """Snapshots of the log at very many positions, from an index that is built for it."""
    policy = SnapshotPolicy(every=3, min_growth_bytes=0)
    built = IndexBuilder(log, folder, policy).run(lambda built: None)
    dropped: list[int] = []
    reader = SnapshotReader(folder / SNAPSHOTS_FILE, lambda position: log[position - 1].hash)
    reader.set_table(folder / SNAPSHOTS_FILE, list(built.snapshots))
    manager = SnapshotManager(reader.load_state, on_dropped=dropped.append)
    manager.set_stored([entry.position for entry in built.snapshots])
    for entry in built.snapshots:
        assert manager.nearest(entry.position) is not None
    assert not dropped
    return manager


def test_a_part_that_is_damaged_is_found_when_it_is_read_and_an_earlier_snapshot_is_used(tmp_path: Path) -> None:
    """Each byte of the snapshot file, one at a time: the state is that of a full replay, or damage is reported."""
    run = [("MemoryWrite", {"key": f"k{n % 17}", "value": n}) for n in range(60)]
    run += [("Observation", {"obs_type": "message", "source": "user", "data": n}) for n in range(20)]
    run += [("MemoryWrite", {"key": f"k{n}", "value": -n}) for n in range(9)]
    with EventLog.open(written(tmp_path / "run.rlog", forged(run, state_hashes=False).bytes())) as log:
        expected = full_replays(log)
        built = IndexBuilder(log, tmp_path, SnapshotPolicy(every=5, min_growth_bytes=0)).run(lambda built: None)
        file, chains = tmp_path / SNAPSHOTS_FILE, {entry.position: entry.chain for entry in built.snapshots}
        data = file.read_bytes()
        replayed_again = found_later = 0
        for at in range(0, len(data), 3):
            file.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
            dropped: list[Position] = []
            reader = SnapshotReader(file, chains.get)
            reader.set_table(file, list(built.snapshots))
            manager = SnapshotManager(reader.load_state, on_dropped=dropped.append)
            manager.set_stored(sorted(chains))
            stored = Replayer(log, manager)
            for position in (Position(len(run)), Position(57), Position(85)):
                try:
                    assert encode(stored.state_at(position).plain()) == expected[position]
                    assert encode(stored.effect_at(position).state.plain()) == expected[position]
                except SnapshotDamaged:  # only what nobody had read before
                    assert stored.drop_damaged(position)
                    assert encode(stored.state_at(position).plain()) == expected[position]
                    found_later += 1
            replayed_again += bool(dropped)
        assert found_later > 5
        assert replayed_again > len(data) // 12


def test_same_log_same_state(tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", 20)
    with EventLog.open(path) as a, EventLog.open(path) as b:
        assert ReplayEngine(a).replay_all() == ReplayEngine(b).replay_all()
        assert ReplayEngine(a).verify().state_hash == ReplayEngine(b).verify().state_hash


@pytest.fixture
def log(tmp_path: Path) -> Any:
    with EventLog.open(write_log(tmp_path / "run.rlog", 8)) as log:
        yield log


def test_steps_forward_and_back(log: EventLog) -> None:
    engine = ReplayEngine(log)
    states = [engine.seek(position) for position in range(len(log) + 1)]
    engine.seek(0)
    assert engine.state == {}
    for position, event in enumerate(log, 1):
        assert engine.step() == event
        assert (engine.position, engine.state) == (position, states[position])
    assert engine.step() is None
    for position in range(len(log) - 1, -1, -1):
        assert engine.step_back() == log[position]
        assert (engine.position, engine.state) == (position, states[position])
    assert engine.step_back() is None
    assert engine.replay_all() == states[-1]


def test_only_a_step_back_keeps_the_states_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A jump is faster without them, and each further step back is then a look-up."""
    monkeypatch.setattr(replayer, "_LAST_STATES_KEPT", 20)
    monkeypatch.setattr(replayer, "_MAX_RECENT_STATES", 100)
    monkeypatch.setattr(replayer, "_KEPT_INTERVAL_EVENTS", 50)
    monkeypatch.setattr(replayer, "_SNAPSHOT_INTERVAL_EVENTS", 1000)
    folded: list[int] = []
    fold = Replayer._fold

    def counted(self: Replayer, reducer: Any, records: list[bytes | None], first: EventIndex) -> None:
        folded.append(len(records))
        fold(self, reducer, records, first)

    with EventLog.open(write_log(tmp_path / "run.rlog", 40)) as log:
        expected = full_replays(log)
        monkeypatch.setattr(Replayer, "_fold", counted)
        seeker, steps = Replayer(log), []
        for position in range(190, 160, -1):
            folded.clear()
            assert encode(seeker.effect_at(Position(position)).state.plain()) == expected[position]
            steps.append(sum(folded))
    assert steps[:2] == [189, 38], "from the beginning, and then from the state at 150 on"
    assert [number for number, events in enumerate(steps) if events] == [0, 1, 21], "each time, 20 states are kept"


def test_replay_from_a_snapshot(log: EventLog) -> None:
    snapshots = SnapshotManager()
    whole = ReplayEngine(log)
    for position in (5, 20):
        snapshots.add(Snapshot(f"s{position}", "r", Position(position), whole.seek(position)))
    assert snapshots.get_snapshot_before(Position(4)) is None
    snapshot = snapshots.get_snapshot_before(Position(19))
    assert snapshot is not None
    assert (snapshot.id, snapshot.run_id, snapshot.position) == ("s5", "r", 5)
    engine = ReplayEngine.with_state(log, snapshot.state)
    assert engine.state == snapshot.state
    assert engine.replay_from(snapshot.position) == whole.replay_all()
    assert engine.position == len(log)
    assert engine.step_back() == log[len(log) - 1]
    assert ReplayEngine(log, snapshots).seek(21) == whole.seek(21)
    for bad in (-1, len(log) + 1):
        with pytest.raises(PositionError):
            ReplayEngine.with_state(log, {}).replay_from(bad)


def test_a_replay_leaves_snapshots_only_far_from_others(log: EventLog) -> None:
    alone, among = SnapshotManager(), SnapshotManager()
    for position in (5, 12, 19):
        among.add(Snapshot(f"s{position}", "r", Position(position), ReplayEngine(log).seek(position)))
    for snapshots in (alone, among):
        for position in range(30):
            Replayer(log, snapshots).state_at(Position(position))
    assert [position for position in range(1, 30) if not alone.distance(Position(position))] == [7, 14, 21, 28]
    assert [position for position in range(1, 30) if not among.distance(Position(position))] == [5, 12, 19, 28]


def test_a_given_state_is_used(log: EventLog) -> None:
    given = {"mine": 1}
    engine = ReplayEngine.with_state(log, given)
    final = engine.replay_from(10)
    assert final["mine"] == 1
    for position in range(10, len(log) + 1):
        assert engine.seek(position)["mine"] == 1
    assert given == {"mine": 1}
    assert ReplayEngine(log).replay_all().get("mine", ABSENT) is ABSENT


def test_invalid_positions(log: EventLog) -> None:
    engine = ReplayEngine(log)
    engine.seek(3)
    for position in (-1, len(log) + 1):
        with pytest.raises(PositionError):
            engine.seek(position)
    for index in (len(log), -len(log) - 1):
        with pytest.raises(PositionError):
            log[index]
    assert engine.position == 3


def test_returned_states_do_not_change(log: EventLog) -> None:
    engine = ReplayEngine(log)
    states = [engine.seek(position) for position in range(len(log) + 1)]
    before = copy.deepcopy(states)
    for position in (3, len(log), 0, 17):
        engine.seek(position)
    assert states == before
    assert State({}) == EMPTY


def test_a_skipped_stretch_has_no_effect(tmp_path: Path) -> None:
    forge = forged([("MemoryWrite", {"key": f"k{n}", "value": n}) for n in range(6)])
    forge.pieces[2] = b"\x00" + forge.pieces[2][1:]
    with EventLog.open(written(tmp_path / "run.rlog", forge.bytes())) as log:
        replayer = Replayer(log)
        assert replayer.state_at(Position(6)).plain()["memory"] == {"k0": 0, "k1": 1, "k3": 3, "k4": 4, "k5": 5}
        assert replayer.state_at(Position(3)).plain() == replayer.state_at(Position(2)).plain()
        assert replayer.effect_at(Position(3)).not_applied == "these bytes are no record"
        assert Replayer(log).state_at(Position(3)).plain() == replayer.state_at(Position(2)).plain()
        contents = list(log.contents(FIRST_EVENT, EventIndex(6)))
        assert [content is None for content in contents] == [False, False, True, False, False, False]
        assert list(log.contents(EventIndex(2), EventIndex(3))) == [None]
        assert list(log.contents(EventIndex(3), EventIndex(3))) == []


def test_a_log_that_became_shorter_is_reported(tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", 8)
    with EventLog.open(path) as log:
        engine = ReplayEngine(log)
        engine.seek(1)
        path.write_bytes(path.read_bytes()[:2000])
        with pytest.raises(LogChanged, match="reload"):
            engine.replay_all()


def test_changes_that_are_given_one_by_one_are_few_or_near(tmp_path: Path) -> None:
    deep = "/a" * 100
    contents = [
        ("x:ops", {"ops": [{"op": "add", "path": f"/k{n}", "value": n} for n in range(6_000)]}),
        ("x:ops", {"ops": [{"op": "add", "path": f"/d{n}", "value": nested(100)} for n in range(200)]}),
        ("x:ops", {"ops": [{"op": "add", "path": f"/d{n}{deep}", "value": 1} for n in range(200)]}),
    ]
    with EventLog.open(written(tmp_path / "changes.rlog", forged(contents, state_hashes=False).bytes())) as log:
        effects = [Replayer(log).effect_at(Position(n)) for n in (1, 2, 3)]
    assert [(len(effect.changes), effect.more_changes) for effect in effects] == [
        (replayer.MAX_CHANGES, 1_000), (200, 0), (100, 100),
    ]  # fmt: skip
    assert all(effect.not_applied is None for effect in effects)


def nested(levels: int) -> Any:
    value: Any = 0
    for _ in range(levels):
        value = {"a": value}
    return value
