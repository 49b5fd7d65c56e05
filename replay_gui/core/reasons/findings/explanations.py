"""Explain a difference between the actions of two runs: sentences, a chip, and the events that prove it."""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

from replay_gui.core.effects.answers import answer_text
from replay_gui.core.effects.call_values import input_leaves, is_name, subjects
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
from replay_gui.core.reasons.findings.explanation import (
    MADE_UP,
    Explanation,
    introduced_words,
    source_chip,
    with_origin,
)
from replay_gui.core.reasons.findings.knowledge import asked_words, availability_words, named_by_user, replied_words
from replay_gui.core.reasons.origin import Origin, OriginRole
from replay_gui.core.reasons.phrases import (
    against_words,
    answer_words,
    call_words,
    event_of_words,
    event_words,
    past_action_words,
    quoted,
    tool_words,
    value_words,
)
from replay_gui.core.translation.messages import tr, translatable

_MAX_EVENTS_AFTER_YES = 3  # events between the user's message and the call after it
_MAX_EVENTS_AFTER_OFFER = 2  # events between the agent's proposal and the user's reply
_MIN_NOUN_LETTERS = 4  # letters of a word of a tool's name that the user may have used
_MAX_SEARCHED_MESSAGES = 40  # messages that are searched for one about a call


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
    closing = (tr("{run} {ended}.", run=other.name, ended=end),) if end else ()
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
        sentence = tr(
            "{run} tried something like it, {call} ({at}), and was answered {answer}.",
            run=other.name,
            call=call_words(last, 60),
            at=event_words(last.request),
            answer=answer_words(last.answer),
        )
        sentences = closing if same_try is not None else (sentence, *closing)
        return Explanation(sentences, "error", origins, same_try, last.request)
    given_up = other.of_effect(Effect.HANDS_OVER)
    if given_up:
        sentence = _handed_over_words(other, given_up[-1], availability_words(other, links, call))
        return Explanation((sentence,), translatable("gave up"), origins, index=given_up[-1].request)
    if end:
        last_step = other.last_step
        return Explanation(closing, translatable("cut off"), origins, index=None if last_step is None else last_step[0])
    named = named_by_user(done_by, other, rare_values(call), call.request)
    if named is not None:
        sentence, origin = named
        return Explanation((sentence,), MissingLinkKind.INPUT.value, with_origin(origins, origin))
    return _end_at_request(other, call, origins) or _message_after_common_calls(done_by, other, call, links)


def _handed_over_words(other: RunAccount, given_up: ToolCall, known: str) -> str:
    """Return that a run handed over; `known`: the information that it had, in words, or ""."""
    tool, at = tool_words(given_up), event_words(given_up.request)
    if known:
        return tr("{known}, and handed over instead ({tool}, {at}).", known=known, tool=tool, at=at)
    return tr("{run} handed over instead ({tool}, {at}).", run=other.name, tool=tool, at=at)


def _similar_attempts(run: RunAccount, call: ToolCall) -> list[ToolCall]:
    """Return the refused calls of a run that may have been attempts at the effect of this call."""
    wanted = Attempt(call)
    tries = (try_ for try_ in run.calls if try_.tool == call.tool and try_.ok is False and try_.effect is call.effect)
    return [try_ for try_ in tries if wanted.is_like(Attempt(try_))]


def explain_extra(done_by: RunAccount, other: RunAccount, call: ToolCall) -> Explanation:
    """Return what led `done_by` to a call that `other` did not make; empty if the search limit was reached before."""
    links = chain(done_by, call)
    lack = first_missing_link(other, links, call)
    if done_by.searched_out or other.searched_out:
        return Explanation()
    made_up = [link.value for link in links if link.index == call.request and source_chip(link.value) == MADE_UP]
    known = availability_words(other, links, call)
    named = named_by_user(done_by, other, rare_values(call), call.request)
    origins = origins_of(done_by, links)
    sentences = [_source_words(done_by, other, links, call) or f"{known}."] if known else []
    chip = MissingLinkKind.AGENT.value
    if lack is not None:
        sentences, chip = [_lack_of_extra(done_by, other, lack)], lack.kind.value
    elif made_up:
        sentences, chip = [introduced_words(done_by, call, value_words(made_up[0]))], MADE_UP
    elif named is not None:
        sentences, chip, origins = [named[0]], MissingLinkKind.INPUT.value, with_origin(origins, named[1])
    given_up, end = other.of_effect(Effect.HANDS_OVER), incomplete_end_words(other, done_by)
    if chip == MissingLinkKind.AGENT.value and given_up and not done_by.of_effect(Effect.HANDS_OVER):
        sentences = [_handed_over_words(other, given_up[-1], known)]
    elif end:
        sentences.append(tr("{run} {ended}.", run=other.name, ended=end))
    message = next(done_by.messages.before(call.request, OriginRole.USER), None)
    if message is not None and call.request - message[0] <= _MAX_EVENTS_AFTER_YES:
        index, words = message
        offer = next(done_by.messages.before(index, OriginRole.AGENT), None)
        if offer is not None and index - offer[0] <= _MAX_EVENTS_AFTER_OFFER:
            asked, replied = asked_words(offer), replied_words(message)
            sentences.append(tr("Before it, {run} {asked}, {replied}.", run=done_by.name, asked=asked, replied=replied))
        else:
            after = {"quote": quoted(words), "at": event_words(index)}
            sentences.append(tr("{run} did it after {quote} ({at}).", run=done_by.name, **after))
    return Explanation(tuple(sentences), chip, origins)


def _source_words(done_by: RunAccount, other: RunAccount, links: list[Link], call: ToolCall) -> str:
    """Return which answer first named the object of a call, if the other run knew it too; else ""."""
    own = [value for value in rare_values(call) if is_name(value)]
    for link in links:
        known_at = other.first_place(link.value)
        if link.value in own and link.role is OriginRole.ANSWER and link.call is not None and known_at is not None:
            return tr(
                "{run} had {value} from {tool} ({at}); {other} saw it, too ({other_at}).",
                run=done_by.name,
                value=value_words(link.value),
                tool=tool_words(link.call),
                at=event_words(link.index),
                other=other.name,
                other_at=event_words(known_at),
            )
    return ""


def _lack_of_missing(done_by: RunAccount, other: RunAccount, lack: MissingLink) -> tuple[str, EventIndex | None]:
    link, value = lack.link, value_words(lack.link.value)
    if lack.kind is MissingLinkKind.INPUT:
        event = event_of_words(link.index, done_by.name)
        return tr("In {run} the user never said {value} ({event}).", run=other.name, value=value, event=event), None
    if lack.kind is MissingLinkKind.LOOKING and link.call is not None:
        tries = [call for call in other.calls if call.tool == link.call.tool]
        never = {"run": other.name, "call": call_words(link.call, 70)}
        tried = tr("{run} never called {call}", **never)
        if tries:
            instead = {"tried": call_words(tries[-1]), "tried_at": event_words(tries[-1].request)}
            tried = tr("{run} never called {call}, but {tried} at {tried_at}", **never, **instead)
        is_asked = link.value in [answer_text(value) for _, value in input_leaves(link.call.input)]
        done = {"run": done_by.name, "at": event_words(link.call.request)}
        did = (
            tr("{run} did ({at})", **done)
            if is_asked
            else tr("{run} did ({at}), and so learnt {value}", value=value, **done)
        )
        return tr("{first}; {second}.", first=tried, second=did), tries[-1].request if tries else None
    if lack.kind is MissingLinkKind.WORLD and link.call is not None and lack.equal_call is not None:
        at = lack.equal_call.response
        sentence = tr(
            "{tool} answered differently: it returned {value} only in {run} ({events}).",
            tool=tool_words(link.call),
            value=value,
            run=done_by.name,
            events=event_words(link.index) if at is None else against_words(link.index, at),
        )
        return sentence, at
    introduced = {"run": done_by.name, "value": value, "at": event_words(link.index)}
    return tr("{run} introduced {value} itself ({at}); {other} never did.", other=other.name, **introduced), None


def _lack_of_extra(done_by: RunAccount, other: RunAccount, lack: MissingLink) -> str:
    link, run, value = lack.link, done_by.name, value_words(lack.link.value)
    at = event_words(link.index)
    if lack.kind is MissingLinkKind.INPUT:
        named = {"run": run, "value": value, "at": at}
        return tr("In {run} the user named {value} ({at}); in {other} never.", other=other.name, **named)
    if lack.kind is MissingLinkKind.LOOKING and link.call is not None:
        return tr(
            "{run} had {value} from {call} ({at}), which {other} never called.",
            run=run,
            value=value,
            call=call_words(link.call, 60),
            at=event_words(link.call.request),
            other=other.name,
        )
    if lack.kind is MissingLinkKind.WORLD and link.call is not None:
        tool = tool_words(link.call)
        return tr("Only in {run}, {tool} returned {value} ({at}).", run=run, tool=tool, value=value, at=at)
    return tr("{run} introduced {value} itself ({at}).", run=run, value=value, at=at)


class _WrongOrder(NamedTuple):
    """A change that one run made only after a call, and the other without it.

    early: the other run's change. late_try: its refused call afterwards. later: the change of the first run.
    """

    early: ToolCall
    late_try: ToolCall
    later: ToolCall


def _order_words(done_by: RunAccount, other: RunAccount, order: _WrongOrder) -> str:
    early, late_try, later = order
    return tr(
        "{run} did it before {tool} ({at}); {other} did {call} first ({other_at}) and was then answered {answer}"
        " ({answer_at}).",
        run=done_by.name,
        tool=tool_words(later),
        at=event_words(later.request),
        other=other.name,
        call=call_words(early, 50),
        other_at=event_words(early.request),
        answer=answer_words(late_try.answer),
        answer_at=event_words(late_try.request),
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
    sentence = tr(
        "{run} was asked for it in the last message ({quote}, {at}); the run ended there.",
        run=other.name,
        quote=quoted(message[1]),
        at=event_words(last[0]),
    )
    return Explanation((sentence,), translatable("cut off"), origins, index=last[0])


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
    if own is not None:
        did, index = f"{past_action_words(own)} ({event_words(own.request)})", own.request
    elif message is not None:
        did, index = asked_words(message), message[0]
        reply = next(other.messages.after(message[0], OriginRole.USER), None)
        if reply is not None and "?" in message[1]:
            did = f"{did}, {replied_words(reply)}"
    else:
        return Explanation((f"{known}.",) if known else (), MissingLinkKind.AGENT.value, origins)
    sentence = (
        tr("{known}; instead it {did}.", known=known, did=did)
        if known
        else tr("Instead {run} {did}.", run=other.name, did=did)
    )
    return Explanation((sentence,), MissingLinkKind.AGENT.value, origins, index=index)


def _nouns(words: list[str]) -> list[str]:
    """Return the words of a name that are long enough to identify what a message is about."""
    return [word for word in words if len(word) >= _MIN_NOUN_LETTERS and word.isalpha()]
