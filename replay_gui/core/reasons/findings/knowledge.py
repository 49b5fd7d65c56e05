"""Describe which information of another run's calls a run had, and what was said about it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from replay_gui.core.effects.call_values import is_name
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.messages import Message
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.evidence.value_chain import Link, had_the_values, rare_values
from replay_gui.core.reasons.origin import Origin, OriginRole
from replay_gui.core.reasons.phrases import event_words, listed, quoted, value_words
from replay_gui.core.translation.messages import tr

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_MAX_KNOWN_VALUES = 3  # values that a sentence names


def named_by_user(
    done_by: RunAccount, other: RunAccount, values: Sequence[str], before: EventIndex
) -> tuple[str, Origin] | None:
    """Return (words that the user named one of these values in `done_by` and never in `other`, where).

    None if this is not so. `before`: index in `done_by` before which the user must have named it.
    """
    for value in values:
        index = done_by.messages.first_naming(OriginRole.USER, value, before)
        if index is not None and other.messages.never_named(OriginRole.USER, value):
            sentence = tr(
                "In {run} the user named {value} ({at}); in {other} the user never did.",
                run=done_by.name,
                value=value_words(value),
                at=event_words(index),
                other=other.name,
            )
            return sentence, done_by.origin(index, value)
    return None


def availability_words(other: RunAccount, links: list[Link], call: ToolCall) -> str:
    """Return ``trial 0 knew Z7GOZK, too``; "" if this is not certain for all values that led to a call."""
    if not had_the_values(other, links, call):
        return ""
    led = {link.value for link in links if link.index < call.request}
    own = sorted((value for value in rare_values(call) if value in led), key=lambda value: not is_name(value))
    if not own:
        return tr("{run} knew the same values, too", run=other.name)
    return tr("{run} knew {values}, too", run=other.name, values=listed([*map(value_words, own[:_MAX_KNOWN_VALUES])]))


def asked_words(message: Message) -> str:
    """Return ``asked “Shall I go on?” (event 9)``: the last question of a message; else ``said`` with its beginning."""
    index, words = message
    questions = [text.strip() for text in _SENTENCE_END.split(words) if text.endswith("?")]
    if questions:
        return tr("asked {quote} ({at})", quote=quoted(questions[-1], 90), at=event_words(index))
    return tr("said {quote} ({at})", quote=quoted(words, 80), at=event_words(index))


def replied_words(message: Message) -> str:
    """Return ``and the user said “Yes.” (event 10)``."""
    index, words = message
    return tr("and the user said {quote} ({at})", quote=quoted(words), at=event_words(index))
