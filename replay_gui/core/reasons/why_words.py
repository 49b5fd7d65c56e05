"""Describe the reasons in words: the heading, the line below each reason, and the differences set aside."""

from __future__ import annotations

from replay_gui.core.reasons.reason import Reason, ReasonKind
from replay_gui.core.reasons.why_result import WhyResult
from replay_gui.core.translation.messages import tr, translatable, trn

_KINDS: dict[ReasonKind, str] = {
    ReasonKind.MISSING: translatable("missing"),
    ReasonKind.EXTRA: translatable("extra"),
    ReasonKind.ARGUMENT: translatable("argument"),
    ReasonKind.ORDER: translatable("order"),
    ReasonKind.WORLD: translatable("world"),
    ReasonKind.ERROR: translatable("error"),
    ReasonKind.GAVE_UP: translatable("gave up"),
    ReasonKind.CUT_OFF: translatable("cut off"),
    ReasonKind.MADE_UP: translatable("made up"),
    ReasonKind.SUBMISSION: translatable("submission"),
    ReasonKind.TOLD: translatable("told"),
    ReasonKind.CHECK: translatable("check"),
    ReasonKind.LOOK: translatable("look"),
    ReasonKind.SETUP: translatable("setup"),
    ReasonKind.WORDING: translatable("wording"),
}
"""The kinds of reasons, and with them most of the words for what led to one."""


def why_heading(why: WhyResult) -> str:
    """Return ``Why trial0 failed``; without a known difference of outcomes ``What they did differently``."""
    if why.failed is not None:
        return tr("Why {run} failed", run=why.name_a if why.failed == "a" else why.name_b)
    return tr("What they did differently")


def no_reason_words(why: WhyResult) -> str:
    """Return the sentences for two runs without a reason."""
    return " ".join(filter(None, (tr("No difference was found in what they did."), why.last_words)))


def chips(reason: Reason) -> tuple[str, ...]:
    """Return the kind of a reason, and what led to it, in words: ``("missing", "input")``."""
    kind = _KINDS[reason.kind]
    unsure = () if reason.certain else (tr("effect not sure"),)
    return (tr(kind), *((tr(reason.chip),) if reason.chip and reason.chip != kind else ()), *unsure)


def set_aside_words(why: WhyResult) -> str:
    """Return ``wording differs in 11 messages · 2 reads in another order``; "" if nothing was set aside."""
    counts = why.set_aside
    parts = [tr("the submitted patches, which are the same")] if counts.same_patch else []
    if counts.wording:
        parts.append(trn("wording differs in {n} message", "wording differs in {n} messages", counts.wording))
    if counts.reads:
        parts.append(
            trn(
                "{n} call without an effect only in one run",
                "{n} calls without an effect only in one run",
                counts.reads,
            )
        )
    if counts.reordered:
        parts.append(trn("{n} such call in another order", "{n} such calls in another order", counts.reordered))
    if counts.setup:
        parts.append(trn("{n} member of the set-up differs", "{n} members of the set-up differ", counts.setup))
    return " · ".join(parts)
