"""rerun: which files beside the recorded run it takes, and which it writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replay_gui import record
from replay_gui.cli import main
from replay_gui.commands import rerun
from replay_gui.core.divergence.rules.rules_file import rules_beside
from replay_gui.engine.opening import user_trusted_folders
from replay_gui.record.child.child_options import ChildOptions
from replay_gui.record.child.running import CommandResult
from tests.helpers.hostile_rules import HOSTILE, IGNORE_ALL
from tests.record.run_twice import tell


@pytest.fixture
def run(tmp_path: Path) -> Path:
    path = tmp_path / "run.rlog"
    with record.run(path, agent_type="a"):
        tell("x")
    return path


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[ChildOptions]:
    """What agents are started with; they do nothing."""
    options = list[ChildOptions]()

    def run_command(command: Any, options_for: Callable[[str], ChildOptions], on_poll: Any) -> CommandResult:
        options.append(options_for("reports"))
        return CommandResult(0, ())

    monkeypatch.setattr(rerun, "run_command", run_command)
    return options


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_rules_beside_a_run_are_not_used_unasked(
    run: Path, started: list[ChildOptions], capsys: pytest.CaptureFixture[str], make: Callable[[Path], object]
) -> None:
    """They could make every request one that was recorded, and git bisect would call each commit good."""
    make(rules_beside(run))
    for bisect in ([], ["--bisect"]):
        main(["rerun", str(run), *bisect, "--", "true"])
        assert started.pop().rules is None
        assert "beside the log" in capsys.readouterr().err.splitlines()[0]


def test_rules_that_were_allowed_are_used_and_named(
    run: Path, started: list[ChildOptions], capsys: pytest.CaptureFixture[str]
) -> None:
    beside, named = rules_beside(run), run.with_name("named.toml")
    for path in (beside, named):
        path.write_text(IGNORE_ALL)
    main(["rerun", str(run), "--rules", str(named), "--", "true"])
    assert started.pop().rules == str(named)
    assert f"by the rules of {named} (2)" in capsys.readouterr().err
    user_trusted_folders().add(run.parent)
    main(["rerun", str(run), "--", "true"])
    assert started.pop().rules == str(beside)
    assert f"by the rules of {beside} (2)" in capsys.readouterr().err
    beside.write_text("no rules")
    assert main(["rerun", str(run), "--", "true"]) == 2
    assert not started


def test_the_verdict_replaces_nothing_that_was_read(
    tmp_path: Path, run: Path, started: list[ChildOptions], capsys: pytest.CaptureFixture[str]
) -> None:
    session, edits = tmp_path / "session.json", tmp_path / "edits.json"
    session.write_text(json.dumps([{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]))
    edits.write_text("[]")
    (tmp_path / "link.json").symlink_to(session)
    (tmp_path / "folder.json").mkdir()
    for given, target in ((session, session), (run, edits), (run, "link.json"), (run, "folder.json"), (run, "a.txt")):
        before = session.read_bytes(), edits.read_bytes()
        words = ["rerun", str(given), "--edits", str(edits), "--report", str(tmp_path / target), "--", "true"]
        assert main(words) == 2, target
        assert (session.read_bytes(), edits.read_bytes()) == before
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert not started


@pytest.mark.parametrize(
    "content", [b"", b"[", b"[" * 100_000, b"\xff", b'[{"event": 0, "pointer": "", "value": 1}]', b'[{"event": 1}]']
)
def test_edits_that_are_none_are_refused_in_one_line(
    run: Path, started: list[ChildOptions], capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    edits = run.with_name("edits.json")
    edits.write_bytes(content)
    assert main(["rerun", str(run), "--edits", str(edits), "--", "true"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "internal error" not in line
    assert not started
