"""Names of 25,000 characters, and full disks: what commands print stays short, and says which folder is meant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from replay_gui.cli import main
from replay_gui.core.log.chain import request_hash
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.forged_logs import forged, written
from tests.helpers.logs import write_log
from tests.trust.limits.full_disk import FullDisk

NAME = "\x1b[31m\u202e" + "n" * 25_000
KEY = NAME[:4000]
_MAX_LINE = 20_100  # characters
_MAX_OUTPUT = 200_000


def run_of_long_names(path: Path, last: str) -> Path:
    """A log in which whatever may be named has a name of 25,000 characters."""
    tool, asked = {"tool_name": KEY, "tool_version": NAME}, {"command": NAME + last}
    events: list[tuple[str, dict[str, Any]]] = [
        ("AgentInit", {"agent_type": NAME, "agent_version": NAME, "config": {KEY: NAME}}),
        ("ToolRequest", {**tool, "input": asked, "capabilities": [NAME]}),
        (
            "ToolResponse",
            {
                "tool_name": KEY,
                "request_hash": request_hash(KEY, NAME, asked),
                "output": NAME,
                "success": False,
                "error": {"type": NAME, "message": NAME},
            },
        ),
        ("Observation", {"obs_type": "message", "source": NAME, "data": NAME}),
        ("Decision", {"decision_type": NAME, "data": {"text": NAME}}),
        ("StateTransition", {"transition_type": NAME, "phase": NAME}),
        ("CapabilityDenied", {"capability": NAME, "tool_name": KEY, "reason": NAME}),
        ("Error", {"error_type": NAME + last, "message": NAME, "component": NAME, "recoverable": False}),
        (f"x:{NAME}", {"value": NAME}),
        ("MemoryWrite", {"key": KEY, "value": NAME + last}),
    ]
    return written(path, forged(events, state_hashes=False).bytes())


def test_long_names_are_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = (str(run_of_long_names(tmp_path / f"{name}.rlog", name)) for name in "ab")
    commands: list[Sequence[str]] = [
        ["info", a],
        ["events", a],
        ["verify", a],
        ["diff", a, b],
        ["history", a, "--path", f"/memory/{KEY}"],
        ["history", a, "--path", f"/{NAME}"],
        ["contrast", "--passed", "events = 1", a, b],
        ["events", a, "--format", NAME],
        ["state", a, "--at", NAME],
        ["info", f"{a}#{NAME}"],
        ["info", NAME],
    ]
    for command in commands:
        assert main(command) in (0, 1, 2)
        printed = capsys.readouterr()
        assert max(map(len, (printed.out + printed.err).splitlines())) < _MAX_LINE, command[0]
        assert len(printed.out + printed.err) < _MAX_OUTPUT, command[0]
        assert "\x1b" not in printed.out + printed.err
        assert "\u202e" not in printed.out + printed.err


def test_where_there_is_no_space_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a command keeps for itself: conversions, indexes, parts of the input."""
    disk_folder = tmp_path / "disk"
    disk_folder.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(disk_folder))
    monkeypatch.setattr("tempfile.tempdir", str(disk_folder))
    own = [str(write_log(tmp_path / f"{n}.rlog", turns=n + 2)) for n in range(2)]
    for n in range(2):
        (tmp_path / str(n)).mkdir()
    foreign = [
        str(write(tmp_path / str(n), user("u1", None, f"find it {n}"), assistant("a1", "u1", text("here"))))
        for n in range(2)
    ]
    commands: list[Sequence[str]] = [
        ["diff", *own],
        ["diff", *foreign],
        ["verify", foreign[0]],
        ["events", foreign[0]],
        ["state", own[0], "--at", "1"],
        ["contrast", "--passed", "events > 7", *own, *foreign],
    ]
    refused = 0
    for command in commands:
        for writes in range(4):
            disk = FullDisk(disk_folder, writes)
            disk.install(monkeypatch)
            code = main(command)
            monkeypatch.undo()
            monkeypatch.setenv("XDG_CACHE_HOME", str(disk_folder))
            monkeypatch.setattr("tempfile.tempdir", str(disk_folder))
            printed = capsys.readouterr()
            if code == 2:
                refused += 1
                assert str(tmp_path) in printed.err, (command[0], printed.err)
                assert len(printed.err.splitlines()) == 1
    assert refused
