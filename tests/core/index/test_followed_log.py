"""A log that another program writes: what is read on, and what ends it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from replay_gui.core.index.followed_log import DAMAGED_AFTER_S, FollowedLog
from replay_gui.core.log.file_end import FileEnd
from replay_gui.core.recorder.log_writer import LogWriter


class Writing:
    """A log, whoever writes it, and whoever follows it."""

    def __init__(self, folder: Path) -> None:
        self.now = 0.0
        self.path = folder / "run.rlog"
        self.writer = LogWriter(self.path, {"run_id": "r"}, state_hash_every=0)
        self.write(3)
        facts, index = self.path.stat(), folder / "index"
        index.mkdir()
        self.log = FollowedLog(str(self.path), index, (facts.st_dev, facts.st_ino), lambda: self.now)

    def write(self, events: int) -> None:
        for _ in range(events):
            self.writer.append("Observation", {"obs_type": "message", "source": "user", "data": "x"})


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    writing = Writing(tmp_path)
    yield writing
    writing.log.close()
    writing.writer.close()


def test_it_is_read_on_until_its_seal(writing: Writing) -> None:
    assert (writing.log.read_appended(), writing.log.count) == (None, 3)
    writing.write(2)
    assert (writing.log.read_appended(), writing.log.count) == (None, 5)
    settled = writing.log.complete()
    writing.write(1)
    assert (writing.log.read_appended(), writing.log.count, settled.count) == (None, 6, 5)
    writing.writer.seal(0)
    assert (writing.log.read_appended(), writing.log.count) == (FileEnd.SEALED, 6)


def test_its_recorder_leaves_it_without_a_seal(writing: Writing) -> None:
    assert writing.log.read_appended() is None
    for _ in range(3):  # however long nothing comes
        writing.now += 60
        assert writing.log.read_appended() is None
    writing.write(1)
    writing.writer.close()
    assert (writing.log.read_appended(), writing.log.count) == (None, 4), "what it wrote at the end is read first"
    writing.now += 1
    assert (writing.log.read_appended(), writing.log.count) == (FileEnd.LEFT, 4)


def test_half_a_record_is_waited_for(writing: Writing) -> None:
    whole = writing.path.read_bytes()
    writing.write(1)
    longer = writing.path.read_bytes()
    for size in range(len(whole), len(longer)):
        os.truncate(writing.path, len(whole))
        with writing.path.open("r+b") as file:
            file.write(longer[:size])
        assert (writing.log.read_appended(), writing.log.count) == (None, 3)
    writing.path.write_bytes(longer)
    assert (writing.log.read_appended(), writing.log.count) == (None, 4)


def test_a_cut_file_is_noticed(writing: Writing) -> None:
    writing.log.read_appended()
    os.truncate(writing.path, writing.path.stat().st_size - 1)
    assert writing.log.read_appended() is FileEnd.CUT


@pytest.mark.parametrize("events", [0, 3])
def test_a_file_that_was_written_anew_in_its_place_is_noticed(writing: Writing, events: int) -> None:
    writing.log.read_appended()
    os.truncate(writing.path, 0)
    other = LogWriter(writing.path.with_name("other.rlog"), {"run_id": "other"}, state_hash_every=0)
    for _ in range(9):
        other.append("Observation", {"obs_type": "message", "source": "user", "data": "y"})
    other.close()
    writing.path.write_bytes(writing.path.with_name("other.rlog").read_bytes())
    assert writing.log.read_appended() is FileEnd.REPLACED


def test_another_file_of_its_name_is_not_read(writing: Writing) -> None:
    other = writing.path.with_name("other.rlog")
    other.write_bytes(writing.path.read_bytes())
    other.rename(writing.path)
    assert writing.log.read_appended() is FileEnd.REPLACED


def test_a_removed_file_is_noticed(writing: Writing) -> None:
    writing.path.unlink()
    assert writing.log.read_appended() is FileEnd.GONE


def test_bytes_that_are_no_record_end_it_once_they_have_stayed(writing: Writing) -> None:
    writing.log.read_appended()
    with writing.path.open("ab") as file:
        file.write(b"\xc1" * 40)
    assert writing.log.read_appended() is None
    writing.now = DAMAGED_AFTER_S
    assert (writing.log.read_appended(), writing.log.count) == (FileEnd.DAMAGED, 3)
