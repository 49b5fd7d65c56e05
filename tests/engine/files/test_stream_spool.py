"""What comes from a pipe is in the file as soon as it comes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from replay_gui.engine.files.stream_spool import StreamSpool

Pipe = tuple[int, int]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    ends = os.pipe()
    yield ends
    for end in ends:
        with suppress(OSError):  # the test has closed it
            os.close(end)


def test_it_is_there_at_once_and_for_the_user_alone(qtbot: QtBot, pipe: Pipe, tmp_path: Path) -> None:
    with closing(StreamSpool(pipe[0], tmp_path / "stdin")) as spool:
        os.write(pipe[1], b"one\n")
        qtbot.waitUntil(lambda: spool.written == 4)
        assert (spool.path.read_bytes(), spool.ended) == (b"one\n", False)
        assert stat.S_IMODE(spool.path.stat().st_mode) == 0o600
        os.write(pipe[1], b"two\n")
        os.close(pipe[1])
        qtbot.waitUntil(lambda: spool.ended)
        assert (spool.path.read_bytes(), spool.problem) == (b"one\ntwo\n", "")


def test_it_ends_while_it_waits(pipe: Pipe, tmp_path: Path) -> None:
    spool = StreamSpool(pipe[0], tmp_path / "stdin")
    spool.close()
    assert spool.ended


def test_what_is_too_much_is_read_and_said(qtbot: QtBot, pipe: Pipe, tmp_path: Path) -> None:
    with closing(StreamSpool(pipe[0], tmp_path / "stdin", limit=6)) as spool:
        for _ in range(3):
            os.write(pipe[1], b"four")
        os.close(pipe[1])
        qtbot.waitUntil(lambda: spool.ended)
        assert spool.path.read_bytes() == b"fourfo"
        assert "longer than 6 bytes" in spool.problem


def test_a_file_of_that_name_is_not_written_to(pipe: Pipe, tmp_path: Path) -> None:
    (tmp_path / "stdin").write_text("mine")
    with pytest.raises(FileExistsError):
        StreamSpool(pipe[0], tmp_path / "stdin")
