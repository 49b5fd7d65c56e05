"""Explain why two runs gave one argument different values."""

from __future__ import annotations

from typing import Any

from replay_gui.core.effects.call_values import is_rare_value, value_text
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.evidence.value_chain import MissingLinkKind
from replay_gui.core.reasons.findings.explanation import Explanation, introduced_words, source_chip, with_origin
from replay_gui.core.reasons.findings.knowledge import named_by_user
from replay_gui.core.reasons.origin import Origin, OriginRole
from replay_gui.core.reasons.phrases import (
    against_words,
    call_words,
    event_of_words,
    event_words,
    tool_words,
    value_words,
)
from replay_gui.core.state.state import ABSENT
from replay_gui.core.translation.messages import tr

_MAX_PHRASE_WORDS = 4  # words of a text that may be a name


def explain_changed(
    reference: RunAccount, other: RunAccount, calls: tuple[ToolCall, ToolCall], values: tuple[Any, Any]
) -> Explanation:
    """Return what led the runs to different arguments; `calls`, `values`: of the reference and of the other run."""
    a, b = calls
    if ABSENT in values or reference.searched_out or other.searched_out:
        return Explanation(chip=MissingLinkKind.AGENT.value)
    is_rare_a, is_rare_b = (is_rare_value(value) and not _is_sentence(value) for value in values)
    text_a, text_b = map(value_text, values)
    shown_a, shown_b = map(value_words, values)
    at_a = reference.first_place(text_a, a.request) if is_rare_a else None
    at_b = other.first_place(text_b, b.request) if is_rare_b else None
    origins = tuple(
        run.origin(index, text)
        for run, index, text in ((reference, at_a, text_a), (other, at_b, text_b))
        if index is not None
    )
    if is_rare_b and at_b is None and other.places.find(text_b) is not None and not other.in_setup(text_b):
        return Explanation((introduced_words(other, b, shown_b),), source_chip(text_b), origins)
    if at_b is not None and other.role_at(at_b) is OriginRole.USER and reference.never_occurs(text_b):
        sentence = _said_words(other, reference, shown_b, at_b)
        return Explanation((sentence,), MissingLinkKind.INPUT.value, origins)
    if at_a is not None and other.never_occurs(text_a):
        return _unknown_value(reference, other, shown=shown_a, at=at_a, origins=origins)
    if at_b is not None and other.role_at(at_b) is OriginRole.ANSWER and reference.never_occurs(text_b):
        return _value_of_answer(reference, other, call=b, values=(text_a, text_b), at=at_b, origins=origins)
    if at_b is not None and reference.never_occurs(text_b):
        return _unknown_value(other, reference, shown=shown_b, at=at_b, origins=origins)
    asked = named_by_user(other, reference, [text_b] if is_rare_b else [], b.request) or named_by_user(
        reference, other, [text_a] if is_rare_a else [], a.request
    )
    if asked is not None:
        return Explanation((asked[0],), MissingLinkKind.INPUT.value, with_origin(origins, asked[1]))
    named = [at for at, words in other.messages.before(b.request, OriginRole.AGENT) if is_rare_b and text_b in words]
    on_it = (
        (tr("{run} first named {value} at {event}.", run=other.name, value=shown_b, event=event_words(named[-1])),)
        if named
        else ()
    )
    both = is_rare_a and is_rare_b and other.first_place(text_a, b.request) is not None
    if both and reference.first_place(text_b, a.request) is not None:
        sentence = tr("Both knew {value} and {other_value}, and chose differently.", value=shown_a, other_value=shown_b)
        return Explanation((" ".join((sentence, *on_it)),), MissingLinkKind.AGENT.value, origins)
    return Explanation(on_it, MissingLinkKind.AGENT.value, origins)


def _is_sentence(value: Any) -> bool:
    """Whether a value is a text, such as code, that is seldom repeated word for word."""
    return isinstance(value, str) and len(value.split(maxsplit=_MAX_PHRASE_WORDS)) > _MAX_PHRASE_WORDS


def _value_of_answer(
    reference: RunAccount,
    other: RunAccount,
    *,
    call: ToolCall,
    values: tuple[str, str],
    at: EventIndex,
    origins: tuple[Origin, ...],
) -> Explanation:
    """Return that the other run's value is from an answer that the reference never got; and what else it had."""
    source, (wanted, taken) = other.call_at(at), map(value_words, values)
    name, place = other.name, event_words(at)
    if source is None:
        sentence = tr("{run} had {value} from an answer ({at}).", run=name, value=taken, at=place)
    elif reference.whole and source.key not in reference.by_key:
        sentence = tr(
            "{run} had {value} from {call} ({at}), which {other} never called.",
            run=name,
            value=taken,
            call=call_words(source, 60),
            at=place,
            other=reference.name,
        )
    else:
        sentence = tr(
            "{run} had {value} from {call} ({at}).", run=name, value=taken, call=call_words(source, 60), at=place
        )
    also = other.first_place(values[0], call.request)
    if also is None:
        return Explanation((sentence,), MissingLinkKind.LOOKING.value, origins)
    both = tr("{run} had {value}, too ({at}).", run=name, value=wanted, at=event_words(also))
    return Explanation((f"{sentence} {both}",), MissingLinkKind.AGENT.value, origins)


def _said_words(run: RunAccount, other: RunAccount, shown: str, at: EventIndex) -> str:
    """Return that the user gave a value to one run only."""
    return tr(
        "In {run} the user said {value} ({at}); in {other} never.",
        run=run.name,
        value=shown,
        at=event_words(at),
        other=other.name,
    )


def _unknown_value(
    reference: RunAccount, other: RunAccount, *, shown: str, at: EventIndex, origins: tuple[Origin, ...]
) -> Explanation:
    """Return how `reference` got a value that the `other` run never saw."""
    role, source = reference.role_at(at), reference.call_at(at)
    if role is OriginRole.USER:
        sentence = _said_words(reference, other, shown, at)
        return Explanation((sentence,), MissingLinkKind.INPUT.value, origins)
    if role is OriginRole.ANSWER and source is not None:
        same = other.by_key.get(source.key)
        if same is None and other.whole:
            sentence = tr(
                "{run} never saw {value}: it never called {call} ({event}).",
                run=other.name,
                value=shown,
                call=call_words(source, 60),
                event=event_of_words(source.request, reference.name),
            )
            return Explanation((sentence,), MissingLinkKind.LOOKING.value, origins)
        sentence = tr(
            "{tool} returned {value} only in {run} ({events}).",
            tool=tool_words(source),
            value=shown,
            run=reference.name,
            events=event_words(at) if same is None else against_words(at, same.response or same.request),
        )
        return Explanation((sentence,), MissingLinkKind.WORLD.value, origins)
    sentence = tr(
        "{run} introduced {value} itself ({at}); {other} never names it.",
        run=reference.name,
        value=shown,
        at=event_words(at),
        other=other.name,
    )
    return Explanation((sentence,), MissingLinkKind.AGENT.value, origins)
