from __future__ import annotations

import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.importers.formats.traces.otel.meaning import role_of
from replay_gui.core.importers.formats.traces.otel.spans import spans_in
from tests.helpers.foreign import Read, read_all, real_files, written
from tests.helpers.shared_data import each_real_file

S = 1_000_000_000


def attribute(key: str, value: Any) -> dict[str, Any]:
    kind = {str: "stringValue", bool: "boolValue", int: "intValue", float: "doubleValue"}[type(value)]
    return {"key": key, "value": {kind: str(value) if kind == "intValue" else value}}


def span(id: str, parent: str, name: str, start: int, end: int, **more: Any) -> dict[str, Any]:
    attributes = [attribute(key.replace("__", "."), value) for key, value in more.pop("of", {}).items()]
    times = {"startTimeUnixNano": str(start * S), "endTimeUnixNano": str(end * S)}
    return {
        "traceId": "t",
        "spanId": id,
        "parentSpanId": parent,
        "name": name,
        "attributes": attributes,
        **times,
        **more,
    }


def otlp(*spans: dict[str, Any]) -> dict[str, Any]:
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": list(spans)}]}]}


MESSAGES = json.dumps([{"role": "system", "content": "Be."}, {"role": "user", "content": "Hi"}])
AGENT = span("a", "", "run", 1, 9, of={"gen_ai__operation__name": "invoke_agent", "gen_ai__agent__name": "helm"})
MODEL = span(
    "m",
    "a",
    "chat",
    2,
    4,
    of={
        "gen_ai__operation__name": "chat",
        "gen_ai__input__messages": MESSAGES,
        "gen_ai__output": "Let me look.",
        "gen_ai__response__model": "gpt",
        "gen_ai__usage__input_tokens": 7,
        "gen_ai__usage__output_tokens": 2,
        "gen_ai__usage__input_cost": 0.5,
    },
)
TOOL = span(
    "x",
    "a",
    "execute_tool look",
    5,
    6,
    of={
        "gen_ai__operation__name": "execute_tool",
        "gen_ai__tool__name": "look",
        "gen_ai__tool__call__id": "c1",
        "gen_ai__tool__args": '"{\\"at\\": 1}"',
        "gen_ai__output": '{"seen": true}',
    },
)
HTTP = span("h", "m", "POST", 3, 3, of={"http__method": "POST"})


def read(folder: Path, *spans: dict[str, Any]) -> Read:
    (one,) = read_all(written(folder, otlp(*spans)))
    assert one.format == "otel"
    return one


def test_a_trace_is_told_asked_and_answered_in_order_of_time(tmp_path: Path) -> None:
    one = read(tmp_path, TOOL, HTTP, MODEL, AGENT)
    plumbing = "x:bookkeeping/otel/plumbing"
    assert one.kinds == [
        "AgentInit",
        "Observation",
        "Observation",
        plumbing,
        "StateTransition",
        "Decision",
        "ToolRequest",
        "ToolResponse",
    ]
    init, _, _, _, _, decision, request, response = one.events
    assert (init.payload["agent_type"], init.meta["time"]) == ("helm", 1 * S)
    assert (decision.payload["data"], decision.meta["time"], decision.meta["duration"]) == (
        "Let me look.",
        4 * S,
        2 * S,
    )
    assert (decision.meta["tokens"], decision.meta["cost"], decision.meta["model"]) == (
        {"input": 7, "output": 2},
        0.5,
        "gpt",
    )
    assert (request.payload["input"], request.meta["parent"], request.meta["tool_call_id"]) == ({"at": 1}, 5, "c1")
    assert (response.payload["output"], response.meta["duration"]) == ({"seen": True}, 1 * S)
    assert one.run.notes.sentences() == ()


def test_what_the_model_was_told_before_is_not_told_again(tmp_path: Path) -> None:
    again = {**MODEL, "spanId": "m2", "startTimeUnixNano": str(7 * S), "endTimeUnixNano": str(8 * S)}
    assert len(read(tmp_path, AGENT, MODEL, again).of("Observation")) == 2


def test_of_spans_around_one_model_call_the_innermost_counts(tmp_path: Path) -> None:
    outer = span("o", "a", "call_llm", 2, 5, of={"gen_ai__operation__name": "call_llm", "gen_ai__output": "outer"})
    one = read(tmp_path, AGENT, outer, {**MODEL, "parentSpanId": "o"})
    assert [event.payload["data"] for event in one.of("Decision")] == ["Let me look."]


def test_a_failed_tool_is_an_error(tmp_path: Path) -> None:
    one = read(tmp_path, AGENT, {**TOOL, "status": {"code": 2, "message": "gone"}})
    assert (one.of("ToolResponse")[0].payload["error"], one.of("Error")[0].payload["message"]) == ("gone", "gone")
    thrown = {"name": "exception", "attributes": [attribute("exception.message", "boom")]}
    one = read(tmp_path, AGENT, {**TOOL, "events": [thrown]})
    assert one.of("ToolResponse")[0].payload["success"] is False


def test_a_guardrail_that_trips_denies_and_a_retriever_remembers(tmp_path: Path) -> None:
    rail = span(
        "g", "a", "rail", 2, 3, of={"openinference__span__kind": "GUARDRAIL"}, status={"code": 2, "message": "no"}
    )
    memory = span("r", "a", "docs", 4, 5, of={"openinference__span__kind": "RETRIEVER", "output__value": "[1]"})
    one = read(tmp_path, AGENT, rail, memory)
    assert (one.of("CapabilityDenied")[0].payload["reason"], one.of("MemoryRead")[0].payload["value"]) == ("no", [1])
    assert (
        one.of("MemoryRead")[0].meta["time"] == 5 * S
    )  # what it found was there at its end, and its bar leads up to it


def test_every_trace_is_a_run_the_one_with_the_agent_first(tmp_path: Path) -> None:
    runs = read_all(written(tmp_path, otlp({**HTTP, "traceId": "z"}, AGENT, MODEL)))
    assert [one.run.run_id for one in runs] == ["t", "z"]


@pytest.mark.parametrize("wrap", [otlp, lambda *spans: {"batches": otlp(*spans)["resourceSpans"]}])
def test_wrappers_hold_the_same_spans(wrap: Any) -> None:
    (one,) = spans_in(wrap(MODEL))
    assert (one.id, one.parent, one.start, role_of(one)) == ("m", "a", 2 * S, "model")


def test_ids_in_base64_are_the_same_ids() -> None:
    coded = base64.b64encode(bytes(range(16))).decode()
    (one,) = spans_in(otlp({**MODEL, "traceId": coded}))
    assert one.trace == bytes(range(16)).hex()


def test_a_span_or_an_object_a_line(tmp_path: Path) -> None:
    path = tmp_path / "spans.jsonl"
    path.write_text("\n".join([json.dumps(otlp(AGENT)), json.dumps(MODEL), "garbage", json.dumps(TOOL)]))
    (one,) = read_all(path)
    assert len(one.events) == 7
    assert one.run.notes["lines that hold no span, left out"] == 1


@each_real_file(real_files("otel"))
def test_real_traces_lose_nothing(path: Path) -> None:
    """Counted from the source: a call a tool's span, a Decision a model's span that has none inside it."""
    (one,) = read_all(path)
    found = {one.id: one for one in spans_in(json.loads(path.read_text()))}.values()  # some stand there twice
    roles = {one.id: role_of(one) for one in found}
    above = {one.id: one.parent for one in found}
    outer = set()
    for id in (id for id, role in roles.items() if role == "model"):
        while (id := above.get(id) or "") in above:
            outer.add(id)
    names = [
        one.attributes.get("gen_ai.tool.name") or one.attributes["tool.name"]
        for one in found
        if roles[one.id] == "tool"
    ]
    assert one.tools() == Counter(names)
    assert len(one.of("ToolResponse")) == len(names)
    assert len(one.of("Decision")) == sum(role == "model" and id not in outer for id, role in roles.items())


def test_events_of_agents_within_the_agent_name_them(tmp_path: Path) -> None:
    def agent(id: str, parent: str, name: str, start: int, end: int) -> dict[str, Any]:
        of = {"gen_ai__operation__name": "invoke_agent", "gen_ai__agent__name": name}
        return span(id, parent, f"invoke_agent {name}", start, end, of=of)

    one = read(
        tmp_path,
        AGENT,
        agent("b", "a", "scout", 2, 5),
        {**TOOL, "parentSpanId": "b"},
        agent("c", "a", "scout", 6, 8),
        agent("d", "c", "deep", 6, 8),
        agent("e", "d", "deep", 6, 8),
        {**MODEL, "parentSpanId": "e", "startTimeUnixNano": str(7 * S), "endTimeUnixNano": str(8 * S)},
    )
    facts = {(event.kind, *event.meta.get("subagent", ())) for event in one.events if not event.kind.startswith("x:")}
    assert facts == {
        ("AgentInit",),
        ("ToolRequest", "scout"),
        ("ToolResponse", "scout"),
        ("Observation", "scout 2", "deep"),
        ("StateTransition", "scout 2", "deep"),
        ("Decision", "scout 2", "deep"),
    }


def test_a_tool_that_says_in_an_attribute_that_it_failed(tmp_path: Path) -> None:
    facts = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "get",
        "gen_ai.tool.status": "error",
        "input": '{"url": "x"}',
        "output": "no net\nmore",
    }
    spans = [{"key": name, "value": {"stringValue": value}} for name, value in facts.items()]
    span = {"traceId": "t", "spanId": "s", "name": "execute_tool get", "startTimeUnixNano": "1", "attributes": spans}
    (found,) = read_all(written(tmp_path, {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}))
    assert [event.payload["error"] for event in found.of("ToolResponse")] == ["no net"]
    assert [event.payload["input"] for event in found.of("ToolRequest")] == [{"url": "x"}]


def test_what_mlflow_expected_is_no_verdict(tmp_path: Path) -> None:
    span = {"name": "a", "context": {"span_id": "1", "trace_id": "2"}, "start_time": 1, "end_time": 2, "attributes": {}}
    source = {"source_type": "HUMAN"}
    assessments = [
        {"assessment_name": "right", "expectation": {"value": True}},
        {"assessment_name": "kind", "feedback": {"value": "no"}, "rationale": "rude", "source": source},
    ]
    trace = {"info": {"trace_id": "tr", "assessments": assessments}, "data": {"spans": [span]}}
    (found,) = read_all(written(tmp_path, trace))
    assert found.format == "mlflow"
    assert [event.payload["data"] for event in found.of("x:expected")] == [{"right": True}]
    (graded,) = found.of("x:outcome")
    assert (graded.payload["passed"], graded.payload["by"]) == (False, "kind")
    assert graded.payload["parts"] == {"why": "rude", "source": source}


def test_a_step_that_failed_is_told_of_when_it_ended(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        span("1", "", "run", 0, 9, of={"gen_ai__operation__name": "invoke_agent"}),
        span("2", "1", "GET", 1, 6, status={"code": 2}),
        span("3", "1", "ls", 2, 4, of={"gen_ai__operation__name": "execute_tool"}),
    )
    kinds = [event.kind for event in found.events]
    assert kinds.index("ToolResponse") < kinds.index("Error")
    times = [event.meta["time"] for event in found.events if "time" in event.meta]
    assert times == sorted(times)
