"""Spans of Zipkin, of the Go SDK, and of OTLP with Python's names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.text.call_text import response_summary
from tests.helpers.foreign import Read, read_all, written
from tests.helpers.paths import DATA

CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "m1",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 10,
    "gen_ai.usage.details.reasoning_tokens": 4,
    "gen_ai.usage.details.cache_read_tokens": 60,
    "gen_ai.input.messages": json.dumps([{"role": "user", "content": "How warm?"}]),
    "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "4"}]}]),
}
TOOL = {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "weather",
    "gen_ai.tool.call.arguments": '{"c": 1}',
}


USED = {"input": 100, "cached": 60, "output": 10, "reasoning": 4}


def assert_read(run: Read, used: dict[str, int]) -> None:
    assert run.format == "otel"
    (asked,), (answer,), (request,), (response,) = (
        run.of(kind) for kind in ("Observation", "Decision", "ToolRequest", "ToolResponse")
    )
    assert (asked.payload["data"], answer.payload["data"]) == ("How warm?", "4")
    assert (answer.meta["tokens"], answer.meta["model"]) == (used, "m1")
    assert (request.payload["tool_name"], request.payload["input"]) == ("weather", {"c": 1})
    assert (response.payload["error"], response.meta["duration"]) == ("boom", 1_000_000_000)


def go_span(id: str, above: str, begun: int, attributes: dict[str, Any], code: str = "Unset") -> dict[str, Any]:
    types = {str: "STRING", int: "INT64"}
    return {
        "Name": attributes["gen_ai.operation.name"],
        "SpanContext": {"TraceID": "aa", "SpanID": id, "TraceFlags": "01", "Remote": False},
        "Parent": {"TraceID": "aa", "SpanID": above},
        "StartTime": f"2026-01-01T00:00:0{begun}.5Z",
        "EndTime": f"2026-01-01T00:00:0{begun + 1}.5+00:00",
        "Attributes": [
            {"Key": key, "Value": {"Type": types[type(value)], "Value": value}} for key, value in attributes.items()
        ],
        "Events": None,
        "Status": {"Code": code, "Description": "boom" if code == "Error" else ""},
        "Resource": [{"Key": "service.name", "Value": {"Type": "STRING", "Value": "s"}}],
    }


def test_zipkin() -> None:
    (run,) = read_all(DATA / "seeds" / "otel" / "15.json")
    assert run.run.agent == "x"
    assert_read(run, {"input": 100, "output": 10})


def test_the_go_sdk_prints_spans_over_several_lines(tmp_path: Path) -> None:
    spans = [go_span("b", "0" * 16, 1, CHAT), go_span("c", "b", 2, TOOL, "Error")]
    path = tmp_path / "spans.txt"
    path.write_text("\n".join(json.dumps(span, indent="\t") for span in spans))
    (run,) = read_all(path)
    assert_read(run, USED)


def test_otlp_with_the_names_of_python(tmp_path: Path) -> None:
    def span(id: str, begun: int, attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
        kinds = {str: "string_value", int: "int_value"}
        values = [{"key": key, "value": {kinds[type(value)]: str(value)}} for key, value in attributes.items()]
        times = {"start_time_unix_nano": f"{begun}000000000", "end_time_unix_nano": f"{begun + 1}000000000"}
        return {"trace_id": "t", "span_id": id, "name": id, "attributes": values, **times, **more}

    spans = [span("b", 1, CHAT), span("c", 2, TOOL, parent_span_id="b", status={"code": 2, "message": "boom"})]
    groups = [{"resource": {}, "scope_spans": [{"scope": {}, "spans": spans}]}]
    (run,) = read_all(written(tmp_path, {"resource_spans": groups}))
    assert_read(run, USED)


@pytest.mark.parametrize(
    ("of_agent", "of_tool", "given", "output"),
    [
        (
            {"traceloop.span.kind": "agent", "traceloop.entity.name": "A"},
            {"traceloop.span.kind": "tool", "traceloop.entity.name": "look"},
            "traceloop.entity.input",
            "traceloop.entity.output",
        ),
        (
            {"openinference.span.kind": "AGENT"},
            {"openinference.span.kind": "TOOL", "tool.name": "look"},
            "input.value",
            "output.value",
        ),
        ({"mlflow.spanType": "AGENT"}, {"mlflow.spanType": "TOOL"}, "mlflow.spanInputs", "mlflow.spanOutputs"),
    ],
)
def test_nothing_that_is_written_as_json_is_no_answer(
    tmp_path: Path, of_agent: dict[str, Any], of_tool: dict[str, Any], given: str, output: str
) -> None:
    def span(id: str, above: str, name: str, attributes: dict[str, str]) -> dict[str, Any]:
        pairs = [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
        times = {"startTimeUnixNano": f"{id}000000000", "endTimeUnixNano": "9000000000"}
        return {"traceId": "aa", "spanId": id, "parentSpanId": above, "name": name, **times, "attributes": pairs}

    spans = [
        span("1", "", "A", {**of_agent, given: '{"q": 1}', output: "null"}),
        span("2", "1", "look", {**of_tool, given: "null", output: "null"}),
    ]
    (run,) = read_all(written(tmp_path, {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}))
    assert run.decisions() == []
    assert [response_summary(event.payload) for event in run.of("ToolResponse")] == ["(no output)"]
