"""Rewrite streams of models: the message in a stream is replaced, and the rest is kept.

The new stream has the message in one piece, in the form of the recorded stream: of OpenAI (both), Anthropic, Google
or Ollama.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from replay_gui.record.messages.streamed_answers import stream_chunks

Chunk: TypeAlias = dict[str, Any]

_FORM = "a streamed answer is a text, or an object with “calls” ([{name, input}]) and “content” (a text)"


@dataclass(frozen=True, slots=True)
class _ModelMessage:
    """The message of a model. `calls`: name and arguments of each. `ids`: of the recorded calls, in order."""

    text: str
    calls: tuple[tuple[str, Any], ...]
    ids: tuple[str, ...]

    def id_of(self, number: int) -> str:
        return self.ids[number] if number < len(self.ids) else f"call_edited_{number}"


def rewritten_stream(body: bytes, message: Any) -> bytes:
    """Return a stream in the form of `body` with another message of the model.

    Raises ValueError if the form of `body` is unknown, or `message` is not a message of a model.

    Args:
        message: in the form of a Decision's data: a text, or ``{"calls": [{"name", "input"}], "content": text}``.
    """
    chunks = [*stream_chunks(body)]
    for is_of_form, write, ids_of, ends_with_done in _WRITERS:
        if any(map(is_of_form, chunks)):
            written = [*write(chunks, _read(message, tuple(ids_of(chunks))))]
            if b"data:" not in body[:4096]:
                return b"".join(msgspec.json.encode(chunk) + b"\n" for chunk in written)
            end = b"data: [DONE]\n\n" if ends_with_done else b""
            return b"".join(map(_event, written)) + end
    raise ValueError("its stream has a form that cannot be written")


def _event(chunk: Chunk) -> bytes:
    kind = chunk.get("type")
    name = b"event: " + kind.encode() + b"\n" if isinstance(kind, str) else b""
    return name + b"data: " + msgspec.json.encode(chunk) + b"\n\n"


def _read(message: Any, ids: tuple[str, ...]) -> _ModelMessage:
    match message:
        case str():
            return _ModelMessage(message, (), ids)
        case {"calls": list(calls), **rest} if rest.keys() <= {"content"}:
            text, is_named = rest.get("content", ""), all(map(_is_call, calls))
            if isinstance(text, str) and is_named:
                return _ModelMessage(text, tuple((call["name"], call.get("input", {})) for call in calls), ids)
    raise ValueError(_FORM)


def _is_call(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str)


def _arguments(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


# ---- OpenAI: chat completions -----------------------------------------------------------------------
def _openai_chat(chunks: list[Chunk], message: _ModelMessage) -> Iterator[Chunk]:
    first = next(chunk for chunk in chunks if chunk.get("choices"))
    base = {name: value for name, value in first.items() if name not in ("choices", "usage")}
    delta: Chunk = {"role": "assistant", "content": message.text or None}
    if message.calls:
        delta["tool_calls"] = [
            {
                "index": number,
                "id": message.id_of(number),
                "type": "function",
                "function": {"name": name, "arguments": _arguments(given)},
            }
            for number, (name, given) in enumerate(message.calls)
        ]
    yield {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    reason = "tool_calls" if message.calls else "stop"
    yield {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
    yield from (chunk for chunk in chunks if chunk.get("usage") and not chunk.get("choices"))


def _openai_chat_ids(chunks: Iterable[Chunk]) -> Iterator[str]:
    for chunk in chunks:
        for choice in chunk.get("choices") or ():
            for part in (choice.get("delta") or {}).get("tool_calls") or ():
                if isinstance(part.get("id"), str):
                    yield part["id"]


# ---- OpenAI: responses ------------------------------------------------------------------------------
def _openai_responses(chunks: list[Chunk], message: _ModelMessage) -> Iterator[Chunk]:
    number = 0

    def numbered(kind: str, **members: Any) -> Chunk:
        nonlocal number
        number += 1
        return {"type": kind, "sequence_number": number - 1, **members}

    whole = next(chunk["response"] for chunk in reversed(chunks) if isinstance(chunk.get("response"), dict))
    items = [*_items(message)]
    yield numbered("response.created", response={**whole, "status": "in_progress", "output": []})
    for place, item in enumerate(items):
        at: Chunk = {"output_index": place, "item_id": item["id"]}
        is_call = item["type"] == "function_call"
        empty = {**item, "status": "in_progress", ("arguments" if is_call else "content"): "" if is_call else []}
        yield numbered("response.output_item.added", output_index=place, item=empty)
        if is_call:
            yield numbered("response.function_call_arguments.delta", **at, delta=item["arguments"])
            yield numbered("response.function_call_arguments.done", **at, arguments=item["arguments"])
        else:
            (part,), at = item["content"], at | {"content_index": 0}
            yield numbered("response.content_part.added", **at, part={**part, "text": ""})
            yield numbered("response.output_text.delta", **at, delta=part["text"], logprobs=[])
            yield numbered("response.output_text.done", **at, text=part["text"], logprobs=[])
            yield numbered("response.content_part.done", **at, part=part)
        yield numbered("response.output_item.done", output_index=place, item=item)
    yield numbered("response.completed", response={**whole, "status": "completed", "output": items})


def _items(message: _ModelMessage) -> Iterator[Chunk]:
    if message.text or not message.calls:
        content = [{"type": "output_text", "text": message.text, "annotations": []}]
        yield {"id": "msg_edited", "type": "message", "role": "assistant", "status": "completed", "content": content}
    for number, (name, given) in enumerate(message.calls):
        yield {
            "id": f"fc_edited_{number}",
            "type": "function_call",
            "status": "completed",
            "call_id": message.id_of(number),
            "name": name,
            "arguments": _arguments(given),
        }


def _openai_responses_ids(chunks: Iterable[Chunk]) -> Iterator[str]:
    for chunk in chunks:
        if chunk.get("type") == "response.output_item.done" and isinstance(chunk["item"].get("call_id"), str):
            yield chunk["item"]["call_id"]


# ---- Anthropic --------------------------------------------------------------------------------------
def _anthropic(chunks: list[Chunk], message: _ModelMessage) -> Iterator[Chunk]:
    yield from (chunk for chunk in chunks if chunk.get("type") == "message_start")
    blocks: list[tuple[Chunk, Chunk]] = []
    if message.text or not message.calls:
        blocks.append(({"type": "text", "text": ""}, {"type": "text_delta", "text": message.text}))
    for number, (name, given) in enumerate(message.calls):
        block = {"type": "tool_use", "id": message.id_of(number), "name": name, "input": {}}
        blocks.append((block, {"type": "input_json_delta", "partial_json": _arguments(given)}))
    for index, (block, delta) in enumerate(blocks):
        yield {"type": "content_block_start", "index": index, "content_block": block}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ending: Chunk = next((chunk for chunk in chunks if chunk.get("type") == "message_delta"), {"usage": {}})
    stop = {"stop_reason": "tool_use" if message.calls else "end_turn", "stop_sequence": None}
    yield {**ending, "type": "message_delta", "delta": stop}
    yield {"type": "message_stop"}


def _anthropic_ids(chunks: Iterable[Chunk]) -> Iterator[str]:
    for chunk in chunks:
        block = chunk.get("content_block")
        if isinstance(block, dict) and block.get("type") == "tool_use" and isinstance(block.get("id"), str):
            yield block["id"]


# ---- Google, Ollama ---------------------------------------------------------------------------------
def _google(chunks: list[Chunk], message: _ModelMessage) -> Iterator[Chunk]:
    parts: list[Chunk] = [{"text": message.text}] if message.text or not message.calls else []
    parts += [{"functionCall": {"name": name, "args": given}} for name, given in message.calls]
    candidate = {"content": {"parts": parts, "role": "model"}, "finishReason": "STOP", "index": 0}
    yield {**chunks[-1], "candidates": [candidate]}


def _ollama(chunks: list[Chunk], message: _ModelMessage) -> Iterator[Chunk]:
    last = chunks[-1]
    if "message" not in last:
        if message.calls:
            raise ValueError("the answer of this model is only a text")
        yield {**last, "response": message.text, "done": True}
        return
    whole: Chunk = {"role": "assistant", "content": message.text}
    if message.calls:
        whole["tool_calls"] = [{"function": {"name": name, "arguments": given}} for name, given in message.calls]
    yield {**last, "message": whole, "done": True}


def _no_ids(_: Iterable[Chunk]) -> Iterator[str]:
    return iter(())


_WRITERS = (
    (lambda chunk: isinstance(chunk.get("choices"), list) and chunk["choices"], _openai_chat, _openai_chat_ids, True),
    (
        lambda chunk: str(chunk.get("type")).startswith("response.") and isinstance(chunk.get("response"), dict),
        _openai_responses,
        _openai_responses_ids,
        False,
    ),
    (lambda chunk: chunk.get("type") == "message_start", _anthropic, _anthropic_ids, False),
    (lambda chunk: isinstance(chunk.get("candidates"), list), _google, _no_ids, False),
    (
        lambda chunk: isinstance(chunk.get("message"), dict) or isinstance(chunk.get("response"), str),
        _ollama,
        _no_ids,
        False,
    ),
)
"""Of each form: whether a chunk is of it; what writes a stream; the ids of calls; whether it ends with ``[DONE]``."""
