"""Spans of the OpenAI Agents SDK: what a model answered, and why a tool failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.helpers.foreign import read_all, written


def span(name: str, second: int, data: dict[str, Any], error: Any = None) -> dict[str, Any]:
    at = "2026-01-01T00:00:0{}+00:00"
    times = {"started_at": at.format(second), "ended_at": at.format(second + 1)}
    about = {"object": "trace.span", "id": name, "trace_id": "t", "parent_id": None if name == "a" else "a"}
    return {**about, **times, "span_data": data, "error": error}


def test_calls_in_an_answer_and_the_words_of_an_exception(tmp_path: Path) -> None:
    called = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    usage = {"input_tokens": 4, "input_tokens_details": {"cached_tokens": 3}, "output_tokens": 2}
    asked = {"type": "generation", "input": [{"role": "user", "content": "Hi"}], "model": "m", "usage": usage}
    answer = [{"role": "assistant", "content": None, "tool_calls": [called]}]
    wrong = {"message": "Error running tool", "data": {"error": "boom"}}
    spans = [
        span("a", 0, {"type": "agent", "name": "A"}),
        span("b", 1, {**asked, "output": answer}),
        span("c", 3, {"type": "function", "name": "f", "input": '{"a": 1}', "output": None}, wrong),
    ]
    trace = {"object": "trace", "id": "t", "workflow_name": "W"}
    (found,) = read_all(written(tmp_path, [trace, *spans]))
    (said,) = found.of("Decision")
    assert (said.payload["decision_type"], said.payload["fields"]["tool_calls"]) == (
        "tool calls",
        [{"name": "f", "input": {"a": 1}}],
    )
    assert said.meta["tokens"] == {"input": 4, "cached": 3, "output": 2}
    assert found.tools() == {"f": 1}
    assert [event.payload["error"] for event in found.of("ToolResponse")] == ["Error running tool: boom"]


def test_what_the_sdk_puts_around_its_steps_is_no_step_and_answers_find_their_calls(tmp_path: Path) -> None:
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "transfer_to_math", "arguments": "{}"}
    answer = {"type": "function_call_output", "call_id": "call_1", "output": "math"}
    turn = {"sdk_span_type": "turn", "turn": 1, "usage": {"input_tokens": 9}}
    asked = {"role": "user", "content": "2+2?"}
    spans = [
        span("a", 0, {"type": "agent", "name": "triage"}),
        span("t", 1, {"type": "custom", "name": "turn", "data": turn}),
        span("m", 2, {"type": "generation", "input": [asked], "output": [call]}),
        span("n", 3, {"type": "generation", "input": [asked, call, answer], "output": [{"role": "assistant"}]}),
    ]
    (found,) = read_all(written(tmp_path, {"data": spans}))
    (plumbing,) = found.of("x:bookkeeping/openai-agents/plumbing")
    assert plumbing.payload["data"]["fields"] == {"data": {"sdk_span_type": "turn", "turn": 1}}
    assert found.tools() == {"transfer_to_math": 1}
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["math"]
