"""Programs are recorded where it is asked for, and not started again."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from replay_gui import record
from tests.record.run_twice import events


def test_programs_are_not_started_recorded_and_again(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = f"import sys, pathlib; pathlib.Path({str(mark)!r}).touch(); print(input()); sys.exit(3)"
    command = [sys.executable, "-SEc", code]

    def agent() -> list[Any]:
        done = subprocess.run(command, input="in", capture_output=True, text=True, check=False)
        try:
            subprocess.run(command, input=b"in", capture_output=True, check=True)
        except subprocess.CalledProcessError as error:
            return [done.returncode, done.stdout, error.returncode, error.stdout]
        return []

    with record.run(tmp_path / "run.rlog", also=["processes"]):
        first = agent()
    assert first == [3, "in\n", 3, b"in\n"]
    mark.unlink()
    with record.rerun(tmp_path / "run.rlog"):
        assert agent() == first
    assert not mark.exists()
    names = [event.payload["tool_name"] for event in events(tmp_path / "run.rlog") if event.kind == "ToolRequest"]
    assert names == [f"run {Path(sys.executable).name}"] * 2


def test_libraries_that_ask_for_the_system_start_no_process_of_the_agent(tmp_path: Path) -> None:
    with record.run(tmp_path / "run.rlog"):
        platform.architecture()
    assert not [event for event in events(tmp_path / "run.rlog") if event.kind == "x:bookkeeping/not-recorded"]
