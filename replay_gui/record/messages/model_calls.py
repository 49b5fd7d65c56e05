"""Parse HTTP requests to models and their responses, recognised by the form of the bodies, not by the host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from replay_gui.core.importers.formats.message_content import arguments_of
from replay_gui.core.importers.formats.message_forms import read_message
from replay_gui.core.importers.formats.message_text import split_reasoning
from replay_gui.core.importers.json_lines import NotJson
from replay_gui.record.calls.call import CallAnswer
from replay_gui.record.calls.json_bodies import json_value
from replay_gui.record.messages.chat_answers import read_chat_text
from replay_gui.record.messages.provider_ids import without_ids
from replay_gui.record.messages.streamed_answers import StreamedAnswer, join_stream

_NO_MODEL_PATHS = (
    "/embeddings",
    "/moderations",
    "/count_tokens",
    "/rerank",
    "/tokenize",
    ":countTokens",
    ":embedContent",
)
_OF_TEXTS = frozenset(("role", "content"))
_OF_ANOTHER_FORM = (AttributeError, IndexError, KeyError, TypeError, ValueError)
_TOKENS = (
    ("input", ("prompt_tokens", "input_tokens", "promptTokenCount", "prompt_eval_count")),
    ("output", ("completion_tokens", "output_tokens", "candidatesTokenCount", "eval_count")),
)


def is_model_request(method: str, path: str, body: object) -> bool:
    """Return whether an HTTP request with this decoded JSON body is one to a model."""
    if method != "POST" or not isinstance(body, dict) or path.endswith(_NO_MODEL_PATHS):
        return False
    if isinstance(body.get("messages"), list) or isinstance(body.get("contents"), list):
        return True
    return isinstance(body.get("model"), str) and isinstance(body.get("input", body.get("prompt")), str | list)


def model_answer(
    status: int, body: bytes, *, streamed: bool, form: Mapping[str, Any], is_clean: bool = False
) -> CallAnswer:
    """Return the answer of a model in the body of an HTTP answer.

    Args:
        streamed: whether it is a stream of server-sent events or of JSON lines.
        form, is_clean: for the answer's own.
    """
    if status < 400 and not streamed and (chat := read_chat_text(body)) is not None:
        text, meta = chat
        return CallAnswer(output=text, form=form, meta=meta, is_clean=is_clean)
    common: dict[str, Any] = {"form": form, "is_clean": is_clean}
    try:
        whole = None if streamed else json_value(body)
    except NotJson:  # it is recorded as text
        whole = None
    if status >= 400:
        problem = whole.get("error", whole) if isinstance(whole, dict) else body.decode(errors="replace")[:2_000]
        text = str(problem.get("message") or problem) if isinstance(problem, dict) else str(problem)
        return CallAnswer(output=None, error=text, error_type=f"HTTP {status}", **common)
    try:
        if whole is None:
            stream = join_stream(body)
            if stream.whole is None:
                return _of_stream(stream, common)
            whole = stream.whole
        return _of_whole(whole, common)
    except _OF_ANOTHER_FORM:  # another form than the known ones: it is kept as it came
        output = body.decode(errors="replace") if whole is None else without_ids(whole)[0]
        return CallAnswer(output=output, decision_type="answer", **common)


def _of_stream(stream: StreamedAnswer, common: Mapping[str, Any]) -> CallAnswer:
    calls = [(call.name, arguments_of("".join(call.arguments)) if call.whole is None else call.whole)
             for call in stream.calls.values()]  # fmt: skip
    text = "".join(stream.text) or None
    reasoning = "".join(stream.reasoning) or None
    if stream.error is not None:
        return CallAnswer(output=None, error=stream.error, error_type="stream error", **common)
    return _answer(common, text, calls, reasoning=reasoning, stop=stream.stop, usage=stream.usage)


def _of_whole(whole: Any, common: Mapping[str, Any]) -> CallAnswer:
    message: Any = None
    stop: Any = None
    match whole:
        case {"choices": [{"message": dict(message)} as choice, *_]}:
            stop = choice.get("finish_reason")
        case {"output": list(items)}:
            return _of_items(whole, items, common)
        case {"role": str(), "content": list()}:
            message, stop = whole, whole.get("stop_reason")
        case {"candidates": [{"content": dict(content)} as candidate, *_]}:
            message, stop = {"role": "assistant", **content}, candidate.get("finishReason")
        case {"output": {"message": dict(message)}}:
            stop = whole.get("stopReason")
        case {"message": dict(message)}:
            stop = whole.get("done_reason")
        case {"choices": [{"text": str(text)}, *_]} | {"response": str(text)}:
            message = {"role": "assistant", "content": text}
        case _:
            return CallAnswer(output=without_ids(whole)[0], decision_type="answer", **common)
    if type(text := message.get("content")) is str and not any(map(message.get, message.keys() - _OF_TEXTS)):
        reasoning, content_text = split_reasoning(text)  # as below, but faster: most answers are such
        return _answer(common, content_text, [], reasoning=reasoning, stop=stop, usage=whole)
    read = read_message(message)
    calls = [(call.name, call.input) for call in read.calls]
    return _answer(common, read.content, calls, reasoning=read.reasoning, stop=stop, usage=whole)


def _of_items(whole: dict[str, Any], items: list[Any], common: Mapping[str, Any]) -> CallAnswer:
    """Read the items of OpenAI's responses: messages, calls and reasoning side by side."""
    texts: list[Any] = []
    reasons: list[str] = []
    calls: list[tuple[str, Any]] = []
    for item in items:
        if not isinstance(item, dict):
            texts.append(item)
        elif item.get("type") == "reasoning":
            reasons += [part["text"] for part in item.get("summary") or () if isinstance(part.get("text"), str)]
        else:
            read = read_message({"role": "assistant", **item} if item.get("type") == "message" else item)
            texts += [] if read.content is None else [read.content]
            calls += [(call.name, call.input) for call in read.calls]
    content = texts[0] if len(texts) == 1 else texts or None
    reasoning = "\n".join(reasons) or None
    return _answer(common, content, calls, reasoning=reasoning, stop=whole.get("status"), usage=whole)


def _answer(
    common: Mapping[str, Any],
    content: Any,
    calls: list[tuple[str, Any]],
    *,
    reasoning: str | None,
    stop: object,
    usage: Mapping[str, Any],
) -> CallAnswer:
    meta: dict[str, Any] = {"tokens": tokens} if (tokens := _tokens(usage)) else {}
    if isinstance(stop, str):
        meta["stop"] = stop
    if type(content) is not str:
        content = without_ids(content)[0]
    if not calls:
        return CallAnswer(output="" if content is None else content, reasoning=reasoning, **common, meta=meta)
    output = {"calls": [{"name": name, "input": value} for name, value in calls]}
    if content not in (None, ""):
        output["content"] = content
    return CallAnswer(output=output, decision_type="tool_calls", reasoning=reasoning, **common, meta=meta)


def _tokens(whole: Mapping[str, Any]) -> dict[str, int]:
    """Return the numbers of tokens in an answer: in a member of it, or (Ollama, streams) beside the message."""
    tokens: dict[str, int] = {}
    usage = whole.get("usage") or whole.get("usageMetadata") or whole
    if isinstance(usage, dict):
        for name, members in _TOKENS:
            for member in members:
                if type(count := usage.get(member)) is int:
                    tokens[name] = count
                    break
    return tokens
