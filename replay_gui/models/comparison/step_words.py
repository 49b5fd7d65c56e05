"""Headings for what two sides of a row differ in."""

from __future__ import annotations

from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import CUSTOM_PREFIX, Kind
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import plural
from replay_gui.engine.answers import Step

_MAX_NAME_CHARACTERS = 60


def payload_title(step: Step | None) -> str:
    """Answer of search; Request to search; Decision …"""
    event = None if step is None else step.a if step.a is not None else step.b
    return "The chosen step" if event is None else _event_words(event)


def payload_note(step: Step | None) -> str:
    """Return a note on the payload of a step, or an empty text."""
    if step is None:
        return ""
    if step.a is None or step.b is None:
        return "only in B" if step.a is None else "only in A"
    return differences_words(len(step.payload))


def state_title(step: Step | None) -> str:
    """State after 412, A against B; where the positions differ, both are named."""
    if step is None:
        return "State, A against B"
    if step.position_a == step.position_b:
        return f"State after {step.position_a:,}, A against B"
    return f"State after {step.position_a:,} of A against {step.position_b:,} of B"


def differences_words(count: int, more: bool = False) -> str:
    """Return the number of differences as text."""
    if count == 0:
        return "no difference"
    return f"more than {count:,} differences" if more else plural(count, "difference")


def request_words(step: Step) -> tuple[tuple[str, str], ...]:
    """What an answer answers, where both sides asked the same."""
    return (("request", step.request),) if step.request else ()


def _event_words(event: Event) -> str:
    tool = one_line(event.tool or "", _MAX_NAME_CHARACTERS)
    match event.kind:
        case Kind.TOOL_RESPONSE if tool:
            return f"Answer of {tool}"
        case Kind.TOOL_REQUEST if tool:
            return f"Request to {tool}"
    return one_line(event.kind.removeprefix(CUSTOM_PREFIX), _MAX_NAME_CHARACTERS) + (f" · {tool}" if tool else "")
