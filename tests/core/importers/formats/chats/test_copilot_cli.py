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


def test_a_transcript_of_vs_code_with_a_subagent_and_copied_times(tmp_path: Path) -> None:
    task = {"toolCallId": "t", "toolName": "runSubagent", "arguments": {"description": "Find", "prompt": "Search it"}}
    begun = "2026-04-18T12:00:00Z"
    messages = [
        ("session.start", {"sessionId": "s", "vscodeVersion": "1.130.0", "startTime": begun}, "2026-04-18T12:00:02Z"),
        ("user.message", {"content": "Old"}, begun),
        ("assistant.message", {"content": "Yes"}, "2026-04-08T16:42:02Z"),
        ("user.message", {"content": "Look"}, "2026-04-18T12:00:03Z"),
        ("tool.execution_start", task, "2026-04-18T12:00:04Z"),
        ("user.message", {"content": "Search it"}, "2026-04-18T12:00:05Z"),
        ("assistant.message", {"content": "It is here"}, "2026-04-18T12:00:06Z"),
        ("assistant.turn_end", {}, "2026-04-18T12:00:07Z"),
        ("tool.execution_complete", {"toolCallId": "t", "success": True}, "2026-04-18T12:00:08Z"),
        ("assistant.message", {"toolRequests": [{"toolCallId": "u", "name": "ls"}]}, "2026-04-18T12:00:09Z"),
    ]
    path = tmp_path / "transcript.jsonl"
    path.write_text(
        "\n".join(
            json.dumps({"type": kind, "data": data, "parentId": None, "timestamp": time})
            for kind, data, time in messages
        )
    )
    (found,) = read_all(path)
    assert found.run.agent == "GitHub Copilot Chat"
    told = found.of("Observation")
    assert [(event.payload["source"], event.payload["data"]) for event in told] == [
        ("user", "Old"),
        ("user", "Look"),
        ("agent", "Search it"),
    ]
    assert [event.meta.get("subagent") for event in told] == [None, None, ["Find"]]
    assert [event.meta.get("time") is None for event in told] == [True, False, False]
    assert [event.meta.get("subagent") for event in found.of("Decision")] == [None, ["Find"]]
    (result,) = found.of("ToolResponse")
    assert (result.payload["output"], result.meta.get("subagent")) == ("(output, not recorded)", None)
    assert found.kinds[-1] != "x:end"  # only the subagent has answered


def test_a_session_that_breaks_off_in_a_call_has_not_answered(tmp_path: Path) -> None:
    turn_end: tuple[str, dict[str, Any]] = ("assistant.turn_end", {})
    answer = ("assistant.message", {"content": "Ok", "toolRequests": []})
    call = ("tool.execution_start", {"toolCallId": "t", "toolName": "bash", "arguments": {}})
    assert read(tmp_path, answer, turn_end).kinds[-1] == "x:end"
    assert read(tmp_path, answer, call, turn_end).of("x:end") == []


def test_a_result_whose_text_is_its_output(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        ("tool.execution_start", {"toolCallId": "t", "toolName": "shell", "arguments": {"command": "echo a"}}),
        ("tool.execution_complete", {"toolCallId": "t", "success": True, "result": {"output": "a", "more": 1}}),
    )
    (response,) = found.of("ToolResponse")
    assert (response.payload["output"], response.payload["result"]) == ("a", {"fields": {"more": 1}})


def test_the_tokens_of_a_session_may_be_in_its_details_only(tmp_path: Path) -> None:
    counts = {"input": 20, "output": 5, "cache_read": 2, "cache_write": 1}
    details = {name: {"tokenCount": count} for name, count in counts.items()}
    answers = [("assistant.message", {"content": "Hi", "model": model, "outputTokens": 5}) for model in ("m", "n")]
    whole = ("session.shutdown", {"currentModel": "m", "tokenDetails": details})
    by_model = ("session.shutdown", {"modelMetrics": {"n": {"tokenDetails": details}}, "tokenDetails": details})
    found = [read(tmp_path, answers[0], whole), read(tmp_path, *answers, whole), read(tmp_path, *answers, by_model)]
    assert [one.tokens() for one in found] == [{"input": 23, "cached": 2, "output": 5}] * 3
    models = [[event.meta.get("model") for event in one.events if "tokens" in event.meta] for one in found]
    assert models == [["m"], [""], ["n"]]
