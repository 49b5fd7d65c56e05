"""Details that the programs themselves write, beside what their formats require: Crush, Goose, Amp."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, read_all, written

Record = dict[str, Any]
DIRECTORY = "\n\n<cwd>/repo</cwd>"
DECLINED = "The user has declined to run this tool. DO NOT attempt to call this tool again. If there are no"


def crush(path: Path, tool: str, output: str) -> Read:
    """Read a session in which one tool gave this output, which the program does not mark as an error."""
    call = {"id": "c", "name": tool, "input": "{}", "finished": True}
    result = {"tool_call_id": "c", "name": tool, "content": output, "is_error": False}
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE sessions (id, prompt_tokens, completion_tokens, updated_at, created_at)")
        database.execute("CREATE TABLE messages (id, session_id, role, parts, model, created_at)")
        database.execute("INSERT INTO sessions VALUES ('s', 1, 1, 1, 1)")
        for number, (role, kind, data) in enumerate(
            [("assistant", "tool_call", call), ("tool", "tool_result", result)]
        ):
            row = (str(number), "s", role, json.dumps([{"type": kind, "data": data}]), "m", number)
            database.execute("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)", row)
    (run,) = read_all(path)
    return run


@pytest.mark.parametrize(
    ("tool", "output", "error"),
    [
        ("bash", f"FAIL\tpkg\n\nExit code 1{DIRECTORY}", "exit 1"),
        ("bash", f"\nno such file\nExit code 127{DIRECTORY}", "exit 127"),
        ("bash", f"ok{DIRECTORY}", None),
        ("bash", f"Exit code 1 means failure{DIRECTORY}", None),
        ("bash", f"\nCommand was aborted before completion{DIRECTORY}", "Command was aborted before completion"),
        ("job_output", "Status: completed\n\nbuild failed\nExit code 2", "exit 2"),
        ("view", "notes\nExit code 1", None),  # what a file has
    ],
)
def test_a_command_of_crush_failed_by_the_end_of_its_output(
    tmp_path: Path, tool: str, output: str, error: str | None
) -> None:
    run = crush(tmp_path / "crush.db", tool, output)
    assert [event.payload["error"] for event in run.of("ToolResponse")] == [error]
    assert len(run.of("Error")) == (error is not None)


# ---- Goose -------------------------------------------------------------------------------------------
def goose_message(role: str, *parts: Record) -> Record:
    return {"role": role, "created": 1_790_848_801, "content": [*parts]}


def goose_call(call_id: str, **call: Any) -> Record:
    return {"type": "toolRequest", "id": call_id, "toolCall": call}


def goose_result(call_id: str, **result: Any) -> Record:
    return {"type": "toolResponse", "id": call_id, "toolResult": result}


SHELL = {"name": "developer__shell", "arguments": {"command": "rm x"}}


def test_a_call_that_the_user_of_goose_declined(tmp_path: Path) -> None:
    """Goose gives the refusal as a successful result."""
    asks = {"type": "toolConfirmationRequest", "id": "c", "toolName": "developer__shell", "prompt": None}
    talk = [
        goose_message("user", {"type": "text", "text": "Go"}),
        goose_message("assistant", goose_call("c", status="success", value=SHELL), asks),
        goose_message("user", goose_result("c", status="success", value=[{"type": "text", "text": DECLINED}])),
        goose_message("assistant", goose_call("d", status="success", value=SHELL)),
        goose_message("user", goose_result("d", status="success", value=[{"type": "text", "text": "removed"}])),
    ]
    (run,) = read_all(written(tmp_path, {"working_dir": "/w", "conversation": talk}))
    assert [event.payload["success"] for event in run.of("ToolResponse")] == [False, True]
    assert (len(run.of("CapabilityDenied")), len(run.of("Error"))) == (1, 0)
    assert len(run.of("x:bookkeeping/goose/toolConfirmationRequest")) == 1
    assert run.run.notes.sentences() == ()


def test_a_stream_after_a_banner_begins_with_the_agent(tmp_path: Path) -> None:
    message = goose_message("assistant", goose_call("c", status="success", value=SHELL))
    lines = [
        "   __( O)>  new session",
        "    L L     goose is ready",
        json.dumps({"type": "message", "message": message}),
    ]
    path = tmp_path / "goose.jsonl"
    path.write_text("\n".join([*lines, json.dumps({"type": "complete", "total_tokens": 5})]))
    (run,) = read_all(path)
    assert run.kinds == [
        *("AgentInit", "ToolRequest", "x:goose/unreadable", "x:goose/unreadable", "x:bookkeeping/goose/complete"),
        "x:end",
    ]


# ---- Amp ---------------------------------------------------------------------------------------------
def amp(folder: Path, *messages: Record, **thread: Any) -> Read:
    numbered = [{"messageId": number, **message} for number, message in enumerate(messages)]
    (run,) = read_all(written(folder, {"id": "T-1", "agentMode": "smart", "messages": numbered, **thread}))
    assert run.format == "amp"
    return run


def amp_said(role: str, text: str, **more: Any) -> Record:
    return {"role": role, "content": [{"type": "text", "text": text}], **more}


DONE = {"state": {"type": "complete", "stopReason": "end_turn"}}


def test_what_amp_adds_is_not_of_the_user(tmp_path: Path) -> None:
    run = amp(
        tmp_path,
        amp_said("info", "AGENTS.md: be good"),
        amp_said("user", "Go"),
        amp_said("assistant", "Done.", turnElapsedMs=7000, **DONE),
        {"role": "supervisor", "note": "bookkeeping"},
        meta={"traces": [{"name": "inference", "startTime": "2026-10-02T03:31:23Z"}]},
        **{"~debug": {"queue": []}},
    )
    assert [event.payload["data"] for event in run.of("Observation")] == ["Go"]
    assert run.of("x:bookkeeping/amp/context")[0].payload["data"] == "AGENTS.md: be good"
    assert run.of("x:amp/supervisor")[0].payload["data"]["note"] == "bookkeeping"
    assert run.events[0].payload["config"] == {"agentMode": "smart"}
    assert "fields" not in run.of("Decision")[0].payload
    assert run.events[-1].payload == {"how": "answered", "why": None}


def test_a_prompt_after_an_answer_of_amp_leaves_the_run_open(tmp_path: Path) -> None:
    assert amp(tmp_path, amp_said("assistant", "Done.", **DONE), amp_said("user", "More")).of("x:end") == []


def test_a_call_of_amp_that_the_user_stopped(tmp_path: Path) -> None:
    call = {"type": "tool_use", "id": "t", "name": "Bash", "input": {}}
    stopped = {"type": "tool_result", "toolUseID": "t", "run": {"status": "cancelled", "reason": "user pressed esc"}}
    run = amp(tmp_path, {"role": "assistant", "content": [call]}, {"role": "user", "content": [stopped]})
    assert [event.payload["error"] for event in run.of("ToolResponse")] == ["user pressed esc"]
