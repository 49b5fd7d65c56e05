"""Traces in which one span, or a log record, tells what another one leaves out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from replay_gui.core.importers.formats.traces.otel.importer import OTHER_RECORDS
from tests.helpers.foreign import Read, read_all


def value(given: Any) -> dict[str, Any]:
    if isinstance(given, dict):
        return {"kvlistValue": {"values": keyed(given)}}
    if isinstance(given, list):
        return {"arrayValue": {"values": [value(item) for item in given]}}
    return {"intValue": str(given)} if isinstance(given, int) else {"stringValue": given}


def keyed(members: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value(member)} for key, member in members.items()]


def span(id: str, parent: str, begin: int, attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    times = {"startTimeUnixNano": str(begin), "endTimeUnixNano": str(begin + 1)}
    record = {"traceId": "t1", "spanId": id, "parentSpanId": parent, "name": id, **times}
    return {**record, "attributes": keyed(attributes), **more}


def log(name: str, id: str, body: dict[str, Any] | None = None, **attributes: Any) -> dict[str, Any]:
    record = {"traceId": "t1", "spanId": id, "attributes": keyed(attributes)}
    return {**record, "eventName": name, **({"body": value(body)} if body else {})}


def read(folder: Path, spans: list[dict[str, Any]], logs: list[dict[str, Any]] | None = None) -> Read:
    document = {
        "resourceSpans": [{"scopeSpans": [{"spans": spans}]}],
        "resourceLogs": [{"scopeLogs": [{"logRecords": logs or []}]}],
    }
    (folder / "trace.json").write_text(json.dumps(document))
    (found,) = read_all(folder / "trace.json")
    return found


def said(found: Read) -> list[Any]:
    return [(event.payload["source"], event.payload["data"]) for event in found.of("Observation")]


AGENT = span("agent", "", 0, {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "helper"})


def model(id: str, parent: str, begin: int, **attributes: Any) -> dict[str, Any]:
    dotted = {f"gen_ai.{key.replace('__', '.')}": member for key, member in attributes.items()}
    return span(id, parent, begin, {"gen_ai.operation.name": "chat", **dotted})


def message(role: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": role, "parts": list(parts)}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "content": words}


def test_log_records_tell_what_was_said_and_called(tmp_path: Path) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}
    logs = [
        log("gen_ai.system.message", "m1", {"content": "Be short."}),
        log("gen_ai.user.message", "m1", {"content": "Weather in Paris?"}),
        log("gen_ai.choice", "m1", {"index": 0, "message": {"role": "assistant", "tool_calls": [call]}}),
        log("gen_ai.tool.message", "m2", {"content": "sunny", "id": "c1"}),
        log("", "m2", {}, **{
            "event.name": "gen_ai.client.inference.operation.details",
            "gen_ai.output.messages": json.dumps([message("assistant", text("It is sunny."))]),
            "gen_ai.request.choice.count": 3,
        }),
        log("app.note", "", {"about": "nothing"}),
        {**log("gen_ai.choice", "x"), "traceId": "t2"},
    ]  # fmt: skip
    found = read(tmp_path, [AGENT, model("m1", "agent", 1), model("m2", "agent", 3)], logs)
    assert said(found) == [("system", "Be short."), ("user", "Weather in Paris?")]
    (asked,) = found.of("ToolRequest")
    assert (asked.payload["tool_name"], asked.payload["input"]) == ("weather", {"city": "Paris"})
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["sunny"]
    assert found.of("Decision")[-1].payload["data"] == "It is sunny."
    details = found.of("Decision")[-1].payload["fields"]["events"]
    assert details[0]["attributes"] == {"gen_ai.request.choice.count": 3}
    (facts,) = found.of("x:bookkeeping/otel/trace")
    assert facts.payload["data"]["log_records"] == [{"name": "app.note", "attributes": {"about": "nothing"}}]
    assert found.run.notes[OTHER_RECORDS] == 1


def test_the_span_around_a_models_tells_what_google_adk_leaves_out_of_it(tmp_path: Path) -> None:
    request = {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}
    response = {"content": {"role": "model", "parts": [{"text": "Hi!"}]}}
    around = {
        "gcp.vertex.agent.llm_request": json.dumps(request),
        "gcp.vertex.agent.llm_response": json.dumps(response),
    }
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "(merged tools)"}
    found = read(
        tmp_path,
        [AGENT, span("call", "agent", 1, around), model("m", "call", 2), span("merged", "agent", 5, tool)],
        [log("gen_ai.user.message", "m", {"content": "<elided>"}), log("gen_ai.choice", "m", {"content": "<elided>"})],
    )
    assert said(found) == [("user", "Hello")]
    assert found.decisions() == [(None, "Hi!")]
    assert not found.tools()
    told = model("m", "call", 2, input__messages=json.dumps([message("user", text("Hello"))]))
    for words, others in (
        ("Hello", []),
        ("Hallo", [{"name": "call", "messages": [{"role": "user", "content": "Hallo"}]}]),
    ):
        sent = {"contents": [{"role": "user", "parts": [{"text": words}]}]}
        other = read(
            tmp_path, [AGENT, span("call", "agent", 1, {"gcp.vertex.agent.llm_request": json.dumps(sent)}), told], []
        )
        differing = [event.payload["data"] for event in other.of("x:bookkeeping/otel/model")]
        assert [data for data in differing if "messages" in data] == others


def test_a_call_that_two_spans_tell_is_one_and_messages_tell_what_it_was_given(tmp_path: Path) -> None:
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "weather"}
    call = {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Rome"}}
    result = {"type": "tool_call_response", "id": "c1", "response": {"sky": "blue"}}
    history = [
        message("user", text("Hi, I am Ada.")), message("assistant", text("Hello!")),
        message("user", text("Weather in Rome?")),
    ]  # fmt: skip
    after = [*history, message("assistant", call), message("tool", result)]
    found = read(
        tmp_path,
        [
            AGENT,
            model("m1", "agent", 1, input__messages=json.dumps(history),
                  output__messages=json.dumps([message("assistant", call)])),
            span("client", "agent", 3, tool),
            span("server", "client", 3, tool),
            model("m2", "agent", 5, input__messages=json.dumps(after), response__finish_reasons=["length"],
                  output__messages=json.dumps([message("assistant", text("Blue."))])),
        ],
    )  # fmt: skip
    assert said(found) == [("user", "Weather in Rome?")]  # the turn before is of another trace
    assert found.tools() == {"weather": 1}
    assert found.of("ToolRequest")[0].payload["input"] == {"city": "Rome"}
    assert found.of("ToolResponse")[0].payload["output"] == {"sky": "blue"}
    assert found.of("x:end")[0].payload == {"how": "limit", "why": "length"}


def test_an_agents_answer_is_said_where_no_model_tells_it(tmp_path: Path) -> None:
    record = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.input.messages": json.dumps([message("user", text("Hi"))]),
        "gen_ai.output.messages": json.dumps([message("assistant", text("Hello!"))]),
    }
    found = read(tmp_path, [span("agent", "", 0, record), model("m", "agent", 0, usage__input_tokens=5)])
    assert [event.payload["data"] for event in found.of("Decision")] == ["(answer, not recorded)", "Hello!"]


def test_spans_that_are_above_each_other_are_all_read(tmp_path: Path) -> None:
    spans = [model("a", "b", 2, usage__input_tokens=5), model("b", "a", 2, usage__input_tokens=5), AGENT]
    found = read(tmp_path, spans)
    assert [event.meta["tokens"] for event in found.of("Decision")] == [{"input": 5}]  # one describes the other


def test_an_exception_tells_what_a_status_without_words_leaves_out(tmp_path: Path) -> None:
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "weather"}
    raised = {"name": "exception", "attributes": keyed({"exception.message": "no such city"})}
    failed = {"status": {"code": 2}, "events": [raised]}
    found = read(
        tmp_path, [AGENT, span("x", "agent", 1, tool, **failed), span("y", "agent", 3, tool, status={"code": 2})]
    )
    assert [event.payload["error"] for event in found.of("ToolResponse")] == ["no such city", "failed"]


def test_an_answer_that_ends_with_a_line_break_is_told_once_and_clocks_are_not_compared(tmp_path: Path) -> None:
    record = {**dict.fromkeys(("gen_ai.event.start_time", "gen_ai.event.end_time"), "2026-11-29T16:44:05Z")}
    answer = json.dumps([message("assistant", text("4"))])
    agent = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.output.messages": answer.replace('"4"', '"4\\n"'),
        **record,
    }
    found = read(tmp_path, [span("agent", "", 0, agent), model("m", "agent", 0, output__messages=answer)])
    assert [event.payload["data"] for event in found.of("Decision")] == ["4"]
    assert not found.of("x:otel/output")
    assert "gen_ai.event" not in str([event.payload for event in found.events])


def test_a_span_that_repeats_a_handover_is_no_call(tmp_path: Path) -> None:
    asked = "llm.output_messages.0.message."
    call = {
        f"{asked}role": "assistant",
        f"{asked}tool_calls.0.tool_call.function.name": "transfer_to_refunds",
        f"{asked}tool_calls.0.tool_call.function.arguments": "{}",
        "openinference.span.kind": "LLM",
    }
    handover = {"openinference.span.kind": "TOOL", "input.value": "Triage", "output.value": "Refunds"}
    spans = [
        span("agent", "", 1, {"openinference.span.kind": "AGENT"}),
        span("response", "agent", 2, call),
        span("handoff to Refunds", "agent", 4, handover),
    ]
    assert read(tmp_path, spans).tools() == {"transfer_to_refunds": 1}


def test_messages_that_are_pairs_are_told_once(tmp_path: Path) -> None:
    asked = json.dumps({"inputs": {"messages": [["user", "weather?"]]}, "kwargs": {}})
    agent = {"traceloop.span.kind": "workflow", "traceloop.entity.name": "a", "traceloop.entity.input": asked}
    model = {
        "gen_ai.operation.name": "chat",
        "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "weather?"}]}]),
    }
    run = read(tmp_path, [span("a", "", 1, agent), span("m", "a", 2, model)])
    assert [event.payload["data"] for event in run.of("Observation")] == ["weather?"]


def test_ids_in_json_that_nobody_reads_are_not_compared(tmp_path: Path) -> None:
    def told(id: str, text: str) -> Any:
        value = json.dumps({"messages": [{"id": id, "text": text}]})
        attributes = {"openinference.span.kind": "AGENT", "custom.value": value, "long.value": value + " " * 3000}
        return read(tmp_path, [span("agent", "", 1, attributes)]).events[0].payload

    ids = "37d221fd-0a29-4b4b-836a-20b4ac7b5808", "lc_run--01a2294d-73a8-7462-825e-5ec259c01765-0", "call_1oGK863s"
    assert [told(id, "x") for id in ids] == [told(ids[0], "x")] * 3
    assert told(ids[0], "y") != told(ids[0], "x") != told("plain", "x")
