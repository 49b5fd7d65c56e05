"""The recorded sample: what the README's first minutes do with it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from replay_gui import EventLog, ReplayEngine
from replay_gui.cli import main
from replay_gui.core.log.run_start import RunStart
from replay_gui.samples import RECORDED, write_samples
from tests.samples_maker.recorded import record_agent


def contents(path: Path) -> list[bytes]:
    with EventLog.open(path) as log:
        assert ReplayEngine(log).verify().verdict == "VALID"
        return [event.content for event in log]


def test_what_is_bundled_is_what_is_recorded_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record_agent(tmp_path / "run.rlog")
    assert capsys.readouterr().out == "Water tomatoes.\n"
    assert contents(tmp_path / "run.rlog") == contents(RECORDED.path)


def test_it_says_how_it_is_run_again_and_nothing_of_the_computer_that_made_it() -> None:
    with EventLog.open(RECORDED.path) as log:
        first = log[0]
    assert RunStart.of_event(first.payload, first.meta) == RunStart(("python", "agent.py"), "")


def test_a_changed_line_is_found(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_samples(tmp_path)
    run, agent = tmp_path / RECORDED.file, tmp_path / "agent" / "agent.py"
    command = ["rerun", str(run), "-o", str(tmp_path / "new.rlog"), "--", sys.executable, str(agent)]
    assert main(command) == 0
    assert contents(tmp_path / "new.rlog")[1:] == contents(run)[1:], "but for the path of Python"
    assert capfd.readouterr().out == "Water tomatoes.\n"
    agent.write_text(agent.read_text().replace("DAYS = 3", "DAYS = 2"))
    assert write_samples(tmp_path), "a program that was changed stays"
    assert main([*command[:2], "--on-miss", "live", *command[4:]]) == 1
    captured = capfd.readouterr()
    assert "input.days: recorded 3, now 2" in captured.err
    assert "agent.py:32 in use" in captured.err
    assert captured.out == "Water tomatoes and roses.\n"
