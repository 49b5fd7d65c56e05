"""history: every change of one value, as JSON and as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replay_gui import Recorder
from tests.helpers.logs import damage, write_log


@pytest.fixture
def run(tmp_path: Path) -> Path:
    path = tmp_path / "run.rlog"
    with Recorder(path, "a", "1") as recorder:
        recorder.memory_write("plan", "one")
        recorder.memory_write("other", 1)
        recorder.memory_write("plan", {"next": "two"})
        recorder.memory_delete("plan")
    return path


def test_changes_as_json(command: Any, run: Path) -> None:
    changes = command("history", run, "--path", "/memory/plan", "--json").objects
    assert [list(change) for change in changes] == [
        ["position", "index", "event_id", "kind", "tool", "new"],
        ["position", "index", "event_id", "kind", "tool", "old", "new"],
        ["position", "index", "event_id", "kind", "tool", "old"],
    ]
    assert [(change["position"], change["index"]) for change in changes] == [(2, 1), (4, 3), (5, 4)]
    assert (changes[1]["old"], changes[1]["new"]) == ("one", {"next": "two"})
    assert {(change["kind"], change["tool"]) for change in changes} == {("MemoryWrite", None)}


def test_changes_up_to_a_position(command: Any, run: Path) -> None:
    changes = command("history", run, "--path", "/memory/plan", "--at", 4, "--json").objects
    assert [change["position"] for change in changes] == [2, 4]
    assert command("history", run, "--path", "/memory/plan", "--at", 0, "--json").objects == []


def test_changes_as_text(command: Any, run: Path) -> None:
    lines = command("history", run, "--path", "/memory/plan").out.splitlines()
    assert [line.split() for line in lines] == [
        ["2", "Memory", "(not", "there)", "→", "one"],
        ["4", "Memory", "one", "→", "{next:", "two}"],
        ["5", "Memory", "{next:", "two}", "→", "(not", "there)"],
        ["3", "changes", "of", "/memory/plan"],
    ]


def test_a_value_that_never_was(command: Any, run: Path) -> None:
    result = command("history", run, "--path", "/memory/never")
    assert (result.code, result.out) == (0, "no event changed /memory/never\n")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--path", "memory"], "'memory' is not a JSON Pointer"),
        (["--path", "/memory", "--at", 99], "no position 99: the log has 5 events"),
        ([], "--path"),
    ],
)
def test_what_cannot_be_done_is_said(command: Any, run: Path, arguments: list[Any], why: str) -> None:
    result = command("history", run, *arguments)
    assert result.code == 2
    assert why in result.err


def test_the_history_of_a_damaged_log_is_untrusted(command: Any, tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", turns=4)
    damage(path, 0.3)
    result = command("history", path, "--path", "/memory", "--json")
    assert result.code == 0
    assert "this history is untrusted: event" in result.err
    before = command("history", path, "--path", "/memory", "--at", 1, "--json")
    assert (before.objects, before.err) == ([], "")
