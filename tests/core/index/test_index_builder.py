"""The pass that builds an index: what it returns, and when."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.index.index_builder import BuiltIndex, IndexBuilder
from replay_gui.core.index.index_columns import REPLAY_COLUMNS, read_column
from replay_gui.core.log import scanner
from replay_gui.core.log.canonical import encode
from replay_gui.core.log.fault import NOT_APPLIED, SKIPPED
from replay_gui.core.log.kinds import KINDS
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex, Position
from replay_gui.core.log.scanner import Block, Skipped
from replay_gui.core.replay.replayer import Replayer
from replay_gui.core.state.state_hash import StateHash
from tests.helpers.forged_logs import Forge, forged, written
from tests.helpers.logs import write_log


def ignore(offset: int) -> None:
    pass


def test_what_is_known_after_a_pass(tmp_path: Path) -> None:
    with EventLog.open(write_log(tmp_path / "run.rlog", 20, state_hash_every=10)) as log:
        built = IndexBuilder(log, tmp_path).run(ignore)
        last = log[len(log) - 1]
        final = StateHash.of(Replayer(log).state_at(Position(len(log))).plain()).digest()
        recorded = [event for event in log if event.state_hash is not None]
    assert (built.count, built.offset, built.head) == (101, last.offset + last.size, last.hash)
    assert built.kinds == KINDS
    assert built.tools == ("read_file", "search"), "in the order in which they appear"
    assert built.not_applied == ()
    assert built.state_hashes == len(recorded) > 1
    assert built.state_hash == final
    assert [entry.position for entry in built.snapshots][-1] == 101, "the last state is saved"


def test_phases_and_kinds_are_listed_in_their_order(tmp_path: Path) -> None:
    run = [
        ("x:b", {}),
        ("StateTransition", {"transition_type": "t", "phase": "plan"}),
        ("x:a", {}),
        ("StateTransition", {"transition_type": "t", "phase": "act"}),
    ]
    with EventLog.open(written(tmp_path / "run.rlog", forged(run).bytes())) as log:
        built = IndexBuilder(log, tmp_path).run(ignore)
    assert built.phases == ((1, "plan"), (3, "act"))
    assert built.kinds == (*KINDS, "x:b", "x:a")


def test_events_that_do_not_apply_and_a_skipped_stretch(tmp_path: Path) -> None:
    forge = Forge()
    forge.add(encode(["MemoryWrite", {"key": "k"}]), None, encode({"seq": 0}))
    for seq in (1, 2, 3, 4):
        forge.add(encode(["x:a", {}]), None, encode({"seq": seq}))
    forge.pieces[2] = bytes(len(forge.pieces[2]))
    with EventLog.open(written(tmp_path / "run.rlog", forge.bytes())) as log:
        built = IndexBuilder(log, tmp_path).run(ignore)
    found = [(fault.event_index, fault.seq, fault.problem) for fault in built.not_applied]
    assert found == [(0, 0, NOT_APPLIED), (2, None, SKIPPED)]
    assert built.count == 5


def test_after_a_skipped_stretch_there_is_no_hash_to_bind_a_snapshot_to(tmp_path: Path) -> None:
    with EventLog.open(written(tmp_path / "run.rlog", forged([("x:a", {})]).bytes(sealed=False))) as log:
        parts = list(log.parts())
        builder = IndexBuilder(log, tmp_path)
        assert isinstance(parts[0], Block)
        builder.add_part(parts[0])
        builder.add_part(Skipped(index=EventIndex(1), offset=parts[0].end_offset, size=40))
        built = builder.finish()
        builder.close()
    assert (built.count, built.head, built.snapshots) == (2, b"", ())


def test_without_a_known_reducer_there_is_no_state_hash(tmp_path: Path) -> None:
    forge = forged([("x:a", {})], state_hashes=False, facts={"run_id": "r", "reducer": "other/1"})
    with EventLog.open(written(tmp_path / "run.rlog", forge.bytes())) as log:
        assert IndexBuilder(log, tmp_path).run(ignore).state_hash is None


def test_the_files_have_what_a_part_of_the_pass_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "BLOCK_BYTES", 2000)
    steps: list[BuiltIndex] = []

    def look(offset: int) -> None:
        steps.append(builder.built())
        assert steps[-1].offset == offset
        for name in REPLAY_COLUMNS:
            assert len(read_column(tmp_path, name)) == steps[-1].count

    with EventLog.open(write_log(tmp_path / "run.rlog", 60)) as log:
        builder = IndexBuilder(log, tmp_path)
        final = builder.run(look)
    assert len(steps) > 3
    assert [step.count for step in steps] == sorted({step.count for step in steps})
    assert all(step.state_hash is None for step in steps)
    assert final.state_hash is not None


def test_a_pass_that_is_broken_off_closes_its_files(tmp_path: Path) -> None:
    def stop(offset: int) -> None:
        raise InterruptedError

    with EventLog.open(write_log(tmp_path / "run.rlog", 5)) as log:
        builder = IndexBuilder(log, tmp_path)
        with pytest.raises(InterruptedError):
            builder.run(stop)
        with pytest.raises(ValueError, match="closed"):
            builder.add_part(next(part for part in log.parts() if isinstance(part, Block)))
