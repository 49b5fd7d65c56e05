"""The values in an event and their speaker, for the search of a value's origin."""

from __future__ import annotations

import re
from typing import Any

from replay_gui.core.effects.answers import answer_text
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.reasons.origin import OriginRole

_REQUEST, _RESPONSE, _DENIED = (
    Kind.TOOL_REQUEST.value,
    Kind.TOOL_RESPONSE.value,
    Kind.CAPABILITY_DENIED.value,
)
_OBSERVATION, _DECISION, _ERROR = Kind.OBSERVATION.value, Kind.DECISION.value, Kind.ERROR.value
_INIT, _MEMORY_READ, _PROPOSAL = Kind.AGENT_INIT.value, Kind.MEMORY_READ.value, Kind.PATCH_PROPOSAL.value
_USERS = frozenset({"user", "human", "dataset"})
_SETUP_SOURCES = frozenset({"system", "developer"})
_MAX_VALUES = 20_000  # of an event that are examined


def role_of(event: Event) -> OriginRole | None:
    """Return who speaks in an event; None for the set-up, for data of graders, and for events outside the run."""
    kind = event.kind
    if kind == _OBSERVATION:
        source = str(event.payload.get("source") or "").lower()
        if source in _SETUP_SOURCES:
            return None
        if source in _USERS:
            return OriginRole.USER
        return OriginRole.AGENT if event.payload.get("obs_type") == "message" else OriginRole.ANSWER
    return _ROLES.get(kind)


_NUMBER = re.compile(r"[1-9]\d{0,14}(?:\.\d{1,8})?")

_ROLES = {
    _REQUEST: OriginRole.AGENT,
    _DECISION: OriginRole.AGENT,
    _PROPOSAL: OriginRole.AGENT,
    _RESPONSE: OriginRole.ANSWER,
    _ERROR: OriginRole.ANSWER,
    _DENIED: OriginRole.ANSWER,
    _MEMORY_READ: OriginRole.ANSWER,
}


def is_setup(event: Event) -> bool:
    """Whether the event describes the set-up of the run."""
    if event.kind == _INIT:
        return True
    return event.kind == _OBSERVATION and str(event.payload.get("source") or "").lower() in _SETUP_SOURCES


def values_of_event(event: Event) -> list[Any]:
    """Return the content values of an event, without those that only the format requires."""
    payload = event.payload
    if event.kind == _REQUEST:
        return [payload.get("input")]
    if event.kind == _RESPONSE:
        return [payload.get("output"), payload.get("error")]
    if event.kind == _DECISION:
        return [payload.get("data"), payload.get("reasoning")]
    if event.kind == _OBSERVATION:
        return [payload.get("data")]
    if event.kind == _ERROR:
        return [payload.get("message")]
    if event.kind == _MEMORY_READ:
        return [payload.get("value")]
    if event.kind == _PROPOSAL:
        return [payload.get("patch")]
    if event.kind == _DENIED:
        return [payload.get("reason")]
    if event.kind == _INIT:
        return [payload.get("config")]
    return []


def message_text(event: Event) -> str:
    """Return the words of a message, without its reasoning and without structured data."""
    data = event.payload.get("data")
    if isinstance(data, dict):
        data = next((data[name] for name in ("content", "text", "message") if data.get(name)), data)
    if isinstance(data, list):
        parts = [part.get("text") if isinstance(part, dict) else part for part in data]
        return "\n".join(part for part in parts if isinstance(part, str))
    return answer_text(data)


def word_pattern(value: str) -> re.Pattern[str]:
    """Return a pattern that matches a value as a whole word; a number also with separators and further zeros."""
    if _NUMBER.fullmatch(value):
        whole, _, decimals = value.partition(".")
        ended = r"(?!\w)" if decimals else r"(?:\.0{1,2})?(?!\w)"
        zeros = rf"\.{decimals}0*" if decimals else ""
        return re.compile(rf"(?<!\w){with_separators(whole, ',?')}{zeros}{ended}")
    before = r"(?<!\w)" if value[:1].isalnum() or value[:1] == "_" else ""
    after = r"(?!\w)" if value[-1:].isalnum() or value[-1:] == "_" else ""
    return re.compile(before + re.escape(value) + after)


def with_separators(digits: str, separator: str = ",") -> str:
    """Return ``1,060`` for the digits of a number."""
    first = len(digits) % 3 or 3
    return separator.join((digits[:first], *(digits[at : at + 3] for at in range(first, len(digits), 3))))


def event_holds(event: Event, value: str, pattern: re.Pattern[str]) -> bool:
    """Whether an event has a value: an equal number, or a text with it as a whole word."""
    pending, looked = values_of_event(event), 0
    while pending and looked < _MAX_VALUES:
        item = pending.pop()
        looked += 1
        if isinstance(item, str):
            if pattern.search(item):
                return True
        elif isinstance(item, dict):
            pending.extend(item.values())
            pending.extend(item)
        elif isinstance(item, list | tuple):
            pending.extend(item)
        elif isinstance(item, int | float) and not isinstance(item, bool) and _number_text(item) == value:
            return True
    return False


def _number_text(number: float) -> str:
    return str(int(number)) if isinstance(number, float) and number.is_integer() else str(number)
