"""Responses of providers' APIs in files, and messages with calls in their text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import read_all, written

OF_ANTHROPIC = {
    "type": "message", "role": "assistant", "id": "m", "content": [{"type": "text", "text": "Hello"}],
    "stop_reason": "end_turn", "usage": {"input_tokens": 11, "output_tokens": 3},
}  # fmt: skip
OF_CONVERSE = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Hello"}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 11, "outputTokens": 3},
}
OF_OLLAMA = {
    "model": "m", "message": {"role": "assistant", "content": "Hello"}, "done": True, "total_duration": 9,
    "prompt_eval_count": 11, "eval_count": 3,
}  # fmt: skip


@pytest.mark.parametrize("answer", [OF_ANTHROPIC, OF_CONVERSE, OF_OLLAMA])
def test_an_answer_alone(tmp_path: Path, answer: dict[str, Any]) -> None:
    (run,) = read_all(written(tmp_path, answer))
    assert (run.format, run.decisions()) == ("chat-messages", [(None, "Hello")])
    assert {sort: run.tokens()[sort] for sort in ("input", "output")} == {"input": 11, "output": 3}


def test_calls_in_the_text_of_messages(tmp_path: Path) -> None:
    call = '{"name": "w", "arguments": {"city": "P"}}'
    said = f"Let me see.\n<tool_call>\n{call}\n</tool_call><tool_call>none</tool_call>"
    talk = [
        {"from": "human", "value": "Weather?"},
        {"from": "gpt", "value": said},
        {"from": "tool", "value": "<tool_response>\nsunny\n</tool_response>"},
        {"from": "function_call", "value": f"[{call}]"},
        {"from": "observation", "value": "rain"},
        {"from": "function_call", "value": "none"},
    ]
    (run,) = read_all(written(tmp_path, {"conversations": talk}))
    assert run.tools() == {"w": 2}
    assert [event.payload["output"] for event in run.of("ToolResponse")] == ["sunny", "rain"]
    assert run.decisions() == [(None, "Let me see.\n<tool_call>none</tool_call>")]
    assert run.of("Observation")[-1].payload["data"] == "none"


def test_a_request_with_its_messages_in_params(tmp_path: Path) -> None:
    params = {"system": "be", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    (run,) = read_all(written(tmp_path, {"custom_id": "a", "params": params}))
    assert [event.payload["data"] for event in run.of("Observation")] == ["be", "hi"]


@pytest.mark.parametrize(("asked", "answered"), [("prompt", "completion"), ("instruction", "output")])
def test_records_of_a_prompt_and_its_answer(tmp_path: Path, asked: str, answered: str) -> None:
    (run,) = read_all(written(tmp_path, [{asked: "q", answered: "a", "n": 1}]))
    assert run.kinds == ["AgentInit", "Observation", "Decision"]
    assert run.of("Decision")[0].payload["fields"] == {"n": 1}


def test_calls_that_could_not_be_read_are_kept(tmp_path: Path) -> None:
    wrong = [{"name": "w", "args": "{", "error": "no JSON"}]
    (run,) = read_all(written(tmp_path, [{"type": "ai", "content": "x", "invalid_tool_calls": wrong}]))
    assert run.of("Decision")[0].payload["fields"] == {"invalid_tool_calls": wrong}
