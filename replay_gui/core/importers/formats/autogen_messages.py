"""Messages and events of AutoGen's AgentChat, in the form of other chats."""

from __future__ import annotations

from typing import Any

_SAID = ("TextMessage", "MultiModalMessage", "StopMessage", "HandoffMessage", "ToolCallSummaryMessage")
_ASKS, _ANSWERED, _THOUGHT = "ToolCallRequestEvent", "ToolCallExecutionEvent", "ThoughtEvent"
_USED = ("source", "type", "content")


def is_agent_chat(value: Any) -> bool:
    """Return whether `value` is a message of AgentChat."""
    match value:
        case {"source": str(), "type": str(kind), "content": content}:
            return kind in (*_SAID, _THOUGHT) or (kind in (_ASKS, _ANSWERED) and isinstance(content, list))
    return False


def as_chat(value: dict[str, Any]) -> dict[str, Any]:
    """Return a message of AgentChat as one with a role; ``agent`` names who spoke, ``kind`` an unusual kind."""
    kind, content = value["type"], value["content"]
    message = {name: member for name, member in value.items() if name not in _USED}
    message |= {"agent": value["source"], "role": "user" if value["source"] == "user" else "assistant"}
    if kind == _ASKS:
        return {**message, "content": None, "tool_calls": [call for call in content if isinstance(call, dict)]}
    if kind == _ANSWERED:
        results = [{**one, "type": "tool_result"} for one in content if isinstance(one, dict)]
        return {**message, "role": "tool", "content": results}
    if kind == _THOUGHT:
        return {**message, "content": [{"type": "thinking", "thinking": content}]}
    return {**message, "content": content} | ({} if kind == _SAID[0] else {"kind": kind})
