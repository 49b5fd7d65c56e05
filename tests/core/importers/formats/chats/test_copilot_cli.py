"""Sessions of GitHub Copilot CLI: tokens of the whole session, refusals, compaction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.helpers.foreign import Read, read_all


def read(folder: Path, *messages: tuple[str, dict[str, Any]]) -> Read:
    lines = [("session.start", {"sessionId": "s"}), *messages]
    path = folder / "events.jsonl"
    path.write_text("\n".join(json.dumps({"type": kind, "data": data, "parentId": None}) for kind, data in lines))
    (found,) = read_all(path)
    assert found.format == "copilot-cli"
    return found


def test_the_last_record_tells_the_tokens_of_the_session(tmp_path: Path) -> None:
    answer = ("assistant.message", {"content": "Hi", "model": "m", "outputTokens": 5})
    usage = {"inputTokens": 90, "outputTokens": 7, "cacheReadTokens": 60, "reasoningTokens": 1}
    shutdown = ("session.shutdown", {"modelMetrics": {"m": {"usage": usage}}})
    assert read(tmp_path, answer, shutdown).tokens() == {"input": 90, "cached": 60, "output": 7, "reasoning": 1}
    assert read(tmp_path, answer, shutdown, answer).tokens() == {"output": 10}  # it goes on: no sum of the whole


def test_a_refused_call_and_a_compaction(tmp_path: Path) -> None:
    refusal = {"message": "The user rejected this tool call.", "code": "rejected"}
    found = read(
        tmp_path,
        ("tool.execution_start", {"toolCallId": "t", "toolName": "edit", "arguments": {}}),
        ("tool.execution_complete", {"toolCallId": "t", "success": False, "error": refusal}),
        ("session.compaction_complete", {"success": True, "summaryContent": "short"}),
    )
    assert [event.payload["reason"] for event in found.of("CapabilityDenied")] == [refusal["message"]]
    assert (found.of("Error"), found.of("Snapshot")[0].payload["data"]) == ([], {"summary": "short"})


def test_the_stream_of_the_sdk_tells_the_tokens_of_each_answer(tmp_path: Path) -> None:
    use = {"inputTokens": 90, "outputTokens": 7, "cacheReadTokens": 60, "cost": 0.5, "model": "m"}
    request = {"id": "t", "name": "create", "arguments": {"path": "a"}}  # without the id of the call
    messages = [
        ("session.start", {"sessionId": "s", "copilotVersion": "1.2"}),
        ("assistant.message", {"content": "Hi", "model": "m", "outputTokens": 5, "toolRequests": [request]}),
        ("tool.execution_start", {"toolCallId": "t", "toolName": "create", "arguments": {"path": "a"}}),
        ("assistant.usage", use),
    ]
    path = tmp_path / "stream.jsonl"  # without parents
    path.write_text("\n".join(json.dumps({"type": kind, "data": data, "id": kind}) for kind, data in messages))
    (found,) = read_all(path)
    assert (found.format, found.tools()) == ("copilot-cli", {"create": 1})
    assert found.tokens() == {"input": 90, "cached": 60, "output": 7}
    assert [event.meta["cost"] for event in found.events if "cost" in event.meta] == [0.5]
