"""One line a person can read of each kind of event. Logs are hostile: what comes out is one line, plain, and short."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from replay_gui.core.event import Event

LIMIT = 160  # characters

# Unicode Cc, Cf, Zl, Zp, Cs: invisible, or able to reorder or break a line.
_SPACES = re.compile(r"[\t\n\r ]+")
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u2064\u2066-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)


def one_line(text: str, limit: int = LIMIT) -> str:
    """`text` without line breaks, with unsafe characters as visible escapes, cut to `limit` with an ellipsis."""
    short = _SPACES.sub(" ", text[: 2 * limit]).strip()
    safe = _UNSAFE.sub(_escaped, short)
    return safe if len(safe) <= limit and len(text) <= 2 * limit else safe[: limit - 1] + "…"


def summary(event: Event) -> str:
    """What happened, without the kind and the tool, which stand beside it."""
    if event.problem:
        return one_line(event.problem)
    say = _SAYINGS.get(event.kind, _fields)
    return one_line(say(event.payload))


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _said(value: Any) -> str:
    """A value as people write it: text as it is, a map of one text as that text, the rest as short JSON."""
    match value:
        case str():
            return value[: 2 * LIMIT]
        case {"text": str(text)} | {"content": str(text)} | {"message": str(text)} | {"summary": str(text)}:
            return text[: 2 * LIMIT]
        case Mapping():
            return _fields(value)
        case list() if value and isinstance(value[0], Mapping) and "text" in value[0]:
            return _said(value[0])
        case list():
            return f"{len(value):,} items" if len(value) > 8 else json.dumps([_brief(v) for v in value])
    return str(_brief(value))


def _brief(value: Any) -> Any:
    """`value` cut to what is worth showing on a line, as JSON can hold it."""
    if isinstance(value, str):
        return value[:LIMIT]
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    if isinstance(value, Mapping):
        return f"{len(value):,} keys"
    if isinstance(value, list):
        return f"{len(value):,} items"
    return value


def _fields(payload: Mapping[str, Any]) -> str:
    shown = [f"{key}: {_brief(value)}" for key, value in list(payload.items())[:6] if key != "ops"]
    return ", ".join(shown)


def _input(payload: Mapping[str, Any]) -> str:
    given = payload.get("input")
    if isinstance(given, Mapping):
        return ", ".join(str(_brief(v)) if len(given) == 1 else f"{k}: {_brief(v)}" for k, v in list(given.items())[:6])
    return _said(given)


def _output(payload: Mapping[str, Any]) -> str:
    error, output = payload.get("error"), payload.get("output")
    if payload.get("success") is False and isinstance(error, str) and error:
        return error
    return _said(output)


def _of(*names: str, between: str = " · ") -> Callable[[Mapping[str, Any]], str]:
    def say(payload: Mapping[str, Any]) -> str:
        return between.join(_said(payload[name]) for name in names if payload.get(name) not in (None, "", {}, []))

    return say


def _observation(payload: Mapping[str, Any]) -> str:
    data = _said(payload.get("data"))
    return data if payload.get("obs_type") == "message" else f"{payload.get('obs_type')}: {data}"


def _decision(payload: Mapping[str, Any]) -> str:
    reasoning = payload.get("reasoning")
    return reasoning if isinstance(reasoning, str) and reasoning else _said(payload.get("data"))


def _memory(payload: Mapping[str, Any]) -> str:
    if payload.get("operation") == "delete":
        return f"{payload.get('key')} deleted"
    return f"{payload.get('key')} = {_said(payload['value'])}" if "value" in payload else str(payload.get("key"))


def _patch(payload: Mapping[str, Any]) -> str:
    return f"{payload.get('target')} — {payload.get('reasoning') or payload.get('patch_type')}"


def _patch_name(payload: Mapping[str, Any]) -> str:
    return str(payload.get("patch_hash"))[:12]


def _patch_rejected(payload: Mapping[str, Any]) -> str:
    return f"{payload.get('reason')} ({payload.get('stage')})"


_SAYINGS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "AgentInit": _of("agent_type", "agent_version", between=" "),
    "StateTransition": _of("phase", "transition_type"),
    "ToolRequest": _input,
    "ToolResponse": _output,
    "CapabilityDenied": _of("capability", "reason"),
    "Observation": _observation,
    "Decision": _decision,
    "MemoryWrite": _memory,
    "MemoryRead": _memory,
    "PatchProposal": _patch,
    "PatchApplied": _patch_name,
    "PatchRejected": _patch_rejected,
    "Error": _of("error_type", "message", between=": "),
    "Snapshot": _of("snapshot_type"),
}
