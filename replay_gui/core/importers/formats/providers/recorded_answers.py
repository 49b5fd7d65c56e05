"""Answers of models as a server sent them over HTTP: whole, or in pieces as server-sent events."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.message_events import decoded
from replay_gui.core.importers.formats.providers.answer_chunks import joined_chunks
from replay_gui.core.importers.formats.providers.provider_answers import is_answer
from replay_gui.core.importers.formats.records import as_map
from replay_gui.core.importers.formats.sent_events import sent_in


def answer_in(body: Any) -> dict[str, Any] | None:
    """Return the answer in the body of a response; None if it is no answer of a model."""
    if isinstance(body, dict):
        held = (body, as_map(body.get("response")))  # some gateways put it into another object
        return next(({str(key): value for key, value in one.items()} for one in held if is_answer(one)), None)
    if isinstance(body, list):  # of Google, without server-sent events
        return _of_google([part for part in body if isinstance(part, dict)])
    if not isinstance(body, str) or "data:" not in body:
        return None
    sent = [event["data"] for event in sent_in(body)]
    parts = [data for data in sent if isinstance(data, dict)]
    unread = [data for data in sent if not isinstance(data, dict)]
    answer = _of_responses(parts) or _of_anthropic(parts) or _of_google(parts) or joined_chunks(parts)
    return {**answer, "unread": unread} if answer and unread else answer


def _of_responses(parts: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the whole answer in the last event of OpenAI's Responses API."""
    whole = (part.get("response") for part in reversed(parts) if str(part.get("type")).startswith("response."))
    return next((one for one in whole if isinstance(one, dict) and is_answer(one)), None)


def _of_anthropic(parts: list[dict[str, Any]]) -> dict[str, Any] | None:
    first = next((part.get("message") for part in parts if part.get("type") == "message_start"), None)
    if not isinstance(first, dict):
        return None
    message, blocks = dict(first), dict[str, dict[str, Any]]()
    for part in parts:
        block, delta = part.get("content_block"), part.get("delta")
        index = str(part.get("index"))  # a damaged file can have a map here
        if isinstance(block, dict):
            blocks[index] = dict(block)
        elif part.get("type") == "message_delta" and isinstance(delta, dict):
            message |= delta
            message["usage"] = {**as_map(message.get("usage")), **as_map(part.get("usage"))}
        elif isinstance(delta, dict) and index in blocks:
            _extend(blocks[index], delta)
    for block in blocks.values():
        if isinstance(given := block.pop("partial_json", None), str):
            block["input"] = decoded(given) if given else {}
    return {**message, "content": [*blocks.values()]}


def _extend(block: dict[str, Any], delta: dict[str, Any]) -> None:
    for name, value in delta.items():
        if name == "type":
            continue
        known = block.get(name)
        is_text = isinstance(value, str) and isinstance(known, str)
        block[name] = known + value if is_text else [*known, value] if isinstance(known, list) else value


def _of_google(parts: list[dict[str, Any]]) -> dict[str, Any] | None:
    answers = [part for part in parts if isinstance(part.get("candidates"), list) and part["candidates"]]
    firsts = [answer["candidates"][0] for answer in answers]
    if not answers or not all(isinstance(first, dict) for first in firsts):
        return None
    pieces = list[dict[str, Any]]()
    for first in firsts:
        content = first.get("content")
        given = content.get("parts") if isinstance(content, dict) else None
        for piece in given if isinstance(given, list) else []:
            if pieces and _is_more(pieces[-1], piece):
                pieces[-1] = {**pieces[-1], **piece, "text": pieces[-1]["text"] + piece["text"]}
            elif isinstance(piece, dict) and piece != {"text": ""}:
                pieces.append(piece)
    last = {name: value for answer in answers for name, value in answer.items() if name != "candidates"}
    about = {name: value for first in firsts for name, value in first.items() if name != "content"}
    contents = [first.get("content") for first in firsts]
    roles = [content.get("role") for content in contents if isinstance(content, dict)]
    unusual = {"roles": roles} if {*map(str, roles)} - {"model", "None"} else {}
    return {**last, "candidates": [{**about, **unusual, "content": {"role": "model", "parts": pieces}}]}


def _is_more(before: dict[str, Any], piece: Any) -> bool:
    """Whether a part goes on with the text, or with the thought, of the part before it."""
    if not isinstance(piece, dict) or not isinstance(piece.get("text"), str) or not isinstance(before.get("text"), str):
        return False
    return before.get("thought") == piece.get("thought")
