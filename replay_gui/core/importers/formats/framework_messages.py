"""Convert messages of LlamaIndex, Haystack, Semantic Kernel, Microsoft's agents and OpenAI's assistants.

The result has the common form. Parts become parts with a `type`; their other members are kept.
"""

from __future__ import annotations

from typing import Any

_PARTS = ("blocks", "items", "contents")  # members with the parts, if these are not in `content`
_ADDITIONS = "additional_kwargs"  # LlamaIndex, LangChain: additions of the provider
_LIFTED = ("tool_calls", "tool_call_id", "name", "function_call")
_CAPITAL = {"Role": "role", "Items": "items", "ModelId": "model", "Metadata": "metadata", "AuthorName": "agent"}
_KINDS = {
    "TextContent": "text",
    "FunctionCallContent": "function_call",
    "FunctionResultContent": "tool_result",
    "functionCall": "function_call",
    "functionResult": "tool_result",
    "function_result": "tool_result",
}
_NAMES = {"Text": "text", "Id": "id", "CallId": "call_id", "callId": "call_id", "Arguments": "arguments"}
_OF_BLOCKS = {"tool_kwargs": "arguments", "tool_name": "name", "tool_call_id": "id"}


def is_of_framework(value: dict[str, Any]) -> bool:
    """Return whether a message is in one of these forms, and not in a common one."""
    match value:
        case {"Role": {"Label": str()} | str(), "Items": list()}:
            return True
        case {"role": str() | {"value": str()}} if any(_are_parts(value.get(name)) for name in _PARTS):
            return True
        case {"role": str(), "content": [*parts]} if any(map(_is_unusual, parts)):
            return True
    return isinstance(value.get(_ADDITIONS), dict) and isinstance(value.get("role"), str)


def as_usual(value: dict[str, Any]) -> dict[str, Any]:
    """Return such a message with `role`, and with `content` as parts of known types."""
    value = {_CAPITAL.get(name, name): member for name, member in value.items()}
    role, about, meta = value["role"], value.get(_ADDITIONS), value.get("meta")
    if isinstance(role, dict):
        more = {name: member for name, member in role.items() if (name, member) != ("type", "role")}
        value["role"] = more.pop("value", None) or more.pop("Label", None)
        value |= {"role_of": more} if more else {}
    for name in ("content_type", "type", "$type"):
        if value.get(name) in ("message", "chat_message"):
            del value[name]
    where = next((name for name in _PARTS if _are_parts(value.get(name))), "content")
    if isinstance(parts := value.get(where), list):
        value = {name: member for name, member in value.items() if name != where}
        value["content"] = [_part(part) if isinstance(part, dict) else part for part in parts]
    if isinstance(about, dict):
        lifted = {name: about[name] for name in _LIFTED if name in about and name not in value}
        value |= {**lifted, _ADDITIONS: {name: member for name, member in about.items() if name not in lifted}}
    if isinstance(meta, dict):  # of Haystack
        lifted = {name: meta[name] for name in ("model", "usage") if name in meta and name not in value}
        value |= {**lifted, "meta": {name: member for name, member in meta.items() if name not in lifted}}
    return value


def _are_parts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, dict) and _kind(part) is not None for part in value)


def _kind(part: dict[str, Any]) -> str | None:
    kind = next((part[name] for name in ("block_type", "content_type", "$type", "type") if name in part), None)
    return kind if isinstance(kind, str) else None


def _is_unusual(part: Any) -> bool:
    match part:
        case {"tool_call": {"tool_name": _}} | {"tool_call_result": dict()} | {"reasoning": {"reasoning_text": _}}:
            return True
        case {"type": "text", "text": {"value": str()}}:
            return True
    return False


def _part(part: dict[str, Any]) -> dict[str, Any]:
    match part:
        case {"tool_call": dict(call)} if "tool_name" in call:  # of Haystack
            members = {**_without(call, "tool_name"), "name": call["tool_name"]}
            return {**_without(part, "tool_call"), **members, "type": "tool_call"}
        case {"tool_call_result": dict(result)}:
            origin = result.get("origin")
            origin = origin if isinstance(origin, dict) else {}
            members = {"name": origin.get("tool_name"), "id": origin.get("id"), "is_error": result.get("error", False)}
            rest = _without(result, "origin", "error") | {"origin": _without(origin, "tool_name", "id")}
            return {**_without(part, "tool_call_result"), **rest, **members, "type": "tool_result"}
        case {"reasoning": {"reasoning_text": text} as thought}:
            rest = _without(thought, "reasoning_text")
            return {**_without(part, "reasoning"), **rest, "type": "thinking", "thinking": text}
        case {"type": "text", "text": {"value": str(value)} as text}:  # of OpenAI's assistants
            return {**part, **_without(text, "value"), "text": value}
    kind = _kind(part)
    if kind is None:
        return part
    of_blocks = "block_type" in part
    names = {**_NAMES, **(_OF_BLOCKS if of_blocks else {}), "Result": "result"}
    members = {names.get(name, name): member for name, member in part.items()}
    for name in ("block_type", "content_type", "$type"):
        members.pop(name, None)
    if "FunctionName" in members:  # of Semantic Kernel for .NET
        name, plugin = members.pop("FunctionName"), members.pop("PluginName", None)
        members["name"] = f"{plugin}-{name}" if plugin else name
    return {**members, "type": _KINDS.get(kind, kind)}


def _without(part: dict[Any, Any], *names: str) -> dict[str, Any]:
    return {str(key): member for key, member in part.items() if key not in names}
