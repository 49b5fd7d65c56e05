"""Messages of LangChain and LangGraph, and of programs that keep theirs under other names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import read_all, written

USAGE = {
    "input_tokens": 50,
    "output_tokens": 12,
    "total_tokens": 62,
    "input_token_details": {"cache_read": 10},
    "output_token_details": {"reasoning": 3},
}
OPENAI = {
    "prompt_tokens": 50,
    "completion_tokens": 12,
    "total_tokens": 62,
    "prompt_tokens_details": {"cached_tokens": 10},
    "completion_tokens_details": {"reasoning_tokens": 3},
}
CALL = {"name": "weather", "args": {"city": "Oslo"}, "id": "c1", "type": "tool_call"}
ALL = {"input": 50, "cached": 10, "output": 12, "reasoning": 3}


def talk(**of_answer: Any) -> list[dict[str, Any]]:
    return [
        {"type": "human", "content": "How warm?", "id": "h", "additional_kwargs": {}, "example": False},
        {"type": "ai", "content": "", "id": "a", "tool_calls": [CALL], **of_answer},
        {"type": "tool", "content": "no such city", "name": "weather", "tool_call_id": "c1", "status": "error"},
        {"type": "ai", "content": "I do not know.", "tool_calls": []},
    ]


@pytest.mark.parametrize(
    "told",
    [
        {"usage_metadata": USAGE, "response_metadata": {"model_name": "gpt-x"}},
        {"response_metadata": {"token_usage": OPENAI, "model_name": "gpt-x", "finish_reason": "tool_calls"}},
    ],
)
def test_messages_as_langchain_dumps_them(tmp_path: Path, told: dict[str, Any]) -> None:
    (run,) = read_all(written(tmp_path, {"messages": talk(**told)}))
    assert run.format == "chat-messages"
    assert run.kinds == [
        *("AgentInit", "Observation", "StateTransition", "ToolRequest", "ToolResponse", "Error", "Decision"),
    ]
    request = run.of("ToolRequest")[0]
    assert (request.payload["tool_name"], request.payload["input"]) == ("weather", {"city": "Oslo"})
    assert (request.meta["tokens"], request.meta["model"]) == (ALL, "gpt-x")
    assert run.of("Error")[0].payload["message"] == "no such city"


def test_a_list_of_messages_by_the_names_of_their_classes(tmp_path: Path) -> None:
    named = {"human": "HumanMessage", "ai": "AIMessage", "tool": "ToolMessage"}
    messages = [{**message, "type": named[message["type"]]} for message in talk()]
    (run,) = read_all(written(tmp_path, messages))
    assert run.kinds == ["AgentInit", "Observation", "ToolRequest", "ToolResponse", "Error", "Decision"]


def test_messages_that_dicts_hold(tmp_path: Path) -> None:
    held = [{"type": message["type"], "data": message} for message in talk(usage_metadata=USAGE)]
    (run,) = read_all(written(tmp_path, held))
    assert run.of("ToolRequest")[0].meta["tokens"] == ALL


@pytest.mark.parametrize("member", ["turns", "trace", "chat_history", "conversation_history", "dialogue"])
def test_conversations_under_other_names_with_what_was_expected_and_what_came(tmp_path: Path, member: str) -> None:
    talks = [
        {"id": "q1", "history": [], member: talk(), "expected_behavior": "says so", "outcome": "resolved"},
        {"id": "q2", member: talk(), "ground_truth": "4", "expected_calls": ["weather"], "outcome": "escalated"},
    ]
    first, second = read_all(written(tmp_path, talks))
    assert first.of("AgentInit")[0].payload["config"] == {}
    assert first.of("x:expected")[0].payload == {"data": "says so"}
    assert second.of("x:expected")[0].payload == {"data": {"ground_truth": "4", "expected_calls": ["weather"]}}
    outcomes = [run.of("x:outcome")[0].payload for run in (first, second)]
    assert [(outcome["passed"], outcome["label"]) for outcome in outcomes] == [(True, "resolved"), (None, "escalated")]


def test_a_call_and_its_result_in_members_of_their_own(tmp_path: Path) -> None:
    turns = [
        {"role": "user", "content": "refund?", "tool_call": None, "tool_result": None},
        {"role": "assistant", "content": "I look.", "tool_call": {"name": "look", "args": {"id": 1}}},
        {"role": "tool", "content": "", "tool_call": None, "tool_result": {"ok": True}},
        {"role": "assistant", "content": "Done.", "tool_call": "none", "tool_result": {"ok": True}},
    ]
    (run,) = read_all(written(tmp_path, {"chat": {"turns": turns, "shop": "north"}}))
    assert run.kinds == ["AgentInit", "Observation", "Decision", "ToolRequest", "ToolResponse", "Decision"]
    assert run.of("AgentInit")[0].payload["config"] == {"chat": {"shop": "north"}}
    assert run.of("ToolResponse")[0].payload["output"] == {"ok": True}
    assert run.of("Decision")[1].payload["fields"] == {"tool_call": "none", "tool_result": {"ok": True}}
