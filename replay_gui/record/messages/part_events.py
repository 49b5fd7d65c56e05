"""Converts parts of requests to events, and such events to parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from replay_gui.core.log.kinds import BOOKKEEPING_PREFIX, Kind
from replay_gui.record.messages.provider_ids import with_ids, without_ids
from replay_gui.record.messages.request_parts import CONVERSATION, RequestPart

PART, FORM, IDS = "part", "part_form", "part_ids"
"""Members of meta: the part's number, how to read it back (one of _MESSAGE, _TEXT, _VALUE), its ids."""

_MESSAGE, _TEXT, _VALUE = "message", "text", "value"
_SENT_AGAIN = f"{BOOKKEEPING_PREFIX}sent"  # a message of the model itself; its Decision is already in the log
_REQUEST_PART = f"{BOOKKEEPING_PREFIX}request-part"
_ROLES_OF_MODELS = ("assistant", "model")
_SOURCES = {"input": "user", "prompt": "user"}


@dataclass(frozen=True, slots=True)
class PartEvent:
    """An event with a part of a request."""

    kind: str
    payload: dict[str, Any]
    meta: dict[str, Any]


def event_of_part(part: RequestPart) -> PartEvent:
    """Return the event for a part: an Observation for input of the model, else bookkeeping."""
    meta: dict[str, Any] = {PART: part.number} | ({IDS: part.ids} if part.ids else {})
    value = part.value
    if part.member not in CONVERSATION:
        return PartEvent(_REQUEST_PART, {"member": part.member, "value": value}, meta | {FORM: _VALUE})
    match value:
        case str():
            payload = {"obs_type": "message", "source": _SOURCES.get(part.member, "system"), "data": value}
            return PartEvent(Kind.OBSERVATION, payload, meta | {FORM: _TEXT})
        case {"role": str(role), "content": content, **rest} if role not in _ROLES_OF_MODELS:
            payload = {"obs_type": "message", "source": role, "data": content} | ({"rest": rest} if rest else {})
            return PartEvent(Kind.OBSERVATION, payload, meta | {FORM: _MESSAGE})
    return PartEvent(_SENT_AGAIN, {"member": part.member, "value": value}, meta | {FORM: _VALUE})


def part_of_event(payload: Mapping[str, Any], meta: Mapping[str, Any], *, ids: bool) -> Any:
    """Return the part in an event; raise KeyError or TypeError if it has none.

    Args:
        ids: with its ids. Otherwise without ids, even if an older recording has some in the content; the value may be
            shared with the payload.
    """
    form = meta[FORM]
    if form == _MESSAGE:
        value: Any = {"role": payload["source"], "content": payload["data"], **payload.get("rest", {})}
    else:
        value = payload["data" if form == _TEXT else "value"]
    if ids:
        return with_ids(value, meta[IDS]) if IDS in meta else value
    return without_ids(value)[0]
