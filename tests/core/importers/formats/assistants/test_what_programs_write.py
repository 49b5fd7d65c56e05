"""Details that the programs themselves write, beside what their formats require: Crush, Goose, Amp."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime
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


# ---- Zed, Cline, smolagents --------------------------------------------------------------------------
@pytest.mark.parametrize("version", ["0.1.0", "0.2.0"])
def test_an_older_thread_of_zed(tmp_path: Path, version: str) -> None:
    def message(role: str, text: str, calls: list[Record] | None = None, results: list[Record] | None = None) -> Record:
        own = {"segments": [{"type": "text", "text": text}] if text else []} if version == "0.2.0" else {"text": text}
        return {"id": 0, "role": role, **own, "tool_uses": calls or [], "tool_results": results or [], "context": ""}

    result = {"tool_use_id": "t", "is_error": True, "content": {"Text": "no such path"}, "output": None}
    thinking = {"type": "thinking", "text": "Hm.", "signature": None}
    answer = message("assistant", "I look.", [{"id": "t", "name": "find_path", "input": {"path": "a"}}])
    if version == "0.2.0":
        answer["segments"].insert(0, thinking)
    talk = [message("user", "Look"), answer, message("user", "", results=[result]), message("assistant", "Done.")]
    thread = {"version": version, "summary": "T", "messages": talk, "model": {"provider": "p", "model": "m"}}
    (run,) = read_all(written(tmp_path, {**thread, "cumulative_token_usage": {"input_tokens": 7, "output_tokens": 3}}))
    assert run.format == "zed"
    assert [event.payload["data"] for event in run.of("Observation")] == ["Look"]
    assert run.decisions() == [("Hm." if version == "0.2.0" else None, "I look."), (None, "Done.")]
    assert [event.payload["input"] for event in run.of("ToolRequest")] == [{"path": "a"}]
    assert [event.payload["error"] for event in run.of("ToolResponse")] == ["no such path"]
    assert run.tokens() == {"input": 7, "output": 3}


def test_an_older_cline_counts_an_answers_tokens_when_it_has_ended(tmp_path: Path) -> None:
    def said(kind: str, text: str) -> Record:
        return {"ts": 1_717_203_600_000, "type": "say", "say": kind, "text": text}

    records = [
        said("task", "Fix"),
        said("api_req_started", '{"request": "Fix", "tokensIn": 10}'),
        said("api_req_finished", '{"tokensOut": 5, "cacheReads": 3, "cacheWrites": 2, "cost": 0.02}'),
        said("completion_result", "Done"),
    ]
    (run,) = read_all(written(tmp_path, records, "ui_messages.json"))
    assert run.tokens() == {"input": 15, "cached": 3, "output": 5}
    assert [event.meta["cost"] for event in run.events if event.meta.get("cost") is not None] == [0.02]


def test_the_memories_of_several_smolagents(tmp_path: Path) -> None:
    def step(**more: Any) -> Record:
        call = {"id": "c", "type": "function", "function": {"name": "python_interpreter", "arguments": "x"}}
        use = {"input_tokens": 10, "output_tokens": 2, "total_tokens": 12}
        known = {"__class__": "ActionStep", "step_number": 1, "model_output": "I look.", "tool_calls": [call]}
        return {**known, "code_action": "x", "observations": "1", "error": None, "token_usage": use, **more}

    wrong = {"type": "AgentExecutionError", "message": "KeyError: 0"}
    memories = {
        "manager": [{"__class__": "TaskStep", "task": "Go"}, step(error=wrong, observations=None), step()],
        "searcher": [{"__class__": "TaskStep", "task": "Search"}, step(is_final_answer=True, action_output="found")],
    }
    manager, searcher = read_all(written(tmp_path, memories))
    assert (manager.format, manager.run.name, searcher.run.name) == ("smolagents", "manager", "searcher")
    assert [event.payload["error"] for event in manager.of("ToolResponse")] == ["KeyError: 0", None]
    assert manager.tokens() == {"input": 20, "output": 4}
    assert "fields" not in manager.of("Decision")[0].payload
    assert searcher.events[-1].payload == {"how": "answered", "why": None}


@pytest.mark.parametrize(
    ("protocol", "provider", "day", "sent", "counted"),
    [
        ("openai", None, "2025-09-01", 300, 300),
        ("anthropic", None, "2025-09-01", 300, 410),  # Roo Code before 3.29.5
        ("anthropic", None, "2025-12-01", 300, 300),
        ("anthropic", None, "2025-12-01", 50, 160),  # less than the cached part
        (None, "anthropic", "2025-12-01", 300, 410),
        (None, "openai", "2025-12-01", 300, 300),  # Cline passes on what a server like OpenAI's counts
        (None, "litellm", "2025-12-01", 50, 160),
        (None, None, "2025-12-01", 300, 410),
    ],
)
def test_the_cached_part_of_what_cline_and_roo_code_sent(
    tmp_path: Path, protocol: str | None, provider: str | None, day: str, sent: int, counted: int
) -> None:
    used = {"tokensIn": sent, "tokensOut": 8, "cacheReads": 100, "cacheWrites": 10}
    request = json.dumps(({"apiProtocol": protocol} if protocol else {}) | used)
    at = int(datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp() * 1000)
    about = {"modelInfo": {"modelId": "m", "providerId": provider}} if provider else {}
    records = [
        {"ts": at, "type": "say", "say": "text", "text": "Fix it"},
        {"ts": at + 1, "type": "say", "say": "api_req_started", "text": request, **about},
    ]
    (found,) = read_all(written(tmp_path, records))
    assert found.tokens() == {"input": counted, "cached": 100, "output": 8}


def test_calls_of_goose_whose_status_is_a_members_name(tmp_path: Path) -> None:
    call = {"name": "shell", "arguments": {"command": "ls"}}
    failures: list[Any] = [{"ExecutionError": "no such file"}, "no such file"]
    results = [
        {"Ok": [{"type": "text", "text": "a"}]},
        {"Ok": {"content": [{"type": "text", "text": "b"}], "isError": True}},
    ]
    for failure in failures:
        given = [*results, {"Err": failure}]
        asked = [{"type": "toolRequest", "id": str(number), "toolCall": {"Ok": call}} for number in range(3)]
        told = [{"type": "toolResponse", "id": str(number), "toolResult": one} for number, one in enumerate(given)]
        records = [goose_message("user", {"type": "text", "text": "list"}), goose_message("assistant", *asked)]
        path = tmp_path / "session.jsonl"
        lines = [{"working_dir": "/w", "description": "", "message_count": 3}, *records, goose_message("user", *told)]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        (run,) = read_all(path)
        assert run.tools() == {"shell": 3}
        assert [event.payload["input"] for event in run.of("ToolRequest")] == [{"command": "ls"}] * 3
        assert [(event.payload["output"], event.payload["error"]) for event in run.of("ToolResponse")] == [
            ("a", None),
            ("b", "b"),
            ("no such file", "no such file"),
        ]


@pytest.mark.parametrize(
    ("run", "outcome"),
    [
        ({"status": "done", "result": {"output": "ok", "exitCode": 0}}, (True, None)),
        ({"status": "done", "result": {"success": False}}, (False, "failed")),
        ({"status": "done", "result": {"success": False, "error": "no match"}}, (False, "no match")),
        ({"status": "in-progress"}, None),
        ({"status": "in-progress", "progress": {"output": "half"}}, None),
        ({"status": "blocked-on-user", "reason": "asks"}, None),
    ],
)
def test_a_tools_run_in_a_thread_of_amp(tmp_path: Path, run: Record, outcome: tuple[bool, str | None] | None) -> None:
    call = {"type": "tool_use", "id": "c", "name": "Bash", "input": {"cmd": "ls"}}
    messages = [
        {"role": "user", "messageId": 0, "content": [{"type": "text", "text": "go"}]},
        {
            "role": "assistant",
            "messageId": 1,
            "content": [call],
            "state": {"type": "complete", "stopReason": "tool_use"},
        },
        {"role": "user", "messageId": 2, "content": [{"type": "tool_result", "toolUseID": "c", "run": run}]},
    ]
    (found,) = read_all(written(tmp_path, {"v": 1, "id": "T-1", "created": 1, "messages": messages}))
    assert [(event.payload["success"], event.payload["error"]) for event in found.of("ToolResponse")] == (
        [] if outcome is None else [outcome]
    )
    told = [event.payload["data"] for event in found.of("x:bookkeeping/amp/tool_run")]
    assert told == ([run] if outcome is None else [])
    assert len(found.of("Observation")) == 1


@pytest.mark.parametrize(("role", "ends"), [("assistant", ["answered"]), ("user", [])])
def test_a_message_of_crush_that_stopped(tmp_path: Path, role: str, ends: list[str]) -> None:
    parts = [{"type": "text", "data": {"text": "Hi"}}, {"type": "finish", "data": {"reason": "stop", "time": 0}}]
    path = tmp_path / "crush.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE sessions (id, prompt_tokens, completion_tokens, updated_at, created_at)")
        database.execute("CREATE TABLE messages (id, session_id, role, parts, model, created_at)")
        database.execute("INSERT INTO sessions VALUES ('s', 1, 1, 1, 1)")
        database.execute("INSERT INTO messages VALUES ('1', 's', ?, ?, 'm', 1)", (role, json.dumps(parts)))
    (found,) = read_all(path)
    assert [event.payload["how"] for event in found.of("x:end")] == ends
