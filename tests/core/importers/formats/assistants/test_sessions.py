"""Sessions of coding agents that keep messages in a form of their own."""

from __future__ import annotations

import json
from pathlib import Path

from tests.helpers.foreign import Read, read_all, read_seed, written


def errors(found: Read) -> list[object]:
    return [event.payload["error"] for event in found.of("ToolResponse")]


def test_a_stream_of_droid() -> None:
    found = read_seed("droid-stream/0.jsonl")
    assert found.run.run_id == "d1"
    assert [event.payload["data"] for event in found.of("Observation")] == ["List x"]
    assert found.decisions() == [("I use ls.", None), (None, "There is no x.")]
    assert (found.tools(), errors(found)) == ({"Execute": 1}, ["ls: x: no such file"])
    (end,) = found.of("x:bookkeeping/droid-stream/completion")
    assert end.meta["model"] == "m-one"
    assert end.meta["tokens"] == {"input": 33, "cached": 20, "output": 5}
    assert found.events[-1].payload == {"how": "answered", "why": None}


def test_a_thread_of_amp() -> None:
    found = read_seed("amp/0.json")
    assert found.events[0].payload["config"] == {"agentMode": "smart"}
    assert found.decisions() == [("I write it.", None), (None, "Created.")]
    assert found.tools() == {"create_file": 1, "Bash": 2, "Grep": 1}
    assert errors(found) == [None, "exit 1", "too much", "unclosed group"]
    assert (len(found.of("Error")), len(found.of("CapabilityDenied"))) == (2, 1)
    answer = found.of("Decision")[0]
    assert answer.meta["tokens"] == {"input": 110, "cached": 7, "output": 25}
    assert (answer.meta["model"], answer.meta["time"]) == ("m-1", 1_778_155_201 * 10**9)
    assert found.events[-1].payload == {"how": "answered", "why": None}


def test_a_task_of_cline() -> None:
    found = read_seed("cline/0.json")
    assert [event.payload["data"] for event in found.of("Observation")] == ["Look at the project", "the first"]
    assert found.decisions() == [
        ("The user wants a look.", None),
        (None, "I read the file."),
        (None, "Which one?"),
        (None, "It is a Flutter app."),
    ]
    assert found.tools() == {"readFile": 1, "execute_command": 1, "editedExistingFile": 1, "find": 1}
    assert [event.payload["output"] for event in found.of("ToolResponse")][:2] == ["name: app", "2 tests\nfailed"]
    assert errors(found) == [None, None, "The user denied this operation.", "Error: no net"]
    assert [event.payload["error_type"] for event in found.of("Error")] == ["tool_error", "error_retry"]
    uses = [event.meta["tokens"] for event in found.of("x:bookkeeping/cline/request")]
    assert uses == [{"input": 620, "cached": 500, "output": 16}] * 3
    assert found.events[-1].payload == {"how": "answered", "why": None}


def test_the_stream_of_cline_joins_pieces_and_says_why_it_stopped(tmp_path: Path) -> None:
    def line(at: int, kind: str, text: str, **more: object) -> str:
        return json.dumps({"ts": 1_770_858_774_000 + at, "type": "say", "say": kind, "text": text, **more}) + "\n"

    path = tmp_path / "out.jsonl"
    path.write_text(
        '{"type": "task_started", "taskId": "1"}\n'
        + line(0, "task", "Say OK")
        + line(1, "api_req_started", json.dumps({"request": "Say OK", "cancelReason": "user_cancelled"}))
        + line(2, "text", "O", partial=True)
        + line(2, "text", "OK", partial=True)
    )
    (found,) = read_all(path, "cline")
    assert found.decisions() == [(None, "OK")]
    assert [event.payload["error_type"] for event in found.of("Error")] == ["interrupted"]
    assert found.events[-1].payload == {"how": "stopped by user", "why": None}


def test_a_result_that_was_shown_is_not_the_next_calls(tmp_path: Path) -> None:
    def record(kind: str, text: str, at: int) -> dict[str, object]:
        return {"ts": at, "type": "say", "say": kind, "text": text}

    sent = "[execute_command for 'ls'] Result:\nok\n[read_file for 'a'] Result:\nhello\n<environment_details>"
    records = [
        record("text", "Go", 1),
        record("command", "ls", 2),
        record("command_output", "ok", 3),
        record("tool", '{"tool": "readFile", "path": "a"}', 4),
        record("api_req_started", json.dumps({"request": sent, "tokensIn": 1}), 5),
    ]
    (found,) = read_all(written(tmp_path, records), "cline")
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["ok", "hello"]


def test_a_task_of_cline_that_used_subagents_and_was_resumed(tmp_path: Path) -> None:
    said = [
        ("say", "text", "Go"),
        ("say", "load_mcp_documentation", ""),
        ("say", "api_req_started", {"request": "[load_mcp_documentation] Result:\nServers", "tokensIn": 10}),
        ("say", "use_subagents", {"prompts": ["Read a"]}),
        ("say", "subagent_usage", {"source": "subagents", "tokensIn": 4, "tokensOut": 7, "cacheReads": 2, "cost": 0.5}),
        (
            *("say", "api_req_started"),
            {"request": "[subagents] Result:\nSubagent results:\nTotal: 1\nSucceeded: 0\nFailed: 1\n\n[1] FAILED"},
        ),
        ("say", "completion_result", "Done.HAS_CHANGES"),
        ("ask", "command", "npm run dev"),
        ("ask", "resume_task", None),
        ("say", "tool", {"tool": "readFile", "path": "b"}),
        ("say", "api_req_started", {"request": "[read_file for 'b'] Result:\nbee"}),
    ]
    records = [
        {"ts": at, "type": type, type: kind, "text": json.dumps(text) if isinstance(text, dict) else text}
        for at, (type, kind, text) in enumerate(said)
    ]
    (found,) = read_all(written(tmp_path, records), "cline")
    results = found.of("ToolResponse")
    assert found.tools() == {"load_mcp_documentation": 1, "use_subagents": 1, "execute_command": 1, "readFile": 1}
    assert [event.payload["tool_name"] for event in results] == ["load_mcp_documentation", "use_subagents", "readFile"]
    assert errors(found) == [None, "no subagent succeeded", None]
    assert found.decisions() == [(None, "Done.")]
    used = found.of("x:bookkeeping/cline/subagent_usage")[0].meta
    assert (used["tokens"], used["cost"]) == ({"input": 6, "cached": 2, "output": 7}, 0.5)


def test_a_stream_of_gemini_cli_may_begin_with_what_was_asked() -> None:
    found = read_seed("gemini-stream/1.jsonl")
    assert found.run.run_id == "g-2"
    assert found.kinds.count("AgentInit") == 1
    assert [event.payload["data"] for event in found.of("Observation")] == ["Build it"]
    assert found.decisions() == [(None, "Not there.")]
    assert errors(found) == ["no file"]
    assert found.of("Observation")[0].meta["time"] == 1_769_753_884_061_682_000


def test_a_part_may_stand_alone_where_a_list_of_parts_is_usual() -> None:
    found = read_seed("chat-messages/14.jsonl")
    assert found.decisions() == [("Two tools will do.", None), (None, "I count them.")]
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["", "no such file"]
    assert errors(found) == [None, "no such file"]
    assert [event.payload["tool_name"] for event in found.of("ToolResponse")] == ["Task", "Read"]


def test_what_pi_tells_its_model_beside_the_users_words() -> None:
    found = read_seed("pi/1.jsonl")
    assert [(event.payload["source"], event.payload["data"]) for event in found.of("Observation")] == [
        ("system", "You mend programs\n\n<tools>x</tools>"),
        ("user", "go"),
        ("note", "shown"),
    ]
    assert found.kinds.count("x:bookkeeping/pi/enriched") == 1
    assert not [kind for kind in found.kinds if kind.startswith("x:pi/")]


def test_a_trajectory_of_trae_agent() -> None:
    found = read_seed("trae-agent/0.json")
    assert [(event.payload["source"], event.payload["data"]) for event in found.of("Observation")] == [
        ("system", "You write files"),
        ("user", "Make hello"),
    ]
    assert found.decisions() == [
        (None, "I will create it"),
        ("Hm.", None),
        (None, "Now it works."),
        (None, "Created"),
    ]
    assert found.tools() == {"bash": 1, "task_done": 1}
    assert errors(found) == ["no such folder", None]
    tokens = [event.meta["tokens"] for event in found.events if event.meta.get("tokens")]
    assert tokens == [{"input": 180, "cached": 20, "output": 75}, {"input": 10, "output": 5}]
    times = [event.meta["time"] for event in found.events]
    assert (times[-1] - times[0]) // 10**6 == 28_689  # ms, from its start to its end
    assert found.events[-1].payload == {"how": "answered", "why": None}


def test_calls_in_the_spelling_of_continue(tmp_path: Path) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "ls", "arguments": '{"path": "."}'}}
    messages = [
        {"role": "user", "content": "List"},
        {"role": "assistant", "content": "I list.", "toolCalls": [call]},
        {"role": "tool", "content": "a.py", "toolCallId": "c1"},
    ]
    (found,) = read_all(written(tmp_path, [{"message": one, "contextItems": []} for one in messages]))
    assert found.tools() == {"ls": 1}
    assert [event.payload["tool_name"] for event in found.of("ToolResponse")] == ["ls"]


def test_a_session_of_grok() -> None:
    found = read_seed("grok/0.jsonl")
    messages = [event.payload["data"] for event in found.of("Observation") if event.payload["source"] == "user"]
    assert messages == ["Find cats", "and dogs"]
    assert len(found.of("x:bookkeeping/grok/context")) == 2
    asked = [(event.payload["tool_name"], event.payload["input"]) for event in found.of("ToolRequest")]
    assert asked == [
        ("web_search", {"type": "search", "query": "cats"}),
        ("code_interpreter", {"code": "print(1)"}),
        ("bash", {"command": "false"}),
    ]
    assert [event.payload["output"] for event in found.of("ToolResponse")][:2] == ["completed", "1"]
    assert errors(found) == [None, None, "Error: exit code 1"]
    assert found.decisions() == [("Look", None), (None, "I look."), ("So", "Cats.")]


def test_an_amp_thread_without_numbers(tmp_path: Path) -> None:
    runs = [
        {"status": "done", "result": {"output": "ok", "exitCode": 0}},
        {"status": "done", "result": {"output": "boom", "exitCode": 2}},
        {"status": "error", "error": {"message": "no file"}},
        {"status": "cancelled"},
    ]
    calls = [{"type": "tool_use", "id": str(number), "name": "Bash", "input": {}} for number in range(len(runs))]
    results = [{"type": "tool_result", "toolUseID": str(number), "run": run} for number, run in enumerate(runs)]
    thread = {
        "id": "T-1",
        "messages": [{"role": "assistant", "content": calls}, {"role": "user", "content": results}],
    }
    (found,) = read_all(written(tmp_path, thread))
    assert (found.format, errors(found)) == ("amp", [None, "exit 2", "no file", "cancelled"])


def test_a_session_of_openclaw(tmp_path: Path) -> None:
    def told(**message: object) -> dict[str, object]:
        return {"type": "message", "message": message}

    shown = [{"type": "toolResult", "toolCallId": "a", "text": "one"}]
    details = {"status": "completed", "exitCode": 6}
    lines = [
        {"type": "session", "id": "s", "timestamp": "2026-02-01T10:00:00Z", "cwd": "/home/u/.openclaw/workspace"},
        told(role="assistant", content=[{"type": "toolCall", "id": "a", "name": "read", "arguments": {"path": "x"}}]),
        told(role="toolResult", toolCallId="a", content=shown, isError=False),
        told(role="assistant", content=[{"type": "tool_use", "id": "b", "name": "exec", "input": {"command": "y"}}]),
        told(role="toolResult", toolCallId="b", content=[{"type": "text", "text": "no host"}], details=details),
    ]
    (found,) = read_all(written(tmp_path, lines))
    assert (found.format, found.run.agent, found.tools()) == ("pi", "OpenClaw", {"read": 1, "exec": 1})
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["one", "no host"]
    assert errors(found) == [None, "exit 6 · no host"]


def test_a_branch_of_pi_begins_with_what_it_took(tmp_path: Path) -> None:
    lines = [
        {"type": "session", "id": "s", "timestamp": "2026-02-01T12:00:00Z", "cwd": "/w", "branchedFrom": "/b.jsonl"},
        {
            "type": "message",
            "timestamp": "2026-02-01T10:00:01Z",
            "message": {"role": "user", "content": "Hi", "timestamp": 1_769_940_000_000},
        },
    ]
    (found,) = read_all(written(tmp_path, lines))
    assert [event.meta["time"] for event in found.events[:2]] == [1_769_940_000 * 10**9] * 2


def test_a_task_of_roo_code(tmp_path: Path) -> None:
    request = {"apiProtocol": "anthropic", "tokensIn": 300, "tokensOut": 80, "cacheReads": 100, "cost": 0.5}
    server = {"type": "use_mcp_tool", "serverName": "x", "toolName": "y", "arguments": '{"a": 1}'}
    items = [
        ("say", "text", "Fix it"),
        ("say", "api_req_started", json.dumps(request)),
        ("ask", "tool", json.dumps({"tool": "newTask", "mode": "code"})),
        ("ask", "use_mcp_server", json.dumps(server)),
        ("say", "subtask_result", "sub done"),
    ]
    condensed = {"type": "say", "say": "condense_context", "contextCondense": {"cost": 0.25, "summary": "short"}}
    records = [{"type": kind, kind: name, "text": text} for kind, name, text in items]
    (found,) = read_all(written(tmp_path, [*records, condensed]))
    assert (found.run.agent, found.tools(), found.tokens()) == (
        "Roo Code",
        {"newTask": 1, "y": 1},
        {"input": 300, "cached": 100, "output": 80},
    )
    assert found.of("ToolRequest")[1].payload["input"] == {"a": 1}
    assert [(event.payload["tool_name"], event.payload["output"]) for event in found.of("ToolResponse")] == [
        ("newTask", "sub done")
    ]
    assert found.of("Snapshot")[0].payload["data"] == {"summary": "short"}
    assert sum(event.meta.get("cost", 0) for event in found.events) == 0.75
