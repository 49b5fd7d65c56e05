"""Sessions of Qwen Code and Kimi: their files, and what they print."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.errors import FormatUnknown
from replay_gui.core.importers.formats.assistants.kimi.files import UNREADABLE_FILES
from replay_gui.core.importers.formats.chats.gemini_cli import REWOUND_MESSAGES
from replay_gui.core.importers.packed import file_of
from replay_gui.core.text.call_text import response_summary
from tests.helpers.foreign import Read, read_all, read_seed, written


def errors(found: Read) -> list[object]:
    return [event.payload["error"] for event in found.of("ToolResponse")]


def test_a_session_of_qwen_code() -> None:
    found = read_seed("qwen-code/0.jsonl")
    assert (found.run.run_id, found.run.agent) == ("q1", "Qwen Code")
    assert [event.payload["data"] for event in found.of("Observation")] == ["Make the tests pass"]
    assert found.decisions() == [("Run them first.", "I run the tests."), (None, "One test fails.")]
    assert found.tools() == {"run_shell_command": 2, "glob": 1}
    assert errors(found) == ["exit 1", "[Operation Cancelled] Reason: User did not allow tool call", "no such folder"]
    assert (len(found.of("Error")), len(found.of("CapabilityDenied"))) == (2, 1)
    (answer, _) = found.of("Decision")
    assert answer.meta["tokens"] == {"input": 200, "cached": 50, "output": 30, "reasoning": 7}
    assert answer.meta["model"] == "qwen3-coder-plus"


def test_commands_compaction_and_rewinding_in_qwen_code(tmp_path: Path) -> None:
    records = [
        ("slash_command", {"phase": "invocation", "rawCommand": "/compress", "sentToModel": False}),
        ("slash_command", {"phase": "result", "rawCommand": "/compress"}),
        ("chat_compression", {"info": {"newTokenCount": 9}}),
        ("rewind", {"targetUuid": "u"}),
        ("ui_telemetry", {"uiEvent": {"duration_ms": 41, "prompt_id": "p"}}),
    ]
    message = {"sessionId": "s", "type": "user", "message": {"role": "user", "parts": [{"text": "Hi"}]}}
    lines = [message, *({"type": "system", "subtype": kind, "systemPayload": payload} for kind, payload in records)]
    (found,) = read_all(written(tmp_path, lines), "qwen-code")
    assert found.kinds == [
        "AgentInit", "Observation", "Observation", "x:bookkeeping/qwen-code/slash_command", "Snapshot",
        "x:qwen-code/rewind", "x:bookkeeping/qwen-code/ui_telemetry",
    ]  # fmt: skip
    assert found.events[-1].payload == {"data": {}}
    command = found.events[2].payload
    assert (command["obs_type"], command["data"]) == ("command", "/compress")


def test_what_qwen_code_prints_is_its_own_and_counts_subagents(tmp_path: Path) -> None:
    def line(kind: str, *content: Any, **more: Any) -> dict[str, Any]:
        role = {"role": kind, "content": [*content], **({"usage": more.pop("usage")} if "usage" in more else {})}
        return {"type": kind, "uuid": str(content), "session_id": "q", "parent_tool_use_id": None, "message": role}

    why = 'Qwen Code requires permission to use "edit", but that permission was declined.'
    denial = {"tool_name": "edit", "tool_use_id": "c0", "tool_input": {"path": "a"}}
    lines = [
        {"type": "system", "subtype": "init", "session_id": "q", "tools": [], "qwen_code_version": "0.15.10"},
        line(
            "assistant",
            {"type": "tool_use", "id": "c0", "name": "edit", "input": {"path": "a"}},
            usage={"input_tokens": 100, "output_tokens": 20},
        ),
        line("user", {"type": "tool_result", "tool_use_id": "c0", "is_error": True, "content": why}),
        {
            "type": "result",
            "subtype": "success",
            "session_id": "q",
            "is_error": False,
            "num_turns": 1,
            "result": "Done.",
            "usage": {"input_tokens": 203, "output_tokens": 40},
            "permission_denials": [denial],
        },
    ]
    (found,) = read_all(written(tmp_path, lines))
    assert (found.format, found.run.agent) == ("claude-code", "Qwen Code")
    init = found.of("AgentInit")[0].payload
    assert (init["agent_type"], init["agent_version"]) == ("Qwen Code", "0.15.10")
    assert (len(found.of("CapabilityDenied")), found.of("Error")) == (1, [])
    assert found.tokens() == {"input": 203, "output": 40}


def test_what_the_user_of_qwen_code_took_back_is_no_step(tmp_path: Path) -> None:
    def line(uuid: str, parent: str | None, role: str, *parts: Any) -> dict[str, Any]:
        message = {"role": role, "parts": [*parts]}
        kind = "user" if role == "user" else "assistant"
        return {"uuid": uuid, "parentUuid": parent, "sessionId": "s", "type": kind, "message": message}

    rewind = {"type": "system", "subtype": "rewind", "systemPayload": {"targetUuid": "1"}}
    call = {"functionCall": {"id": "c0", "name": "ls", "args": {}}}
    lines = [
        line("1", None, "user", {"text": "Hi"}),
        line("2", "1", "model", {"text": "No."}, call),
        {"uuid": "3", "parentUuid": "1", "sessionId": "s", **rewind},
        line("4", "3", "user", {"text": "Again"}),
        line("5", "4", "model", {"text": "Yes."}),
    ]
    (found,) = read_all(written(tmp_path, lines), "qwen-code")
    assert [event.payload["data"] for event in found.of("Observation")] == ["Hi", "Again"]
    assert (found.decisions(), found.tools()) == ([(None, "Yes.")], {})
    (taken_back,) = found.of("x:bookkeeping/qwen-code/rewound")
    assert taken_back.payload["data"]["message"]["parts"][0] == {"text": "No."}
    assert found.run.notes.sentences() == (f"{REWOUND_MESSAGES}: 1",)


def test_a_session_of_kimi_code() -> None:
    found = read_seed("kimi/0.jsonl")
    assert [event.payload["data"] for event in found.of("Observation")] == ["Run ls"]
    assert found.of("x:bookkeeping/kimi/context")[0].payload["data"] == "<system-reminder>plan</system-reminder>"
    assert found.decisions() == [("I use Bash.", None), (None, "There is no x."), (None, "Make one?")]
    assert found.tools() == {"Bash": 2, "Write": 1}
    assert errors(found) == ["ls: x: no such file", "The user said no.", "exit 1"]
    assert response_summary(found.of("ToolResponse")[2].payload) == "exit 1 · AssertionError: wrong"
    assert (len(found.of("Error")), len(found.of("CapabilityDenied")), len(found.of("Snapshot"))) == (2, 1, 1)
    assert found.run.notes.sentences() == ()
    tokens = [event.meta["tokens"] for event in found.events if event.meta.get("tokens")]
    assert tokens == [  # what is told twice, in either order, is counted once
        *[{"input": 35, "cached": 20, "output": 4}] * 2, {"input": 9, "cached": 2, "output": 3},
    ]  # fmt: skip
    assert {event.meta.get("model") for event in found.events if event.meta.get("tokens")} == {"k-one"}
    assert found.events[-1].payload == {"how": "answered", "why": None}


def test_a_folder_of_kimi_code_is_its_main_agent_with_its_subagents(tmp_path: Path) -> None:
    def loop(**event: Any) -> dict[str, Any]:
        return {"type": "context.append_loop_event", "event": event}

    begun = {"type": "metadata", "protocol_version": "1.5"}
    record = {"type": "subagent.spawned", "subagentId": "agent-0", "subagentName": "explore", "parentToolCallId": "c0"}
    answer = "agent_id: agent-0\nstatus: completed\n\n[summary]\nIn line 1."
    asked = "<git-context>\nBranch: main\n</git-context>\n\nWhere is it?"
    origin = {"kind": "system_trigger", "name": "subagent"}
    files: dict[str, list[dict[str, Any]]] = {
        "main": [
            begun,
            loop(type="tool.call", toolCallId="c0", name="Agent", args={"prompt": "Where is it?"}),
            record,
            loop(type="tool.result", toolCallId="c0", result={"output": answer}),
            loop(type="content.part", part={"type": "text", "text": "It is in line 1."}),
            loop(type="step.end", finishReason="end_turn", usage={"inputOther": 10, "output": 4}),
        ],
        "agent-0": [
            begun,
            {"type": "context.append_message", "message": {"role": "user", "content": asked, "origin": origin}},
            loop(type="content.part", part={"type": "text", "text": "In line 1."}),
            loop(type="step.end", finishReason="end_turn", usage={"inputOther": 5, "output": 2}),
        ],
    }
    for agent, lines in files.items():
        path = tmp_path / "session_1" / "agents" / agent / "wire.jsonl"
        path.parent.mkdir(parents=True)
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    (found,) = read_all(file_of(tmp_path / "session_1"))
    assert (found.run.run_id, read_all(path)[0].run.run_id) == ("session_1", "session_1/agent-0")
    (prompt,) = found.of("Observation")
    assert (prompt.payload["data"], prompt.payload["source"]) == ("Where is it?", "agent")
    request = found.events.index(found.of("ToolRequest")[0])
    assert (prompt.meta["subagent"], prompt.meta["parent"]) == (["explore"], request)
    kinds = [event.payload["decision_type"] for event in found.of("Decision")]
    assert (found.decisions(), kinds) == (
        [(None, "In line 1."), (None, "It is in line 1.")],
        ["subagent-message", "message"],
    )
    assert found.of("ToolResponse")[0].payload["output"] == "In line 1."
    for name in ("state.json", "notify/state.json", "context.jsonl"):  # other files of the session are no runs
        other = tmp_path / "session_1" / name
        other.parent.mkdir(exist_ok=True)
        other.write_text('{"role": "user", "content": "Where is it?"}')
        with pytest.raises(FormatUnknown, match=r"a part of the Kimi session whose run is in .*main"):
            read_all(other)
    assert found.tokens() == {"input": 15, "cached": 0, "output": 6}
    path.unlink()
    path.symlink_to(written(tmp_path, {}, "elsewhere.jsonl"))  # a link to a file elsewhere is not read
    assert len(read_all(file_of(tmp_path / "session_1"))[0].of("Observation")) == 0
    path.unlink()
    os.mkfifo(path)
    (found,) = read_all(file_of(tmp_path / "session_1"))
    assert found.run.notes.sentences() == (f"{UNREADABLE_FILES}: 1 (agent-0)",)


def test_a_stream_of_kimi_code_tells_of_itself_and_of_failures(tmp_path: Path) -> None:
    call = {"type": "function", "id": "c0", "function": {"name": "Bash", "arguments": '{"command": "x"}'}}
    lines = [
        {"role": "meta", "type": "system.version", "version": "2.1.0"},
        {"role": "assistant", "content": "I run it.", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c0", "content": "no x\nCommand failed with exit code: 127."},
        {"role": "assistant", "tool_calls": [{**call, "id": f"c{number}"} for number in (1, 2)]},
        {"role": "tool", "tool_call_id": "c1", "content": 'Tool "Bash" not found'},
        {"role": "tool", "tool_call_id": "c2", "content": '"/w/a.py" does not exist.'},
        {"role": "meta", "type": "session.resume_hint", "session_id": "s1", "content": "To resume"},
    ]
    (found,) = read_all(written(tmp_path, lines))
    assert (found.format, errors(found)) == (
        "chat-messages",
        ["no x", 'Tool "Bash" not found', '"/w/a.py" does not exist.'],
    )
    assert len(found.of("x:bookkeeping/chat-messages/meta")) == 2
    assert (found.of("Observation"), found.run.notes.sentences()) == ([], ())


def test_a_session_of_the_older_kimi_cli() -> None:
    found = read_seed("kimi/1.jsonl")
    assert [event.payload["data"] for event in found.of("Observation")] == ["Read x"]
    assert found.decisions() == [("I read it.", None), (None, "I may not read it.")]
    (call,) = found.of("ToolRequest")
    assert (call.payload["input"], call.meta["time"]) == ({"path": "x"}, 1_771_243_203 * 10**9)
    assert errors(found) == ["Rejected by the user."]
    assert len(found.of("CapabilityDenied")) == 1
    assert found.of("x:bookkeeping/kimi/StatusUpdate")[0].meta["tokens"] == {"input": 35, "cached": 20, "output": 4}
    assert found.events[-1].payload == {"how": "answered", "why": None}
