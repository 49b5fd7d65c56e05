"""Ids of calls, messages and sessions: they may differ between equal runs, so they are not content."""

from __future__ import annotations

from collections.abc import Mapping
from operator import is_
from typing import Any

from replay_gui.core.text.json_pointer import escape_token, unescape_token

_ID_MEMBERS = frozenset(("tool_call_id", "tool_use_id", "call_id", "toolUseId", "toolCallId"))
_NUMBERED_TYPES = frozenset(
    (
        *("tool_use", "server_tool_use", "tool_call", "function", "function_call", "function_call_output", "message"),
        *("reasoning", "custom_tool_call", "mcp_call", "web_search_call", "file_search_call", "computer_call"),
    )
)
_CACHE_MARK = "cache_control"  # Anthropic: the end of the cached part of a prompt, which moves with the conversation
_ID_OBJECTS = frozenset((_CACHE_MARK, "internal_chat_message_metadata_passthrough"))  # the last: turn and time, Codex
_CALLS_OF_GOOGLE = ("functionCall", "functionResponse")
_GIVEN = frozenset(("input", "args", "arguments", "response"))
"""Members of calls that hold what a tool was given or returned: an id in there is the agent's, and is content."""

_SESSION_MEMBERS = ("prompt_cache_key", "client_metadata")
_METADATA, _USER_ID = "metadata", "user_id"  # Anthropic: has the session of Claude Code
_MAY_HAVE_SESSION = frozenset((*_SESSION_MEMBERS, _METADATA))


def split_session(request: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (a request to a model without the members with its session, these members).

    The first is the same object if it has no such members.
    """
    session: dict[str, Any] = {}
    if _MAY_HAVE_SESSION.isdisjoint(request):
        return request, session
    session = {name: request[name] for name in _SESSION_MEMBERS if name in request}
    metadata = request.get(_METADATA)
    is_named = isinstance(metadata, dict) and _USER_ID in metadata
    if not session and not is_named:
        return request, session
    rest = {name: member for name, member in request.items() if name not in session}
    if isinstance(metadata, dict) and is_named:
        session[_METADATA] = {_USER_ID: metadata[_USER_ID]}
        rest[_METADATA] = {name: member for name, member in metadata.items() if name != _USER_ID}
        if not rest[_METADATA]:
            del rest[_METADATA]
    return rest, session


def without_cache_marks(value: Any) -> Any:
    """Return a message or another part of a request without marks for caches; the same object if it has none."""
    if isinstance(value, list):
        items = [without_cache_marks(item) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if not isinstance(value, dict):
        return value
    if _CACHE_MARK in value:
        value = {name: member for name, member in value.items() if name != _CACHE_MARK}
    content = value.get("content")
    bare = without_cache_marks(content) if isinstance(content, list) else content
    return value if bare is content else {**value, "content": bare}


def in_call_order(message: Any, before: Any) -> Any:
    """Return a message with its tool results in the order of the calls in the message before (Anthropic's form).

    Parallel calls are answered in any order. Returns the same object if they are already in order.
    """
    results = [block for block in _blocks(message) if block.get("type") == "tool_result"]
    if len(results) < 2:
        return message
    order = {str(block.get("id")): place for place, block in enumerate(_blocks(before))}
    ordered = sorted(results, key=lambda block: order.get(str(block.get("tool_use_id")), len(order)))
    if all(map(is_, ordered, results)):
        return message
    following = iter(ordered)
    content = [
        next(following) if isinstance(block, dict) and block.get("type") == "tool_result" else block
        for block in message["content"]
    ]
    return {**message, "content": content}


def _blocks(message: Any) -> list[dict[str, Any]]:
    content = message.get("content") if isinstance(message, dict) else None
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []


def without_ids(value: Any) -> tuple[Any, dict[str, Any]]:
    """Return the value without its ids, and these by JSON Pointer; the same object if it has none."""
    ids: dict[str, Any] = {}
    return _strip(value, "", ids), ids


def with_ids(value: Any, ids: Mapping[str, Any]) -> Any:
    """Put the ids that `without_ids` removed back into the value, in place, and return it."""
    for pointer, id_ in ids.items():
        *way, name = pointer.split("/")[1:]
        place = value
        for token in way:
            place = place[int(token)] if isinstance(place, list) else place[unescape_token(token)]
        place[unescape_token(name)] = id_
    return value


def _strip(value: Any, path: str, ids: dict[str, Any], is_call: bool = False) -> Any:
    if isinstance(value, list):
        items = [_strip(item, f"{path}/{i}", ids) for i, item in enumerate(value)]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if not isinstance(value, dict):
        return value
    result: dict[str, Any] = {}
    changed = False
    kind = value.get("type")  # a map, if this is the schema of a tool with an argument of this name
    has_id = is_call or (isinstance(kind, str) and kind in _NUMBERED_TYPES) or "function" in value
    for name, member in value.items():
        is_id = isinstance(member, str) and (name in _ID_MEMBERS or (name == "id" and has_id))
        if is_id or name in _ID_OBJECTS:
            ids[f"{path}/{escape_token(name)}"] = member
            changed = True
            continue
        new = member
        if not (name in _GIVEN and isinstance(member, dict)):
            new = _strip(member, f"{path}/{escape_token(name)}", ids, name in _CALLS_OF_GOOGLE)
        changed = changed or new is not member
        result[name] = new
    return result if changed else value
