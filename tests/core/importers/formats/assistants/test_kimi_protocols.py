"""What Kimi's programs say to their clients: the wire protocol of the CLI, and the events of Kimi Code's server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, read_all, written

Record = dict[str, Any]


def read(folder: Path, records: list[Record]) -> Read:
    path = folder / "log.jsonl"
    written(folder, records, path.name)
    (run,) = read_all(path)
    return run


# ---- the wire protocol -------------------------------------------------------------------------------
def event(kind: str, **payload: Any) -> Record:
    return {"jsonrpc": "2.0", "method": "event", "params": {"type": kind, "payload": payload}}


def call(number: int, name: str, *pieces: str) -> list[Record]:
    begun = event("ToolCall", type="function", id=f"c{number}", function={"name": name, "arguments": ""}, extras=None)
    return [begun, *(event("ToolCallPart", arguments_part=piece) for piece in pieces)]


def result(number: int, output: str, message: str = "", *, is_error: bool = False) -> Record:
    value = {"is_error": is_error, "output": output, "message": message, "display": []}
    return event("ToolResult", tool_call_id=f"c{number}", return_value=value)


def usage(rest: int, output: int, cached: int) -> Record:
    tokens = {"input_other": rest, "output": output, "input_cache_read": cached, "input_cache_creation": 0}
    return event("StatusUpdate", context_usage=0.1, token_usage=tokens, message_id="m")


PROMPT = {"jsonrpc": "2.0", "method": "prompt", "id": "1", "params": {"user_input": "Run it"}}
APPROVAL = {"id": "a", "tool_call_id": "c1", "sender": "Shell", "action": "run", "description": "rm x", "display": []}
WIRE = [
    {"jsonrpc": "2.0", "method": "initialize", "id": "0", "params": {"protocol_version": "1.9"}},
    {"jsonrpc": "2.0", "id": "0", "result": {"protocol_version": "1.9", "server": {"name": "Kimi Code CLI"}}},
    PROMPT,
    event("TurnBegin", user_input="Run it"),
    event("StepBegin", n=1),
    event("ContentPart", type="think", think="Is it "),
    event("ContentPart", type="think", think="there?"),
    event("ContentPart", type="text", text="I "),
    event("ContentPart", type="text", text="look."),
    *call(0, "ReadFile", '{"path":', ' "x"}'),
    usage(10, 4, 20),
    result(0, "", "no such file", is_error=True),
    *call(1, "Shell", '{"command": "rm x"}'),
    {"jsonrpc": "2.0", "method": "request", "id": "r", "params": {"type": "ApprovalRequest", "payload": APPROVAL}},
    {"jsonrpc": "2.0", "id": "r", "result": {"request_id": "a", "response": "reject"}},
    event("ApprovalResponse", request_id="a", response="reject"),
    result(1, "", "Rejected by the user.", is_error=True),
    event("ContentPart", type="text", text="I may not."),
    usage(5, 2, 30),
    event("TurnEnd"),
]


def answered(**answer: Any) -> list[Record]:
    return [*WIRE, {"jsonrpc": "2.0", "id": "1", **answer}]


def test_the_wire_protocol(tmp_path: Path) -> None:
    run = read(tmp_path, answered(result={"status": "finished"}))
    assert run.format == "kimi"
    assert [event.payload["data"] for event in run.of("Observation")] == ["Run it"]
    assert run.decisions() == [("Is it there?", None), (None, "I look."), (None, "I may not.")]
    assert [event.payload["input"] for event in run.of("ToolRequest")] == [{"path": "x"}, {"command": "rm x"}]
    assert [event.payload["error"] for event in run.of("ToolResponse")] == ["no such file", "Rejected by the user."]
    assert (len(run.of("Error")), len(run.of("CapabilityDenied"))) == (1, 1)
    assert run.tokens() == {"input": 65, "cached": 50, "output": 6}
    assert run.run.notes.sentences() == ()
    assert run.events[-1].payload == {"how": "answered", "why": None}


@pytest.mark.parametrize(
    ("answer", "end"),
    [
        ({"result": {"status": "cancelled"}}, ("stopped by user", None)),
        ({"result": {"status": "max_steps_reached", "steps": 100}}, ("limit", "max_steps_reached")),
        ({"error": {"code": -32003, "message": "LLM service error"}}, ("crash", "LLM service error")),
    ],
)
def test_how_a_prompt_ended(tmp_path: Path, answer: Record, end: tuple[str, str | None]) -> None:
    run = read(tmp_path, [record for record in answered(**answer) if record != event("TurnEnd")])
    assert (run.events[-1].payload["how"], run.events[-1].payload["why"]) == end
    assert len(run.of("Error")) == (2 if "error" in answer else 1)


@pytest.mark.parametrize("is_older", [True, False])
def test_calls_of_a_subagent(tmp_path: Path, is_older: bool) -> None:
    def inner(record: Record) -> Record:
        about = {"task_tool_call_id": "c9"} if is_older else {"parent_tool_call_id": "c9", "agent_id": "a1"}
        named = {} if is_older else {"subagent_type": "explore"}
        return event("SubagentEvent", **about, **named, event=record["params"])

    records = [
        event("TurnBegin", user_input="Go"),
        *call(9, "Task", '{"prompt": "Look"}'),
        *map(inner, [*call(0, "Grep", '{"pattern"', ': "x"}'), usage(3, 1, 0)]),
        inner(result(0, "", "bad pattern", is_error=True)),
        inner(event("ContentPart", type="text", text="Nothing.")),
        inner(event("TurnEnd")),
        result(9, "Nothing."),
    ]
    run = read(tmp_path, records)
    assert run.tools() == {"Task": 1, "Grep": 1}
    assert [event.payload["error"] for event in run.of("ToolResponse")] == ["bad pattern", None]
    name = "subagent" if is_older else "explore"
    (grep,) = [event for event in run.of("ToolRequest") if event.payload["tool_name"] == "Grep"]
    assert (grep.meta["subagent"], grep.payload["input"]) == ([name], {"pattern": "x"})
    assert [event.payload["decision_type"] for event in run.of("Decision")] == ["subagent-message"]
    assert run.tokens() == {"input": 3, "cached": 0, "output": 1}
    assert run.of("x:end") == []  # the turn of the subagent has ended, not the run


# ---- the events of Kimi Code's server ----------------------------------------------------------------
def at(second: int) -> str:
    return f"2026-09-21T10:00:{second:02}.000Z"


def server(folder: Path, form: str, *payloads: Record) -> Read:
    """Read events in one of the forms in which the server gives them."""
    events = [{"agentId": "main", "sessionId": "session_1", **payload} for payload in payloads]
    frames = [
        {"type": event["type"], "seq": n, "session_id": "session_1", "timestamp": at(n), "payload": event}
        for n, event in enumerate(events, 1)
    ]
    records = {
        "journal": [
            {"kind": "journal_header", "version": 1, "epoch": "ep_1", "created_at": at(0)},
            *({"kind": "event", "seq": frame["seq"], "envelope": frame} for frame in frames),
        ],
        "frames": frames,
        "events": events,
    }[form]
    return read(folder, records)


STARTED: Record = {"type": "turn.started", "turnId": 1, "origin": {"kind": "user"}}
ENDED: Record = {"type": "turn.ended", "turnId": 1, "reason": "completed", "durationMs": 9000}


def prompt(text: str) -> Record:
    content = [{"type": "text", "text": text}]
    more = {"promptId": "p", "userMessageId": "u", "status": "running", "createdAt": at(0)}
    return {"type": "prompt.submitted", "content": content, **more}


def asks(number: int, name: str, **args: Any) -> Record:
    return {"type": "tool.call.started", "turnId": 1, "toolCallId": f"c{number}", "name": name, "args": args}


def answers(number: int, output: str, **more: Any) -> Record:
    return {"type": "tool.result", "turnId": 1, "toolCallId": f"c{number}", "output": output, **more}


TOKENS = {"inputOther": 10, "output": 4, "inputCacheRead": 20, "inputCacheCreation": 5}
STEP = {"type": "turn.step.completed", "turnId": 1, "step": 1, "usage": TOKENS, "finishReason": "tool_use"}


@pytest.mark.parametrize("form", ["journal", "frames", "events"])
def test_events_of_the_server(tmp_path: Path, form: str) -> None:
    run = server(
        tmp_path,
        form,
        {"type": "agent.status.updated", "model": "k3", "contextTokens": 5},
        prompt("Run it"),
        {**STARTED, "prompt": "Run it"},
        {"type": "turn.step.started", "turnId": 1, "step": 1},
        {"type": "thinking.delta", "turnId": 1, "delta": "Is it "},
        {"type": "thinking.delta", "turnId": 1, "delta": "there?"},
        {"type": "assistant.delta", "turnId": 1, "delta": "I "},
        {"type": "assistant.delta", "turnId": 1, "delta": "look."},
        {"type": "tool.call.delta", "turnId": 1, "toolCallId": "c0", "name": "Bash", "argumentsPart": '{"com'},
        asks(0, "Bash", command="ls x"),
        STEP,
        answers(0, "ls: x\nCommand failed with exit code: 2.", isError=True),
        asks(1, "Read", path="y"),
        answers(1, "text"),
        {"type": "assistant.delta", "turnId": 1, "delta": "Done."},
        STEP,
        ENDED,
        {"type": "prompt.completed", "promptId": "p", "finishedAt": at(20), "reason": "completed"},
    )
    assert (run.format, run.run.run_id) == ("kimi-server", "session_1")
    assert [event.payload["data"] for event in run.of("Observation")] == ["Run it"]
    assert run.decisions() == [("Is it there?", None), (None, "I look."), (None, "Done.")]
    assert run.tools() == {"Bash": 1, "Read": 1}
    assert [event.payload["error"] for event in run.of("ToolResponse")] == ["exit 2", None]
    assert run.tokens() == {"input": 70, "cached": 40, "output": 8}
    assert {event.meta.get("model") for event in run.of("ToolRequest")} == {"k3"}
    assert run.run.notes.sentences() == ()
    end = run.of("x:end")[0]
    assert (end.payload, end.meta["duration"]) == ({"how": "answered", "why": None}, 9 * 10**9)
    times = [event.meta.get("time") for event in run.of("ToolRequest")]
    assert (times != [None, None]) == (form != "events")


@pytest.mark.parametrize(
    ("ended", "end", "errors"),
    [
        ({"reason": "cancelled"}, [("stopped by user", None)], 0),
        ({"reason": "failed", "error": {"code": "provider.overloaded", "message": "busy"}}, [("crash", "busy")], 1),
        (
            {"reason": "failed", "error": {"code": "loop.max_steps_exceeded", "message": "Too many"}},
            [("limit", "Too many")],
            1,
        ),
        ({"reason": "blocked"}, [], 0),
    ],
)
def test_how_a_turn_of_the_server_ended(tmp_path: Path, ended: Record, end: list[Any], errors: int) -> None:
    run = server(tmp_path, "journal", prompt("Go"), STARTED, {**ENDED, **ended})
    assert [(event.payload["how"], event.payload["why"]) for event in run.of("x:end")] == end
    assert len(run.of("Error")) == errors


def test_what_else_the_server_says(tmp_path: Path) -> None:
    retry = {"failedAttempt": 1, "nextAttempt": 2, "maxAttempts": 3, "delayMs": 10, "statusCode": 429}
    run = server(
        tmp_path,
        "journal",
        {**STARTED, "prompt": "Go"},
        {"type": "turn.step.retrying", "turnId": 1, "step": 1, "errorName": "E", "errorMessage": "slow", **retry},
        {"type": "prompt.steered", "activePromptId": "p", "promptIds": [], "content": [{"type": "text", "text": "No"}]},
        asks(2, "Bash", command="rm x"),
        {"type": "event.approval.requested", "approval_id": "a", "tool_call_id": "c2", "tool_name": "Bash"},
        {"type": "event.approval.resolved", "approval_id": "a", "decision": "rejected"},
        answers(2, "The user said no.", isError=True),
        {"type": "compaction.completed", "result": {"summary": "s", "compactedCount": 3}},
        {"type": "error", "code": "provider.rate_limit", "message": "slow down", "retryable": True},
        {"type": "surprise", "turnId": 1, "note": "new"},
    )
    assert [event.payload["data"] for event in run.of("Observation")] == ["Go", "No"]
    assert [event.payload["message"] for event in run.of("Error")] == ["slow", "slow down"]
    assert (len(run.of("CapabilityDenied")), len(run.of("Snapshot"))) == (1, 1)
    assert run.of("x:kimi-server/surprise")[0].payload["data"]["note"] == "new"
    assert run.of("x:end") == []


def test_a_subagent_of_the_server(tmp_path: Path) -> None:
    spawned = {"subagentId": "b", "subagentName": "explore", "parentToolCallId": "c0", "runInBackground": False}
    run = server(
        tmp_path,
        "journal",
        prompt("Go"),
        STARTED,
        asks(0, "Agent", prompt="Look"),
        {"type": "subagent.spawned", **spawned},
        {**STARTED, "agentId": "b", "prompt": "Look", "origin": {"kind": "system_trigger", "name": "subagent"}},
        {**asks(1, "Grep", pattern="x"), "agentId": "b"},
        {**answers(1, "bad", isError=True), "agentId": "b"},
        {**STEP, "agentId": "b"},
        {**ENDED, "agentId": "b"},
        {"type": "subagent.completed", "subagentId": "b", "resultSummary": "None.", "usage": TOKENS},
        answers(0, "None."),
    )
    (grep,) = [event for event in run.of("ToolRequest") if event.payload["tool_name"] == "Grep"]
    assert grep.meta["subagent"] == ["explore"]
    assert run.tokens() == {"input": 35, "cached": 20, "output": 4}
    assert [event.payload["source"] for event in run.of("Observation")] == ["user", "agent"]
    assert run.of("x:end") == []
