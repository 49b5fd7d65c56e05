"""The reasons in failures of only one run."""

from __future__ import annotations

from replay_gui.core.effects.effect import READING_EFFECTS
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.attempts import Attempt, later_words
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.evidence.user_commands import last_user_check
from replay_gui.core.reasons.findings.reason_list import ReasonList, relative_place
from replay_gui.core.reasons.phrases import answer_words, call_words, event_words, failure_words
from replay_gui.core.reasons.reason import ReasonKind, Tier
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, trn


def add_failure_reasons(reasons: ReasonList, *, both_ways: bool) -> None:
    """Add errors without a successful retry, loops, and checks. `both_ways`: no run is known to have failed."""
    for run, second in ((reasons.other, reasons.reference), (reasons.reference, reasons.other)):
        if run is reasons.reference and not both_ways:
            continue
        _add_error(reasons, run, second)
        _add_loop(reasons, run, second)
        _add_check(reasons, run, second)


def _add_error(reasons: ReasonList, run: RunAccount, second: RunAccount) -> None:
    tools = {call.tool for call in second.errors}
    errors = (call for call in run.errors if call.tool not in tools)
    call = next((call for call in errors if not reasons.has_error_of(call, run)), None)
    if call is not None:
        call = _last_answer(run, call)
        sentence = tr(
            "{run} was answered {answer} by {tool} ({at}), and {later}.",
            run=run.name,
            answer=failure_words(call),
            tool=one_line(call.tool, 60),
            at=event_words(call.request),
            later=later_words(_tried_again(run, call)),
        )
        _add(reasons, run, call, kind=ReasonKind.ERROR, tier=Tier.TROUBLE, sentence=sentence)


def _last_answer(run: RunAccount, call: ToolCall) -> ToolCall:
    """Return the last try of a failed call if it failed for another reason: what was in the way at first was gone."""
    last = next(again for again in reversed(run.errors) if again.key == call.key)
    return call if last.answer_key == call.answer_key else last


def _tried_again(run: RunAccount, call: ToolCall) -> bool:
    failed = Attempt(call)
    later = (again for again in run.calls if again.request > call.request and again.tool == call.tool)
    return any(failed.is_like(Attempt(again)) for again in later)


def _add_loop(reasons: ReasonList, run: RunAccount, second: RunAccount) -> None:
    known = {loop.first.key for loop in second.loops}
    changing = (loop for loop in run.loops if loop.first.effect not in READING_EFFECTS)  # a read may be repeated
    loop = next((loop for loop in changing if loop.first.key not in known), None)
    if loop is not None:
        sentence = trn(
            "{run} called {call} {n} time, and was always answered {answer} (from {event} on).",
            "{run} called {call} {n} times, and was always answered {answer} (from {event} on).",
            loop.times,
            run=run.name,
            call=call_words(loop.first, 60),
            answer=answer_words(loop.first.answer),
            event=event_words(loop.first.request),
        )
        _add(reasons, run, loop.first, kind=ReasonKind.ERROR, tier=Tier.TROUBLE, sentence=sentence)


def _add_check(reasons: ReasonList, run: RunAccount, second: RunAccount) -> None:
    mine, others = run.checks, second.checks
    check = others.last_check
    if check is None:
        return
    sentence, tier = "", Tier.CHECK
    who = {"run": run.name, "other": second.name, "at": event_words(check.request)}
    if mine.lacks_checks:
        by_user = last_user_check(run)
        sentence = (
            tr("{run} ran no check at all; {other} did ({at}).", **who)
            if by_user is None
            else tr(
                "{run} ran no check itself, only the user did ({user_at}); {other} did ({at}).",
                user_at=event_words(by_user),
                **who,
            )
        )
    elif others.has_check_after and mine.lacks_check_after and mine.last_change is not None:
        by_user = last_user_check(run)
        who["changed_at"] = event_words(mine.last_change.request)
        sentence = (
            tr(
                "{run} ran no check after its last change ({changed_at}), only the user did ({user_at}); {other} did"
                " ({at}).",
                user_at=event_words(by_user),
                **who,
            )
            if by_user is not None and by_user > mine.last_change.request
            else tr("{run} ran no check after its last change ({changed_at}); {other} did ({at}).", **who)
        )
    elif (
        (mine.has_check_after or mine.last_change is None)
        and mine.last_check is not None
        and mine.last_check.is_failed_check
        and not check.is_failed_check
    ):
        tier = Tier.TROUBLE
        sentence = tr(
            "The last check of {run} failed ({failed_at}: {call}); that of {other} did not ({at}).",
            failed_at=event_words(mine.last_check.request),
            call=call_words(mine.last_check, 60),
            **who,
        )
    if sentence:
        failed = mine.last_check if tier is Tier.TROUBLE else None
        places = None if mine.last_change is None else mine.last_change.request, check.request
        _add(reasons, run, failed, kind=ReasonKind.CHECK, tier=tier, sentence=sentence, places=places)


def _add(
    reasons: ReasonList,
    run: RunAccount,
    call: ToolCall | None,
    *,
    kind: ReasonKind,
    tier: Tier,
    sentence: str,
    places: tuple[EventIndex | None, EventIndex | None] = (None, None),
) -> None:
    """Add a reason about a call of a run. `places`: the events that it is about in that run, and in the other."""
    is_other = run is reasons.other
    at_reference, at_other = reversed(places) if is_other else places
    reasons.add(
        kind,
        tier,
        sentence,
        order=relative_place(call, run) if call is not None else 1.0,
        of_reference=None if is_other else call,
        of_other=call if is_other else None,
        at_reference=at_reference,
        at_other=at_other,
    )
