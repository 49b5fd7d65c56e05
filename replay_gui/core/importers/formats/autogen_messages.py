"""Convert messages and events of AutoGen's AgentChat, and the stored messages of its agents, to the common form."""

from __future__ import annotations

from typing import Any

_TEXT_TYPES = ("TextMessage", "MultiModalMessage", "StopMessage", "HandoffMessage", "ToolCallSummaryMessage")
_REQUEST, _RESULT, _THOUGHT = "ToolCallRequestEvent", "ToolCallExecutionEvent", "ThoughtEvent"
_KEPT = {"UserMessage": "user", "SystemMessage": "system", "AssistantMessage": "assistant"}
_KEPT_RESULTS = "FunctionExecutionResultMessage"
_READ_MEMBERS = ("source", "type", "content")


def is_agent_chat(value: Any) -> bool:
    """Return whether `value` is a message of AgentChat."""
    match value:
        case {"source": str(), "type": str(kind), "content": content} if kind not in _KEPT:
            return kind in (*_TEXT_TYPES, _THOUGHT) or (kind in (_REQUEST, _RESULT) and isinstance(content, list))
        case {"content": _, "type": str(kind)} if kind in _KEPT:
            return "source" in value or (kind == "SystemMessage" and value.keys() == {"content", "type"})
        case {"content": list(), "type": str(kind)}:
            return kind == _KEPT_RESULTS
    return False


def as_chat(value: dict[str, Any]) -> dict[str, Any]:
    """Return a message of AgentChat as a message with a role. ``agent``: the speaker; ``kind``: an unusual kind."""
    kind, content = value["type"], value["content"]
    if kind in _KEPT:
        return _as_kept(value)
    if kind == _KEPT_RESULTS:
        kind, value = _RESULT, {"source": "tool", **value}
    message = {name: member for name, member in value.items() if name not in _READ_MEMBERS}
    message |= {"agent": value["source"], "role": "user" if value["source"] == "user" else "assistant"}
    if kind == _REQUEST:
        return {**message, "content": None, "tool_calls": [call for call in content if isinstance(call, dict)]}
    if kind == _RESULT:
        results = [{**one, "type": "tool_result"} for one in content if isinstance(one, dict)]
        return {**message, "role": "tool", "content": results}
    if kind == _THOUGHT:
        return {**message, "content": [{"type": "thinking", "thinking": content}]}
    return {**message, "content": content} | ({} if kind == _TEXT_TYPES[0] else {"kind": kind})


def _as_kept(value: dict[str, Any]) -> dict[str, Any]:
    """Convert a message of the context that an agent stores for its model."""
    role, content = _KEPT[value["type"]], value["content"]
    message = {name: member for name, member in value.items() if name not in (*_READ_MEMBERS, "thought")}
    message |= {"role": role, **({"agent": value["source"]} if value.get("source") not in (None, role) else {})}
    if value.get("thought"):
        message["thinking"] = value["thought"]
    if role == "assistant" and isinstance(content, list):
        return {**message, "content": None, "tool_calls": content}
    return {**message, "content": content}
