"""Writing: refused events write nothing, one writer a file, and a log that goes on where it was broken off."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replay_gui import EventLog
from replay_gui.core.errors import EventInvalid, LogBusy, LogRefused, LogUnreadable, NotCanonical, ReplayError
from replay_gui.core.log.framing import MAX_RECORD_BYTES
from replay_gui.core.log.positions import Position
from replay_gui.core.recorder.log_writer import LogWriter
from replay_gui.core.replay.replayer import Replayer
from replay_gui.core.state.state_hash import StateHash
from replay_gui.core.verification.verify_log import verify
from tests.helpers.forged_logs import forged, written

FACTS = {"run_id": "r"}


def note(n: int) -> tuple[str, dict[str, Any]]:
    return "MemoryWrite", {"key": f"k{n % 3}", "value": {"n": n, "text": "t" * 20}}


def make(path: Path, count: int = 3, sealed: bool = False, every: int = 1) -> Path:
    writer = LogWriter(path, FACTS, state_hash_every=every)
    for n in range(count):
        assert writer.append(*note(n)) == n
    if sealed:
        writer.seal(0)
    writer.close()
    return path


def sound(path: Path, events: int, seal: str = "none", tail: int = 0) -> None:
    with EventLog.open(path) as log:
        report = verify(log)
    assert (report.verdict, report.events, report.seal, report.tail_bytes) == ("VALID", events, seal, tail)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.rlog"


REFUSED: list[tuple[Any, Any, Any]] = [
    ("MemoryWrite", {}, {}),
    ("MemoryWrite", {"key": 1, "value": 1}, {}),
    ("MemoryWrite", {"key": "k", "value": object()}, {}),
    ("MemoryWrite", {"key": "k" * 5000, "value": 1}, {}),
    ("MemoryWrite", {"key": "k", "value": {1: 2}}, {}),
    ("MemoryWrite", {"key": "k", "value": "\ud800"}, {}),
    ("MemoryWrite", {"key": "k", "value": 1 << 64}, {}),
    ("x:a", {"ops": [{"op": "remove", "path": "/nowhere"}]}, {}),
    ("x:a", {"ops": [{"op": "add", "path": "/a", "value": 1}, {"op": "remove", "path": "/nowhere"}]}, {}),
    ("x:a", {}, {"parent": 2}),
    ("x:a", {}, {"parent": -1}),
    ("x:a", {}, {"parent": True}),
    ("x:a", {}, {"parent": 1.0}),
    ("x:a", {}, {"parent": None}),
    ("x:a", {}, {"who": object()}),
    ("x:a", {}, {1: 1}),
    (5, {}, {}),
    (b"x:a", {}, {}),
    (None, {}, {}),
    ("x:a", [], {}),
    ("x:a", None, {}),
]


@pytest.mark.parametrize("at", range(len(REFUSED)))
def test_a_refused_event_writes_nothing(path: Path, at: int) -> None:
    with LogWriter(path, FACTS) as writer:
        writer.append(*note(0))
        writer.append(*note(1), {"parent": 0})
        before = path.read_bytes()
        with pytest.raises(EventInvalid) as text:
            writer.append(*REFUSED[at])
        assert "\n" not in str(text.value)
        assert path.read_bytes() == before
        assert writer.append(*note(2)) == 2
    sound(path, 3, "good")


def test_meta_whose_limits_are_known_has_the_same_record(tmp_path: Path) -> None:
    meta = {"time": 5, "answer": {"body": b"\xff", "status": 200}, "parent": 0}
    heads = []
    for limited in (True, False):
        with LogWriter(tmp_path / f"{limited}.rlog", FACTS) as writer:
            writer.append(*note(0))
            with pytest.raises(EventInvalid, match="ints"):
                writer.append(*note(1), {"tokens": {"input": 1 << 64}}, limited_meta=limited)
            writer.append(*note(1), meta, limited_meta=limited)
            heads.append(writer.head)
        sound(tmp_path / f"{limited}.rlog", 2, "good")
    assert heads[0] == heads[1]


def test_an_event_that_is_too_large(path: Path) -> None:
    with LogWriter(path, FACTS) as writer:
        writer.append(*note(0))
        before = path.read_bytes()
        with pytest.raises(EventInvalid, match="larger than 64 MiB"):
            writer.append("MemoryWrite", {"key": "big", "value": bytes(MAX_RECORD_BYTES)})
        assert path.read_bytes() == before
        writer.append(*note(1))
    sound(path, 2, "good")


def test_what_the_caller_changes_later_changes_nothing(path: Path) -> None:
    value: dict[str, Any] = {"a": [1]}
    with LogWriter(path, FACTS) as writer:
        writer.append("MemoryWrite", {"key": "k", "value": value})
        value["a"].append(2)
        writer.append(*note(1))
    sound(path, 2, "good")


@pytest.mark.parametrize(("every", "recorded"), [(1, [0, 1, 2, 3, 4]), (2, [1, 3]), (5, [4]), (9, []), (0, [])])
def test_how_often_a_state_hash_is_recorded(path: Path, every: int, recorded: list[int]) -> None:
    make(path, 5, sealed=True, every=every)
    with EventLog.open(path) as log:
        hashes = {event.index: event.state_hash for event in log if event.state_hash is not None}
        assert list(hashes) == recorded
        for place, found in hashes.items():
            assert found == StateHash.of(Replayer(log).state_at(Position(place + 1)).plain()).digest()
        assert verify(log).state_hashes_checked == len(recorded)


def test_the_seal_is_the_end(path: Path) -> None:
    writer = LogWriter(path, FACTS)
    writer.append(*note(0))
    writer.seal(5)
    before = path.read_bytes()
    for further in (lambda: writer.append(*note(1)), lambda: writer.seal(6)):
        with pytest.raises(EventInvalid, match="closed"):
            further()
    assert path.read_bytes() == before
    sound(path, 1, "good")


def test_a_block_that_ends_in_an_exception_leaves_the_log_unsealed(path: Path) -> None:
    def fails() -> None:
        with LogWriter(path, FACTS) as writer:
            writer.append(*note(0))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    sound(path, 1, "none")
    with LogWriter.resume(path) as again:
        again.append(*note(1))
    sound(path, 2, "good")


def test_only_one_writer(path: Path) -> None:
    first = LogWriter(path, FACTS)
    first.append(*note(0))
    with pytest.raises(LogBusy, match="another recorder"):
        LogWriter(path, FACTS)
    with pytest.raises(LogBusy, match="another recorder"):
        LogWriter.resume(path)
    first.append(*note(1))
    first.close()
    LogWriter.resume(path).close()


def test_an_existing_log_is_never_written_over(path: Path) -> None:
    make(path)
    before = path.read_bytes()
    with pytest.raises(LogRefused, match="exists already"):
        LogWriter(path, FACTS)
    assert path.read_bytes() == before
    LogWriter.resume(path).close()  # nothing is held by the one that was refused


def test_an_empty_file_may_become_a_log(path: Path) -> None:
    with LogWriter(written(path, b""), FACTS) as writer:
        writer.append(*note(0))
    sound(path, 1, "good")


@pytest.mark.parametrize(
    "facts", [{}, {"run_id": 5}, {"run_id": "r", "x": object()}, {"run_id": "r", "x": "x" * (1 << 20)}]
)
def test_a_header_that_cannot_be_written_makes_no_file(path: Path, facts: dict[str, Any]) -> None:
    with pytest.raises(NotCanonical):
        LogWriter(path, facts)
    assert not path.exists()


def test_the_writer_says_which_format_and_reducer(path: Path) -> None:
    LogWriter(path, {**FACTS, "version": 7, "reducer": "other/9", "agent": "a"}).close()
    with EventLog.open(path) as log:
        assert (log.header.facts["version"], log.header.reducer, log.header.facts["agent"]) == (1, "standard/1", "a")


@pytest.mark.parametrize("where", [Path("absent") / "run.rlog", Path()])
def test_where_no_file_can_be(tmp_path: Path, where: Path) -> None:
    with pytest.raises(LogUnreadable, match="cannot be written"):
        LogWriter(tmp_path / where, FACTS)
    with pytest.raises(LogUnreadable):
        LogWriter.resume(tmp_path / where)


# ---- going on ----------------------------------------------------------------------------------
def test_resume_after_a_tear_at_every_byte_of_the_last_record(path: Path) -> None:
    data = make(path, 4).read_bytes()
    with EventLog.open(path) as log:
        start = log[3].offset
    for size in range(start, len(data) + 1):
        written(path, data[:size])
        kept = 4 if size == len(data) else 3
        sound(path, kept, tail=0 if size == len(data) else size - start)
        with LogWriter.resume(path) as writer:
            assert (writer.count, writer.run_id) == (kept, "r")
            assert path.read_bytes() == data[: len(data) if kept == 4 else start]
            writer.append(*note(kept))
        sound(path, kept + 1, "good")


def test_a_resumed_log_is_the_log_of_one_sitting(tmp_path: Path) -> None:
    whole = make(tmp_path / "a.rlog", 10, sealed=True, every=3).read_bytes()
    path = make(tmp_path / "b.rlog", 0, every=3)
    for n in range(10):
        writer = LogWriter.resume(path, state_hash_every=3)
        writer.append(*note(n))
        writer.close()
    writer = LogWriter.resume(path)
    writer.seal(0)
    assert path.read_bytes() == whole


def damaged_logs(path: Path) -> dict[str, Callable[[], bytes]]:
    forge = forged([note(n) for n in range(4)])
    data = forge.bytes(sealed=False)
    flipped = bytearray(data)
    flipped[data.index(b"ttt")] ^= 1
    marker = bytearray(data)
    marker[len(forge.header)] ^= 1
    other_seq = forged([note(0), note(1)], metas=[{}, {"seq": 5}])
    not_applied = forged([note(0), ("MemoryWrite", {})])
    foreign = forged([note(0)], facts={"run_id": "r", "reducer": "mine/1"})
    return {
        "sealed": forge.bytes,
        "sealed and more": lambda: forge.bytes() + b"\x00",
        "edited": lambda: bytes(flipped),
        "no record": lambda: bytes(marker),
        "dropped": lambda: forge.header + b"".join(forge.pieces[1:]),
        "wrong seq": lambda: other_seq.bytes(sealed=False),
        "does not apply": lambda: not_applied.bytes(sealed=False),
        "another reducer": lambda: foreign.bytes(sealed=False),
        "no log": lambda: b"text",
        "empty": lambda: b"",
        "header cut": lambda: data[: len(forge.header) - 1],
    }


@pytest.mark.parametrize("name", damaged_logs(Path()))
def test_what_cannot_be_gone_on_with_is_left_alone(path: Path, name: str) -> None:
    data = damaged_logs(path)[name]()
    written(path, data)
    for _ in range(2):  # the refusal lets go of the file
        with pytest.raises(LogRefused, match=str(path)) as text:
            LogWriter.resume(path)
        assert "\n" not in str(text.value)
        assert path.read_bytes() == data


# ---- a disk that fails ---------------------------------------------------------------------------
class FailingDisk:
    """os.write and os.fsync that fail at the n-th call, after writing some of the bytes."""

    def __init__(self, patch: pytest.MonkeyPatch, call: int, part: float = 0.5) -> None:
        self.left, self.part = call, part
        self.write, self.fsync = os.write, os.fsync
        patch.setattr(os, "write", self.failing_write)
        patch.setattr(os, "fsync", self.failing_fsync)

    def fails(self) -> bool:
        self.left -= 1
        return self.left < 0

    def failing_write(self, fd: int, data: bytes) -> int:
        if self.fails():
            self.write(fd, data[: int(len(data) * self.part)])
            raise OSError(28, "No space left on device")
        return self.write(fd, data)

    def failing_fsync(self, fd: int) -> None:
        if self.fails():
            raise OSError(5, "Input/output error")
        self.fsync(fd)


def test_the_name_of_a_new_file_reaches_the_disk_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(stat.S_ISDIR(os.fstat(fd).st_mode)))
    LogWriter(path, FACTS, fsync=True).close()
    assert synced == [False, True], "the header, then the folder"
    synced.clear()
    LogWriter(path.with_name("other.rlog"), FACTS).close()
    assert synced == []


@pytest.mark.parametrize("call", range(1, 10))
@pytest.mark.parametrize("fsync", [False, True])
def test_a_disk_that_fails_leaves_a_readable_log(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: int, fsync: bool
) -> None:
    acknowledged = 0

    def write_many() -> None:
        nonlocal acknowledged
        for n in range(20):
            writer.append(*note(n))
            acknowledged += 1

    with monkeypatch.context() as patch:
        FailingDisk(patch, call + 2 * fsync)  # the header, and the folder, are written well
        writer = LogWriter(path, FACTS, fsync=fsync)
        with pytest.raises(LogUnreadable, match=r"cannot be written: .*the log ends before this event"):
            write_many()
        with pytest.raises(EventInvalid, match="closed"):
            writer.append(*note(0))
    assert acknowledged == (call - 1) // (1 + fsync)
    sound(path, acknowledged)
    with LogWriter.resume(path) as again:
        again.append(*note(acknowledged))
    sound(path, acknowledged + 1, "good")


def test_where_not_even_the_half_record_can_be_cut_off(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(fd: int, size: int) -> None:
        raise OSError(5, "Input/output error")

    writer = LogWriter(path, FACTS)
    writer.append(*note(0))
    with monkeypatch.context() as patch:
        FailingDisk(patch, 0)
        patch.setattr(os, "ftruncate", refuse)
        with pytest.raises(LogUnreadable, match="torn tail"):
            writer.append(*note(1))
    with EventLog.open(path) as log:
        assert (len(log), verify(log).verdict) == (1, "VALID")
    LogWriter.resume(path).close()
    sound(path, 1)


def test_a_seal_that_cannot_be_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = LogWriter(path, FACTS)
    writer.append(*note(0))
    with monkeypatch.context() as patch:
        FailingDisk(patch, 0)
        with pytest.raises(LogUnreadable):
            writer.seal(0)
    sound(path, 1, "none")


def test_a_write_that_takes_only_a_part_goes_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, data: write(fd, data[:7]))
        make(path, 3, sealed=True)
    sound(path, 3, "good")


@pytest.mark.parametrize("call", [0, 1])
def test_an_interrupt_amid_an_event_ends_the_writing(path: Path, monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    """State and file may then be one event apart; a record written after that would be false."""
    write = os.write

    def interrupted(fd: int, data: bytes) -> int:
        if call:
            write(fd, data)
        raise KeyboardInterrupt

    writer = LogWriter(path, FACTS)
    writer.append(*note(0))
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            writer.append(*note(1))
    with pytest.raises(ReplayError, match="closed"):
        writer.append(*note(2))
    sound(path, 1 + call)
