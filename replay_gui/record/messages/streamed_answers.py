"""Streamed answers of models (server-sent events, or one JSON object per line), assembled into the whole message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from replay_gui.core.importers.json_lines import NotJson
from replay_gui.record.calls.json_bodies import json_value


@dataclass(slots=True)
class StreamedCall:
    """A call of a tool, as far as it has arrived. `arguments`: JSON in pieces, or the whole value."""

    name: str = ""
    arguments: list[str] = field(default_factory=list)
    whole: Any = None


@dataclass(slots=True, kw_only=True)
class StreamedAnswer:
    """A model's message in a stream."""

    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    calls: dict[Any, StreamedCall] = field(default_factory=dict)
    usage: dict[str, Any] = field(default_factory=dict)
    stop: str | None = None
    whole: dict[str, Any] | None = None  # the unstreamed form of the answer, if the stream ends with it
    error: str | None = None

    def call(self, key: Any) -> StreamedCall:
        """Return the call of this key; create it if there is none."""
        return self.calls.setdefault(key, StreamedCall())


def stream_chunks(body: bytes) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of a stream; ignore other lines."""
    for line in body.splitlines():
        raw = line[5:].strip() if line.startswith(b"data:") else line.strip()
        if raw.startswith(b"{"):
            try:
                chunk = json_value(raw)
            except NotJson:
                continue
            if isinstance(chunk, dict):
                yield chunk


def join_stream(body: bytes) -> StreamedAnswer:
    """Return the answer in a stream, in the forms of OpenAI (both), Anthropic, Google and Ollama."""
    answer = StreamedAnswer()
    for chunk in stream_chunks(body):
        kind = chunk.get("type")
        if isinstance(chunk.get("choices"), list):
            _openai_chat(answer, chunk)
        elif isinstance(chunk.get("candidates"), list):
            _google(answer, chunk)
        elif isinstance(kind, str) and kind.startswith("response."):
            if isinstance(chunk.get("response"), dict) and kind in _LAST_OF_RESPONSES:
                answer.whole = chunk["response"]
        elif isinstance(kind, str):
            _anthropic(answer, kind, chunk)
        elif isinstance(chunk.get("message"), dict) or isinstance(chunk.get("response"), str):
            _ollama(answer, chunk)
        elif isinstance(chunk.get("error"), dict | str):
            answer.error = _message_of(chunk["error"])
        if isinstance(usage := chunk.get("usage") or chunk.get("usageMetadata"), dict):
            answer.usage |= usage
    return answer


_LAST_OF_RESPONSES = ("response.completed", "response.incomplete", "response.failed")


def _openai_chat(answer: StreamedAnswer, chunk: dict[str, Any]) -> None:
    for choice in chunk["choices"]:
        delta = choice.get("delta") if isinstance(choice, dict) else None
        if not isinstance(delta, dict):
            continue
        _add_text(answer.text, delta.get("content"))
        _add_text(answer.reasoning, delta.get("reasoning_content") or delta.get("reasoning"))
        for position, part in enumerate(delta.get("tool_calls") or ()):
            call = answer.call((choice.get("index"), part.get("index", position)))
            function = part.get("function") or {}
            call.name += function.get("name") or ""
            _add_text(call.arguments, function.get("arguments"))
        answer.stop = choice.get("finish_reason") or answer.stop


def _anthropic(answer: StreamedAnswer, kind: str, chunk: dict[str, Any]) -> None:
    index = chunk.get("index")
    if kind == "message_start" and isinstance(message := chunk.get("message"), dict):
        answer.usage |= message.get("usage") or {}
    elif kind == "content_block_start" and isinstance(block := chunk.get("content_block"), dict):
        if block.get("type") in ("tool_use", "server_tool_use"):
            answer.call(index).name = str(block.get("name"))
        _add_text(answer.text, block.get("text"))
    elif kind == "content_block_delta" and isinstance(delta := chunk.get("delta"), dict):
        _add_text(answer.text, delta.get("text"))
        _add_text(answer.reasoning, delta.get("thinking"))
        if isinstance(delta.get("partial_json"), str):
            answer.call(index).arguments.append(delta["partial_json"])
    elif kind == "message_delta" and isinstance(delta := chunk.get("delta"), dict):
        answer.stop = delta.get("stop_reason") or answer.stop
    elif kind == "error":
        answer.error = _message_of(chunk.get("error"))


def _google(answer: StreamedAnswer, chunk: dict[str, Any]) -> None:
    for candidate in chunk["candidates"]:
        content = candidate.get("content") if isinstance(candidate, dict) else None
        for part in (content or {}).get("parts") or ():
            _add_text(answer.reasoning if part.get("thought") else answer.text, part.get("text"))
            if isinstance(function := part.get("functionCall"), dict):
                call = answer.call(len(answer.calls))
                call.name, call.whole = str(function.get("name")), function.get("args")
        answer.stop = candidate.get("finishReason") or answer.stop


def _ollama(answer: StreamedAnswer, chunk: dict[str, Any]) -> None:
    message = chunk.get("message") or {}
    _add_text(answer.text, message.get("content") or chunk.get("response"))
    _add_text(answer.reasoning, message.get("thinking"))
    for part in message.get("tool_calls") or ():
        function = part.get("function") or {}
        call = answer.call(len(answer.calls))
        call.name, call.whole = str(function.get("name")), function.get("arguments")
    answer.stop = chunk.get("done_reason") or answer.stop
    answer.usage |= {name: chunk[name] for name in ("prompt_eval_count", "eval_count") if name in chunk}


def _add_text(pieces: list[str], text: object) -> None:
    if isinstance(text, str) and text:
        pieces.append(text)


def _message_of(error: Any) -> str:
    return str(error.get("message") or error) if isinstance(error, dict) else str(error)
