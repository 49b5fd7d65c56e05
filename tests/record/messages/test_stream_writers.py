"""A stream is written anew in its own form: it says the new words, to the library as to the recorder."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from replay_gui.record.messages.model_calls import model_answer
from replay_gui.record.messages.stream_writers import rewritten_stream
from tests.record.model_server import chat_stream

CALLS = {"calls": [{"name": "search", "input": {"q": "x"}}, {"name": "fetch", "input": {}}], "content": "I look."}


def sse(*chunks: dict[str, Any]) -> bytes:
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks)


RESPONSE = {
    "id": "resp_1", "object": "response", "created_at": 1, "model": "m", "output": [], "tools": [],
    "parallel_tool_calls": True, "tool_choice": "auto", "status": "completed",
}  # fmt: skip
STREAMS = {
    "openai chat": chat_stream("one", "two"),
    "openai responses": sse(
        {"type": "response.created", "sequence_number": 0, "response": RESPONSE},
        {"type": "response.completed", "sequence_number": 1, "response": RESPONSE},
    ),
    "anthropic": sse(
        {
            "type": "message_start",
            "message": {
                "id": "m1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None,
                "stop_sequence": None, "usage": {"input_tokens": 7, "output_tokens": 1},
            },
        },
        {"type": "content_block_start", "content_block": {"type": "tool_use", "id": "toolu_1", "name": "s"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    ),
    "google": sse({"candidates": [{"content": {"parts": [{"text": "one"}]}}], "modelVersion": "m"}),
    "ollama": b'{"model": "m", "message": {"role": "assistant", "content": "one"}, "done": true, "eval_count": 3}\n',
}  # fmt: skip


@pytest.mark.parametrize("said", ["other words", "", CALLS], ids=["text", "nothing", "calls"])
@pytest.mark.parametrize("form", STREAMS)
def test_what_is_written_is_read_again(form: str, said: Any) -> None:
    written = rewritten_stream(STREAMS[form], said)
    answer = model_answer(200, written, streamed=True, form={})
    assert (answer.output, answer.error) == (said, None)
    assert answer.decision_type == ("tool_calls" if said is CALLS else "message")
    assert rewritten_stream(written, said) == written


def test_the_openai_library_reads_them() -> None:
    import openai

    def client(body: bytes) -> openai.OpenAI:
        def answer(request: httpx2.Request) -> httpx2.Response:
            return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body)

        return openai.OpenAI(api_key="k", http_client=httpx2.Client(transport=httpx2.MockTransport(answer)))

    chat_client = client(rewritten_stream(STREAMS["openai chat"], CALLS))
    with chat_client, chat_client.chat.completions.stream(model="m", messages=[]) as chat:
        message = chat.get_final_completion().choices[0].message
    assert message.content == "I look."
    assert [(call.function.name, call.function.arguments) for call in message.tool_calls or ()] == [
        ("search", '{"q":"x"}'),
        ("fetch", "{}"),
    ]
    responses_client = client(rewritten_stream(STREAMS["openai responses"], CALLS))
    with responses_client, responses_client.responses.stream(model="m", input="i") as events:
        response = events.get_final_response()
    assert response.output_text == "I look."
    assert [item.name for item in response.output if item.type == "function_call"] == ["search", "fetch"]


def test_the_anthropic_library_reads_them() -> None:
    import anthropic

    body = rewritten_stream(STREAMS["anthropic"], CALLS)

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body)

    http_client = httpx2.Client(transport=httpx2.MockTransport(answer))
    client = anthropic.Anthropic(api_key="k", http_client=http_client)
    with http_client, client.messages.stream(model="m", max_tokens=9, messages=[]) as stream:
        message = stream.get_final_message()
    assert [block.model_dump(include={"type", "text", "name", "input", "id"}) for block in message.content] == [
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "toolu_1", "name": "search", "input": {"q": "x"}},
        {"type": "tool_use", "id": "call_edited_1", "name": "fetch", "input": {}},
    ]
    assert message.stop_reason == "tool_use"


@pytest.mark.parametrize("said", [7, {"calls": [{"name": 1}]}, {"calls": [], "more": 1}, {"calls": [], "content": 1}])
def test_what_no_model_says_is_refused(said: Any) -> None:
    with pytest.raises(ValueError, match="a streamed answer is a text, or an object"):
        rewritten_stream(STREAMS["openai chat"], said)


def test_an_unknown_stream_is_refused() -> None:
    with pytest.raises(ValueError, match="a form"):
        rewritten_stream(b"data: 1\n\n", "x")
