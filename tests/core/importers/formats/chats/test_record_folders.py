"""Runs that are stored in a folder, with one record a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replay_gui.core.errors import FormatUnknown
from replay_gui.core.importers.companions import companions_of
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.packed import file_of
from replay_gui.core.importers.registry import importer_for
from replay_gui.core.log.source import Source
from replay_gui.core.text.placeholders import REASONING_NOT_RECORDED
from tests.helpers.foreign import read_all


def test_a_stored_conversation_of_openhands(tmp_path: Path) -> None:
    events = tmp_path / "conv" / "events"
    events.mkdir(parents=True)
    records = [
        {"kind": "MessageEvent", "source": "user", "llm_message": {"role": "user", "content": f"turn {n}"}}
        for n in range(11)
    ]
    for number, record in enumerate(records):
        (events / f"event-{number}-0a1b2c3d.json").write_text(json.dumps(record, indent=number % 2 or None))
    (events / "event-2-0a1b2c3d.json").write_text("not JSON")
    use = {"accumulated_cost": 0.5, "accumulated_token_usage": {"prompt_tokens": 100, "completion_tokens": 20}}
    state = {"execution_status": "finished", "stats": {"usage_to_metrics": {"agent": use}}}
    (tmp_path / "conv" / "base_state.json").write_text(json.dumps(state))
    first = file_of(tmp_path / "conv")
    assert first == file_of(events) == events / "event-0-0a1b2c3d.json"
    assert file_of(tmp_path) == tmp_path
    (run,) = read_all(first)
    assert (run.format, run.run.name) == ("openhands", "conv")
    assert [event.payload["data"] for event in run.of("Observation")] == [f"turn {n}" for n in (0, 1, *range(3, 11))]
    assert run.kinds[3] == "x:openhands/unreadable"
    assert run.tokens() == {"input": 100, "output": 20}
    assert run.events[-1].payload == {"how": "answered", "why": None}
    with pytest.raises(FormatUnknown, match=r"a part of the run that event-0-0a1b2c3d\.json opens"):
        read_all(events / "event-3-0a1b2c3d.json")
    with pytest.raises(FormatUnknown, match="the state of the conversation"):
        read_all(tmp_path / "conv" / "base_state.json")
    with Source(first) as source:
        file = ForeignFile(source)
        assert len(companions_of(importer_for(file), file)) == 12


def test_a_stored_session_of_strands(tmp_path: Path) -> None:
    messages = tmp_path / "session_s" / "agents" / "agent_a" / "messages"
    messages.mkdir(parents=True)
    call, result = {"toolUseId": "t", "name": "w", "input": {}}, {"toolUseId": "t", "status": "error"}
    used = {"usage": {"inputTokens": 12, "outputTokens": 4}, "metrics": {"latencyMs": 3}}
    records = [
        {"role": "user", "content": [{"text": "weather?"}]},
        {"role": "assistant", "content": [{"toolUse": call}], "metadata": used},
        {"role": "user", "content": [{"toolResult": {**result, "content": [{"text": "Error: no city"}]}}]},
    ]
    for number, message in enumerate(records):
        stored = {"message": message, "message_id": number, "created_at": f"2026-11-29T21:47:4{number}+00:00"}
        (messages / f"message_{number}.json").write_text(json.dumps(stored, indent=2))
    (run,) = read_all(file_of(tmp_path / "session_s"))
    assert (run.format, run.run.name) == ("strands-session", "session_s agent_a")
    assert run.kinds == ["AgentInit", "Observation", "ToolRequest", "ToolResponse", "Error"]
    assert run.tokens() == {"input": 12, "cached": 0, "output": 4}
    assert run.of("ToolResponse")[0].meta["duration"] == 1_000_000_000
    with pytest.raises(FormatUnknown, match=r"message_0\.json"):
        read_all(messages / "message_1.json")


def test_parts_of_bedrock_in_a_session_of_strands(tmp_path: Path) -> None:
    thought = {"reasoningContent": {"reasoningText": {"text": "two and two", "signature": "s"}}}
    call = {"toolUse": {"toolUseId": "t", "name": "sum", "input": {"e": "2+2"}}}
    counts = {"inputTokens": 100, "outputTokens": 20, "cacheReadInputTokens": 30, "cacheWriteInputTokens": 5}
    records = [
        {"role": "user", "content": [{"text": "2+2?"}, {"cachePoint": {"type": "default"}}]},
        {"role": "assistant", "content": [thought, {"text": "I count."}, call], "metadata": {"usage": counts}},
        {
            "role": "user",
            "content": [{"toolResult": {"toolUseId": "t", "status": "success", "content": [{"json": 4}]}}],
        },
        {"role": "assistant", "content": [{"reasoningContent": {"redactedContent": "x"}}, {"text": "4."}]},
    ]
    for number, message in enumerate(records):
        stored = {"message": message, "message_id": number, "created_at": f"2026-11-29T21:47:4{number}+00:00"}
        (tmp_path / f"message_{number}.json").write_text(json.dumps(stored))
    (run,) = read_all(tmp_path / "message_0.json")
    assert [event.payload["data"] for event in run.of("Observation")] == ["2+2?"]
    assert run.decisions() == [("two and two", "I count."), (REASONING_NOT_RECORDED, "4.")]
    assert [event.payload["output"] for event in run.of("ToolResponse")] == [4]
    assert run.tokens() == {"input": 135, "cached": 30, "output": 20}  # Bedrock counts the cache beside the input


def test_parts_of_bedrock_that_name_their_type(tmp_path: Path) -> None:
    call = {"type": "toolUse", "toolUseId": "t", "name": "sum", "input": {"e": "2+2"}}
    result = {"type": "toolResult", "toolUseId": "t", "status": "error", "content": [{"text": "no"}]}
    messages = [{"role": "user", "content": "2+2?"}, {"role": "assistant", "content": [call]}]
    path = tmp_path / "chat.json"
    path.write_text(json.dumps([*messages, {"role": "user", "content": [result]}]))
    (run,) = read_all(path)
    assert [event.payload["input"] for event in run.of("ToolRequest")] == [{"e": "2+2"}]
    assert [(event.payload["success"], event.meta["parent"]) for event in run.of("ToolResponse")] == [(False, 2)]
