"""Logs of calls of models: answers as clients hand them out, and requests that repeat what was said before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.helpers.foreign import read_all, read_seed, written

QUESTION: dict[str, Any] = {"role": "user", "content": "Weather in Rome?"}
CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}}
ASKED: dict[str, Any] = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "An error occurred while running the tool. No such city"}


def completion(message: dict[str, Any], sent: int) -> dict[str, Any]:
    usage = {"prompt_tokens": sent, "completion_tokens": 2}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"id": "x", "object": "chat.completion", "created": 1750000000, "model": "m", "choices": [choice],
            "usage": usage}  # fmt: skip


def lines(folder: Path, records: list[Any]) -> Path:
    path = folder / "calls.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_calls_with_all_that_was_said_before_are_one_run(tmp_path: Path) -> None:
    message = {"role": "assistant", "content": "No weather."}
    requests = [
        {"model": "m", "system": "Be brief.", "temperature": 0, "messages": [QUESTION]},
        {"model": "m", "system": "Be brief.", "temperature": 1, "messages": [QUESTION, ASKED, RESULT]},
    ]
    answers = [completion({**ASKED, "refusal": None}, 10), completion(message, 20)]
    calls = [{"request": one, "response": two} for one, two in zip(requests, answers, strict=True)]
    (found,) = read_all(lines(tmp_path, calls))
    assert found.kinds == [
        *("AgentInit", "Observation", "Observation", "StateTransition"),
        *("ToolRequest", "ToolResponse", "Error", "Decision"),
    ]
    assert [event.payload["source"] for event in found.of("Observation")] == ["system", "user"]
    assert (found.run.name, found.tokens()) == ("calls", {"input": 30, "output": 4})
    assert found.of("Decision")[0].payload["fields"]["call"] == {"request": {"temperature": 1}}
    others = [{"messages": [QUESTION], "response": "Sunny."}, {"messages": [QUESTION, RESULT], "response": "Rainy."}]
    assert [one.run.name for one in read_all(lines(tmp_path, others))] == ["calls 1", "calls 2"]


def test_answers_of_both_interfaces_have_their_model_and_tokens(tmp_path: Path) -> None:
    item = {"type": "function_call", "id": "i", "call_id": "c1", "name": "weather", "arguments": "{}"}
    search = {"type": "web_search_call", "id": "w", "status": "completed", "action": {"query": "Rome"}}
    response = {"object": "response", "model": "m", "instructions": "Be brief.", "output": [search, item],
                "usage": {"input_tokens": 7, "output_tokens": 1}, "created_at": 1750000000}  # fmt: skip
    for records in ([completion(ASKED, 7), completion(ASKED, 3)], [response, {**response, "output": []}]):
        (found,) = read_all(lines(tmp_path, records))
        assert (found.format, found.tools()["weather"] > 0) == ("chat-messages", True)
        assert found.of("StateTransition")[0].payload["data"] == {"model": "m"}
        assert found.tokens()["input"] in (10, 14)
        assert all(event.meta.get("time") for event in found.of("ToolRequest"))
    assert [event.payload["data"] for event in found.of("Observation")] == ["Be brief."]  # once
    (searched,) = found.of("x:chat-messages/web_search_call")
    assert searched.payload["data"]["action"] == {"query": "Rome"}


def test_answers_of_googles_interface(tmp_path: Path) -> None:
    usage = {"promptTokenCount": 5, "candidatesTokenCount": 3, "thoughtsTokenCount": 4, "cachedContentTokenCount": 2}
    content = {"role": "model", "parts": [{"text": "Hm.", "thought": True}, {"text": "Sunny."}]}
    candidate = {"content": content, "finishReason": "STOP", "index": 0}
    call = {
        "request": {"contents": [{"role": "user", "parts": [{"text": "Weather?"}]}]},
        "response": {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "g"},
    }
    (found,) = read_all(written(tmp_path, call))
    assert (found.format, found.kinds) == ("chat-messages", ["AgentInit", "Observation", "Decision"])
    assert found.decisions() == [("Hm.", "Sunny.")]
    assert found.tokens() == {"input": 5, "cached": 2, "output": 7, "reasoning": 4}


def test_messages_of_agno(tmp_path: Path) -> None:
    use = {"input_tokens": 9, "output_tokens": 2, "total_tokens": 11, "cache_read_tokens": 4, "reasoning_tokens": 1}
    failed = {"role": "tool", "tool_call_id": "c1", "content": "no such city", "tool_call_error": True}
    (found,) = read_all(
        written(tmp_path, {"messages": [QUESTION, {**ASKED, "metrics": {**use, "duration": 1}}, failed]})
    )
    assert [event.payload["error"] for event in found.of("ToolResponse")] == ["no such city"]
    assert found.tokens() == {"input": 9, "cached": 4, "output": 2, "reasoning": 1}


def test_messages_as_langchain_dumps_them(tmp_path: Path) -> None:
    names = ("HumanMessage", "AIMessage")
    dumped = [
        {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", name], "kwargs": {"content": name}}
        for name in names
    ]
    (found,) = read_all(written(tmp_path, dumped))
    assert (found.format, found.kinds[1:]) == ("chat-messages", ["Observation", "Decision"])


def test_the_answer_of_smolagents_after_its_last_step(tmp_path: Path) -> None:
    wrong = {"type": "AgentMaxStepsError", "message": "Reached max steps."}
    step: dict[str, Any] = {"step_number": 2, "observations": None, "tool_calls": [], "error": wrong}
    (found,) = read_all(written(tmp_path, [{"task": "Go"}, {**step, "action_output": "Perhaps."}]))
    assert found.decisions() == [(None, "Perhaps.")]
    assert found.of("x:end")[0].payload == {"how": "limit", "why": "Reached max steps."}


def test_the_answer_of_smolagents_is_the_result_of_its_last_call() -> None:
    found = read_seed("smolagents/0.json")
    assert [event.payload["output"] for event in found.of("ToolResponse")][-1] == 4  # it has no observation


def test_reasoning_is_a_part_of_the_tokens_of_pydantic_ai(tmp_path: Path) -> None:
    use = {"input_tokens": 9, "output_tokens": 5, "cache_read_tokens": 4, "details": {"reasoning_tokens": 3}}
    asked = {"kind": "request", "parts": [{"part_kind": "user-prompt", "content": "Weather?"}]}
    record = {"kind": "response", "parts": [{"part_kind": "text", "content": "Sunny."}], "usage": use}
    (found,) = read_all(written(tmp_path, [asked, record]))
    assert (found.format, found.tokens()) == ("pydantic-ai", {"input": 9, "cached": 4, "output": 5, "reasoning": 3})
