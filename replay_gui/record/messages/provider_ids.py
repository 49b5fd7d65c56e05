"""Ids that providers give to calls and messages: what may differ between equal runs, so no content."""

from __future__ import annotations

from typing import Any

from replay_gui.core.text.json_pointer import escape_token, unescape_token

_ID_MEMBERS = frozenset(("tool_call_id", "tool_use_id", "call_id", "toolUseId", "toolCallId"))
_NUMBERED_TYPES = frozenset(
    (
        *("tool_use", "server_tool_use", "tool_call", "function", "function_call", "function_call_output", "message"),
        *("reasoning", "custom_tool_call", "mcp_call", "web_search_call", "file_search_call", "computer_call"),
    )
)


def without_ids(value: Any) -> tuple[Any, dict[str, str]]:
    """Return the value without its ids, and these by JSON Pointer; the same object where it holds none."""
    ids: dict[str, str] = {}
    return _strip(value, "", ids), ids


def with_ids(value: Any, ids: dict[str, str]) -> Any:
    """Return the value with the ids that `without_ids` took out; it is changed in place."""
    for pointer, id_ in ids.items():
        *way, name = pointer.split("/")[1:]
        place = value
        for token in way:
            place = place[int(token)] if isinstance(place, list) else place[unescape_token(token)]
        place[unescape_token(name)] = id_
    return value


def _strip(value: Any, path: str, ids: dict[str, str]) -> Any:
    if isinstance(value, list):
        items = [_strip(item, f"{path}/{i}", ids) for i, item in enumerate(value)]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if not isinstance(value, dict):
        return value
    result: dict[str, Any] = {}
    changed = False
    has_id = value.get("type") in _NUMBERED_TYPES or "function" in value
    for name, member in value.items():
        if isinstance(member, str) and (name in _ID_MEMBERS or (name == "id" and has_id)):
            ids[f"{path}/{escape_token(name)}"] = member
            changed = True
            continue
        new = _strip(member, f"{path}/{escape_token(name)}", ids)
        changed = changed or new is not member
        result[name] = new
    return result if changed else value
