"""Join the chunks of an answer that LangChain streams (``AIMessageChunk``) to one message."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.message_content import arguments_of
from replay_gui.core.importers.formats.records import as_map, maps_in

_TEXTS = ("name", "args", "id")  # members of a call that come in pieces


def is_chunk(message: Any) -> bool:
    """Return whether a message is a piece of an answer."""
    return isinstance(message, dict) and message.get("type") == "AIMessageChunk"


def joined(message: dict[str, Any] | None, chunk: dict[str, Any]) -> dict[str, Any]:
    """Return the message so far, with another chunk. Tokens are added up, as LangChain does it."""
    if message is None:
        message = {"type": "ai", "id": chunk.get("id"), "content": "", "tool_call_chunks": []}
    about = as_map(message.get("response_metadata")) | as_map(chunk.get("response_metadata"))
    return {
        **message,
        "content": _content(message["content"], chunk.get("content")),
        "tool_call_chunks": _calls(message["tool_call_chunks"], maps_in(chunk.get("tool_call_chunks"))),
        "additional_kwargs": _texts(as_map(message.get("additional_kwargs")), as_map(chunk.get("additional_kwargs"))),
        "response_metadata": about,
        "usage_metadata": _sum(message.get("usage_metadata"), chunk.get("usage_metadata")),
    }


def whole(message: dict[str, Any]) -> dict[str, Any]:
    """Return a joined message in the form of one that was sent at once."""
    calls = [
        {"name": call.get("name"), "args": arguments_of(call.get("args")), "id": call.get("id"), "type": "tool_call"}
        for call in message["tool_call_chunks"]
    ]
    return {name: value for name, value in message.items() if name != "tool_call_chunks"} | {"tool_calls": calls}


def _content(before: Any, more: Any) -> Any:
    if isinstance(before, str) and isinstance(more, str):
        return before + more
    parts = [*before] if isinstance(before, list) else [{"type": "text", "text": before}] if before else []
    for part in more if isinstance(more, list) else [{"type": "text", "text": more}] if more else []:
        last = parts[-1] if parts else None
        if isinstance(last, dict) and isinstance(part, dict) and _continues(last, part):
            parts[-1] = _texts(last, part)
        else:
            parts.append(part)
    return parts


def _continues(last: dict[str, Any], part: dict[str, Any]) -> bool:
    return all(last.get(name) == part.get(name) for name in ("type", "index"))


def _texts(before: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Return the members of both, with their texts joined; what kind a part is does not come in pieces."""
    merged = dict(before)
    for name, value in more.items():
        known = merged.get(name)
        is_piece = isinstance(known, str) and isinstance(value, str) and name != "type"
        merged[name] = known + value if is_piece else value if value is not None else known
    return merged


def _calls(before: list[dict[str, Any]], more: list[dict[str, Any]]) -> list[dict[str, Any]]:
    calls = [*before]
    for chunk in more:
        at = next((at for at, call in enumerate(calls) if call.get("index") == chunk.get("index")), None)
        if at is None:
            calls.append(chunk)
        else:
            pieces = {name: chunk[name] for name in _TEXTS if chunk.get(name)}
            calls[at] = _texts(calls[at], pieces)
    return calls


def _sum(before: Any, more: Any) -> Any:
    if isinstance(before, dict) and isinstance(more, dict):
        return {name: _sum(before.get(name), more.get(name)) for name in {**before, **more}}
    if type(before) is int and type(more) is int:
        return before + more
    return before if more is None else more
