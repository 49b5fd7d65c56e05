"""Calls that are listed together with their results: ``toolCalls: [{tool, input, output}]``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from replay_gui.core.importers.formats.loose_calls import why_failed
from replay_gui.core.importers.formats.message import Message, MessageCall, MessageResult
from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import first_line
from replay_gui.core.importers.formats.record_use import LENGTHS, length_in

CALL_LISTS = ("tool_calls", "toolCalls")
"""Names of the member with a message's calls."""

_NAMES = frozenset({"name", "function", "tool", "toolName", "tool_name"})
_OUTPUTS = ("output", "result", "response", "tool_output", "toolOutput", "observation")
_SUCCESS = ("success", "completed", "ok", "done")
_FAILURE = ("error", "failed")
_VOLATILE = (*LENGTHS, "timestamp")
_TEXTS = ("content", "text", "message", "response", "answer", "reply", "output")
_THOUGHTS = ("thinking", "reasoning", "reasoning_content", "thought")


def are_calls(value: Any) -> bool:
    """Return whether a value is a list of calls, each with the name of its tool."""
    return (
        isinstance(value, list)
        and value != []
        and all(isinstance(call, dict) and not _NAMES.isdisjoint(call) for call in value)
    )


def have_results(calls: Any) -> bool:
    """Return whether any of the calls in a list has its result in it."""
    listed: list[Any] = calls if isinstance(calls, list) else []
    return any(isinstance(call, dict) and any(call.get(name) is not None for name in _OUTPUTS) for call in listed)


def with_results(message: Message, raw: dict[str, Any]) -> Message:
    """Return a message with the results that its calls contain; `raw`: the message in the source."""
    listed: list[Any] = next((raw[name] for name in CALL_LISTS if isinstance(raw.get(name), list)), [])
    if not are_calls(listed) or message.results or len(message.calls) < len(listed):
        return message
    calls, results = [*message.calls], list[MessageResult]()
    for number, one in enumerate(listed):
        calls[number], result = _call_and_result(calls[number], one, number)
        results += [] if result is None else [result]
    return replace(message, calls=tuple(calls), results=tuple(results))


def _call_and_result(call: MessageCall, raw: dict[str, Any], number: int) -> tuple[MessageCall, MessageResult | None]:
    """Return (a call without the members of its result, the result; None if it has none)."""
    name = next((name for name in _OUTPUTS if raw.get(name) is not None), None)
    wrong = raw.get("error")
    if name is None and not wrong:
        return call, None
    output = content_of(raw[name]) if name is not None else wrong
    rest = {key: value for key, value in call.rest.items() if key not in (name, "error", *_VOLATILE)}
    why = (first_line(wrong if isinstance(wrong, str) else str(wrong)) or "failed") if wrong else ""
    why = why or why_failed(output, rest) or ""
    if rest.get("status") in _SUCCESS or (why and rest.get("status") in _FAILURE):
        del rest["status"]
    if wrong and wrong != why and name is not None:
        rest["error"] = wrong
    result = MessageResult(call.id, call.name, output, bool(why), why, duration=length_in(raw), call_number=number)
    return replace(call, rest=rest), result


def message_without_role(record: dict[str, Any]) -> tuple[dict[str, Any], set[str]] | None:
    """Return (a record without a role, but with calls or parts, as a message of the model, the members in it).

    None for other records.
    """
    listed = next((name for name in CALL_LISTS if are_calls(record.get(name))), None)
    content = record.get("content")
    parts = content if isinstance(content, list) and record.get("type") == "assistant" else []
    are_parts = bool(parts) and all(isinstance(part, dict) and "type" in part for part in parts)
    if "role" in record or not (listed or are_parts):
        return None
    message: dict[str, Any] = {"role": "assistant"}
    text = next((name for name in _TEXTS if isinstance(record.get(name), str | list) and record[name]), None)
    thought = next((name for name in _THOUGHTS if isinstance(record.get(name), str) and record[name]), None)
    members = {"content": text, "thinking": thought, "tool_calls": listed}
    message |= {name: record[member] for name, member in members.items() if member is not None}
    return message, {member for member in members.values() if member is not None}
