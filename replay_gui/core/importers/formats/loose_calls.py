"""Calls in records of unknown programs, and whether they failed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from replay_gui.core.importers.formats.message_events import first_line

_FAILED = {"isError": True, "is_error": True, "success": False, "ok": False}  # members of a failed result
_FAILED_STATUS = ("error", "failed", "failure")
_EXIT_CODES = ("exit_code", "exitCode", "returncode")


def why_failed(output: Any, rest: dict[str, Any]) -> str | None:
    """Return why a call failed, in one line, if a member other than ``error`` shows it."""
    maps = [rest, output] if isinstance(output, dict) else [rest]
    codes = [one[name] for one in maps for name in _EXIT_CODES if type(one.get(name)) is int and one[name]]
    if codes:
        return f"exit {codes[0]}"
    for one in maps:
        states = one.get("status"), one.get("outcome")
        if any(one.get(name) is sign for name, sign in _FAILED.items()) or any(map(_is_failed, states)):
            why = next((one[name] for one in maps for name in ("error", "message", "output") if one.get(name)), output)
            return (first_line(why) if isinstance(why, str) else "") or "failed"
    return None


def _is_failed(state: Any) -> bool:
    return isinstance(state, str) and state in _FAILED_STATUS


def call_in(record: dict[str, Any], volatile: Collection[str]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return (parts, other members) of a call in a record with ``tool_call`` and ``tool_result``; None without one.

    `volatile`: members of the result to leave out.
    """
    call, result = record.get("tool_call"), record.get("tool_result")
    if not isinstance(call, dict) or not isinstance(call.get("name"), str):
        return None
    given = next((name for name in ("args", "arguments", "input", "parameters") if name in call), "")
    rest = {"call": {key: value for key, value in call.items() if key not in ("name", given, "id")}}
    output = result
    if isinstance(result, dict) and "output" in result:
        output = result["output"] if result["output"] is not None else result.get("error")
        members = {key: value for key, value in result.items() if key not in ("output", *volatile)}
        rest |= {"error": members.pop("error", None), "result": members}
    parts = {"tool": call["name"], "input": call.get(given, {}), "output": output}
    return parts, {key: value for key, value in rest.items() if value not in (None, {}, "")}
