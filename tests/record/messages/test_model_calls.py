"""What requests to models and their answers say, in the forms of several providers, streamed and not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replay_gui.record.messages.model_calls import is_model_request, model_answer
from tests.record.model_server import chat_answer, chat_stream

CALL = {"calls": [{"name": "f", "input": {"a": 1}}]}


def events(*chunks: Any) -> bytes:
    return b"".join(f"event: x\ndata: {json.dumps(chunk)}\n\n".encode() for chunk in chunks)


OPENAI_CALL = chat_answer(None, [("f", {"a": 1})])
RESPONSES = {
    "id": "resp_1",
    "status": "completed",
    "output": [
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}]},
        {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "hi"}]},
        {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": '{"a": 1}'},
    ],
    "usage": {"input_tokens": 5, "output_tokens": 2},
}
ANTHROPIC = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "content": [{"type": "text", "text": "hi"}, {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}}],
    "stop_reason": "tool_use",
    "usage": {"input_tokens": 5, "output_tokens": 2},
}
GOOGLE = {
    "candidates": [
        {"content": {"role": "model", "parts": [{"text": "hi"}, {"functionCall": {"name": "f", "args": {"a": 1}}}]}}
    ],
    "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 2},
}
OLLAMA = {
    "message": {
        "role": "assistant",
        "content": "hi",
        "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}],
    },
    "prompt_eval_count": 5,
    "eval_count": 2,
}


@pytest.mark.parametrize(
    ("body", "output", "tokens"),
    [
        (chat_answer("hi"), "hi", {"input": 7, "output": 3}),
        (OPENAI_CALL, CALL, {"input": 7, "output": 3}),
        (RESPONSES, {**CALL, "content": "hi"}, {"input": 5, "output": 2}),
        (ANTHROPIC, {**CALL, "content": "hi"}, {"input": 5, "output": 2}),
        (GOOGLE, {**CALL, "content": "hi"}, {"input": 5, "output": 2}),
        (OLLAMA, {**CALL, "content": "hi"}, {"input": 5, "output": 2}),
        ({"choices": [{"text": "hi"}]}, "hi", None),
        ({"response": "hi"}, "hi", None),
        ({"other": 1}, {"other": 1}, None),
    ],
)
def test_whole_answers(body: dict[str, Any], output: Any, tokens: Any) -> None:
    answer = model_answer(200, json.dumps(body).encode(), streamed=False, form={})
    assert (answer.output, answer.meta.get("tokens"), answer.error) == (output, tokens, None)


STREAMS = {
    "openai": chat_stream("he", "llo"),
    "openai responses": events(
        {"type": "response.created", "response": {}},
        {"type": "response.output_text.delta", "delta": "hel"},
        {
            "type": "response.completed",
            "response": {"output": [{"type": "message", "content": [{"type": "output_text", "text": "hello"}]}]},
        },
    ),
    "anthropic": events(
        {"type": "message_start", "message": {"usage": {"input_tokens": 5}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hel"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lo"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
    ),
    "google": events(
        {"candidates": [{"content": {"parts": [{"text": "hel"}]}}]},
        {"candidates": [{"content": {"parts": [{"text": "lo"}]}}]},
    ),
    "ollama": b'{"message": {"content": "hel"}}\n{"message": {"content": "lo"}, "done_reason": "stop"}\n',
}


@pytest.mark.parametrize("name", STREAMS)
def test_streams_are_put_together(name: str) -> None:
    assert model_answer(200, STREAMS[name], streamed=True, form={}).output == "hello"


def test_calls_in_streams() -> None:
    chat = events(
        {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": '{"a"'}}]}}]},
        {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}}]}}]},
    )
    anthropic = events(
        {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "name": "f", "input": {}}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"a": 1}'}},
    )
    for body in (chat, anthropic):
        answer = model_answer(200, body, streamed=True, form={})
        assert (answer.output, answer.decision_type) == (CALL, "tool_calls")


def test_failures() -> None:
    answer = model_answer(429, b'{"error": {"message": "slow down", "code": 1}}', streamed=False, form={})
    assert (answer.error, answer.error_type, answer.success) == ("slow down", "HTTP 429", False)
    assert model_answer(502, b"<html>", streamed=False, form={}).error == "<html>"
    stream = events({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}})
    assert model_answer(200, stream, streamed=True, form={}).error == "busy"


def test_requests_are_told_by_their_form() -> None:
    assert is_model_request("POST", "/any/path", {"messages": []})
    assert is_model_request("POST", "/v1/responses", {"model": "m", "input": "x"})
    assert is_model_request("POST", "/v1beta/models/g:generateContent", {"contents": []})
    assert not is_model_request("POST", "/v1/embeddings", {"model": "m", "input": "x"})
    assert not is_model_request("POST", "/search", {"query": "x"})
    assert not is_model_request("GET", "/v1/messages", None)
