"""What agents print while they run, and Markdown that a person can read: forms without a header."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.importers.formats.chats.vscode_log import LOST_CHANGES, apply_changes
from replay_gui.core.importers.import_notes import ImportNotes
from tests.helpers.foreign import read_all, read_seed
from tests.helpers.paths import DATA


def test_goose_tells_an_answer_in_pieces() -> None:
    found = read_seed("goose/2.jsonl")
    assert [event.payload["data"] for event in found.of("Decision")] == ["I look.", "Nothing there."]
    (request,) = found.of("ToolRequest")
    assert (request.payload["tool_name"], request.payload["input"]) == ("developer__shell", {"command": "ls"})
    (response,) = found.of("ToolResponse")
    assert (response.payload["output"], response.payload["success"]) == ("no such folder", False)
    assert found.kinds[0] == "AgentInit"
    assert found.events[0].meta["time"] == 1771715535 * 10**9
    assert found.events[-1].payload == {"how": "answered", "why": None}
    assert found.events[-2].meta["tokens"] == {"total": 1234}


def test_goose_notifies_and_counts_the_tokens_both_ways(tmp_path: Path) -> None:
    call = {"type": "toolRequest", "id": "c", "toolCall": {"status": "success", "value": {"name": "ls"}}}
    path = tmp_path / "goose.jsonl"
    lines = [
        {"type": "notification", "extension_id": "developer", "log": {"message": "starts"}},
        {"type": "message", "message": {"role": "assistant", "created": 1, "content": [call]}},
        {"type": "complete", "total_tokens": 15, "input_tokens": 10, "output_tokens": 5},
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    (found,) = read_all(path, "goose")
    assert found.kinds == [
        *("AgentInit", "x:bookkeeping/goose/notification", "ToolRequest", "x:bookkeeping/goose/complete", "x:end")
    ]
    assert found.events[-2].meta["tokens"] == {"input": 10, "output": 5}


def test_opencode_prints_the_parts_of_its_answers() -> None:
    found = read_seed("opencode/2.jsonl")
    assert found.run.run_id == "ses_1"
    (request,), (response,) = found.of("ToolRequest"), found.of("ToolResponse")
    assert (request.payload["tool_name"], request.payload["input"]) == ("bash", {"command": "ls"})
    assert (response.payload["error"], response.meta["duration"]) == ("exit 2", 10**9)
    assert [event.payload["data"] for event in found.of("Decision")] == ["One file."]
    assert [event.payload["message"] for event in found.of("Error")] == ["exit 2", "Model not found"]
    tokens = [event.meta["tokens"] for event in found.events if event.meta.get("tokens")]
    assert tokens == [{"input": 25, "cached": 5, "output": 15, "reasoning": 5}]


def test_vs_code_keeps_a_session_as_changes() -> None:
    found = read_seed("copilot-vscode/1.jsonl")
    assert found.run.run_id == "s1"
    (request,), (response,) = found.of("ToolRequest"), found.of("ToolResponse")
    assert (request.payload["tool_name"], request.payload["input"]) == ("run_in_terminal", {"command": "go test ./..."})
    assert (response.payload["error"], response.payload["exit_code"]) == ("exit 1", 1)
    assert [event.payload["data"] for event in found.of("Decision")] == [None, "See `retry.go`."]
    assert [event.payload["data"] for event in found.of("Observation")] == ["fix the retry loop"]


def test_changes_are_applied_in_their_order_and_what_does_not_fit_is_counted() -> None:
    notes = ImportNotes()
    lines = [
        {"kind": 0, "v": {"requests": [1, 2, 3], "gone": 1}},
        {"kind": 2, "k": ["requests"], "v": [4], "i": 1},
        {"kind": 1, "k": ["requests", 0], "v": {"a": []}},
        {"kind": 1, "k": ["requests", 0, "b"], "v": 5},
        {"kind": 2, "k": ["requests", 0, "new"], "v": [6]},
        {"kind": 3, "k": ["gone"]},
        {"kind": 1, "k": ["requests", 9, "b"], "v": 5},
        {"kind": 2, "k": ["requests", 0, "b"], "v": [7]},
        {"kind": 9, "k": ["requests"]},
        {"kind": 1, "k": []},
        "no object",
    ]
    assert apply_changes(lines, notes) == {"requests": [{"a": [], "b": 5, "new": [6]}, 4]}
    assert notes[LOST_CHANGES] == 5


def test_cursor_tells_thoughts_in_pieces_and_each_call_twice() -> None:
    found = read_seed("cursor-stream/0.jsonl")
    assert found.decisions() == [
        ("I look.", None), (None, "I look."), (None, "There are no tests."),
    ]  # fmt: skip
    asked = [(event.payload["tool_name"], event.payload["input"]) for event in found.of("ToolRequest")]
    assert asked == [
        ("ls", {"path": "/w", "ignore": []}),
        ("shell", {"command": "pytest", "workingDirectory": "/w"}),
        ("shell", {"command": "cp a b"}),
    ]
    answers = [(event.payload["output"], event.payload["error"]) for event in found.of("ToolResponse")]
    assert answers[1] == ("no tests", "exit 2")
    assert answers[2][1] == "Command requires approval"
    assert [event.payload["reason"] for event in found.of("CapabilityDenied")] == ["Command requires approval"]
    assert len(found.of("Error")) == 1  # what was denied is no error of its own
    tokens = [event.meta["tokens"] for event in found.events if event.meta.get("tokens")]
    assert tokens == [{"input": 150, "cached": 50, "output": 20}]
    assert found.events[1].payload["data"] == {"model": "Auto"}
    assert found.events[-1].payload == {"how": "answered", "why": None}
    assert "result" not in found.events[-2].payload["data"]  # the answers, once more


def test_cursor_tells_an_answer_in_pieces() -> None:
    found = read_seed("cursor-stream/1.jsonl")
    assert [event.payload["data"] for event in found.of("Decision")] == ["I look it up."]
    asked = [(event.payload["tool_name"], event.payload["input"]) for event in found.of("ToolRequest")]
    assert asked == [("search", {"q": "x"}), ("remember", {"it": 1})]
    assert [event.payload["error"] for event in found.of("ToolResponse")] == [None, "no memory"]
    assert found.events[-1].payload == {"how": "crash", "why": "out of quota"}


def test_droid_puts_context_into_the_users_messages() -> None:
    found = read_seed("droid/0.jsonl")
    assert [event.payload["data"] for event in found.of("Observation")] == ["Fix the parser\n"]
    assert [event.payload["data"] for event in found.of("x:bookkeeping/droid/context")] == [
        [{"type": "text", "text": "hidden context"}],
        [{"type": "text", "text": "<system-reminder>env</system-reminder>"}],
    ]
    assert found.decisions() == [
        ("Look first.", "Checking."), (None, "Fixed."),
    ]  # fmt: skip
    assert found.tools() == {"Execute": 1, "Read": 1}
    assert [event.payload["success"] for event in found.of("ToolResponse")] == [True, False]
    assert (found.run.agent, found.run.run_id) == ("Droid", "8c08e3ff")


def test_the_settings_beside_a_session_of_droid_tell_its_tokens(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes((DATA / "seeds" / "droid" / "0.jsonl").read_bytes())
    used = {"inputTokens": 250, "outputTokens": 30, "cacheCreationTokens": 1200, "cacheReadTokens": 12000}
    settings = {"model": "claude-x", "autonomyMode": "normal", "assistantActiveTimeMs": 9, "tokenUsage": used}
    (tmp_path / "s.settings.json").write_text(json.dumps(settings))
    (found,) = read_all(path)
    assert found.tokens() == {"input": 13450, "cached": 12000, "output": 30}
    assert found.events[-1].payload == {"data": {"model": "claude-x", "autonomyMode": "normal"}}
    assert found.events[-1].meta["model"] == "claude-x"
    for damaged in ("[", "[1]", ""):
        (tmp_path / "s.settings.json").write_text(damaged)
        (found,) = read_all(path)
        assert "problem" in found.events[-1].payload["data"]


def test_opencodes_calls_that_run_beside_each_other_end_in_the_order_of_the_clock(tmp_path: Path) -> None:
    def read(call: str, start: int, end: int) -> dict[str, Any]:
        state = {"status": "completed", "input": {"f": call}, "output": call, "time": {"start": start, "end": end}}
        return {"type": "tool", "callID": call, "tool": "read", "state": state}

    parts = [read("a", 1, 9), read("b", 2, 4), read("c", 5, 6), {"type": "text", "text": "Done."}]
    messages = [{"info": {"role": "assistant", "time": {"created": 1}}, "parts": parts}]
    path = tmp_path / "session.json"
    path.write_text(json.dumps({"info": {}, "messages": messages}))
    (found,) = read_all(path, "opencode")
    order = [(event.kind, event.meta.get("time", 0) // 10**6) for event in found.events if "Tool" in event.kind]
    assert order == [
        ("ToolRequest", 1), ("ToolRequest", 2), ("ToolResponse", 4), ("ToolRequest", 5), ("ToolResponse", 6),
        ("ToolResponse", 9),
    ]  # fmt: skip
    parents = [event.meta["parent"] for event in found.of("ToolResponse")]
    assert [found.events[seq].payload["input"]["f"] for seq in parents] == ["b", "c", "a"]
    assert found.kinds[-1] == "Decision"


@pytest.mark.parametrize("has_steps", [True, False])
def test_the_events_that_a_server_of_opencode_sends(tmp_path: Path, has_steps: bool) -> None:
    def of(kind: str, **properties: Any) -> dict[str, Any]:
        return {"type": kind, "properties": properties}

    tokens = {"input": 10, "output": 20, "reasoning": 5, "cache": {"read": 0, "write": 0}}
    ids = {"sessionID": "s", "messageID": "m"}
    state = {"status": "completed", "input": {"command": "ls"}, "output": "a", "time": {"start": 3, "end": 4}}
    step = {"id": "p3", **ids, "type": "step-finish", "reason": "stop", "cost": 0.01, "tokens": tokens}
    answer = {"id": "m", "sessionID": "s", "role": "assistant", "time": {"created": 1}, "cost": 0.01, "tokens": tokens}
    events = [
        of("server.connected"),
        of("message.updated", info=answer),
        of("message.part.updated", part={"id": "p1", **ids, "type": "text", "text": "I"}, delta="I"),
        of("message.part.delta", **ids, partID="p1", field="text", delta=" look."),
        of("message.part.updated", part={"id": "p1", **ids, "type": "text", "text": "I look."}),
        of(
            "message.part.updated",
            part={"id": "p2", **ids, "type": "tool", "callID": "c", "tool": "bash", "state": state},
        ),
        *([of("message.part.updated", part=step)] if has_steps else []),
    ]
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(map(json.dumps, events)))
    (found,) = read_all(path, "opencode")
    assert (found.decisions(), found.tools()) == ([(None, "I look.")], {"bash": 1})
    assert found.tokens() == {"input": 10, "cached": 0, "output": 25, "reasoning": 5}
    assert sum(event.meta.get("cost") or 0 for event in found.events) == 0.01
    assert all(kind.startswith(("x:bookkeeping/", "x:end")) for kind in found.kinds if kind.startswith("x:"))


def test_what_opencode_adds_to_a_prompt_is_not_the_users(tmp_path: Path) -> None:
    picture = {"type": "file", "mime": "image/png", "filename": "a.png", "url": "data:image/png;base64,AAAA"}
    parts = [
        {"type": "text", "text": "Called the Read tool", "synthetic": True},
        {"type": "text", "text": "for people", "ignored": True},
        picture,
        {"type": "text", "text": "What is it?"},
    ]
    answer = [
        {"type": "text", "text": "A cat.", "time": {"start": 8}},
        {"type": "step-finish", "reason": "stop", "tokens": {"input": 3, "output": 2}},
    ]
    asked = {"info": {"role": "user", "time": {"created": 1}}, "parts": parts}
    answered = {"info": {"role": "assistant", "time": {"created": 5}}, "parts": answer}
    path = tmp_path / "session.json"
    path.write_text(json.dumps({"info": {}, "messages": [asked, answered]}))
    (found,) = read_all(path, "opencode")
    messages = [event.payload for event in found.of("Observation")]
    assert [(one["obs_type"], one["source"]) for one in messages] == [
        ("attachment", "opencode"), ("attachment", "user"), ("message", "user"),
    ]  # fmt: skip
    assert messages[1]["fields"] == {"filename": "a.png"}
    assert len(found.of("x:bookkeeping/opencode/ignored-text")) == 1
    assert [event.meta["time"] // 10**6 for event in found.of("x:bookkeeping/opencode/step-finish")] == [8]


def test_what_the_user_refused_or_stopped_is_no_error(tmp_path: Path) -> None:
    found = read_seed("copilot-vscode/0.json")
    assert [event.payload["reason"] for event in found.of("CapabilityDenied")] == ["refused by the user"]
    assert [event.payload["error_type"] for event in found.of("Error")] == ["interrupted"]
    path = tmp_path / "pi.jsonl"
    lines = (DATA / "seeds" / "pi" / "0.jsonl").read_text().splitlines()
    stopped = {"role": "assistant", "content": [], "stopReason": "aborted", "errorMessage": "Request was aborted."}
    path.write_text("\n".join([*lines[:4], json.dumps({"type": "message", "message": stopped})]))
    (session,) = read_all(path)
    assert [(event.payload["error_type"], event.payload["message"]) for event in session.of("Error")] == [
        ("interrupted", "Request was aborted.")
    ]


def test_models_that_are_told_beside_the_messages() -> None:
    assert [event.payload["data"] for event in read_seed("aider/0.md").of("StateTransition")] == [{"model": "gpt-5"}]
    copilot = read_seed("copilot-cli/0.jsonl")
    assert len(copilot.of("StateTransition")) == 1  # that the answers are of it, is not told again
    (started,) = copilot.of("x:bookkeeping/copilot-cli/started")
    assert started.payload["data"] == {"mcpServerName": "local"}


def test_what_the_user_said_after_a_reminder_of_droid_is_the_users(tmp_path: Path) -> None:
    text = "<system-reminder>\nBe brief.\n</system-reminder>\n\nFix it"
    path = tmp_path / "session.jsonl"
    message = {"role": "user", "content": [{"type": "text", "text": text}]}
    lines = [{"type": "session_start", "id": "s"}, {"type": "message", "id": "m", "message": message}]
    path.write_text("\n".join(map(json.dumps, lines)))
    (found,) = read_all(path, "droid")
    assert [event.payload["data"] for event in found.of("Observation")] == ["Fix it"]
    (put_in,) = found.of("x:bookkeeping/droid/context")
    assert put_in.payload["data"] == [{"type": "text", "text": text.removesuffix("\n\nFix it")}]


def test_an_answer_in_vs_code_that_the_user_stopped(tmp_path: Path) -> None:
    invoked = {"value": "Created 1 todo", "isTrusted": False}
    response = [
        {"kind": "thinking", "value": "", "metadata": {"vscodeReasoningDone": True}},
        {"kind": "toolInvocationSerialized", "toolId": "todo", "isComplete": True, "pastTenseMessage": invoked},
    ]
    state = {"value": 3, "completedAt": 1_790_000_009_000}
    result = {"errorDetails": {"message": "Canceled"}}
    request = {"timestamp": 1_790_000_000_000, "message": {"text": "go"}, "response": response}
    request |= {"completionTokens": 7, "modelState": state, "result": result}
    path = tmp_path / "chat.json"
    path.write_text(json.dumps({"responderUsername": "GitHub Copilot", "requests": [request]}))
    (found,) = read_all(path)
    assert found.of("Decision") == []
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["Created 1 todo"]
    (done,) = found.of("x:bookkeeping/copilot-vscode/completed")
    assert (done.payload["data"], done.meta["tokens"]) == ({"state": "failed"}, {"output": 7})
    (stop,) = found.of("Error")
    assert (stop.payload["error_type"], stop.meta["time"]) == ("interrupted", 1_790_000_009 * 10**9)
    assert found.events[-1].payload["how"] == "stopped by user"


def test_calls_in_vs_code_that_the_user_did_not_let_be_made(tmp_path: Path) -> None:
    def shown(name: str, how: int, **more: Any) -> dict[str, Any]:
        part = {"kind": "toolInvocationSerialized", "toolId": name, "toolCallId": name, "isComplete": True}
        return part | {"isConfirmed": {"type": how}, "pastTenseMessage": f"Ran {name}", **more}

    failed = {"kind": "terminal", "commandLine": "make", "terminalCommandState": {"exitCode": 2}}
    parts = [shown("edit", 0), shown("ls", 1), shown("fetch", 5)]
    parts += [shown("make", 4, toolSpecificData=failed | {"terminalCommandOutput": {"text": "no"}})]
    parts += [shown("run", 4, toolSpecificData={"kind": "terminal", "commandLine": {"original": "uname"}})]
    listed = [{"id": part["toolCallId"], "name": part["toolId"], "arguments": "{}"} for part in parts]
    results = {part["toolCallId"]: {"content": [{"value": "told"}]} for part in parts}
    rounds = {"metadata": {"toolCallRounds": [{"response": "", "toolCalls": listed}], "toolCallResults": results}}
    first = {"timestamp": 1, "message": {"text": "go"}, "response": parts}
    by_editor = {"timestamp": 2, "isSystemInitiated": True, "message": {"text": "ended"}, "response": parts}
    path = tmp_path / "chat.json"
    path.write_text(
        json.dumps({"responderUsername": "GitHub Copilot", "requests": [first, by_editor | {"result": rounds}]})
    )
    (found,) = read_all(path)
    assert [(event.payload["source"], event.payload["data"]) for event in found.of("Observation")] == [
        ("user", "go"),
        ("VS Code", "ended"),
    ]
    answers = [(event.payload["output"], event.payload["error"]) for event in found.of("ToolResponse")]
    refused = "refused by the user"
    assert answers[:5] == [
        *(("Ran edit", refused), ("Ran ls", None), ("Ran fetch", refused), ("no", "exit 2"), ("Ran run", None))
    ]
    assert answers[5:] == [("told", error) for _, error in answers[:5]]
    assert len(found.of("CapabilityDenied")) == 4


def test_copilots_commands_that_exit_and_the_tokens_of_each_answer(tmp_path: Path) -> None:
    ran = {"success": True, "shellExecution": {"exitCode": 2}, "result": {"content": "no x\n<shellId: 0 completed>"}}
    record = {"success": True, "result": {"content": "no y\n<exited with exit code 1>"}}
    read = {"success": True, "result": {"content": "how it ends: <exited with exit code 1>"}}
    usage = {"inputTokens": 30, "cacheReadTokens": 20, "outputTokens": 5, "reasoningTokens": 1, "cost": 1.0}
    given = {"command": "x"}
    requests: list[dict[str, Any]] = [
        {"toolCallId": tool, "name": tool, "arguments": given} for tool in ("bash", "powershell", "view")
    ]
    lines: list[tuple[str, dict[str, Any]]] = [
        ("session.start", {"sessionId": "s"}),
        ("session.usage_record", {"usage": usage}),
        ("tool.execution_start", {"toolCallId": "bash", "toolName": "bash", "arguments": given}),
        ("assistant.message", {"content": "", "outputTokens": 5, "toolRequests": requests}),
        *(
            ("tool.execution_complete", {"toolCallId": tool, **text})
            for tool, text in (("bash", ran), ("powershell", record), ("view", read))
        ),
    ]
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(json.dumps({"type": kind, "data": data, "parentId": None}) for kind, data in lines))
    (found,) = read_all(path, "copilot-cli")
    assert found.tools() == {"bash": 1, "powershell": 1, "view": 1}  # a call that begins before its message is one
    assert [event.payload["error"] for event in found.of("ToolResponse")] == ["exit 2", "exit 1", None]
    tokens = [event.meta["tokens"] for event in found.events if event.meta.get("tokens")]
    assert tokens == [{"input": 30, "cached": 20, "output": 5, "reasoning": 1}]


@pytest.mark.parametrize("is_old", [False, True])
def test_what_copilots_subagents_do_is_told_as_theirs(tmp_path: Path, is_old: bool) -> None:
    task = {"toolCallId": "t1", "name": "task", "arguments": {"prompt": "list"}}
    view = {"toolCallId": "t2", "name": "view", "arguments": {"path": "."}}
    lines: list[tuple[str | None, str, dict[str, Any]]] = [
        (None, "session.start", {"sessionId": "s"}),
        (None, "user.message", {"content": "go"}),
        (None, "assistant.message", {"content": "", "model": "big", "toolRequests": [task]}),
        ("a", "subagent.started", {"toolCallId": "t1", "agentName": "explore", "agentDisplayName": "lister"}),
        ("a", "user.message", {"content": "list", "source": "agent-s"}),
        ("a", "assistant.message", {"content": "", "model": "small", "toolRequests": [view]}),
        (None, "assistant.message", {"content": "meanwhile", "model": "big", "toolRequests": [task]}),
        ("a", "tool.execution_complete", {"toolCallId": "t2", "success": True, "result": {"content": "a.txt"}}),
        ("b", "subagent.started", {"toolCallId": "t1", "agentDisplayName": "lister"}),
        ("a", "assistant.message", {"content": "a.txt", "model": "small"}),
        ("a", "assistant.turn_end", {}),
    ]
    records: list[dict[str, Any]] = [{"type": kind, "data": data, "parentId": None} for _, kind, data in lines]
    for (agent, _, data), record in zip(lines, records, strict=True):
        if agent and is_old:  # each is called by the call that started it
            data |= {} if "agentDisplayName" in data else {"parentToolCallId": "t1"}
            data |= {"toolCallId": "t3"} if agent == "b" else {}
        elif agent:
            record["agentId"] = agent
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    (found,) = read_all(path, "copilot-cli")
    assert [(event.payload["data"], event.meta.get("subagent")) for event in found.of("Observation")] == [
        ("go", None),
        ("list", ["lister"]),
    ]
    assert "fields" not in found.of("Observation")[1].payload  # whose session gave the task is an id
    assert [event.meta.get("subagent") for event in found.of("ToolResponse")] == [["lister"]]
    assert [event.meta["subagent"] for event in found.events if event.kind.endswith("subagent.started")] == [
        ["lister"],
        ["lister 2"],
    ]
    models = [event.payload["data"]["model"] for event in found.of("StateTransition")]
    assert models == ["big", "small"]  # that of the subagent is not the agent's
    assert found.events[-1].payload.get("how") != "answered"  # its subagent has, the agent has not


def test_a_warning_of_gemini_is_no_error() -> None:
    found = read_seed("gemini-stream/0.jsonl")
    assert [event.payload["data"] for event in found.of("x:gemini-stream/warning")] == ["loop detected"]
    assert [event.payload["message"] for event in found.of("Error")] == ["no such file"]


def test_cursors_call_without_an_id_has_its_result(tmp_path: Path) -> None:
    call = {"shellToolCall": {"result": {"success": {"output": "passed"}}}}
    begun = {"type": "system", "subtype": "init", "session_id": "s", "cwd": "/p"}
    lines = [begun, {"type": "tool_call", "subtype": "completed", "tool_call": call}]
    path = tmp_path / "stream.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (found,) = read_all(path, "cursor-stream")
    assert [event.payload["tool_name"] for event in found.of("ToolResponse")] == ["shell"]
