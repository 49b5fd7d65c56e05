from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import read_all, real_files, written
from tests.helpers.paths import DATA
from tests.helpers.shared_data import each_real_file


def observation(id: str, kind: str, name: str, second: int, **more: Any) -> dict[str, Any]:
    at = "2025-01-01T00:00:{:02}Z"
    times = {"startTime": at.format(second), "endTime": at.format(second + 1)}
    return {"id": id, "traceId": "t", "parentObservationId": "root", "type": kind, "name": name, **times, **more}


def test_a_trace_in_any_order_with_json_in_strings(tmp_path: Path) -> None:
    root = {**observation("root", "SPAN", "Chat", 0), "parentObservationId": None}
    tool = observation("x", "TOOL", "running tool: look", 3, input='"{\\"at\\": 1}"', output="seen")
    model = observation(
        "m",
        "GENERATION",
        "turn",
        1,
        input='{"role": "user", "content": "Hi"}',
        output='{"role": "assistant", "content": [{"type": "text", "text": "Hm."}]}',
        model="claude",
        usageDetails={"input": 3, "output": 1, "total": 4},
        totalCost=0.25,
    )
    wrong = observation("w", "EVENT", "oops", 5, level="ERROR", statusMessage="boom")
    trace = {"trace": {"id": "t", "name": "Chat", "timestamp": "2025-01-01T00:00:00Z"}}
    (one,) = read_all(written(tmp_path, {**trace, "observations": [wrong, tool, model, root, 5]}))
    assert one.format == "langfuse"
    assert one.kinds == [
        "AgentInit", "Observation", "StateTransition", "Decision", "ToolRequest", "ToolResponse",
        "x:langfuse/step", "Error", "x:bookkeeping/langfuse/trace",
    ]  # fmt: skip
    assert one.events[0].payload["agent_type"] == "Chat"
    decision, request = one.events[3:5]
    assert (decision.payload["data"], decision.meta["cost"]) == ("Hm.", 0.25)
    assert decision.meta["tokens"] == {"input": 3, "output": 1}
    assert (request.payload["tool_name"], request.payload["input"], request.meta["parent"]) == ("look", {"at": 1}, 3)
    assert one.events[-2].payload["message"] == "boom"
    assert one.events[-1].payload["data"] == {"name": "Chat", "unreadable": [5]}
    assert one.run.notes["observations without an id, left out"] == 1


def test_a_model_that_ended_late_asked_before_its_tool(tmp_path: Path) -> None:
    call = {"type": "tool_use", "id": "c", "name": "look", "input": {"at": 1}}
    model = observation("m", "GENERATION", "turn", 1, input="Hi", output={"role": "assistant", "content": [call]})
    tool = observation("x", "TOOL", "look", 2, input={"input": {"at": 1}}, output="seen")
    late = {**model, "endTime": "2025-01-01T00:00:09Z"}
    (one,) = read_all(written(tmp_path, {"trace": {"id": "t"}, "observations": [late, tool]}))
    assert [kind for kind in one.kinds if kind in ("Decision", "ToolRequest", "ToolResponse")] == [
        *("Decision", "ToolRequest", "ToolResponse"),
    ]


def _is_tool(observation: dict[str, Any]) -> bool:
    """Whether it is of the type TOOL, or its output is a message of the tool that it is named after."""
    output = observation.get("output")
    output = json.loads(output) if isinstance(output, str) and output.startswith("{") else output
    said = output if isinstance(output, dict) else {}
    return observation["type"] == "TOOL" or (said.get("type") == "tool" and said.get("name") == observation["name"])


@each_real_file(real_files("langfuse"))
def test_real_traces_lose_nothing(path: Path) -> None:
    """Counted from the source: a call a tool, a Decision a GENERATION, an event all others but the root."""
    (one,) = read_all(path)
    found = json.loads(path.read_text())["observations"]
    types = Counter("TOOL" if _is_tool(one) else one["type"] for one in found)
    with_spans = [event for event in one.of("ToolRequest") if "span" in event.meta]
    assert len(with_spans) == len(one.of("ToolResponse")) == types["TOOL"]
    assert len(one.of("Decision")) == types["GENERATION"]
    others = sum(kind.startswith("x:langfuse/") and kind != "x:langfuse/output" for kind in one.kinds)
    assert others == len(found) - types["TOOL"] - types["GENERATION"] - 1
    costs = [event.meta["cost"] for event in one.events if "cost" in event.meta]
    of_models = [one.get("totalCost") or 0 for one in found if one["type"] == "GENERATION"]  # an agent's repeats these
    assert sum(costs) == pytest.approx(sum(of_models))


def test_a_span_that_returns_the_message_of_its_tool_is_a_call(tmp_path: Path) -> None:
    spans = [
        {"id": "r", "traceId": "t", "type": "SPAN", "name": "graph", "startTime": "2025-01-01T00:00:00Z"},
        {
            "id": "s",
            "traceId": "t",
            "parentObservationId": "r",
            "type": "SPAN",
            "name": "Web-Search",
            "startTime": "2025-01-01T00:00:01Z",
            "input": {"query": "example"},
            "output": {"content": "found", "type": "tool", "name": "Web-Search", "tool_call_id": "c"},
        },
    ]
    (found,) = read_all(written(tmp_path, {"trace": {"id": "t"}, "observations": spans}))
    assert found.of("ToolRequest")[0].payload["input"] == {"query": "example"}
    assert found.of("ToolResponse")[0].payload["tool_name"] == "Web-Search"


def test_traces_that_hold_their_observations() -> None:
    first, second = read_all(DATA / "seeds" / "langfuse" / "1.json")
    assert (first.run.run_id, first.run.agent, second.run.run_id) == ("tr1", "research", "tr2")
    assert first.kinds == [
        "AgentInit", "Observation", "StateTransition", "Decision", "ToolRequest", "ToolResponse", "Error",
        "Decision", "x:bookkeeping/langfuse/trace", "x:end", "x:outcome",
    ]  # fmt: skip
    assert first.tools() == {"search": 1}
    assert [event.payload["error"] for event in first.of("ToolResponse")] == ["timed out after 1 s"]
    tokens = [event.meta["tokens"] for event in first.of("Decision")]
    assert tokens == [{"input": 80, "output": 12}, {"input": 100, "output": 10}]
    assert [event.payload["passed"] for event in first.of("x:outcome")] == [True]


def test_traces_beside_their_observations_and_the_forms_of_providers() -> None:
    found, empty = read_all(DATA / "seeds" / "langfuse" / "4.json")
    assert (found.run.run_id, empty.run.run_id, len(found.outcomes())) == ("tr3", "tr4", 1)
    messages = [(event.payload["source"], event.payload["data"]) for event in found.of("Observation")]
    assert messages == [("user", "Find x"), ("system", "Be brief."), ("user", "Say it")]  # no definition of a tool
    assert (found.decisions(), found.tools()) == ([(None, None), (None, "It is 4.")], {"lookup": 1})
    first, second = found.of("Decision")
    assert first.payload["fields"]["request"] == {"model": "gemini-2.5-flash", "config": {"temperature": 0.5}}
    assert [tool["function"]["name"] for tool in second.payload["fields"]["tools"]] == ["lookup"]
    tokens = [event.meta["tokens"] for event in (first, second)]
    assert (tokens, first.meta["cost"]) == ([{"input": 30, "output": 4}, {"input": 40, "output": 5}], 0.5)


@pytest.mark.parametrize("form", ["page", "lines", "alone"])
def test_traces_of_the_interface(tmp_path: Path, form: str) -> None:
    traces = json.loads((DATA / "seeds" / "langfuse" / "1.json").read_bytes())
    path = tmp_path / "file.jsonl"
    match form:
        case "page":
            path.write_text(json.dumps({"data": traces, "meta": {"page": 1}}))
        case "lines":
            path.write_text("\n".join(map(json.dumps, traces)))
        case _:
            path.write_text(json.dumps(traces[0], indent=1))
    runs = [run.run.run_id for run in read_all(path)]
    assert runs == (["tr1"] if form == "alone" else ["tr1", "tr2"])


def test_observations_without_their_trace(tmp_path: Path) -> None:
    root = {**observation("root", "SPAN", "Chat", 0), "parentObservationId": None}
    model = observation("m", "GENERATION", "turn", 1, input="Hi", output="Hm.", usageDetails={"input": 3, "output": 1})
    other = {**root, "id": "r2", "traceId": "u", "name": "Other"}
    odd = {**model, "traceId": "u", "id": ["x"], "parentObservationId": ["y"]}
    page = {"data": [model, root, other, odd, {"no": "observation"}], "meta": {"page": 1}}
    first, second = read_all(written(tmp_path, page))
    assert [(run.format, run.run.run_id, run.run.name) for run in (first, second)] == [
        ("langfuse", "t", "Chat"),
        ("langfuse", "u", "Other"),
    ]
    (answer,) = first.of("Decision")
    assert (answer.payload["data"], answer.meta["tokens"]) == ("Hm.", {"input": 3, "output": 1})
    assert first.run.notes["records that are no observations, left out"] == 1


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"input": 3, "output": 1, "total": 4}, {"input": 3, "output": 1}),
        (  # as its LangChain handler counts
            {"input": 2, "input_cache_read": 8, "output": 1, "output_reasoning": 4, "total": 15},
            {"input": 10, "cached": 8, "output": 5, "reasoning": 4},
        ),
        (  # Anthropic's
            {"input": 2, "cache_read_input_tokens": 8, "cache_creation_input_tokens": 3, "output": 1},
            {"input": 13, "cached": 8, "output": 1},
        ),
        (  # as OpenTelemetry's details come in
            {"input": 10, "prompt_details.cache_read": 8, "output": 5, "completion_details.reasoning": 4, "total": 15},
            {"input": 10, "cached": 8, "output": 5, "reasoning": 4},
        ),
        (
            {"input": 10, "input_cached_tokens": 8, "output": 5, "output_reasoning_tokens": 4, "total": 15},
            {"input": 10, "cached": 8, "output": 5, "reasoning": 4},
        ),
    ],
)
def test_parts_of_counts_of_tokens(tmp_path: Path, usage: dict[str, int], tokens: dict[str, int]) -> None:
    model = observation("m", "GENERATION", "turn", 1, input="Hi", output="Hm.", usageDetails=usage)
    (run,) = read_all(written(tmp_path, {"data": [model]}))
    assert run.of("Decision")[0].meta["tokens"] == tokens


def test_calls_by_their_attributes_and_what_a_model_of_google_was_sent(tmp_path: Path) -> None:
    call = [{"id": "c1", "type": "function", "function": {"name": "Hello", "arguments": '{"name": "Bob"}'}}]
    koog = [{"role": "assistant", "content": json.dumps(call), "finish_reason": "tool_calls"}]
    attributes = {"gen_ai.tool.name": "Hello", "gen_ai.tool.call.id": "c1"}
    sent = {"contents": [{"role": "user", "parts": [{"text": "Greet Bob."}]}]}
    answer = {"candidates": [{"content": {"role": "model", "parts": [{"text": "Done."}]}, "index": 0}]}
    messages = [
        observation("m", "GENERATION", "llm.chat", 1, output=json.dumps(koog)),
        observation("h", "SPAN", "tool.Hello", 3, output="Hi", metadata=json.dumps({"attributes": attributes})),
        observation("g", "GENERATION", "generate_content", 5, input=json.dumps(sent), output=json.dumps(answer)),
    ]
    whole = {"input": json.dumps(json.dumps(sent)), "output": json.dumps(json.dumps(answer))}
    trace = {"id": "t", "name": "chat", "timestamp": "2025-01-01T00:00:00Z", **whole}
    (one,) = read_all(written(tmp_path, {"trace": trace, "observations": messages}))
    assert (one.tools(), one.of("ToolResponse")[0].payload["output"]) == ({"Hello": 1}, "Hi")
    assert one.decisions() == [(None, None), (None, "Done.")]
    assert [event.payload["data"] for event in one.of("Observation")] == ["Greet Bob."]
    assert not one.of("x:langfuse/output")


def test_a_trace_with_the_names_of_the_python_client(tmp_path: Path) -> None:
    at = "2026-05-04T10:00:0{}Z".format
    record = {"trace_id": "t", "level": "DEFAULT", "start_time": at(1), "end_time": at(2)}
    model = {**record, "id": "m", "type": "generation", "name": "chat", "input": "q", "output": "a"}
    tool = {**record, "id": "x", "type": "TOOL", "name": "find", "parent_observation_id": "m", "level": "ERROR"}
    used = {"usage_details": {"input": 3, "output": 1}, "total_cost": 0.5}
    score = {"id": "s", "trace_id": "t", "name": "good", "value": 1.0, "data_type": "BOOLEAN"}
    trace = {"id": "t", "name": "run", "timestamp": at(1), "user_id": "u", "scores": [score]}
    (found,) = read_all(
        written(tmp_path, {**trace, "observations": [{**model, **used}, {**tool, "status_message": "no"}]})
    )
    assert (found.format, found.decisions(), found.tools()) == ("langfuse", [(None, "a")], {"find": 1})
    assert (found.tokens(), found.of("Decision")[0].meta["cost"]) == ({"input": 3, "output": 1}, 0.5)
    assert [event.payload["error"] for event in found.of("ToolResponse")] == ["no"]
    assert found.outcomes() == [(True, 1.0, "good")]


SAID = {"role": "assistant", "content": "It is 4."}
CALLS = {"role": "assistant", "content": "", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]}


def end_of(folder: Path, *told: dict[str, Any], **root: Any) -> tuple[str, str | None] | None:
    whole = {**observation("root", "SPAN", "Chat", 0), "parentObservationId": None, "endTime": "2025-01-01T00:00:59Z"}
    (one,) = read_all(written(folder, {"trace": {"id": "t"}, "observations": [{**whole, **root}, *told]}))
    ends = [(event.payload["how"], event.payload["why"]) for event in one.of("x:end")]
    return ends[0] if ends else None


def generation(second: int, output: Any, **more: Any) -> dict[str, Any]:
    return observation(f"m{second}", "GENERATION", "turn", second, input="2+2?", output=output, **more)


def test_a_trace_whose_last_generation_is_an_answer_was_answered(tmp_path: Path) -> None:
    assert end_of(tmp_path, generation(1, CALLS), generation(3, SAID)) == ("answered", None)
    assert end_of(tmp_path, generation(1, "It is 4.")) == ("answered", None)
    assert end_of(tmp_path, generation(1, {"sum": 4})) == ("answered", None)


@pytest.mark.parametrize(
    ("told", "root"),
    [
        ([generation(1, SAID), generation(3, CALLS)], {}),  # what the tool said is not told
        ([generation(1, SAID), observation("x", "TOOL", "f", 3, output="seen")], {}),
        ([generation(1, SAID)], {"endTime": None}),  # it may run on
        ([generation(1, SAID), generation(3, None, endTime=None)], {}),
        ([generation(1, None)], {}),
        ([observation("s", "SPAN", "step", 1)], {}),
    ],
)
def test_what_is_not_known_of_the_end_of_a_trace_is_not_told(
    tmp_path: Path, told: list[dict[str, Any]], root: dict[str, Any]
) -> None:
    assert end_of(tmp_path, *told, **root) is None


def test_an_error_of_the_whole_trace_is_its_end(tmp_path: Path) -> None:
    wrong = {"level": "ERROR", "statusMessage": "ValueError: no key"}
    assert end_of(tmp_path, generation(1, SAID), **wrong) == ("crash", "ValueError: no key")


@pytest.mark.parametrize("reason", ["length", "max_tokens"])
@pytest.mark.parametrize("form", range(4))
def test_why_the_last_answer_ended(tmp_path: Path, reason: str, form: int) -> None:
    more: dict[str, Any] = {}
    output: Any = [
        {**SAID, "finish_reason": reason},
        {**SAID, "response_metadata": {"finish_reason": reason}},
        {"index": 0, "message": SAID, "finish_reason": reason},
        SAID,
    ][form]
    if form == 3:
        more["metadata"] = {"attributes": {"gen_ai.response.finish_reasons": f'["{reason}"]'}}
    assert end_of(tmp_path, generation(1, output, **more)) == ("limit", reason)


@pytest.mark.parametrize(
    ("costs", "cost"),
    [
        ({"costDetails": {"input": 0.1, "output": 0.2, "total": 0.5}}, 0.5),
        ({"costDetails": {"input": 0.25, "output": 0.5}}, 0.75),
        ({"costDetails": {}}, None),
        ({"costDetails": {"total": "0.5"}}, None),
        ({"costDetails": {"total": 0.5}, "totalCost": 0.75}, 0.75),
    ],
)
def test_the_cost_of_an_answer_is_in_its_details(tmp_path: Path, costs: dict[str, Any], cost: float | None) -> None:
    model = observation(
        "m", "GENERATION", "turn", 1, input="Hi", output={"role": "assistant", "content": "Ho"}, **costs
    )
    (one,) = read_all(written(tmp_path, {"trace": {"id": "t"}, "observations": [model]}))
    assert [event.meta.get("cost") for event in one.events if event.kind == "Decision"] == [cost]


def test_an_output_of_nothing_is_no_answer(tmp_path: Path) -> None:
    root = {**observation("root", "AGENT", "agent", 0, input="Hi", output="null"), "parentObservationId": None}
    tool = observation("x", "TOOL", "look", 1, input="null", output="null")
    (one,) = read_all(written(tmp_path, {"trace": {"id": "t", "output": "null"}, "observations": [root, tool]}))
    assert one.decisions() == []
    assert [event.payload["output"] for event in one.events if event.kind == "ToolResponse"] == [None]
    assert [event.payload["input"] for event in one.events if event.kind == "ToolRequest"] == ["null"]
