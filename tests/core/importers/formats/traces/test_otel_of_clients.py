"""Spans as instrumentations of clients and frameworks write them: what is said twice, wrapped, or under another id."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, read_all, written

ASKED = {"role": "user", "parts": [{"type": "text", "content": "Weather in Rome?"}]}


def span(id: str, parent: str | None, begin: int, attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    times = {"start_time": f"2026-05-21T14:00:{begin:02}Z", "end_time": f"2026-05-21T14:00:{begin + 1:02}Z"}
    record = {"name": id, "context": {"trace_id": "t1", "span_id": id}, "parent_id": parent, **times, **more}
    return {
        **record,
        "attributes": {k: v if isinstance(v, str | int) else json.dumps(v) for k, v in attributes.items()},
    }


def chat(id: str, begin: int, **attributes: Any) -> dict[str, Any]:
    dotted = {f"gen_ai.{key.replace('__', '.')}": value for key, value in attributes.items()}
    return span(id, "root", begin, {"gen_ai.operation.name": "chat", **dotted})


def kind(name: str, **attributes: Any) -> dict[str, Any]:
    dotted = {key.replace("__", "."): value for key, value in attributes.items()}
    return {"openinference.span.kind": name, **dotted}


def read(folder: Path, *spans: dict[str, Any]) -> Read:
    (found,) = read_all(written(folder, [span("root", None, 0, {}), *spans]))
    return found


def answered(found: Read) -> list[tuple[Any, Any]]:
    return [(event.payload["output"], event.payload["error"]) for event in found.of("ToolResponse")]


def test_a_call_in_a_part_of_a_message_is_the_one_beside_the_parts(tmp_path: Path) -> None:
    of_message = "llm.output_messages.0.message."
    call = {"id": "c1", "function.name": "weather", "function.arguments": '{"city": "Rome"}'}
    attributes = {
        f"{of_message}role": "assistant",
        f"{of_message}contents.0.message_content.type": "reasoning",
        f"{of_message}contents.0.message_content.text": "Which tool?",
        f"{of_message}contents.1.message_content.type": "tool_use",
        **{f"{of_message}contents.1.tool_call.{key}": value for key, value in call.items()},
        **{f"{of_message}tool_calls.0.tool_call.{key}": value for key, value in call.items()},
    }
    found = read(tmp_path, span("m", "root", 1, kind("LLM", **attributes)))
    assert found.tools() == {"weather": 1}
    assert found.of("ToolRequest")[0].payload["input"] == {"city": "Rome"}
    assert found.decisions() == [("Which tool?", None)]
    assert found.of("Decision")[0].payload["decision_type"] == "thinking"


def test_an_answer_that_a_second_span_tells_without_a_word_is_counted_once(tmp_path: Path) -> None:
    messages = [{"role": "assistant", "parts": [{"type": "text", "content": "Blue."}]}]
    usage = {"usage__input_tokens": 70, "usage__output_tokens": 5, "response__id": "r1"}
    found = read(tmp_path, chat("own", 1, **usage), chat("told", 1, output__messages=messages, **usage))
    assert (found.decisions(), found.tokens()) == ([(None, "Blue.")], {"input": 70, "output": 5})


def test_results_under_the_ids_of_calls_answer_items_of_other_ids(tmp_path: Path) -> None:
    calls = [
        {"type": "tool_call", "id": f"item{n}", "name": "weather", "arguments": {"city": city}}
        for n, city in enumerate(("Rome", "Nowhere"))
    ]
    thought = {"type": "reasoning", "content": '[{"type": "summary_text", "text": "Two cities."}]'}
    listed = [
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": f"call{n}", "response": text}]}
        for n, text in enumerate(("blue", "Error: no such city"))
    ]
    found = read(
        tmp_path,
        chat("m1", 1, input__messages=[ASKED], output__messages=[{"role": "assistant", "parts": [thought, *calls]}]),
        chat("m2", 3, input__messages=[ASKED, *listed], output__messages=[{"role": "assistant", "parts": []}]),
    )
    assert answered(found) == [("blue", None), ("Error: no such city", "Error: no such city")]
    assert found.decisions()[0] == ("Two cities.", None)


def test_what_callbacks_of_langchain_put_around_values_is_told_beside_them(tmp_path: Path) -> None:
    message = {"content": "blue", "type": "tool", "tool_call_id": "c1", "status": "success", "artifact": {"km": 3}}
    given = {"inputs": {"city": "Rome"}, "input_str": "{}", "tags": ["seq"], "kwargs": {"color": "green"}}
    wrapped = {"output": {"lc": 1, "type": "constructor", "id": ["ToolMessage"], "kwargs": message}, "kwargs": {}}
    failed = {"status_code": "ERROR", "description": "ValueError('no')Traceback (most recent call last):\n  File"}
    update = {"messages": [{"type": "ai", "data": {"content": "Blue."}}]}
    command: list[Any] = [{"graph": None, "update": update, "resume": None, "goto": []}]
    smol = {"args": [], "sanitize_inputs_outputs": True, "kwargs": {"city": "Oslo"}}
    found = read(
        tmp_path,
        span("weather", "root", 1, kind("TOOL", input__value=given, output__value=wrapped)),
        span("weather ", "root", 3, kind("TOOL", input__value=smol, tool__name="weather"), status=failed),
        span("weather  ", "root", 5, kind("TOOL", output__value={"type": "tool", "data": message})),
        span("node", "root", 7, kind("CHAIN", output__value=command)),
        span("ToolCallingAgent.run", "root", 8, kind("AGENT", input__value={"task": "Go.", "reset": True})),
    )
    assert [event.payload["input"] for event in found.of("ToolRequest")][:2] == [{"city": "Rome"}, {"city": "Oslo"}]
    assert found.of("ToolRequest")[0].payload["fields"]["callback"] == {"tags": ["seq"], "artifact": {"km": 3}}
    assert answered(found) == [("blue", None), (None, "ValueError('no')"), ("blue", None)]
    assert found.of("ToolRequest")[1].payload["fields"]["error"] == failed["description"]
    assert found.of("x:otel/step")[0].payload["data"]["output"] == update
    (asked,) = found.of("Observation")
    assert (asked.payload["data"], asked.payload["fields"]["settings"]) == ("Go.", {"reset": True})


def test_an_answer_stands_before_the_calls_within_its_span(tmp_path: Path) -> None:
    part = {"functionCall": {"name": "weather", "args": {}}}
    messages = [{"role": "assistant", "parts": [part]}]
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "weather"}
    found = read(tmp_path, chat("m", 1, output__messages=messages), span("t", "m", 1, tool))
    assert [kind for kind in found.kinds if kind in ("Decision", "ToolRequest")] == ["Decision", "ToolRequest"]


def test_a_call_that_broke_off_is_known_by_its_spans_name(tmp_path: Path) -> None:
    parts = [{"function_call": {"name": "weather", "args": {"city": city}}} for city in ("Rome", "Nowhere")]
    messages = [{"role": "model", "parts": parts}]
    done = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "weather"}
    vague = {"gcp.vertex.agent.tool_response": {"result": "<not specified>"}, "gen_ai.tool.call.id": "<not specified>"}
    failed = {"status_code": "ERROR", "description": "ValueError: no such city"}
    found = read(
        tmp_path,
        span("agent_run [travel]", "root", 1, {}, status=failed),
        span("m", "agent_run [travel]", 2, {"gen_ai.operation.name": "chat", "gen_ai.output.messages": messages}),
        span("t1", "agent_run [travel]", 3, {**done, **vague}),
        span("execute_tool weather", "agent_run [travel]", 4, {}, status=failed),
        span("execute_tool (merged)", "agent_run [travel]", 5, {}),
    )
    assert (found.run.agent, found.tools()) == ("travel", {"weather": 2})
    assert [event.payload["input"] for event in found.of("ToolRequest")] == [{"city": "Rome"}, {"city": "Nowhere"}]
    assert answered(found) == [("(output, not recorded)", None), (None, "ValueError: no such city")]
    assert found.of("x:end")[0].payload == {"how": "crash", "why": "ValueError: no such city"}
    model = {"gen_ai.operation.name": "chat", "gen_ai.output.messages": [{"role": "assistant", "content": "Hm."}]}
    path = tmp_path / "rootless.jsonl"
    path.write_text(
        json.dumps(span("root", None, 0, {}, status=failed)) + "\n" + json.dumps(span("m", "root", 1, model))
    )
    (found,) = read_all(path)
    assert found.of("x:end")[0].payload["how"] == "crash"


def test_spans_of_llamaindex(tmp_path: Path) -> None:
    record = {"blocks": [{"text": "blue"}], "tool_name": "weather", "raw_output": "blue", "is_error": False}
    wrong = {**record, "blocks": [{"text": "no such city"}], "is_error": True}
    prepared = {"messages": ["ChatMessage(role=<MessageRole.USER>)"]}
    tool = {"tool__name": "weather", "input__value": {"kwargs": {"city": "Rome"}}}
    found = read(
        tmp_path,
        span("OpenAI._prepare_chat_with_tools", "root", 1, kind("LLM", output__value=prepared)),
        span("FunctionTool.acall", "root", 2, kind("TOOL", output__value=record, **tool)),
        span("FunctionTool.call", "root", 4, kind("TOOL", output__value=wrong, **tool)),
    )
    assert not found.of("Decision")
    assert [event.payload["input"] for event in found.of("ToolRequest")] == [{"city": "Rome"}] * 2
    assert answered(found) == [("blue", None), ("no such city", "no such city")]


def test_spans_of_claude_code_tell_what_was_used_and_why_it_failed(tmp_path: Path) -> None:
    def part(id: str, parent: str | None, begin: int, name: str, **more: Any) -> dict[str, Any]:
        events = more.pop("events", [])
        own = {"span.type": name, "session.id": f"s{begin}", "duration_ms": begin, **more}
        return span(id, parent, begin, own) | {"name": f"claude_code.{name}", "events": events}

    output = {"name": "tool.output", "attributes": {"file_path": "a.txt", "content": "hello"}}
    rejected = {"decision": "reject", "source": "unknown"}
    spans = [
        part("i", None, 0, "interaction", user_prompt="look"),
        part("m", "i", 1, "llm_request", model="m-1", input_tokens=7, output_tokens=2, cache_read_tokens=1, ttft_ms=5),
        part("r", "i", 2, "tool", tool_name="Read", file_path="a.txt", tool_use_id="t1", events=[output]),
        part("rw", "r", 2, "tool.blocked_on_user", decision="unknown"),
        part("rx", "r", 3, "tool.execution", success=1),
        part("b", "i", 4, "tool", tool_name="Bash", full_command="false"),
        part("bx", "b", 5, "tool.execution") | {"status": {"status_code": "ERROR", "description": "Shell failed"}},
        part("w", "i", 6, "tool", tool_name="WebFetch"),
        part("ww", "w", 6, "tool.blocked_on_user", **rejected),
    ]
    (found,) = read_all(written(tmp_path, spans))
    assert found.of("AgentInit")[0].payload["agent_type"] == "claude-code"
    assert [event.payload["data"] for event in found.of("Observation")] == ["look"]
    asked = [(event.payload["tool_name"], event.payload["input"]) for event in found.of("ToolRequest")]
    assert asked[:2] == [("Read", {"file_path": "a.txt"}), ("Bash", {"command": "false"})]
    assert answered(found)[0] == ("hello", None)
    assert [error for _, error in answered(found)] == [None, "Shell failed", "not permitted"]
    tokens = [event.meta.get("tokens") for event in found.of("Decision")]
    assert tokens == [{"input": 7, "output": 2, "cached": 1}]


def test_spans_of_gemini_cli_are_a_model_and_a_tool(tmp_path: Path) -> None:
    own = {"gen_ai.agent.name": "gemini-cli", "gen_ai.conversation.id": "c1"}
    asked = {"gen_ai.operation.name": "llm_call", "gen_ai.request.model": "m-1"}
    used = {"gen_ai.operation.name": "tool_call", "gen_ai.tool.name": "read_file", "gen_ai.tool.call_id": "r__1"}
    found = read(tmp_path, span("llm_call", "root", 1, asked | own), span("tool_call", "root", 2, used | own))
    assert found.tools() == {"read_file": 1}
    assert found.of("ToolRequest")[0].meta["tool_call_id"] == "r__1"
    assert len(found.of("Decision")) == 1


def test_spans_of_langfuses_sdk(tmp_path: Path) -> None:
    def span(id: str, parent: str, kind: str, **more: Any) -> dict[str, Any]:
        facts = {"type": kind, **more}
        attributes = [
            {"key": f"langfuse.observation.{name}", "value": {"stringValue": value}} for name, value in facts.items()
        ]
        times = {"startTimeUnixNano": f"{int(id)}000000000", "endTimeUnixNano": f"{int(id) + 1}000000000"}
        ids = {"traceId": "t" * 32, "spanId": id, "parentSpanId": parent}
        return {**ids, "name": kind, **times, "attributes": attributes}

    asked = json.dumps([{"role": "user", "content": "Is it sunny?"}])
    use = {"usage_details": '{"input": 10, "output": 5}', "cost_details": '{"total": 0.002}', "model.name": "m"}
    spans = [
        span("1", "", "agent", input='"Is it sunny?"'),
        span("2", "1", "generation", input=asked, output='"I look."', **use),
        span("3", "1", "tool", input='{"city": "Oslo"}', output='"yes"'),
        span("4", "1", "tool", input="{}", level="ERROR", status_message="no route"),
    ]
    (found,) = read_all(written(tmp_path, {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}))
    assert found.tools() == {"tool": 2}
    assert found.decisions() == [(None, "I look.")]
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["yes", None]
    assert [event.payload["error"] for event in found.of("ToolResponse")] == [None, "no route"]
    assert found.tokens() == {"input": 10, "output": 5}
    assert [event.meta["cost"] for event in found.of("Decision")] == [0.002]


def test_spans_of_laminar(tmp_path: Path) -> None:
    def span(id: str, kind: str, **attributes: str) -> dict[str, Any]:
        facts = {"lmnr.span.type": kind, **attributes}
        listed = [{"key": name, "value": {"stringValue": value}} for name, value in facts.items()]
        return {"traceId": "t" * 32, "spanId": id, "name": "bash", "startTimeUnixNano": id, "attributes": listed}

    sides = {"lmnr.span.input": '{"command": "ls"}', "lmnr.span.output": "a"}
    model = {"gen_ai.usage.input_tokens": "7", "gen_ai.usage.output_tokens": "9"}
    spans = [span("1", "DEFAULT"), span("2", "LLM", **model), span("3", "TOOL", **sides)]
    (found,) = read_all(written(tmp_path, {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}))
    assert (found.tools(), found.tokens()) == ({"bash": 1}, {"input": 7, "output": 9})
    (request,), (response,) = found.of("ToolRequest"), found.of("ToolResponse")
    assert (request.payload["input"], response.payload["output"]) == ({"command": "ls"}, "a")


def typed_spans(spans: list[tuple[str, dict[str, str]]]) -> dict[str, Any]:
    """OTLP spans, one after another, each a name and its attributes."""
    listed = [
        {
            "traceId": "t" * 32,
            "spanId": str(number),
            "name": name,
            "startTimeUnixNano": str(number),
            "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()],
        }
        for number, (name, attributes) in enumerate(spans, 1)
    ]
    return {"resourceSpans": [{"scopeSpans": [{"spans": listed}]}]}


def test_spans_of_braintrusts_sdk(tmp_path: Path) -> None:
    def about(kind: str, given: Any, output: Any, **metrics: int) -> dict[str, str]:
        values = {"span_attributes": {"type": kind}, "input_json": given, "output_json": output, "metrics": metrics}
        return {f"braintrust.{name}": json.dumps(value) for name, value in values.items()}

    call = {"id": "c", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    choice = {"index": 0, "message": {"role": "assistant", "content": "I look.", "tool_calls": [call]}}
    asked = [{"role": "user", "content": "Is it sunny?"}]
    spans = [
        ("Chat", about("llm", asked, [choice], prompt_tokens=10, completion_tokens=5)),
        ("weather", about("tool", {"city": "Oslo"}, "sunny")),
    ]
    (found,) = read_all(written(tmp_path, typed_spans(spans)))
    assert (found.tools(), found.tokens()) == ({"weather": 1}, {"input": 10, "output": 5})
    assert found.decisions() == [(None, "I look.")]
    assert found.of("ToolResponse")[0].payload["output"] == "sunny"


@pytest.mark.parametrize(
    ("kind", "sides"),
    [
        ("agentops.span.kind", ("agentops.entity.input", "agentops.entity.output")),
        ("langsmith.span.kind", ("gen_ai.prompt", "gen_ai.completion")),
    ],
)
def test_the_kinds_of_spans_of_other_platforms(tmp_path: Path, kind: str, sides: tuple[str, str]) -> None:
    given, output = sides
    tool = {kind: "tool", given: '{"city": "Oslo"}', output: '"sunny"', "gen_ai.operation.name": "tool"}
    (found,) = read_all(written(tmp_path, typed_spans([("weather", tool)])))
    (request,), (response,) = found.of("ToolRequest"), found.of("ToolResponse")
    assert (request.payload["tool_name"], request.payload["input"]) == ("weather", {"city": "Oslo"})
    assert response.payload["output"] == "sunny"
