"""Sessions of Pi: its forms of messages, its title, and the times of its answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.helpers.foreign import Read, read_all


def test_summaries_and_extensions_of_pi_may_be_messages(tmp_path: Path) -> None:
    messages: list[dict[str, Any]] = [
        {"role": "branchSummary", "summary": "tried a", "fromId": "x"},
        {"role": "compactionSummary", "summary": "did b", "tokensBefore": 9},
        {"role": "custom", "customType": "todo", "content": "shown", "display": True},
        {"role": "hookMessage", "customType": "todo", "content": "hidden", "display": False},
    ]
    path = tmp_path / "session.jsonl"
    lines: list[dict[str, Any]] = [{"type": "session", "id": "s", "timestamp": "2026-01-01T00:00:00Z", "cwd": "/w"}]
    lines += [{"type": "message", "id": str(number), "message": one} for number, one in enumerate(messages)]
    path.write_text("\n".join(map(json.dumps, lines)))
    (found,) = read_all(path, "pi")
    assert [event.payload for event in found.of("Snapshot")] == [
        {"snapshot_type": "branch_summary", "data": {"summary": "tried a"}},
        {"snapshot_type": "compaction", "data": {"summary": "did b"}},
    ]
    assert [(event.payload["source"], event.payload["data"]) for event in found.of("Observation")] == [
        ("todo", "shown")
    ]
    assert [event.payload["data"] for event in found.of("x:bookkeeping/pi/todo")] == ["hidden"]


def test_a_session_of_pi_may_begin_with_its_title(tmp_path: Path) -> None:
    time = "2026-08-31T23:30:37.000Z"
    result = {"role": "toolResult", "toolCallId": "c", "content": [{"type": "text", "text": "x"}]}
    call = {"type": "toolCall", "id": "c", "name": "read", "arguments": {"path": "a"}, "partialArgs": "{"}
    text, began = {"type": "text", "text": "Look"}, 1788219035500  # 1.5 s before it was stored
    answer = {"role": "assistant", "content": [text, call], "duration": 1.5, "timestamp": began}
    lines = [
        {"type": "title", "v": 1, "title": "Fix it", "updatedAt": time, "pad": "   "},
        {"type": "session", "version": 3, "id": "s1", "timestamp": time, "cwd": "/w"},
        {"type": "message", "timestamp": time, "message": answer},
        {"type": "message", "timestamp": time, "message": result},
    ]
    path = tmp_path / "session.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    (found,) = read_all(path)
    assert (found.run.run_id, found.kinds[:2]) == ("s1", ["AgentInit", "x:bookkeeping/pi/title"])
    assert found.events[1].payload["data"] == {"v": 1, "title": "Fix it"}
    assert "fields" not in found.of("ToolRequest")[0].payload
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["x"]
    assert found.of("Decision")[0].meta["duration"] == 1_500_000_000
    assert "duration" not in found.of("ToolResponse")[0].meta  # the call began when the answer was complete


def test_the_exit_code_of_a_command_is_in_its_last_line(tmp_path: Path) -> None:
    outputs = [
        ("> web@1 check\n> tsc\n\na.ts:3 wrong\n\n\nCommand exited with code 2", True, "exit 2"),
        ("Command exited with code 1", True, "exit 1"),
        ("Command exited with code 1\n\nis in the manual", True, "Command exited with code 1"),
        ("read\n\nCommand exited with code 1", False, None),  # the text of a file
    ]
    lines: list[dict[str, Any]] = [{"type": "session", "id": "s", "timestamp": "2026-01-01T00:00:00Z", "cwd": "/w"}]
    for number, (output, failed, _) in enumerate(outputs):
        call = {"type": "toolCall", "id": f"c{number}", "name": "bash", "arguments": {"command": "npm run check"}}
        content = [{"type": "text", "text": output}]
        result = {"role": "toolResult", "toolCallId": f"c{number}", "content": content, "isError": failed}
        lines += [{"type": "message", "message": one} for one in ({"role": "assistant", "content": [call]}, result)]
    path = tmp_path / "session.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    (found,) = read_all(path, "pi")
    assert [event.payload["error"] for event in found.of("ToolResponse")] == [error for *_, error in outputs]


def test_a_change_of_model_names_the_model(tmp_path: Path) -> None:
    time = {"timestamp": "2026-01-01T00:00:00Z"}
    lines: list[dict[str, Any]] = [
        {"type": "session", "id": "s", **time, "cwd": "/w"},
        {"type": "model_change", **time, "provider": "p", "modelId": "m-1"},
        {"type": "message", **time, "message": {"role": "assistant", "model": "m-1", "content": []}},
        {"type": "model_change", **time, "provider": "p"},
    ]
    path = tmp_path / "session.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    (found,) = read_all(path, "pi")
    assert [event.payload for event in found.of("StateTransition")] == [
        {"transition_type": "model", "data": {"model": "m-1", "provider": "p"}},
        {"transition_type": "model_change", "data": {"provider": "p"}},
    ]


def test_tokens_of_reasoning_are_told_apart(tmp_path: Path) -> None:
    usage = {"input": 16, "output": 5, "reasoning": 2, "cacheRead": 3, "cacheWrite": 0}
    answer = {"role": "assistant", "content": [{"type": "text", "text": "Two."}], "usage": usage}
    path = tmp_path / "session.jsonl"
    head = {"type": "session", "id": "s", "timestamp": "2026-01-01T00:00:00Z", "cwd": "/w"}
    lines = [head, {"type": "message", "id": "1", "message": answer}]
    path.write_text("\n".join(map(json.dumps, lines)))
    (found,) = read_all(path, "pi")
    assert found.tokens() == {"input": 19, "cached": 3, "output": 5, "reasoning": 2}


def printed(folder: Path, *events: tuple[str, dict[str, Any]]) -> Read:
    """What Pi prints: events, each a type and other members."""
    path = folder / "printed.jsonl"
    path.write_text("\n".join(json.dumps({"type": kind, **members}) for kind, members in events))
    (found,) = read_all(path)
    assert found.format == "pi"
    return found


def test_what_pi_prints_has_each_message_once_and_its_tokens(tmp_path: Path) -> None:
    usage = {"input": 5, "output": 3, "cacheRead": 2, "cacheWrite": 0, "totalTokens": 10, "cost": {"total": 0.25}}
    call = {"type": "toolCall", "id": "c", "name": "read", "arguments": {"path": "a"}}
    asks = {"role": "assistant", "content": [call], "model": "m", "usage": usage, "stopReason": "toolUse"}
    result = {"role": "toolResult", "toolCallId": "c", "toolName": "read", "content": "x", "isError": False}
    answer = {**asks, "content": [{"type": "text", "text": "2"}], "stopReason": "stop"}
    user = {"role": "user", "content": "1 + 1?"}
    found = printed(
        tmp_path,
        ("agent_start", {}),
        ("auto_retry_start", {"attempt": 1}),  # also events that are not known
        *((kind, {"message": user}) for kind in ("message_start", "message_end")),
        ("message_start", {"message": {**asks, "content": []}}),
        ("message_update", {"message": asks, "assistantMessageEvent": {"type": "toolcall_end"}}),
        ("message_end", {"message": asks}),
        ("tool_execution_start", {"toolCallId": "c", "toolName": "read", "args": {"path": "a"}}),
        ("tool_execution_update", {"toolCallId": "c", "partialResult": "x"}),
        ("tool_execution_end", {"toolCallId": "c", "toolName": "read", "result": {"content": "x"}}),
        ("message_end", {"message": result}),
        ("turn_end", {"message": asks, "toolResults": [result]}),
        ("message_end", {"message": answer}),
        ("agent_end", {"messages": [user, asks, result, answer]}),
    )
    assert [kind for kind in found.kinds if not kind.startswith("x:bookkeeping")] == [
        *(
            "AgentInit",
            "x:pi/auto_retry_start",
            "Observation",
            "StateTransition",
            "ToolRequest",
            "ToolResponse",
            "Decision",
            "x:end",
        ),
    ]
    assert found.tokens() == {"input": 14, "cached": 4, "output": 6}
    assert [event.meta["cost"] for event in found.events if event.meta.get("cost") is not None] == [0.25, 0.25]


def test_a_printed_message_without_its_end_is_not_lost(tmp_path: Path) -> None:
    piece = {"role": "assistant", "content": [{"type": "text", "text": "On"}]}
    said = {"role": "assistant", "content": [{"type": "text", "text": "One"}]}
    cut = printed(tmp_path, ("turn_start", {}), ("message_start", {"message": piece}))
    only = printed(tmp_path, ("message_start", {"message": piece}), ("turn_end", {"message": said, "toolResults": []}))
    assert (cut.decisions(), only.decisions()) == ([(None, "On")], [(None, "One")])
