from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.helpers.foreign import read_all, real_files
from tests.helpers.shared_data import each_real_file

MS = 1_000_000


def line(kind: str, seq: int, **more: Any) -> str:
    return json.dumps({"type": kind, "seq": seq, "ts": 1_000 + seq} | more)


def test_lines_become_events_and_calls_are_found_by_session_and_tool(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.jsonl"
    path.write_text(
        "\n".join(
            [
                line("message.in", 1, channel="telegram", content="Hi"),
                line("tool.start", 2, toolName="exec", params={"command": "ls"}, sessionKey="a"),
                line("tool.start", 3, toolName="exec", params={"command": "rm"}, sessionKey="b"),
                line("tool.end", 4, toolName="exec", success=False, error="no", durationMs=5, sessionKey="b"),
                line("tool.end", 5, toolName="exec", success=True, sessionKey="a"),
                "garbage",
                line("llm.usage", 6),
            ]
        )
    )
    (one,) = read_all(path)
    assert one.format == "openclaw"
    failed, good = one.of("ToolResponse")
    assert (failed.meta["parent"], failed.meta["duration"], failed.payload["success"]) == (3, 5 * MS, False)
    assert (good.meta["parent"], good.payload["success"]) == (2, True)
    assert one.events[1].meta["time"] == 1_001 * MS
    assert one.kinds[-2:] == ["x:openclaw/unreadable-line", "x:openclaw/other"]
    assert len(one.run.notes.sentences()) == 2


BEGIN = 1_772_830_699_000  # ms
USAGE = {"input": 3, "output": 20, "cacheRead": 10, "cacheWrite": 5, "cost": {"total": 0.25}}
MAIN, CHILD = "agent:main:main", "agent:main:subagent:7f"


def said(role: str, at: int, *parts: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": [*parts], "timestamp": BEGIN + at, **more}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def call(number: str, name: str, **given: Any) -> dict[str, Any]:
    return {"type": "toolCall", "id": number, "name": name, "arguments": given}


def conversation() -> list[dict[str, Any]]:
    model = {"model": "m-1", "usage": USAGE}
    return [
        said("user", 10, text("Before")),
        said("user", 1_001, text("[Mon 10:00] Go on")),
        said("assistant", 1_002, call("c1", "exec", command="ls"), **model),
        said("toolResult", 1_004, text("a.txt"), toolCallId="c1", toolName="exec", details={"cwd": "/w"}),
        said("assistant", 1_005, {"type": "thinking", "thinking": "So."}, call("c2", "read", path="a"), **model),
        said("toolResult", 1_006, text("no such file"), toolCallId="c2", toolName="read", isError=True),
        said("assistant", 1_007, call("c3", "sessions_spawn", label="mails"), **model),
        said("toolResult", 1_008, text("ok"), toolCallId="c3", details={"childSessionKey": CHILD}),
        said("assistant", 1_012, text("Done."), **model),
    ]


def later(kind: str, number: int, **more: Any) -> str:
    return line(kind, number, **more, ts=BEGIN + 1_000 + number)


def telemetry(tmp_path: Path) -> Path:
    path = tmp_path / "telemetry.jsonl"
    child = [said("user", 1_009, text("Check")), said("assistant", 1_010, text("None."), usage=USAGE, model="m-1")]
    records = [
        later("message.in", 0, content="Go on"),
        later("agent.start", 1, sessionKey=MAIN, prompt="Go on", messages=conversation()[:1]),
        later("tool.start", 3, toolName="exec", params={"command": "ls"}, sessionKey=MAIN),
        later("tool.end", 5, toolName="exec", success=True, durationMs=2, sessionKey=MAIN),
        later("agent.start", 9, sessionKey=CHILD, prompt="Check"),
        later("agent.end", 11, sessionKey=CHILD, success=True, messages=child),
        later("agent.end", 13, sessionKey=MAIN, success=True, messages=conversation()),
        later("message.out", 14, content="Done."),
        later("agent.end", 15, sessionKey=MAIN, success=True, messages=conversation()),
    ]
    path.write_text("\n".join(records))
    return path


def test_the_messages_at_the_end_of_an_agent_are_steps_in_their_order_of_time(tmp_path: Path) -> None:
    (one,) = read_all(telemetry(tmp_path))
    steps = [event for event in one.events if not event.kind.startswith("x:bookkeeping")]
    assert [event.kind for event in steps] == [
        *("AgentInit", "Observation", "StateTransition", "Decision", "ToolRequest", "ToolResponse"),
        *("Decision", "ToolRequest", "ToolResponse", "Error", "ToolRequest", "ToolResponse"),
        *("Observation", "StateTransition", "Decision", "Decision", "x:end"),
    ]
    words = [event.payload["data"] for event in one.events if event.kind in ("Observation", "Decision")]
    assert words == ["Go on", None, None, "Check", "None.", "Done."]
    times = [event.meta["time"] for event in one.events if "time" in event.meta]
    assert times == sorted(times)


def test_a_call_with_lines_and_a_message_is_one_call_with_the_output_of_the_message(tmp_path: Path) -> None:
    (one,) = read_all(telemetry(tmp_path))
    assert one.tools() == {"exec": 1, "read": 1, "sessions_spawn": 1}
    by_tool = {event.payload["tool_name"]: event for event in one.of("ToolResponse")}
    assert (by_tool["exec"].payload["output"], by_tool["exec"].meta["duration"]) == ("a.txt", 2 * MS)
    assert by_tool["read"].payload["error"] == "no such file"
    (calls, *_) = one.of("Decision")
    assert (calls.payload["decision_type"], calls.payload["fields"]) == (
        "tool calls",
        {"tool_calls": [{"name": "exec"}]},
    )


def test_tokens_and_subagents_of_the_messages(tmp_path: Path) -> None:
    (one,) = read_all(telemetry(tmp_path))
    tokens = [event.meta["tokens"] for event in one.events if "tokens" in event.meta]
    assert tokens == [{"input": 18, "cached": 10, "output": 20}] * 5
    assert sum(event.meta.get("cost", 0) for event in one.events) == 1.25
    inner = [
        event.payload["data"]
        for event in one.events
        if event.meta.get("subagent") == ["mails"] and "obs_type" in event.payload
    ]
    assert inner == ["Check"]
    assert [event.payload["data"]["content"] for event in one.of("x:bookkeeping/openclaw/earlier-message")] == [
        [text("Before")]
    ]


@each_real_file(real_files("openclaw-telemetry", "*.jsonl"))
def test_real_telemetry_loses_nothing(path: Path) -> None:
    """Counted from the source: a message is read once; a call has a line, a message, or both."""
    (one,) = read_all(path)
    found = [json.loads(line) for line in path.read_text().splitlines()]
    types = Counter(record["type"] for record in found)
    seen = {
        json.dumps([record["sessionKey"], message], sort_keys=True): message
        for record in found
        for message in record.get("messages") or ()
        if message["timestamp"] >= found[0]["ts"]
    }
    answers = [message for message in seen.values() if message["role"] == "assistant"]
    calls = [part for message in answers for part in message["content"] if part["type"] == "toolCall"]
    lines = [record["params"] for record in found if record["type"] == "tool.start"]
    only_in_messages = [part for part in calls if part["arguments"] not in lines]
    assert len(one.of("ToolRequest")) == len(only_in_messages) + types["tool.start"]
    assert len(one.of("ToolResponse")) == len(one.of("ToolRequest"))
    texts = [part["text"] for message in answers for part in message["content"] if part["type"] == "text"]
    assert Counter(event.payload["data"] for event in one.of("Decision") if event.payload["data"]) == Counter(texts)
    output = sum(message["usage"]["output"] for message in answers)
    assert sum(event.meta.get("tokens", {}).get("output", 0) for event in one.events) == output
    assert one.run.notes.sentences() == ()
