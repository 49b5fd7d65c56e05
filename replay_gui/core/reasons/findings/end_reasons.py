"""The reasons in how the runs ended."""

from __future__ import annotations

from replay_gui.core.effects.effect import Effect
from replay_gui.core.reasons.evidence.endings import incomplete_end_words
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.findings.reason_list import ReasonList, relative_place
from replay_gui.core.reasons.phrases import event_words, tool_words, with_note
from replay_gui.core.reasons.reason import ReasonKind, Tier
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number

_CUT_ORDER = -5.0  # before all actions


def add_end_reasons(reasons: ReasonList, *, both_ways: bool) -> None:
    """Add that one run was stopped early, or handed over. `both_ways`: no run is known to have failed.

    What a run did not do because it was stopped follows from that, so this comes first if the run lacks actions only.
    """
    reference, other = reasons.reference, reasons.other
    end_p, end_f = incomplete_end_words(reference, other), incomplete_end_words(other, reference)
    for run, second, end, tier in (
        (other, reference, end_f if not end_p else None, Tier.RESULT),
        (reference, other, end_p if not end_f else None, Tier.RESULT if both_ways else Tier.TROUBLE),
    ):
        has_end = second.result.end is not None
        if end and (has_end or not _is_open(run)):
            leads = tier is Tier.RESULT and reasons.only_lacks_actions(run) and not _was_changing(run)
            last = run.last_step
            if last is not None:
                place = tr("{event} of {total}", event=event_words(last[0]), total=whole_number(run.count))
                end = with_note(end, place)
            at, who = None if last is None else last[0], {"run": run.name, "ended": end, "other": second.name}
            reasons.add(
                ReasonKind.CUT_OFF,
                Tier.ACTION if leads else tier,
                tr("{run} {ended}; {other} came to its end.", **who)
                if has_end
                else tr("{run} {ended}; {other} did not.", **who),
                order=_CUT_ORDER,
                chip=translatable("cut off"),
                at_reference=at if run is reference else None,
                at_other=at if run is other else None,
            )
    given_p, given_f = (run.unrefused(Effect.HANDS_OVER) for run in (reference, other))
    for run, second, mine, others in ((other, reference, given_f, given_p), (reference, other, given_p, given_f)):
        if mine and not others:
            call = mine[0]
            reasons.add(
                ReasonKind.GAVE_UP,
                Tier.UNSURE,
                tr(
                    "{run} handed over ({tool}, {at}); {other} did not.",
                    run=run.name,
                    tool=tool_words(call),
                    at=event_words(call.request),
                    other=second.name,
                ),
                order=relative_place(call, run),
                chip=translatable("gave up"),
                of_reference=call if run is reference else None,
                of_other=call if run is other else None,
            )


def _was_changing(run: RunAccount) -> bool:
    """Whether a run ended in the middle of a change: it may have been made, and its reason says so."""
    last = run.calls[-1] if run.calls else None
    return last is not None and last.response is None and last.effect is Effect.CHANGES


def _is_open(run: RunAccount) -> bool:
    """Whether the log records that the run had not ended. A run without a recorded end may have ended or not."""
    return run.result.end is not None and run.result.end.how == "open"
