"""Runs of LangSmith in parts, files of Weave and Braintrust with their records in a member, names with ids."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import read_all, read_seed, written


def test_a_run_of_langsmith_is_begun_and_then_updated(tmp_path: Path) -> None:
    begun = [
        {"id": "r", "trace_id": "r", "run_type": "chain", "name": "agent", "inputs": {"input": "q"}, "outputs": None},
        {"id": "m", "trace_id": "r", "parent_run_id": "r", "run_type": "llm", "inputs": {"messages": [["user", "q"]]}},
        {"id": "t", "trace_id": "r", "parent_run_id": "r", "run_type": "tool", "name": "w", "inputs": {"input": "{}"}},
    ]
    answer = {"choices": [{"message": {"role": "assistant", "content": "a"}}]}
    updates = [
        {"id": "m", "trace_id": "r", "outputs": answer | {"usage": {"prompt_tokens": 5, "completion_tokens": 2}}},
        {"id": "t", "trace_id": "r", "error": "ValueError: no"},
    ]
    path = tmp_path / "file.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in [*begun, *updates]))
    for source in (path, written(tmp_path, {"post": begun, "patch": updates})):
        (run,) = read_all(source)
        assert (run.format, run.decisions(), run.tools()) == ("langsmith", [(None, "a")], {"w": 1})
        assert run.tokens() == {"input": 5, "output": 2}
        assert [event.payload["error"] for event in run.of("ToolResponse")] == ["ValueError: no"]
        assert [event.payload["data"] for event in run.of("Observation")] == [{"input": "q"}]  # told once
        assert run.run.notes.sentences() == ()


def test_a_tools_message_says_that_the_call_failed(tmp_path: Path) -> None:
    message = {"type": "tool", "content": "Error: no city", "tool_call_id": "c1", "status": "error"}
    tool = {"id": "t", "trace_id": "t", "run_type": "tool", "name": "w", "inputs": {}, "outputs": {"output": message}}
    observation = {"id": "t", "traceId": "x", "type": "TOOL", "name": "w", "startTime": "2026-01-01T00:00:00Z"}
    trace = {"trace": {"id": "x"}, "observations": [{**observation, "output": message}]}
    for name, value in (("langsmith", tool), ("langfuse", trace)):
        (run,) = read_all(written(tmp_path, value))
        (response,) = run.of("ToolResponse")
        assert (run.format, response.payload["output"]) == (name, "Error: no city")
        assert response.payload["error"] == "Error: no city"


CALL = {"id": "c", "trace_id": "t", "started_at": "2026-01-01T00:00:00Z", "inputs": {"q": "x"}, "output": "y"}
SPAN = {"span_id": "s", "root_span_id": "s", "span_parents": [], "input": "x", "output": "y"}


@pytest.mark.parametrize(
    ("format", "members", "record"),
    [
        ("weave", ("calls", "traces", "data"), {**CALL, "op_name": "weave:///e/p/op/run:v1"}),
        ("braintrust", ("events", "data", "objects", "rows"), {**SPAN, "span_attributes": {"name": "run"}}),
    ],
)
def test_records_in_a_member(tmp_path: Path, format: str, members: tuple[str, ...], record: dict[str, Any]) -> None:
    for member in members:
        (run,) = read_all(written(tmp_path, {"about": {}, member: [record]}))
        assert (run.format, run.run.agent) == (format, "run")


def test_an_id_in_a_name_is_no_part_of_it(tmp_path: Path) -> None:
    name = "invoke_agent 171105b7-59dd-49c0-9677-0b2f5c5a2a4e"
    root = {"id": "t", "traceId": "x", "type": "AGENT", "name": name, "startTime": "2026-01-01T00:00:00Z"}
    (run,) = read_all(written(tmp_path, {"trace": {"id": "x"}, "observations": [root]}))
    assert run.run.agent == run.events[0].payload["agent_type"] == "agent"


def test_spans_within_spans(tmp_path: Path) -> None:
    def span(name: str, kind: str, children: list[Any], **more: Any) -> dict[str, Any]:
        attributes = {"openinference.span.kind": kind, "input.value": "q", "output.value": "a", **more}
        about = {"timestamp": "2026-01-01T00:00:00Z", "duration": "PT1M2.5S", "status_code": "Ok", "trace_id": "t"}
        return {**about, "span_id": name, "span_name": name, "span_attributes": attributes, "child_spans": children}

    failed = {**span("w", "TOOL", [], **{"tool.name": "w"}), "status_code": "Error", "status_message": "no net"}
    failed["logs"] = [{"timestamp": "2026-01-01T00:00:00Z", "body": {"function.output": "none"}}]
    failed["events"] = [{"Timestamp": "2026-01-01T00:00:00Z", "Name": "retry", "Attributes": {"n": 1}}]
    root = span("agent", "AGENT", [{**failed, "parent_span_id": "agent"}])
    (run,) = read_all(written(tmp_path, {"trace_id": "t", "spans": [root]}))
    assert (run.format, run.run.agent, run.tools()) == ("otel", "agent", {"w": 1})
    (response,) = run.of("ToolResponse")
    assert (response.payload["error"], response.meta["duration"]) == ("no net", 62_500_000_000)
    assert run.of("ToolRequest")[0].payload["fields"]["log_bodies"] == [{"function.output": "none"}]
    flat = {"span_id": "s", "name": "agent", "attributes": {"openinference.span.kind": "AGENT"}}
    (run,) = read_all(written(tmp_path, {"trace_id": "t", "spans": [flat]}))
    assert (run.format, run.run.run_id) == ("otel", "t")


def test_spans_in_tables_and_in_pages_of_phoenix(tmp_path: Path) -> None:
    row = {"TraceId": "t", "Timestamp": "2026-01-01 00:00:01", "Duration": 10**9, "StatusCode": "Ok"}
    asked = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "w"}
    clickhouse = [
        {**row, "SpanId": "a", "SpanName": "run", "SpanAttributes": {"gen_ai.operation.name": "invoke_agent"}},
        {**row, "SpanId": "b", "ParentSpanId": "a", "SpanName": "w", "SpanAttributes": asked, "StatusCode": "Error",
         "StatusMessage": "no net", "Events.Name": ["retry"], "Events.Attributes": [{"n": 1}]},
    ]  # fmt: skip
    about = {"trace_id": "t", "start_timestamp": "2026-01-01T00:00:01Z", "end_timestamp": "2026-01-01T00:00:02Z"}
    logfire = [
        {**about, "span_id": "a", "span_name": "run", "attributes": {"gen_ai.operation.name": "invoke_agent"}},
        {**about, "span_id": "b", "parent_span_id": "a", "span_name": "w", "attributes": json.dumps(asked),
         "is_exception": True, "otel_status_message": "no net"},
    ]  # fmt: skip
    times = {"start_time": "2026-01-01T00:00:01Z", "end_time": "2026-01-01T00:00:02Z", "status_code": "OK"}
    phoenix = [
        {**times, "context": {"trace_id": "t", "span_id": "a"}, "name": "run", "span_kind": "AGENT", "attributes": {}},
        {**times, "context": {"trace_id": "t", "span_id": "b"}, "parent_id": "a", "name": "w", "span_kind": "TOOL",
         "attributes": {"tool": {"name": "w"}}, "status_code": "ERROR", "status_message": "no net"},
    ]  # fmt: skip
    for source in (clickhouse, {"rows": logfire}, {"data": phoenix}):
        (run,) = read_all(written(tmp_path, source))
        assert (run.format, run.tools()) == ("otel", {"w": 1})
        (response,) = run.of("ToolResponse")
        assert (response.payload["error"], response.meta["duration"]) == ("no net", 10**9)
    (run,) = read_all(written(tmp_path, clickhouse))
    assert '"n": 1' in json.dumps([event.payload for event in run.events])


def test_a_trace_of_mlflow_with_the_answer_of_a_served_agent_and_a_model_that_failed(tmp_path: Path) -> None:
    def span(id: str, kind: str, sent: Any, **more: Any) -> dict[str, Any]:
        attributes = {"mlflow.spanType": json.dumps(kind), "mlflow.spanInputs": json.dumps(sent)}
        times = {"start_time_unix_nano": 10**18, "end_time_unix_nano": 10**18 + 5}
        return {"trace_id": "t", "span_id": id, "name": kind.lower(), "attributes": attributes, **times, **more}

    raised = {"name": "exception", "attributes": {"exception.message": "content filter", "exception.type": "Bad"}}
    asked = {"model": "m", "temperature": 0.5, "messages": [{"role": "user", "content": "Hi"}]}
    wrong = {"parent_span_id": "a", "status": {"code": "STATUS_CODE_ERROR", "message": ""}, "events": [raised]}
    spans = [span("a", "AGENT", {"q": "Hi"}), span("b", "CHAT_MODEL", asked, **wrong)]
    trace = {"info": {"trace_id": "tr-1", "state": "OK", "execution_duration_ms": 5}, "data": {"spans": spans}}
    for text in (trace, {"trace": trace}, {"object": "response", "databricks_output": {"trace": trace}}):
        (run,) = read_all(written(tmp_path, text))
        assert (run.format, run.run.run_id, run.decisions()) == ("mlflow", "tr-1", [])  # it has said nothing
        (error,) = run.of("Error")
        assert error.payload["message"] == "content filter"
        assert error.payload["fields"]["request"] == {"model": "m", "temperature": 0.5}


def test_what_langchain_was_asked_and_used_in_a_trace_of_mlflow(tmp_path: Path) -> None:
    asked = {"content": "weather?", "type": "human"}
    call = {"name": "weather", "args": {"city": "B"}, "id": "c1", "type": "tool_call"}
    calling, saying = (
        {"content": text, "type": "ai", "tool_calls": calls} for text, calls in (("", [call]), ("Hot", []))
    )
    told = {"content": "hot", "type": "tool", "tool_call_id": "c1", "name": "weather", "status": "success"}

    def span(number: int, kind: str, sent: Any, answer: Any) -> dict[str, Any]:
        values = {"mlflow.spanType": kind, "mlflow.spanInputs": sent, "mlflow.spanOutputs": answer}
        attributes = {name: json.dumps(value) for name, value in values.items()}
        times = {"start_time": 10**18 + number, "end_time": 10**18 + number, "status_code": "OK"}
        context = {"span_id": f"0x{number}", "trace_id": "0x1"}
        return {"name": kind, "context": context, "parent_id": None, "attributes": attributes, **times}

    def generated(message: dict[str, Any], sent: int) -> dict[str, Any]:
        used = {"token_usage": {"prompt_tokens": sent, "completion_tokens": 2}, "model_name": "gpt-4o"}
        return {"generations": [[{"text": message["content"], "message": message}]], "llm_output": used}

    spans = [
        span(1, "CHAT_MODEL", [[asked]], generated(calling, 10)),
        span(2, "TOOL", {"city": "B"}, told),
        span(3, "CHAT_MODEL", [[asked, calling, told]], generated(saying, 20)),
    ]
    trace = {"info": {"request_id": "tr-1", "status": "OK"}, "data": {"spans": spans}}
    (run,) = read_all(written(tmp_path, trace))
    assert [event.payload["data"] for event in run.of("Observation")] == ["weather?"]
    assert run.decisions() == [(None, None), (None, "Hot")]
    assert [event.meta["model"] for event in run.of("Decision")] == ["gpt-4o", "gpt-4o"]
    assert run.tokens() == {"input": 30, "output": 4}
    assert "token_usage" not in json.dumps([event.payload for event in run.events])


def test_a_request_of_the_responses_api_is_read_as_what_was_said() -> None:
    found = read_seed("mlflow/1.json")
    assert [(event.payload["source"], event.payload["data"]) for event in found.of("Observation")] == [
        ("user", "How warm?")
    ]
    assert found.of("AgentInit")[0].payload["config"]["request"] == {"temperature": 0.5, "custom_inputs": {"room": "B"}}
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["seen"]
    assert found.decisions() == [("Look first.", None), (None, "4 degrees")]


def test_an_empty_list_of_messages_says_nothing(tmp_path: Path) -> None:
    root = {"id": "a", "trace_id": "a", "name": "Graph", "run_type": "chain", "parent_run_id": None}
    root |= {"start_time": "2026-01-01T00:00:00", "end_time": "2026-01-01T00:00:09", "status": "success"}
    empty: dict[str, Any] = {"inputs": {"messages": []}, "outputs": {"messages": []}}
    model = {**root, "id": "b", "name": "Chat", "run_type": "llm", "parent_run_id": "a"}
    (found,) = read_all(written(tmp_path, [{**root, **empty}, {**model, **empty}]))
    assert found.of("Observation") == []
    assert found.decisions() == [(None, "(no messages)")]
