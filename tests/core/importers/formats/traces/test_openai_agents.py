"""Spans of the OpenAI Agents SDK: what a model answered, and why a tool failed; and its saved states."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.helpers.foreign import Read, read_all, written
from tests.helpers.paths import DATA


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


def test_a_saved_state_is_one_run_with_the_answers_to_its_approvals(tmp_path: Path) -> None:
    seed = DATA / "seeds/openai-agents/1.json"
    state = json.loads(seed.read_text())
    (found,) = read_all(seed)
    assert (found.format, found.run.name, found.run.agent) == ("openai-agents", "trace_1", "desk")
    assert [event.payload["data"] for event in found.of("Observation")] == ["Remove a.txt"]
    assert found.tools() == {"transfer_to_clerk": 1, "look": 1, "wipe": 1}
    outputs = [event.payload["output"] for event in found.of("ToolResponse")]
    assert outputs == ['{"assistant": "clerk"}', "two lines"]
    assert found.decisions() == [(None, "I will remove it.")]
    assert [event.payload["data"] for event in found.of("StateTransition")] == [{"agent": "clerk"}]
    assert found.tokens() == {"input": 60, "cached": 30, "output": 9, "reasoning": 3}
    (asked,) = found.of("x:openai-agents/approval")
    assert asked.payload["data"] == "wipe needs an approval: no answer"
    assert found.events[-1].payload == {"how": "open", "why": "waits for an approval of wipe"}

    def with_answer(answer: dict[str, Any], *more: dict[str, Any]) -> Read:
        context = {**state["context"], "function_tool_approvals": [{"tool_key": "wipe", "decision": answer}]}
        items = [*state["session_items"], *more]
        (read,) = read_all(written(tmp_path, {**state, "context": context, "session_items": items}))
        return read

    refused = with_answer({"approved": [], "rejected": ["call_3"]})
    assert [event.payload["tool_name"] for event in refused.of("CapabilityDenied")] == ["wipe"]
    assert refused.events[-1].payload == {"how": "open", "why": None}
    record = {"type": "function_call_output", "call_id": "call_3", "output": "Not approved."}
    refused = with_answer({"rejected": True}, {"type": "tool_call_output_item", "raw_item": record})
    assert [event.payload["reason"] for event in refused.of("CapabilityDenied")] == ["Not approved."]
    approved = with_answer({"approved": ["call_3"], "rejected": []})
    assert not approved.of("CapabilityDenied")
    assert approved.of("x:openai-agents/approval")[0].payload["data"] == "wipe needs an approval: approved"


def test_states_of_the_javascript_sdk_and_calls_of_hosted_tools(tmp_path: Path) -> None:
    call = {"type": "function_call", "callId": "c1", "name": "get", "arguments": '{"userId": 1}'}
    answer = {"type": "function_call_result", "name": "get", "callId": "c1", "output": {"type": "text", "text": "7"}}
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"query": "weather"}}
    items = [
        {"type": "tool_call_item", "rawItem": call, "agent": {"name": "A"}},
        {"type": "tool_call_output_item", "rawItem": answer, "agent": {"name": "A"}, "output": {"userId": 7}},
    ]
    responses = [{"usage": {"inputTokens": 5, "outputTokens": 2}, "output": [call, search], "responseId": "r"}]
    find = {"type": "tool_call_item", "rawItem": {**call, "callId": "c2", "name": "find"}, "agent": {"name": "B"}}
    inner = {"$schemaVersion": "1.4", "originalInput": "Look it up.", "generatedItems": [find], "modelResponses": []}
    state = {
        "$schemaVersion": "1.4",
        "originalInput": [{"role": "user", "content": "Who?"}],
        "generatedItems": items,
        "modelResponses": responses,
        "context": {"usage": {"inputTokens": 9, "outputTokens": 4}},
        "pendingAgentToolRuns": {"helperTool": "{}", "get:c1": json.dumps(inner)},
        "inputGuardrailResults": [{"guardrail": {"name": "polite"}, "output": {"tripwireTriggered": True}}],
    }
    (found,) = read_all(written(tmp_path, {"state": state}))
    assert [event.payload["data"] for event in found.of("Observation")] == ["Who?", "Look it up."]
    requests = {event.payload["tool_name"]: event.payload["input"] for event in found.of("ToolRequest")}
    assert requests.pop("find") == {"userId": 1}
    assert requests == {"get": {"userId": 1}, "web_search": {"action": {"query": "weather"}}}
    assert found.tokens() == {"input": 9, "output": 4}
    assert [event.payload["message"] for event in found.of("Error")] == ["tripped: polite"]
    assert found.run.notes.sentences() == ()
    (task,) = [event for event in found.of("Observation") if event.payload["source"] == "agent"]
    assert (task.payload["data"], task.meta["subagent"]) == ("Look it up.", ["get"])
    (within,) = [event for event in found.of("ToolRequest") if event.meta.get("subagent")]
    assert within.payload["tool_name"] == "find"
    rest = found.of("x:bookkeeping/openai-agents/file")[-1].payload["data"]
    assert rest["pending_agent_tool_runs"] == {"helperTool": "{}"}
    assert rest["items"][1]["output"] == {"userId": 7}


def test_a_trace_without_a_recorded_end_lasts_as_long_as_its_spans() -> None:
    (found,) = read_all(DATA / "seeds/openai-agents/0.jsonl")
    assert found.of("x:end") == []
    times = [event.meta["time"] for event in found.events if "time" in event.meta]
    assert max(times) - min(times) == 9 * 10**9  # the agent's span ends after the last step begins


def test_a_span_that_ends_in_the_millisecond_in_which_it_began_has_no_duration(tmp_path: Path) -> None:
    called = span("c", 3, {"type": "function", "name": "f", "input": "{}", "output": "1"})
    called["ended_at"] = called["started_at"]
    (found,) = read_all(written(tmp_path, {"data": [span("a", 0, {"type": "agent", "name": "A"}), called]}))
    assert ["duration" in event.meta for event in found.of("ToolResponse")] == [False]
