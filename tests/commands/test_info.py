"""info: counts and facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from replay_gui import Recorder
from replay_gui.core.divergence.rules.rules import Action, Rule, Rules
from replay_gui.core.divergence.rules.rules_file import rules_beside, write_rules
from replay_gui.engine.opening import user_trusted_folders
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.logs import SECOND, write_log

MEMBERS = [
    "run", "run_id", "format", "origin", "events", "kinds", "tools", "agent", "first_time", "last_time", "sealed",
    "outcome", "outcomes", "end", "tokens", "cost", "duration", "runs", "marks",
]  # fmt: skip


def test_what_a_run_is_about(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with Recorder(path, "triage", "1.0", run_id="run-1", created=100) as run:
        for number, success in enumerate((True, False)):
            call = run.tool_request("search", number, time=300)
            run.tool_response(call, None, success=success, time=200)
        run.capability_denied("net", "fetch", "no", time=250)
    result = command("info", path, "--json")
    assert result.code == 0
    assert list(result.object) == MEMBERS
    assert result.object == {
        "run": str(path),
        "run_id": "run-1",
        "format": "rlog",
        "origin": "recorded",
        "events": 6,
        "kinds": {"AgentInit": 1, "CapabilityDenied": 1, "ToolRequest": 2, "ToolResponse": 2},
        "tools": {
            "fetch": {"calls": 0, "errors": 0, "denied": 1},
            "search": {"calls": 2, "errors": 1, "denied": 0},
        },
        "agent": "triage",
        "first_time": 100,
        "last_time": 300,
        "sealed": True,
        "outcome": None,
        "outcomes": [],
        "end": None,
        "tokens": {"input": None, "cached": None, "output": None, "reasoning": None},
        "cost": None,
        "duration": 200,
        "runs": 1,
        "marks": [
            {
                "kind": "error not got over",
                "sentence": "search was answered by an empty answer (event 4), and this call was not tried again.",
                "positions": [3],
            }
        ],
    }


def test_an_unsealed_run_and_one_of_nothing(command: Any, tmp_path: Path, vectors: Path) -> None:
    path = write_log(tmp_path / "run.rlog", turns=2, sealed=False)
    open_run, empty = command("info", path, vectors / "empty.rlog", "--json").objects
    assert (open_run["events"], open_run["sealed"], open_run["first_time"]) == (11, False, 1_700_000_000 * SECOND)
    assert (empty["events"], empty["kinds"], empty["first_time"], empty["last_time"]) == (0, {}, None, None)


def test_a_false_seal_seals_nothing(command: Any, vectors: Path) -> None:
    assert command("info", vectors / "seal-edited.rlog", "--json").object["sealed"] is False


def test_skipped_bytes_are_counted(command: Any, vectors: Path) -> None:
    found = command("info", vectors / "length-damaged.rlog", "--json").object
    assert found["kinds"]["(skipped)"] == 1
    assert found["events"] == sum(found["kinds"].values())


def test_a_foreign_file(command: Any, tmp_path: Path) -> None:
    path = write(tmp_path, user("u1", None, "find it"), assistant("a1", "u1", text("here")), b"no json")
    found = command("info", path, "--json").object
    assert (found["format"], found["origin"], found["agent"]) == ("claude-code", "imported", "claude-code")
    assert found["events"] > 2
    assert "no JSON" in command("info", path).out


def test_people_are_told_the_same(command: Any, tmp_path: Path) -> None:
    path = write_log(tmp_path / "run.rlog", turns=2)
    output = command("info", path).out
    assert ("\n  calls: " in output, "ToolRequest" in output) == (True, False)
    assert f"{path}: run " in output
    assert "events  11, sealed" in output
    assert "tool search: 1 call, 0 errors, 0 denied" in output


def test_an_agent_that_its_source_does_not_name_is_unknown(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    path.write_text('[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]')
    assert "\n  agent   unknown\n" in command("info", path).out


def test_hostile_names_are_escaped(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with Recorder(path, "tri\x1b[31mage\nx", "1", run_id="r\u202er") as run:
        run.tool_request("a\rb", 1)
        run.append("x:\x07", {})
    for arguments in ([], ["--json"]):
        assert all(line.isprintable() for line in command("info", path, *arguments).out.splitlines())


def test_all_runs_are_tried(command: Any, vectors: Path) -> None:
    result = command("info", vectors / "version-2.rlog", vectors / "valid.rlog", "--json")
    assert result.code == 2
    assert result.object["events"] == 41
    assert len(result.err.splitlines()) == 1


def test_marks_follow_the_rules_of_the_user(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.rlog"
    with Recorder(path, "triage", "1.0") as run:
        run.tool_response(run.tool_request("Edit", {"file_path": "a.py", "old_string": "x"}), "ok")
    (mark,) = command("info", path, "--json").object["marks"]
    assert mark["sentence"].startswith("No check was made; the last change is event 2: Edit(")
    write_rules(Rules([Rule(Action.READS, tool="Edit")]), rules_beside(path))
    assert len(command("info", path, "--json").object["marks"]) == 1, "nobody has allowed them"
    user_trusted_folders().add(tmp_path)
    assert command("info", path, "--json").object["marks"] == []
    rules_beside(path).write_text("rule = 3", "utf-8")
    result = command("info", path, "--json")
    assert (result.code, len(result.object["marks"])) == (0, 1)
    assert "note: marks are looked for without rules: " in result.err
