"""Runs of which only OpenTelemetry's log records are there, as the telemetry of agents in terminals sends them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.importers.registry import recognise
from tests.helpers.foreign import Read, read_all, written


def record(second: int, name: str, body: str = "", **attributes: Any) -> dict[str, Any]:
    kinds = {bool: "boolValue", int: "intValue", str: "stringValue"}
    facts = {"event.name": name, **attributes}
    return {
        "timeUnixNano": str((1_760_000_000 + second) * 10**9),
        "body": {"stringValue": body} if body else {},
        "attributes": [{"key": key, "value": {kinds[type(value)]: value}} for key, value in facts.items()],
    }


def logs(*records: dict[str, Any]) -> dict[str, Any]:
    resource = {"attributes": [{"key": "service.version", "value": {"stringValue": "2.0"}}]}
    return {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [*records]}]}]}


def read(folder: Path, *records: dict[str, Any]) -> Read:
    (found,) = read_all(written(folder, logs(*records)))
    assert found.format == "otel"
    return found


def test_the_log_records_of_claude_code(tmp_path: Path) -> None:
    def of(second: int, name: str, **attributes: Any) -> dict[str, Any]:
        return record(second, name, f"claude_code.{name}", **{"session.id": "s", **attributes})

    use = {"input_tokens": "10", "output_tokens": 20, "cache_read_tokens": "100", "cache_creation_tokens": "5"}
    found = read(
        tmp_path,
        of(0, "user_prompt", prompt="List it"),
        of(1, "api_request", model="m", cost_usd="0.01", duration_ms="900", **use),
        of(2, "tool_decision", tool_name="Bash", decision="accept"),
        of(4, "tool_result", tool_name="Bash", success="true", duration_ms="1000", tool_parameters='{"command": "ls"}'),
        of(5, "api_error", error="Overloaded", status_code="529"),
        of(6, "tool_decision", tool_name="Edit", decision="reject"),
        of(7, "tool_result", tool_name="Edit", success="false"),
    )
    assert (found.run.agent, found.run.run_id, found.tools()) == ("claude-code", "s", {"Bash": 1, "Edit": 1})
    assert [event.payload["data"] for event in found.of("Observation")] == ["List it"]
    assert found.tokens() == {"input": 115, "cached": 100, "output": 20}
    assert [event.meta["cost"] for event in found.of("Decision")] == [0.01]
    assert found.of("ToolRequest")[0].payload["input"] == {"command": "ls"}
    assert found.of("ToolResponse")[0].meta["duration"] == 10**9
    assert [event.payload["message"] for event in found.of("Error")] == ["HTTP 529: Overloaded"]
    assert [event.payload["tool_name"] for event in found.of("CapabilityDenied")] == ["Edit"]


def test_the_log_records_of_codex(tmp_path: Path) -> None:
    done: dict[str, Any] = {"event.kind": "response.completed", "input_token_count": 800, "output_token_count": 12}
    call: dict[str, Any] = {
        "tool_name": "shell",
        "call_id": "c",
        "arguments": '{"command": ["ls"]}',
        "success": "false",
    }
    wrong: dict[str, Any] = {"http.response.status_code": 500, "error.message": "gone"}
    found = read(
        tmp_path,
        {**record(0, "codex.user_prompt", prompt="[REDACTED]"), "eventName": "event otel/src/telemetry.rs:961"},
        record(1, "codex.sse_event", **{"event.kind": "response.output_text.delta"}),
        record(2, "codex.sse_event", cached_token_count=500, reasoning_token_count=4, **done),
        record(3, "codex.tool_result", output="no such file", **call),
        record(4, "codex.api_request", **wrong),
    )
    assert [event.payload["data"] for event in found.of("Observation")] == ["(prompt, not recorded)"]
    assert found.tokens() == {"input": 800, "cached": 500, "output": 12, "reasoning": 4}
    assert [event.payload["error"] for event in found.of("ToolResponse")] == ["no such file"]
    assert found.of("Error")[-1].payload["message"] == "HTTP 500: gone"
    assert len(found.of("Decision")) == 1


def test_the_log_records_of_gemini_cli_in_its_own_file(tmp_path: Path) -> None:
    def of(second: int, name: str, **attributes: Any) -> dict[str, Any]:
        facts = {"session.id": "g", "event.name": f"gemini_cli.{name}", **attributes}
        return {"hrTime": [1_760_000_000 + second, 5], "_body": "words", "attributes": facts}

    path = tmp_path / "telemetry.log"
    answer = {"input_token_count": 9, "output_token_count": 2, "response_text": '[{"text": "I look"}]'}
    values = [
        of(0, "user_prompt", prompt="List it"),
        of(1, "api_response", model="m", **answer),
        of(2, "tool_call", function_name="rm", function_args='{"path": "a"}', success=False, decision="reject"),
    ]
    path.write_text("".join(json.dumps(value, indent=2) + "\n" for value in values))
    (found,) = read_all(path)
    assert (found.format, found.run.agent, found.run.run_id) == ("otel", "gemini-cli", "g")
    assert found.events[0].meta["time"] == 1_760_000_000 * 10**9 + 5
    assert len(found.of("CapabilityDenied")) == 1
    assert found.tokens() == {"input": 9, "output": 2}


def test_the_log_records_of_cursor(tmp_path: Path) -> None:
    count = {"cursor.api.request.input_tokens": 1, "cursor.api.request.output_tokens": 2}
    known = {"cursor.event.id": "e", "cursor.conversation.id": "c", "cursor.model.name": "m"}
    found = read(tmp_path, record(0, "", "api_request", **known, **count), record(1, "", "api_error", **known))
    assert (found.run.agent, found.run.run_id, found.tokens()) == ("cursor", "c", {"input": 1, "output": 2})
    assert [event.payload["message"] for event in found.of("Error")] == ["api error"]


def test_each_session_is_a_run(tmp_path: Path) -> None:
    records = [record(n, "codex.user_prompt", prompt=str(n), **{"conversation.id": f"c{n % 2}"}) for n in range(4)]
    found = read_all(written(tmp_path, logs(*records)))
    assert [(run.run.run_id, len(run.of("Observation"))) for run in found] == [("c0", 2), ("c1", 2)]


@pytest.mark.parametrize("name", ["http.request", ""])
def test_log_records_of_another_program_are_no_run(tmp_path: Path, name: str) -> None:
    assert recognise(written(tmp_path, logs(record(0, name, "started")))).name != "otel"


def test_a_line_of_spans_below_a_line_of_log_records_is_found(tmp_path: Path) -> None:
    operation = {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}}
    ids = {"traceId": "a" * 32, "spanId": "b" * 16, "name": "chat m", "startTimeUnixNano": "1760000000000000000"}
    spans = {"resourceSpans": [{"scopeSpans": [{"spans": [{**ids, "attributes": [operation]}]}]}]}
    path = tmp_path / "telemetry.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in (logs(record(0, "started", "started")), spans)))
    assert recognise(path).name == "otel"
