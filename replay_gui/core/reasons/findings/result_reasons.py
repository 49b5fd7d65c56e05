"""The reasons in the final answers of the runs, and in what they submitted."""

from __future__ import annotations

from typing import Any

from replay_gui.core.effects.answers import answer_text
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.event_texts import word_pattern
from replay_gui.core.reasons.evidence.endings import has_last_word
from replay_gui.core.reasons.evidence.file_edits import edits_files, is_patch
from replay_gui.core.reasons.evidence.final_answers import named_answer, plain_answer
from replay_gui.core.reasons.evidence.messages import Message
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.evidence.value_chain import rare_values
from replay_gui.core.reasons.findings.figure_reasons import add_last_figures
from replay_gui.core.reasons.findings.reason_list import ReasonList
from replay_gui.core.reasons.origin import Origin, OriginRole
from replay_gui.core.reasons.phrases import (
    answer_words,
    event_words,
    quoted,
    quoted_difference,
    readable_text,
    tool_words,
)
from replay_gui.core.reasons.reason import ReasonKind, Tier
from replay_gui.core.translation.messages import tr

_MAX_ANSWER_CHARACTERS = 60  # characters of an answer in a sentence
_MAX_LAST_MESSAGE_CHARACTERS = 200  # characters of a last message that may be an answer
_MAX_LAST_MESSAGES = 4  # messages in which a final answer is searched
_NOTHING: tuple[Any, ...] = (None, "", {}, [])
_STOPS = frozenset({"TERMINATE", "DONE", "STOP"})


def add_answer_reasons(reasons: ReasonList, *, with_patches: bool, both_passed: bool) -> None:
    """Add that the runs submitted or answered different things.

    `with_patches`: patches are compared elsewhere. `both_passed`: answers to one question are then right, in
    whichever words.
    """
    if not with_patches and _add_submitted(reasons):
        return
    (answer_p, wanted_p), (answer_f, wanted_f) = reasons.reference.graded, reasons.other.graded
    if answer_p is not None and answer_f is not None and not (is_patch(answer_p) or is_patch(answer_f)):
        texts = [named_answer(text) or text for text in map(answer_text, (answer_p, answer_f))]
        both_right = both_passed and plain_answer(wanted_p) == plain_answer(wanted_f)
        if plain_answer(texts[0]) != plain_answer(texts[1]) and not both_right:
            wanted = wanted_f if wanted_f is not None else wanted_p
            _add_answers(reasons, answer_text(answer_p), answer_text(answer_f), wanted)
        return
    if not with_patches:
        _add_last_words(reasons, both_passed=both_passed)


def _add_submitted(reasons: ReasonList) -> bool:
    """Add what calls submitted; return whether any call submits."""
    reference, other = reasons.reference, reasons.other
    done_p, done_f = (run.unrefused(Effect.SUBMITS) for run in (reference, other))
    if not done_p and not done_f:
        return False
    call_p, call_f = (done[-1] if done else None for done in (done_p, done_f))
    if call_p is not None and call_f is not None:
        if call_p.key != call_f.key:
            _add_both_submitted(reasons, call_p, call_f)
        return True
    run, second, call = (other, reference, call_f) if call_p is None else (reference, other, call_p)
    if call is None:
        return False
    submitted = {"run": run.name, "what": _submitted_words(call), "at": event_words(call.request), "other": second.name}
    if has_last_word(second) and run.is_of_another_agent(second):  # to submit is no duty of every agent
        answer = _named_answer(second) or _last_message(second)
        if answer is None or _only(call.input) in _NOTHING:
            return False
        sentence = tr(
            "{run} submitted {what} ({at}); {other} ended with {answer} ({other_at}).",
            answer=quoted(answer[1], _MAX_ANSWER_CHARACTERS),
            other_at=event_words(answer[0]),
            **submitted,
        )
    else:
        sentence = tr("{other} never submitted; {run} did, {what} ({at}).", **submitted)
    _add_calls(reasons, sentence, call_p, call_f)
    return True


def _add_both_submitted(reasons: ReasonList, call_p: ToolCall, call_f: ToolCall) -> None:
    words_p, words_f = _submitted_words(call_p), _submitted_words(call_f)
    for text_of in (readable_text, answer_text):  # the whole input, if the text for people is the same
        text_p, text_f = (text_of(_only(call.input)) for call in (call_p, call_f))
        if text_p.strip() and text_f.strip() and text_p != text_f:
            words_p, words_f = quoted_difference(text_p, text_f, _MAX_ANSWER_CHARACTERS)
            break
    sentence = tr(
        "{run} submitted {what} ({at}); {other} {other_what} ({other_at}).",
        run=reasons.other.name,
        what=words_f,
        at=event_words(call_f.request),
        other=reasons.reference.name,
        other_what=words_p,
        other_at=event_words(call_p.request),
    )
    _add_calls(reasons, sentence, call_p, call_f)


def _submitted_words(call: ToolCall) -> str:
    """Return what a call submits in quotation marks; without an argument, the name of its tool."""
    given = _only(call.input)
    return answer_words(given) if given not in _NOTHING else tr("by {tool}", tool=tool_words(call))


def _add_calls(reasons: ReasonList, sentence: str, call_p: ToolCall | None, call_f: ToolCall | None) -> None:
    origins: list[Origin] = []
    for run, call in ((reasons.reference, call_p), (reasons.other, call_f)):
        for value in rare_values(call)[:3] if call is not None else ():
            at = run.first_place(value, None if call is None else call.request)
            if at is not None:
                origins.append(run.origin(at, value))
    reasons.add(
        ReasonKind.SUBMISSION,
        Tier.RESULT,
        sentence,
        details=tuple(_origin_words(reasons, origin) for origin in origins if origin.role is OriginRole.ANSWER),
        of_reference=call_p,
        of_other=call_f,
        origins=tuple(origins),
    )


def _add_answers(reasons: ReasonList, answer_p: str, answer_f: str, wanted: Any) -> None:
    origins = []
    for run, answer in ((reasons.reference, answer_p), (reasons.other, answer_f)):
        at = run.first_place(answer.strip()) if 4 <= len(answer.strip()) <= _MAX_LAST_MESSAGE_CHARACTERS else None
        if at is not None:
            origins.append(run.origin(at, answer.strip()))
    words_p, words_f = quoted_difference(answer_p, answer_f, _MAX_ANSWER_CHARACTERS)
    at_p, at_f = _answered_at(reasons.reference, answer_p), _answered_at(reasons.other, answer_f)
    where_p, where_f = ("" if at is None else f" ({event_words(at)})" for at in (at_p, at_f))
    answers = {
        "run": reasons.other.name,
        "answer": f"{words_f}{where_f}",
        "other": reasons.reference.name,
        "other_answer": f"{words_p}{where_p}",
    }
    reasons.add(
        ReasonKind.SUBMISSION,
        Tier.RESULT,
        tr("{run} answered {answer}; {other} {other_answer}.", **answers)
        if wanted in (None, "", [])
        else tr(
            "{run} answered {answer}; {other} {other_answer}; wanted {wanted}.",
            wanted=quoted(answer_text(_only(wanted)), 40),
            **answers,
        ),
        details=tuple(_origin_words(reasons, origin) for origin in origins if origin.role is OriginRole.ANSWER),
        origins=tuple(origins),
        at_reference=at_p,
        at_other=at_f,
    )


def _answered_at(run: RunAccount, answer: str) -> EventIndex | None:
    """Return the last message of the agent if it has an answer word for word, else the event of its grader."""
    last, graded = _last_message(run), run.graded_answer
    if last is not None and answer.strip() and word_pattern(answer.strip()).search(last[1]):
        return last[0]
    return None if graded is None else graded.index


def _origin_words(reasons: ReasonList, origin: Origin) -> str:
    run = reasons.reference if origin.side == reasons.reference.side else reasons.other
    call = run.call_at(origin.index)
    had = {"run": run.name, "value": quoted(origin.value, 40), "at": event_words(origin.index)}
    if call is None:
        return tr("{run} had {value} from what it observed ({at}).", **had)
    return tr("{run} had {value} from an answer of {tool} ({at}).", tool=tool_words(call), **had)


def _add_last_words(reasons: ReasonList, *, both_passed: bool) -> None:
    """Add the final answers of the agents: named as such, or the last messages of runs that only answered.

    In long messages, figures in similar sentences come first; other words are the least important reason.
    """
    named_p, named_f = (_named_answer(run) for run in (reasons.reference, reasons.other))
    if named_p is not None and named_f is not None:
        _add_final_answers(reasons, named_p, named_f, are_named=True)
        return
    for run, other, named in ((reasons.reference, reasons.other, named_p), (reasons.other, reasons.reference, named_f)):
        if named is not None:
            at, words = named
            last = _last_message(other)
            own = _last_message(run)
            same = [plain_answer(words), *([] if own is None else [plain_answer(own[1])])]
            if last is not None and plain_answer(last[1]) in same:  # it says the same, without naming it an answer
                return
            answered = {
                "run": run.name,
                "answer": quoted(words, _MAX_ANSWER_CHARACTERS),
                "at": event_words(at),
                "other": other.name,
            }
            indexes = {run.side: at, other.side: None if last is None else last[0]}
            reasons.add(
                ReasonKind.SUBMISSION,
                Tier.RESULT,
                tr("{run} answered {answer} ({at}); {other} names no final answer.", **answered)
                if last is None
                else tr(
                    "{run} answered {answer} ({at}); {other} names no final answer: its last message is {last}"
                    " ({last_at}).",
                    last=quoted(last[1], _MAX_ANSWER_CHARACTERS),
                    last_at=event_words(last[0]),
                    **answered,
                ),
                order=0.8,
                at_reference=indexes[reasons.reference.side],
                at_other=indexes[reasons.other.side],
            )
            return
    runs = (reasons.reference, reasons.other)
    last_p, last_f = (_last_message(run) for run in runs)
    is_conversation = any(run.messages.is_conversation() for run in runs)  # whose figures are compared elsewhere
    if last_p is None or last_f is None or is_conversation:
        return
    if any(run.changes for run in runs):  # then the last words are a report, and not the answer
        if not any(edits_files(call) for run in runs for call in run.changes):
            add_last_figures(reasons, last_p, last_f)
    elif max(len(last_p[1]), len(last_f[1])) <= _MAX_LAST_MESSAGE_CHARACTERS:
        _add_final_answers(reasons, last_p, last_f)
    elif not add_last_figures(reasons, last_p, last_f) and not both_passed:
        _add_final_answers(reasons, last_p, last_f, Tier.OTHER)


def _add_final_answers(
    reasons: ReasonList, message_p: Message, message_f: Message, tier: Tier = Tier.RESULT, *, are_named: bool = False
) -> None:
    """Add the answers of both agents, if they differ; `are_named`: both agents name them as answers."""
    (at_p, words_p), (at_f, words_f) = message_p, message_f
    if plain_answer(words_p) == plain_answer(words_f):
        return
    shown_p, shown_f = quoted_difference(words_p, words_f, _MAX_ANSWER_CHARACTERS)
    answers = {
        "run": reasons.other.name,
        "answer": shown_f,
        "at": event_words(at_f),
        "other": reasons.reference.name,
        "other_answer": shown_p,
        "other_at": event_words(at_p),
    }
    reasons.add(
        ReasonKind.SUBMISSION,
        tier,
        tr("{run} answered {answer} ({at}); {other} answered {other_answer} ({other_at}).", **answers)
        if are_named
        else tr("{run} ended with {answer} ({at}); {other} ended with {other_answer} ({other_at}).", **answers),
        order=0.8,
        at_reference=at_p,
        at_other=at_f,
    )


def last_words(run: RunAccount, second: RunAccount) -> str:
    """Return the last messages of two runs' agents in a sentence; "" if they are equal, or one has none.

    Whether they differ in meaning or in wording alone is not known, so they are no reason.
    """
    mine, others = _last_message(run), _last_message(second)
    if mine is None or others is None or plain_answer(mine[1]) == plain_answer(others[1]):
        return ""
    words, other_words = quoted_difference(mine[1], others[1], _MAX_LAST_MESSAGE_CHARACTERS)
    return tr(
        "{run} ended with {answer} ({at}); {other} ended with {other_answer} ({other_at}).",
        run=run.name,
        answer=words,
        at=event_words(mine[0]),
        other=second.name,
        other_answer=other_words,
        other_at=event_words(others[0]),
    )


def _named_answer(run: RunAccount) -> Message | None:
    """Return the last answer that one of the agent's last messages names as such, else the one that a grader took."""
    for index, words in reversed(run.messages.latest(OriginRole.AGENT, _MAX_LAST_MESSAGES)):
        named = named_answer(words)
        if named:
            return index, named
    graded = run.graded_answer
    answer = None if graded is None else graded.payload["answer"]
    return (graded.index, answer) if graded and isinstance(answer, str) and not is_patch(answer) else None


def _last_message(run: RunAccount) -> Message | None:
    """Return the last message of the agent, except a mere stop signal."""
    latest = reversed(run.messages.latest(OriginRole.AGENT, _MAX_LAST_MESSAGES))
    return next((message for message in latest if message[1].strip() not in _STOPS), None)


def _only(value: Any) -> Any:
    """Return the only member of a map or list, else the value itself."""
    if isinstance(value, dict) and len(value) == 1:
        return next(iter(value.values()))
    return value[0] if isinstance(value, list) and len(value) == 1 else value
