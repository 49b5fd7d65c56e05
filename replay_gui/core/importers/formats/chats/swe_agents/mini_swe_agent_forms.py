"""Convert mini-swe-agent's messages of OpenAI's Responses API to the form of chat messages."""

from __future__ import annotations

from typing import Any

_READ_TYPES = ("message", "function_call", "reasoning")
_USAGE = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"}


def as_chat(message: Any) -> Any:
    """Return a message of the Responses API as a chat message; any other message unchanged."""
    match message:
        case {"object": "response", "output": list(items)}:
            return _answer(message, [item for item in items if isinstance(item, dict)])
        case {"type": "function_call_output", "call_id": call_id, "output": output}:
            rest = {key: value for key, value in message.items() if key not in ("type", "call_id", "output")}
            return {**rest, "role": "tool", "tool_call_id": call_id, "content": output}
    return message


def _answer(message: dict[str, Any], items: list[dict[str, Any]]) -> dict[str, Any]:
    by_type = {kind: [item for item in items if item.get("type") == kind] for kind in _READ_TYPES}
    extra = message["extra"] if isinstance(message.get("extra"), dict) else {}
    response = {key: value for key, value in message.items() if key not in ("extra", "output")}
    usage = response.get("usage")
    if isinstance(usage, dict):
        response["usage"] = {
            **usage,
            **{name: usage[own] for name, own in _USAGE.items() if own in usage},
        }
    calls = [
        {
            "id": item.get("call_id"),
            "type": "function",
            "function": {key: item.get(key) for key in ("name", "arguments")},
        }
        for item in by_type["function_call"]
    ]
    others = [item for item in items if item.get("type") not in _READ_TYPES]
    return {
        "role": "assistant",
        "content": "\n\n".join(_texts(by_type["message"], "content")) or None,
        "reasoning_content": "\n\n".join(_texts(by_type["reasoning"], "summary")) or None,
        **({"tool_calls": calls} if calls else {}),
        **({"items": others} if others else {}),
        "extra": {**extra, "response": response},
    }


def _texts(items: list[dict[str, Any]], member: str) -> list[str]:
    parts = [part for item in items if isinstance(item.get(member), list) for part in item[member]]
    return [part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)]
