"""Messages of the first versions of Pydantic AI in the form of the present ones.

Up to 0.0.9 each part was a message with a role, and calls stood in ``calls``; up to 0.0.20 arguments stood in
``args_json`` or ``args_dict``.
"""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.formats.records import maps_in

_ROLES = {
    "system": ("request", "system-prompt"),
    "user": ("request", "user-prompt"),
    "tool-return": ("request", "tool-return"),
    "retry-prompt": ("request", "retry-prompt"),
    "model-text-response": ("response", "text"),
    "model-structured-response": ("response", "tool-call"),
}
_OF_FIRST_VERSIONS = ("model-text-response", "model-structured-response")
_ARGUMENTS = ("args_json", "args_dict")


def is_of_first_versions(record: dict[str, Any]) -> bool:
    """Return whether a record is an answer of the model in the oldest form."""
    role = record.get("role")
    return isinstance(role, str) and role in _OF_FIRST_VERSIONS and ("calls" in record or "content" in record)


def as_present(record: dict[str, Any]) -> dict[str, Any]:
    """Return a message in the present form; one that has it already unchanged."""
    role = record.get("role")
    if isinstance(role, str) and role in _ROLES and "parts" not in record:
        kind, part_kind = _ROLES[role]
        about = {name: value for name, value in record.items() if name not in ("role", "calls")}
        calls = [{**_with_present_id(call), "part_kind": part_kind} for call in maps_in(record.get("calls"))]
        if role == "model-structured-response":
            about = about | ({"calls": record["calls"]} if len(calls) != len(record.get("calls") or ()) else {})
            record = {**about, "kind": kind, "parts": calls}
        else:
            members = {name: value for name, value in about.items() if name != "timestamp" or kind == "request"}
            time = {} if kind == "request" else {"timestamp": record.get("timestamp")}
            record = {**time, "kind": kind, "parts": [{**_with_present_id(members), "part_kind": part_kind}]}
    parts = record.get("parts")
    if not isinstance(parts, list) or not any(_has_old_arguments(part) for part in parts):
        return record
    return {**record, "parts": [_with_present_arguments(part) if _has_old_arguments(part) else part for part in parts]}


def _with_present_id(part: dict[str, Any]) -> dict[str, Any]:
    if "tool_id" not in part:
        return part
    return {**{name: value for name, value in part.items() if name != "tool_id"}, "tool_call_id": part["tool_id"]}


def _has_old_arguments(part: Any) -> bool:
    given = part.get("args") if isinstance(part, dict) else None
    return isinstance(given, dict) and len(given) == 1 and next(iter(given)) in _ARGUMENTS


def _with_present_arguments(part: dict[str, Any]) -> dict[str, Any]:
    return {**part, "args": next(iter(part["args"].values()))}
