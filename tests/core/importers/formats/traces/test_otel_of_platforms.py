"""Traces as platforms keep them: CloudWatch with AgentCore, prompt flow, Braintrust's SDK, Langfuse, HAL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.helpers.foreign import Read, read_all, written
from tests.helpers.paths import DATA

TRACE, ARGUMENTS = "6a01eef11066751d68f90def0da1f80a", {"from": "SEA", "to": "NYC"}
QUESTION, ANSWER = "Which flights are there?", "One flight: AS1."
TOLD = [("user", QUESTION), ("assistant", "Let me look."), ("assistant", ANSWER)]
HUMAN = {"lc": 1, "type": "constructor", "id": ["HumanMessage"], "kwargs": {"content": QUESTION, "type": "human"}}
AI = {"lc": 1, "type": "constructor", "id": ["AIMessage"], "kwargs": {"content": ANSWER, "type": "ai"}}


def span(number: int, name: str, **attributes: Any) -> dict[str, Any]:
    about = {name.replace("__", "."): value for name, value in attributes.items()}
    start = 10**18 + number * 10**9
    times = {"startTimeUnixNano": start, "endTimeUnixNano": start + 10**10 // number**4}
    above = {"parentSpanId": f"{1:016x}"} if number > 1 else {}
    return {"traceId": TRACE, "spanId": f"{number:016x}", **above, "name": name, "attributes": about, **times}


def record(number: int, **sides: list[dict[str, Any]]) -> dict[str, Any]:
    body = {side: {"messages": messages} for side, messages in sides.items()}
    return {"traceId": TRACE, "spanId": f"{number:016x}", "timeUnixNano": 1, "body": body, "attributes": {}}


def said(run: Read) -> list[tuple[str, Any]]:
    return [(event.payload.get("source", "assistant"), event.payload["data"]) for event in run.of("Observation")] + [
        ("assistant", event.payload["data"]) for event in run.of("Decision")
    ]


def assert_flights(run: Read) -> None:
    assert (run.format, said(run), run.tools()) == ("otel", TOLD, {"search": 1})
    (request,), (response,) = run.of("ToolRequest"), run.of("ToolResponse")
    assert (request.payload["input"], response.payload["output"]) == (ARGUMENTS, {"flights": ["AS1"]})
    assert not run.of("x:otel/output")


def test_messages_in_log_records_of_cloudwatch(tmp_path: Path) -> None:
    usage = {"gen_ai__usage__input_tokens": 10, "gen_ai__usage__output_tokens": 2}
    spans = [
        span(1, "travel.workflow", traceloop__span__kind="workflow", gen_ai__agent__name="travel"),
        span(2, "chat m", gen_ai__operation__name="chat", **usage),
        span(3, "execute_tool search", gen_ai__operation__name="execute_tool", gen_ai__tool__name="search"),
        span(4, "chat m", gen_ai__operation__name="chat", **usage),
    ]
    call = {"type": "tool_use", "id": "t1", "name": "search", "input": ARGUMENTS}
    parts = [{"type": "text", "text": "Let me look."}, call]
    asked, answered = {"role": "user", "content": QUESTION}, {"role": "assistant", "content": ANSWER}
    wrapped = {"role": "assistant", "content": {"message": json.dumps([{"text": ANSWER}]), "finish_reason": "end_turn"}}
    state = {"content": json.dumps({"outputs": {"messages": [HUMAN, AI]}, "kwargs": {"tags": []}})}
    records = [
        record(2, input=[asked], output=[{"role": "assistant", "content": json.dumps(parts)}]),
        record(3, input=[{"content": json.dumps(ARGUMENTS)}], output=[{"content": '{"flights": ["AS1"]}'}]),
        record(4, input=[{**asked, "content": {"content": json.dumps([{"text": QUESTION}])}}], output=[answered]),
        record(1, input=[{"content": json.dumps({"inputs": {"messages": [asked]}, "kwargs": {}})}], output=[state]),
    ]
    joined = [{**one, "span_events": [two]} for one, two in zip([*spans[1:], spans[0]], records, strict=True)]
    logged = {"events": [{"timestamp": 1, "message": json.dumps(one)} for one in (*spans, *records)]}
    for document in ([*spans, *records], {"evaluationInput": {"sessionSpans": joined}}, logged):
        (run,) = read_all(written(tmp_path, document))
        assert_flights(run)
        assert run.run.agent == "travel"
        assert [event.meta.get("tokens") for event in run.of("Decision")] == [{"input": 10, "output": 2}] * 2
    records[2] = record(4, input=[asked], output=[wrapped])
    (run,) = read_all(written(tmp_path, [*spans, *records]))
    assert (said(run)[-1][1], run.of("x:end")[0].payload["how"]) == (ANSWER, "answered")


def test_wrappers_of_langgraph_and_llamaindex_in_attributes(tmp_path: Path) -> None:
    tool = {"lc": 1, "type": "constructor", "id": ["ToolMessage"]}
    tool["kwargs"] = {"content": '{"flights": ["AS1"]}', "type": "tool", "name": "search", "status": "success"}
    agent = {"gen_ai__operation__name": "invoke_agent", "gen_ai__agent__name": "travel"}
    spans = [
        span(
            1,
            "LangGraph.workflow",
            gen_ai__task__input=json.dumps(
                {"inputs": {"messages": [{"role": "user", "content": QUESTION}]}, "tags": []}
            ),
            gen_ai__task__output=json.dumps({"outputs": {"messages": [HUMAN, AI]}, "kwargs": {}}),
            **agent,
        ),
        span(
            2,
            "execute_tool search",
            gen_ai__tool__name="search",
            gen_ai__tool__call__arguments=json.dumps({"input_str": "{}", "inputs": ARGUMENTS, "metadata": {}}),
            gen_ai__tool__call__result=json.dumps({"output": tool}),
        ),
        span(
            3,
            "FunctionTool.task",
            traceloop__span__kind="task",
            traceloop__entity__name="FunctionTool.task",
            traceloop__entity__input=json.dumps({"kwargs": ARGUMENTS}),
            traceloop__entity__output=json.dumps(
                {"blocks": [{"block_type": "text", "text": "AS1"}], "tool_name": "seek"}
            ),
        ),
    ]
    (run,) = read_all(written(tmp_path, spans))
    assert (said(run), run.tools()) == ([TOLD[0], TOLD[2]], {"search": 1, "seek": 1})
    assert [event.payload["input"] for event in run.of("ToolRequest")] == [ARGUMENTS, ARGUMENTS]
    assert [event.payload["output"] for event in run.of("ToolResponse")] == ['{"flights": ["AS1"]}', "AS1"]


def test_models_of_llamaindex_are_tasks(tmp_path: Path) -> None:
    """In attributes, or moved to a log record."""
    sent = {
        "messages": [{"role": "user", "additional_kwargs": {}, "blocks": [{"block_type": "text", "text": QUESTION}]}]
    }
    call = {"id": "c1", "name": "search", "args": ARGUMENTS}
    said_by_model = {"role": "assistant", "additional_kwargs": {"tool_calls": [call]}, "blocks": []}
    answer = {"message": said_by_model, "raw": None, "delta": None, "logprobs": None, "additional_kwargs": {}}
    task = {"traceloop__span__kind": "task", "traceloop__entity__name": "OpenAI.task"}
    texts = {"traceloop__entity__input": json.dumps(sent), "traceloop__entity__output": json.dumps(answer)}
    whole = [
        span(1, "FunctionAgent.workflow", traceloop__span__kind="workflow"),
        span(2, "OpenAI.task", **task, **texts),
    ]
    moved = [whole[0], span(2, "OpenAI.task", **task)]
    moved.append(
        record(2, input=[{"content": sent, "role": "user"}], output=[{"content": answer, "role": "assistant"}])
    )
    for document in (whole, moved):
        (run,) = read_all(written(tmp_path, document))
        assert [event.payload["data"] for event in run.of("Observation")] == [QUESTION]
        assert (len(run.of("Decision")), run.tools()) == (1, {"search": 1})


def test_spans_of_prompt_flow_and_of_no_agent(tmp_path: Path) -> None:
    def dumped(number: int, kind: str, events: list[Any], **attributes: Any) -> dict[str, Any]:
        about = {"framework": "promptflow", "span_type": kind, **attributes}
        context = {"trace_id": f"0x{TRACE}", "span_id": f"0x{number:016x}"}
        above = f"0x{number - 1:016x}" if number > 1 else None
        times = {"start_time": f"2024-04-30T20:40:0{number}Z", "end_time": f"2024-04-30T20:40:0{number}.5Z"}
        return {"name": kind, "context": context, "parent_id": above, "attributes": about, "events": events, **times}

    sent = json.dumps({"messages": [{"role": "user", "content": QUESTION}], "model": "m"}, indent=2)
    choice = {"finish_reason": "stop", "index": 0, "message": {"role": "assistant", "content": ANSWER}}
    members = {
        "promptflow.function.inputs": sent,
        "promptflow.llm.generated_message": json.dumps(choice["message"]),
        "promptflow.function.output": json.dumps({"id": "c1", "choices": [choice]}),
    }
    events = [{"name": name, "attributes": {"payload": value}} for name, value in members.items()]
    used = {"llm.usage.prompt_tokens": 450, "llm.usage.completion_tokens": 17, "llm.usage.total_tokens": 467}
    spans = [
        dumped(1, "Flow", [], inputs='{"question": "x"}', output="done"),
        dumped(2, "LLM", events, **used, **{"__computed__.cumulative_token_count.total": 467}),
    ]
    path = tmp_path / "spans.json"
    path.write_text("\n".join(json.dumps(one, indent=4) for one in spans))
    (run,) = read_all(path)
    assert (run.format, said(run)) == ("otel", [("user", {"question": "x"}), TOLD[0], ("assistant", "done"), TOLD[2]])
    (answer,) = (event for event in run.of("Decision") if event.payload["data"] == ANSWER)
    assert answer.meta["tokens"] == {"input": 450, "output": 17}
    assert not {"llm.generated_message", "span_type"} & answer.payload["fields"].keys()
    plain = [{**one, "attributes": {"http.method": "GET"}} for one in spans]
    nodes = [
        {
            "trace_id": TRACE,
            "span_id": f"{4:016x}",
            "name": "search",
            "kind": "TOOL",
            "start_time": "2026-01-01T00:00:01Z",
        },
        {"trace_id": TRACE, "span_id": f"{5:016x}", "name": "m", "kind": "LLM", "start_time": "2026-01-01T00:00:00Z"},
    ]
    (others,), (bare,) = read_all(written(tmp_path, plain)), read_all(written(tmp_path, nodes))
    assert (others.format, bare.format, bare.tools()) == ("otel", "otel", {"search": 1})


def test_rows_of_braintrust_that_are_merged(tmp_path: Path) -> None:
    def row(span: str, above: str | None, merge: bool | None = True, **more: Any) -> dict[str, Any]:
        parents = {} if above is None else {"span_parents": [above]}
        members = {} if merge is None else {"_is_merge": merge}
        return {**members, "id": f"row {span}", "span_id": span, "root_span_id": "s1", **parents, **more}

    call = {"type": "tool-call", "toolCallId": "c1", "toolName": "search", "input": ARGUMENTS}
    prompt = {"prompt": QUESTION, "system": "Be brief.", "temperature": 0}
    sent = [{"role": "user", "content": [{"type": "text", "text": QUESTION}]}]
    about = {"name": "generateText", "type": "llm"}
    records = [
        row("s1", None, False, span_attributes={"name": "travel", "type": "task"}, metrics={"start": 1.0}),
        row("s2", "s1", None, span_attributes=about, input=prompt, metrics={"start": 2.0}),
        row("s3", "s2", False, span_attributes={**about, "name": "doGenerate"}, input={"prompt": sent, "seed": 3}),
        row("s3", "s2", metrics={"start": 2.1, "prompt_tokens": 100}),
        row(
            "s3",
            "s2",
            metrics={"completion_tokens": 16, "end": 3.0},
            output={"finishReason": "stop", "content": [call]},
        ),
        row(
            "s4", "s2", False, span_attributes={"name": "search", "type": "tool"}, input=ARGUMENTS, metrics={"start": 4}
        ),
        row("s4", "s2", error="Error: no net\n    at a.mjs", metrics={"end": 5}),
        row("s2", "s1", output={"finishReason": "stop", "text": ANSWER, "toolCalls": []}, metrics={"end": 6}),
        row("s1", None, metrics={"end": 7}),
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in records))
    (run,) = read_all(path)
    assert (run.format, run.run.agent, run.tools()) == ("braintrust", "travel", {"search": 1})
    (answer,) = run.of("Decision")
    assert answer.meta["tokens"] == {"input": 100, "output": 16}
    assert answer.payload["fields"]["request"] == {"seed": 3}
    assert [event.payload["data"] for event in run.of("Observation")] == [QUESTION]
    assert run.of("ToolResponse")[0].payload["error"] == "Error: no net"


def test_messages_of_an_agent_in_langfuse_are_told_once(tmp_path: Path) -> None:
    asked, answered = {"role": "user", "content": QUESTION}, {"role": "assistant", "content": ANSWER}
    common = {"traceId": "t", "startTime": "2026-01-01T00:00:00Z", "endTime": "2026-01-01T00:00:01Z"}
    model = {"id": "m", "type": "GENERATION", "name": "chat", "parentObservationId": "a", "input": [asked]}
    for given, output in (([asked], [answered]), ({"messages": [asked]}, {"messages": [asked, answered]})):
        agent = {"id": "a", "type": "AGENT", "name": "invoke_agent Travel", "input": given, "output": output}
        observations = [common | agent, common | model | {"output": answered}]
        (run,) = read_all(written(tmp_path, {"trace": {"id": "t"}, "observations": observations}))
        assert (run.run.agent, said(run)) == ("Travel", [TOLD[0], TOLD[2]])
        (kept,) = run.of("x:bookkeeping/langfuse/output")
        assert kept.payload["data"] == output
        (alone,) = read_all(written(tmp_path, {"trace": {"id": "t"}, "observations": observations[:1]}))
        assert said(alone) == [TOLD[0], TOLD[2]]


def test_each_task_of_hal_is_a_run() -> None:
    first, second = read_all(DATA / "seeds" / "hal" / "0.json")
    assert [(run.format, run.run.name) for run in (first, second)] == [("hal", "a"), ("hal", "b")]
    assert said(first) == [("user", "Do a."), ("assistant", "2 is done."), ("assistant", "1 is done.")]
    assert [event.meta["tokens"] for event in first.of("Decision")] == [{"input": 10, "output": 2}] * 2
    assert (first.outcomes(), second.outcomes()) == ([(True, None, "HAL")], [(False, None, "HAL")])
    assert second.of("x:outcome")[0].payload["parts"] == {"score": False, "explanation": "wrong"}
    assert first.of("x:bookkeeping/hal/trace")[0].payload["data"]["config"]["benchmark_name"] == "gaia"
