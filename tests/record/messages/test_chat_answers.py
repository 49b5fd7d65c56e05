"""A chat completion with nothing but a text is read as it would be among all forms, or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.record.messages import model_calls
from replay_gui.record.messages.chat_answers import read_chat_text
from replay_gui.record.messages.model_calls import model_answer
from tests.record.model_server import chat_answer

EMPTY: st.SearchStrategy[Any] = st.sampled_from([None, [], "", {}, 0])
MESSAGES = st.fixed_dictionaries(
    {"content": st.sampled_from(["fine", "", "<think>why</think>so", "a < b", "é \u2028", None, ["fine"], 3])},
    optional={
        "role": st.sampled_from(["assistant", "model", None, 1]),
        "refusal": EMPTY | st.just("no"),
        "annotations": EMPTY | st.just([{"type": "url"}]) | st.just([None]),
        "tool_calls": EMPTY | st.just([{"id": "c", "function": {"name": "f", "arguments": "{}"}}]),
        "reasoning_content": EMPTY | st.just("because"),
        "other": EMPTY | st.just("more"),
    },
)
COUNTS = st.sampled_from([0, 7, -1, 1.0, 1.5, True, None, "3", 1 << 63])
USAGES = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens"), COUNTS)
)
CHOICES = st.fixed_dictionaries(
    {"message": MESSAGES | EMPTY},
    optional={"finish_reason": st.sampled_from(["stop", None, 5, ""]), "index": EMPTY, "text": st.just("old")},
)
COMPLETIONS = st.fixed_dictionaries(
    {"choices": st.lists(CHOICES, max_size=2) | EMPTY},
    optional={"id": st.just("chatcmpl-1"), "usage": USAGES | EMPTY, "usageMetadata": USAGES, "error": st.just("x")},
)


@given(completion=COMPLETIONS, is_ascii=st.booleans())
def test_it_is_read_as_among_all_forms(completion: Any, is_ascii: bool) -> None:
    body = json.dumps(completion, ensure_ascii=is_ascii).encode()
    answer = model_answer(200, body, streamed=False, form={"status": 200})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(model_calls, "read_chat_text", lambda _: None)
        assert model_answer(200, body, streamed=False, form={"status": 200}) == answer


def test_the_usual_answer_is_one() -> None:
    usual = chat_answer("fine")
    expected = "fine", {"tokens": {"input": 11, "output": 3}, "stop": "stop"}
    usual["usage"] = {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14}
    usual["choices"][0]["message"] |= {"refusal": None, "annotations": []}
    assert read_chat_text(json.dumps(usual).encode()) == expected
    usual["choices"][0]["logprobs"] = {"content": [{"token": "fine", "bytes": [102]}]}
    assert read_chat_text(json.dumps(usual).encode()) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"choices": [',
        b'{"choices": []}',
        b'{"a": "\\"choices\\""}',
        b"\xff" + json.dumps(chat_answer("fine")).encode(),
        json.dumps(chat_answer("fine")).encode() + b" x",
        json.dumps(chat_answer("<think>x</think>")).encode(),
        json.dumps(chat_answer(None, [("f", {})])).encode(),
        b'{"choices": ' + b"[" * 100_000,
    ],
)
def test_anything_else_is_none(body: bytes) -> None:
    assert read_chat_text(body) is None
