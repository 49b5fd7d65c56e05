"""The explanation of a difference between two runs, and the words that several kinds of differences share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.evidence.value_chain import MissingLinkKind
from replay_gui.core.reasons.origin import Origin
from replay_gui.core.reasons.phrases import event_words
from replay_gui.core.translation.messages import tr, translatable

MADE_UP = translatable("made up")
"""The chip of a name that nothing before holds."""

_WORKED_OUT = re.compile(r"[\d\W_]+(?:[TZ][\d\W_]*)*")  # numbers, dates and times


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of a difference.

    Attributes:
        sentences: each a fact. chip: the kind of cause, in one word. origins: the events on the way.
        failed_try: the other run's equal call with an error answer, if there is one.
        index: the event of the other run that the sentences are about, if it made no such call.
    """

    sentences: tuple[str, ...] = ()
    chip: str = ""
    origins: tuple[Origin, ...] = ()
    failed_try: ToolCall | None = None
    index: EventIndex | None = None


def with_origin(origins: tuple[Origin, ...], more: Origin) -> tuple[Origin, ...]:
    """Return the origins with one more, sorted by run and position."""
    return tuple(sorted({*origins, more}, key=lambda origin: (origin.side, origin.index, origin.value)))


def introduced_words(run: RunAccount, call: ToolCall, shown: str) -> str:
    """Return that a run was the first to name a value, in a call."""
    return tr(
        "{run} introduced {value} itself: no event before {event} contains it in this form.",
        run=run.name,
        value=shown,
        event=event_words(call.request),
    )


def source_chip(value: str) -> str:
    """Return the chip of a value that no earlier event contains: a number or a date may have been computed."""
    return MissingLinkKind.AGENT.value if _WORKED_OUT.fullmatch(value) or " " in value else MADE_UP
