"""Explain a difference between the actions of two runs: sentences, a chip, and the events that prove it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from replay_gui.core.effects.answers import answer_text
from replay_gui.core.effects.call_values import input_leaves, is_name, is_rare_value, subjects, value_text
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import name_words
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.attempts import Attempt
from replay_gui.core.reasons.evidence.endings import incomplete_end_words
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.evidence.value_chain import (
    Link,
    MissingLink,
    MissingLinkKind,
    chain,
    first_missing_link,
    origins_of,
    rare_values,
)
from replay_gui.core.reasons.findings.knowledge import asked_words, availability_words, named_by_user, replied_words
from replay_gui.core.reasons.origin import Origin, OriginRole
from replay_gui.core.reasons.phrases import (
    answer_words,
    call_words,
    event_words,
    past_action_words,
    quoted,
    tool_words,
    value_words,
)
from replay_gui.core.state.state import ABSENT

MADE_UP = "made up"
"""The chip of a name that nothing before holds."""

_WORKED_OUT = re.compile(r"[\d\W_]+(?:[TZ][\d\W_]*)*")  # numbers, dates and times
_MAX_EVENTS_AFTER_YES = 3  # events between the user's message and the call after it
_MAX_EVENTS_AFTER_OFFER = 2  # events between the agent's proposal and the user's reply
_MIN_NOUN_LETTERS = 4  # letters of a word of a tool's name that the user may have used
_MAX_PHRASE_WORDS = 4  # words of a text that may be a name
_MAX_SEARCHED_MESSAGES = 40  # messages that are searched for one about a call


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


def explain_missing(done_by: RunAccount, other: RunAccount, call: ToolCall) -> Explanation:
    """Return why `other` lacks a call of `done_by`; empty if the search limit was reached before."""
    same_try = next((try_ for try_ in other.calls if try_.key == call.key and try_.ok is False), None)
    if done_by.searched_out or other.searched_out:
        return Explanation(failed_try=same_try)
    links = chain(done_by, call)
    origins = origins_of(done_by, links)
    lack = first_missing_link(other, links, call)
    if done_by.searched_out or other.searched_out:
        return Explanation(failed_try=same_try)
    end = incomplete_end_words(other, done_by)
    closing = (f"{other.name} {end}.",) if end else ()
    if lack is not None:
        sentence, index = _lack_of_missing(done_by, other, lack)
        return Explanation((sentence, *closing), lack.kind.value, origins, index=index)
    tried = _similar_attempts(other, call)
    locked = _find_premature_change(done_by, other, call)
    if locked is not None:
        sentence = _order_words(done_by, other, locked)
        return Explanation((sentence, *closing), "order", origins, same_try, locked.early.request)
    if tried:
        last = same_try or tried[-1]
        sentence = (
            f"{other.name} tried something like it, {call_words(last, 60)} ({event_words(last.request)}), and was"
            f" answered {answer_words(last.answer)}."
        )
        sentences = closing if same_try is not None else (sentence, *closing)
        return Explanation(sentences, "error", origins, same_try, last.request)
    given_up = other.of_effect(Effect.HANDS_OVER)
    if given_up:
        sentence = _handed_over_words(other, given_up[-1], availability_words(other, links, call))
        return Explanation((sentence,), "gave up", origins, index=given_up[-1].request)
    if end:
        last_step = other.last_step
        return Explanation(closing, "cut off", origins, index=None if last_step is None else last_step[0])
    named = named_by_user(done_by, other, rare_values(call), call.request)
    if named is not None:
        sentence, origin = named
        return Explanation((sentence,), MissingLinkKind.INPUT.value, _with_origin(origins, origin))
    return _end_at_request(other, call, origins) or _message_after_common_calls(done_by, other, call, links)


def _handed_over_words(other: RunAccount, given_up: ToolCall, known: str) -> str:
    """Return that a run handed over; `known`: the information that it had, in words, or ""."""
    handed = f"handed over instead ({tool_words(given_up)}, {event_words(given_up.request)})."
    return f"{known}, and {handed}" if known else f"{other.name} {handed}"


def _with_origin(origins: tuple[Origin, ...], more: Origin) -> tuple[Origin, ...]:
    """Return the origins with one more, sorted by run and position."""
    return tuple(sorted({*origins, more}, key=lambda origin: (origin.side, origin.index, origin.value)))


def _similar_attempts(run: RunAccount, call: ToolCall) -> list[ToolCall]:
    """Return the refused calls of a run that may have been attempts at the effect of this call."""
    wanted = Attempt(call)
    return [try_ for try_ in run.calls if try_.tool == call.tool and try_.ok is False and wanted.is_like(Attempt(try_))]


def explain_extra(done_by: RunAccount, other: RunAccount, call: ToolCall) -> Explanation:
    """Return what led `done_by` to a call that `other` did not make; empty if the search limit was reached before."""
    links = chain(done_by, call)
    lack = first_missing_link(other, links, call)
    if done_by.searched_out or other.searched_out:
        return Explanation()
    made_up = [link.value for link in links if link.index == call.request and _source_chip(link.value) == MADE_UP]
    known = availability_words(other, links, call)
    named = named_by_user(done_by, other, rare_values(call), call.request)
    origins = origins_of(done_by, links)
    sentences = [_source_words(done_by, other, links, call) or f"{known}."] if known else []
    chip = MissingLinkKind.AGENT.value
    if lack is not None:
        sentences, chip = [_lack_of_extra(done_by, other, lack)], lack.kind.value
    elif made_up:
        sentences, chip = [_introduced_words(done_by, call, value_words(made_up[0]))], MADE_UP
    elif named is not None:
        sentences, chip, origins = [named[0]], MissingLinkKind.INPUT.value, _with_origin(origins, named[1])
    given_up, end = other.of_effect(Effect.HANDS_OVER), incomplete_end_words(other, done_by)
    if chip == MissingLinkKind.AGENT.value and given_up and not done_by.of_effect(Effect.HANDS_OVER):
        sentences = [_handed_over_words(other, given_up[-1], known)]
    elif end:
        sentences.append(f"{other.name} {end}.")
    message = next(done_by.messages.before(call.request, OriginRole.USER), None)
    if message is not None and call.request - message[0] <= _MAX_EVENTS_AFTER_YES:
        index, words = message
        offer = next(done_by.messages.before(index, OriginRole.AGENT), None)
        if offer is not None and index - offer[0] <= _MAX_EVENTS_AFTER_OFFER:
            sentences.append(f"Before it, {done_by.name} {asked_words(offer)}, {replied_words(message)}.")
        else:
            sentences.append(f"{done_by.name} did it after {quoted(words)} ({event_words(index)}).")
    return Explanation(tuple(sentences), chip, origins)


def _source_words(done_by: RunAccount, other: RunAccount, links: list[Link], call: ToolCall) -> str:
    """Return which answer first named the object of a call, if the other run knew it too; else ""."""
    own = [value for value in rare_values(call) if is_name(value)]
    for link in links:
        known_at = other.first_place(link.value)
        if link.value in own and link.role is OriginRole.ANSWER and link.call is not None and known_at is not None:
            had = (
                f"{done_by.name} had {value_words(link.value)} from {tool_words(link.call)} ({event_words(link.index)})"
            )
            return f"{had}; {other.name} saw it, too ({event_words(known_at)})."
    return ""


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
        return Explanation((_introduced_words(other, b, shown_b),), _source_chip(text_b), origins)
    if at_b is not None and other.role_at(at_b) is OriginRole.USER and reference.never_occurs(text_b):
        sentence = f"In {other.name} the user said {shown_b} ({event_words(at_b)}); in {reference.name} never."
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
        return Explanation((asked[0],), MissingLinkKind.INPUT.value, _with_origin(origins, asked[1]))
    named = [at for at, words in other.messages.before(b.request, OriginRole.AGENT) if is_rare_b and text_b in words]
    on_it = f" {other.name} first named {shown_b} at {event_words(named[-1])}." if named else ""
    both = is_rare_a and is_rare_b and other.first_place(text_a, b.request) is not None
    if both and reference.first_place(text_b, a.request) is not None:
        sentence = f"Both knew {shown_a} and {shown_b}, and chose differently.{on_it}"
        return Explanation((sentence,), MissingLinkKind.AGENT.value, origins)
    if on_it:
        sentence = f"{other.name} first named {shown_b} at {event_words(named[-1])}."
        return Explanation((sentence,), MissingLinkKind.AGENT.value, origins)
    return Explanation((), MissingLinkKind.AGENT.value, origins)


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
    source_words = "an answer" if source is None else call_words(source, 60)
    unasked = source is not None and reference.whole and source.key not in reference.by_key
    aside = f", which {reference.name} never called" if unasked else ""
    also = other.first_place(values[0], call.request)
    both = "" if also is None else f" {other.name} had {wanted}, too ({event_words(also)})."
    sentence = f"{other.name} had {taken} from {source_words} ({event_words(at)}){aside}.{both}"
    return Explanation((sentence,), MissingLinkKind.AGENT.value if both else MissingLinkKind.LOOKING.value, origins)


def _introduced_words(run: RunAccount, call: ToolCall, shown: str) -> str:
    return (
        f"{run.name} introduced {shown} itself: no event before {event_words(call.request)} contains it in this form."
    )


def _source_chip(value: str) -> str:
    """Return the chip of a value that no earlier event contains: a number or a date may have been computed."""
    return MissingLinkKind.AGENT.value if _WORKED_OUT.fullmatch(value) or " " in value else MADE_UP


def _unknown_value(
    reference: RunAccount, other: RunAccount, *, shown: str, at: EventIndex, origins: tuple[Origin, ...]
) -> Explanation:
    """Return how `reference` got a value that the `other` run never saw."""
    role, source = reference.role_at(at), reference.call_at(at)
    if role is OriginRole.USER:
        sentence = f"In {reference.name} the user said {shown} ({event_words(at)}); in {other.name} never."
        return Explanation((sentence,), MissingLinkKind.INPUT.value, origins)
    if role is OriginRole.ANSWER and source is not None:
        same = other.by_key.get(source.key)
        if same is None and other.whole:
            sentence = (
                f"{other.name} never saw {shown}: it never called {call_words(source, 60)}"
                f" ({event_words(source.request)} of {reference.name})."
            )
            return Explanation((sentence,), MissingLinkKind.LOOKING.value, origins)
        against = "" if same is None else f" against {event_words(same.response or same.request)}"
        sentence = f"{tool_words(source)} returned {shown} only in {reference.name} ({event_words(at)}{against})."
        return Explanation((sentence,), MissingLinkKind.WORLD.value, origins)
    sentence = f"{reference.name} introduced {shown} itself ({event_words(at)}); {other.name} never names it."
    return Explanation((sentence,), MissingLinkKind.AGENT.value, origins)


def _lack_of_missing(done_by: RunAccount, other: RunAccount, lack: MissingLink) -> tuple[str, EventIndex | None]:
    link, value = lack.link, value_words(lack.link.value)
    if lack.kind is MissingLinkKind.INPUT:
        where = f"({event_words(link.index)} of {done_by.name})"
        return f"In {other.name} the user never said {value} {where}.", None
    if lack.kind is MissingLinkKind.LOOKING and link.call is not None:
        tries = [call for call in other.calls if call.tool == link.call.tool]
        tried = f", but {call_words(tries[-1])} at {event_words(tries[-1].request)}" if tries else ""
        is_asked = link.value in [answer_text(value) for _, value in input_leaves(link.call.input)]
        learnt = "" if is_asked else f", and so learnt {value}"
        return (
            f"{other.name} never called {call_words(link.call, 70)}{tried};"
            f" {done_by.name} did ({event_words(link.call.request)}){learnt}.",
            tries[-1].request if tries else None,
        )
    if lack.kind is MissingLinkKind.WORLD and link.call is not None and lack.equal_call is not None:
        at = lack.equal_call.response
        return (
            f"{tool_words(link.call)} answered differently: it returned {value} only in {done_by.name}"
            f" ({event_words(link.index)}{'' if at is None else f' against {event_words(at)}'}).",
            at,
        )
    return f"{done_by.name} introduced {value} itself ({event_words(link.index)}); {other.name} never did.", None


def _lack_of_extra(done_by: RunAccount, other: RunAccount, lack: MissingLink) -> str:
    link, value = lack.link, value_words(lack.link.value)
    if lack.kind is MissingLinkKind.INPUT:
        return f"In {done_by.name} the user named {value} ({event_words(link.index)}); in {other.name} never."
    if lack.kind is MissingLinkKind.LOOKING and link.call is not None:
        return (
            f"{done_by.name} had {value} from {call_words(link.call, 60)} ({event_words(link.call.request)}),"
            f" which {other.name} never called."
        )
    if lack.kind is MissingLinkKind.WORLD and link.call is not None:
        return f"Only in {done_by.name}, {tool_words(link.call)} returned {value} ({event_words(link.index)})."
    return f"{done_by.name} introduced {value} itself ({event_words(link.index)})."


class _WrongOrder(NamedTuple):
    """A change that one run made only after a call, and the other without it.

    early: the other run's change. late_try: its refused call afterwards. later: the change of the first run.
    """

    early: ToolCall
    late_try: ToolCall
    later: ToolCall


def _order_words(done_by: RunAccount, other: RunAccount, order: _WrongOrder) -> str:
    early, late_try, later = order
    answered = f" and was then answered {answer_words(late_try.answer)} ({event_words(late_try.request)})"
    return (
        f"{done_by.name} did it before {tool_words(later)} ({event_words(later.request)});"
        f" {other.name} did {call_words(early, 50)} first ({event_words(early.request)}){answered}."
    )


def _find_premature_change(done_by: RunAccount, other: RunAccount, call: ToolCall) -> _WrongOrder | None:
    """Return a change of the same object that `done_by` made after `call`, and `other` before it was refused `call`."""
    about = subjects(call)
    later = {
        change.tool: change
        for change in reversed(done_by.changes)
        if change.request > call.request and change.tool != call.tool and subjects(change) & about
    }
    for early in other.changes:
        if early.tool in later and subjects(early) & about:
            tries = (try_ for try_ in other.calls if try_.request > early.request and try_.tool == call.tool)
            late_try = next((try_ for try_ in tries if try_.ok is False and subjects(try_) & about), None)
            return None if late_try is None else _WrongOrder(early, late_try, later[early.tool])
    return None


def _end_at_request(other: RunAccount, call: ToolCall, origins: tuple[Origin, ...]) -> Explanation | None:
    """Return that the run ended where the user asked for the call, if it did; else None."""
    last = other.last_step
    message = other.messages.last(OriginRole.USER)
    if last is None or message is None or message[0] != last[0]:
        return None
    if set(_nouns(name_words(call.tool))).isdisjoint(re.findall(r"[a-z]+", message[1].lower())):
        return None
    request_words = f"{other.name} was asked for it in the last message ({quoted(message[1])}, {event_words(last[0])})"
    return Explanation((f"{request_words}; the run ended there.",), "cut off", origins, index=last[0])


def _message_after_common_calls(
    done_by: RunAccount, other: RunAccount, call: ToolCall, links: list[Link]
) -> Explanation:
    """Return the other run's message after the last common call, preferably one about the call."""
    after = EventIndex(-1)
    for earlier in done_by.calls:
        if earlier.request >= call.request:
            break
        same = other.by_key.get(earlier.key)
        if same is not None:
            after = max(after, same.request if same.response is None else same.response)
    in_both = {words for _, words in done_by.messages.before(call.request, OriginRole.AGENT)}
    messages = (message for message in other.messages.after(after, OriginRole.AGENT) if message[1] not in in_both)
    recent = list(islice(messages, _MAX_SEARCHED_MESSAGES))
    about = _nouns(name_words(call.tool)[1:])  # without the verb
    message = next((each for each in recent if any(noun in each[1].lower() for noun in about)), None)
    message = message or (recent[0] if recent else other.messages.last(OriginRole.AGENT))
    origins = origins_of(done_by, links)
    known = availability_words(other, links, call)
    own = next((own for own in other.changes if own.tool == call.tool and own.key not in done_by.by_key), None)
    instead = f"{known}; instead it" if known else f"Instead {other.name}"
    if own is not None:
        sentence = f"{instead} {past_action_words(own)} ({event_words(own.request)})."
        return Explanation((sentence,), MissingLinkKind.AGENT.value, origins, index=own.request)
    if message is None:
        return Explanation((f"{known}.",) if known else (), MissingLinkKind.AGENT.value, origins)
    reply = next(other.messages.after(message[0], OriginRole.USER), None)
    answered = f", {replied_words(reply)}" if reply is not None and "?" in message[1] else ""
    sentence = f"{instead} {asked_words(message)}{answered}."
    return Explanation((sentence,), MissingLinkKind.AGENT.value, origins, index=message[0])


def _nouns(words: list[str]) -> list[str]:
    """Return the words of a name that are long enough to identify what a message is about."""
    return [word for word in words if len(word) >= _MIN_NOUN_LETTERS and word.isalpha()]
