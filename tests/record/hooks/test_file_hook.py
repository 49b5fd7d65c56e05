"""Files that are read are recorded where it is asked for, and answered again from the log."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from replay_gui import record
from replay_gui.core.errors import AnswerNotRecorded
from replay_gui.core.log.log_reader import EventLog
from tests.record.run_twice import recorded_and_again


@pytest.mark.parametrize("content", [b"two\r\nlines\n", b"\xff\x00"])
def test_files_are_answered_as_they_were_read(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "notes"
    file.write_bytes(content)

    def agent() -> list[Any]:
        with open(file, "rb") as opened:
            first = opened.read(2)
            return [first, opened.read(), file.read_bytes(), file.read_text("latin-1")]

    with record.run(tmp_path / "run.rlog", also=["files"]):
        first = agent()
    file.unlink()
    with record.rerun(tmp_path / "run.rlog"):
        assert agent() == first


def test_a_file_whose_name_is_no_unicode_is_recorded_and_answered(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9.txt")
    file.write_text("no tea")
    first, second = recorded_and_again(tmp_path / "run.rlog", file.read_text, ["files"])
    assert first == second == "no tea"
    with EventLog.open(tmp_path / "run.rlog") as log:
        (asked,) = (event for event in log if event.kind == "ToolRequest")
    assert asked.payload["input"]["file"].endswith("caf\\udce9.txt")


def test_a_file_that_is_missing_is_missing_recorded_and_again(tmp_path: Path) -> None:
    def agent() -> str:
        try:
            return (tmp_path / "none").read_text()
        except FileNotFoundError as error:
            return f"{type(error).__name__} {error.errno}"

    first, second = recorded_and_again(tmp_path / "run.rlog", agent, ["files"])
    assert first == second == "FileNotFoundError 2"


def test_a_pipe_cannot_be_read_again_from_the_log(tmp_path: Path) -> None:
    with record.run(tmp_path / "run.rlog", also=["files"]), open("/dev/null") as opened:
        opened.read()
    with record.rerun(tmp_path / "run.rlog"), pytest.raises(AnswerNotRecorded), open("/dev/null"):
        pass


def test_a_file_of_the_kernel_is_not_recorded_as_an_empty_one(tmp_path: Path) -> None:
    """It says that it has no bytes; a re-run would find nothing in it."""
    with record.run(tmp_path / "run.rlog", also=["files"]), open("/proc/version") as opened:
        assert opened.read()
    with record.rerun(tmp_path / "run.rlog"), pytest.raises(AnswerNotRecorded), open("/proc/version"):
        pass
