"""The file of snapshots: what is written is read back, damage is found, a budget is kept."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_gui import EventLog, SnapshotManager
from replay_gui.core.errors import SnapshotDamaged
from replay_gui.core.index.index_builder import SNAPSHOTS_FILE, IndexBuilder
from replay_gui.core.log.canonical import encode
from replay_gui.core.log.positions import Position
from replay_gui.core.replay import snapshot_store
from replay_gui.core.replay.replayer import Replayer
from replay_gui.core.replay.snapshot_store import (
    SnapshotEntry,
    SnapshotReader,
    SnapshotWriter,
    base_number,
    file_of,
    lineage,
)
from replay_gui.core.replay.snapshots import SnapshotPolicy
from replay_gui.core.state.bulk_reducer import BulkReducer
from tests.helpers.effort import tries
from tests.helpers.event_strategies import events
from tests.helpers.kept_indexes import narrow_snapshots
from tests.helpers.logs import write_log


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
        expected[position] = encode(fold.present.plain())
    writer.close()
    return writer.entries, expected


def reader(path: Path, entries: list[SnapshotEntry], chain_at: Any = chain) -> SnapshotReader:
    found = SnapshotReader(path, chain_at)
    found.set_table(path, entries)
    return found


def test_every_stored_state_can_be_loaded(tmp_path: Path) -> None:
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
    assert file.stat().st_size == entries[-1].offset + entries[-1].size <= budget * 1.3
    whole, _ = store(tmp_path / "whole", 120)
    assert whole[-1].offset > 1.5 * budget, "else nothing had to be thinned"
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


def test_a_lineage_is_short_and_goes_back_to_the_keyframe() -> None:
    longest = 0
    for number in range(4096):
        line = [number]
        while line[-1]:
            line.append(base_number(line[-1]))
            assert 0 <= line[-1] < line[-2]
        longest = max(longest, len(line))
    assert longest == 1 + 4 * 7, "the keyframe, and seven for each octal digit"


@pytest.fixture(scope="module")
def narrow() -> Any:
    """Large members, pages, packs, chains and groups of a size that small states come to."""
    with pytest.MonkeyPatch.context() as patch:
        narrow_snapshots(patch, unpaged_members=2)
        patch.setattr(snapshot_store, "_FAN_OUT", 3)
        yield


@settings(max_examples=tries(20, long=150), deadline=None)
@given(
    st.lists(st.lists(events, max_size=4), min_size=1, max_size=40),
    st.integers(1, 30),
    st.sampled_from([300, 3_000, 1 << 30]),
    st.randoms(use_true_random=False),
)
def test_states_are_read_back_in_any_order(
    narrow: None, run: list[list[Any]], factor: int, budget: int, random: Random
) -> None:
    """Through chains and their bases, with few and many keyframes, and through a file that was thinned."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot_store, "_KEYFRAME_FACTOR", factor)
        path = Path(folder) / "s"
        fold, writer, expected = BulkReducer(), SnapshotWriter(path, budget), {}
        for position, some in enumerate(run, 1):
            fold.fold([encode(list(event)) for event in some])
            writer.add(Position(position), fold, chain(position))
            expected[position] = encode(fold.present.plain())
        writer.close()
        found = reader(path, writer.entries)
        entries = [*writer.entries, *writer.entries]
        random.shuffle(entries)
        for entry in entries:
            loaded = found.load_state(entry.position)
            assert loaded is not None
            for _ in range(2):  # as it is, and after all was looked at
                assert encode(loaded.state.plain()) == expected[entry.position]
        assert writer.entries[-1].position == len(run)


def test_the_changes_of_a_step_are_estimated_without_those_that_are_written_again(tmp_path: Path) -> None:
    """The distance of snapshots depends on it."""
    fold, writer = BulkReducer(), SnapshotWriter(tmp_path / "s", 1 << 30)
    steps = []
    for position in range(1, 300):
        fold.fold([encode(["MemoryWrite", {"key": f"k{position}-{n}", "value": n}]) for n in range(10)])
        writer.add(Position(position), fold, chain(position))
        steps.append(writer.last_step_bytes)
    writer.close()
    assert max(steps[100:]) < 2.5 * min(steps[100:])


def is_damaged(found: SnapshotReader, position: int) -> bool:
    loaded = found.load_state(Position(position))
    try:
        return loaded is None or not loaded.state.plain()
    except SnapshotDamaged:
        return True


def test_a_damaged_snapshot_is_never_returned(tmp_path: Path) -> None:
    path = tmp_path / "s"
    entries, _ = store(path, 12)
    known = {entry.position: entry for entry in entries}
    data = path.read_bytes()
    end = 0
    for entry in entries:
        for at in (entry.offset + entry.size // 2, (end + entry.offset) // 2):  # in its table, and in its parts
            damaged = bytearray(data)
            damaged[at] ^= 1
            path.write_bytes(damaged)
            bad = {other.position for other in entries if entry in lineage(known, other.position)}
            fresh = {other.position for other in entries if is_damaged(reader(path, entries), other.position)}
            assert fresh == bad
        end = entry.offset + entry.size
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


def test_the_reader_caches_few_states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_store, "_MAX_CACHED_BASES", 1)
    entries, expected = store(tmp_path / "s", 40)
    found = reader(tmp_path / "s", entries)
    for position in (1, 40, 2, 39, 20):
        loaded = found.load_state(Position(position))
        assert loaded is not None
        assert encode(loaded.state.plain()) == expected[position]
    assert len(found._bases) == 1
