"""Describe the reasons in words: the heading, the line below each reason, and the differences set aside."""

from __future__ import annotations

from replay_gui.core.reasons.reason import Reason
from replay_gui.core.reasons.why_result import WhyResult
from replay_gui.core.text.wording import plural


def why_heading(why: WhyResult) -> str:
    """Return ``Why trial0 failed``; without a known difference of outcomes ``What they did differently``."""
    if why.failed is not None:
        return f"Why {why.name_a if why.failed == 'a' else why.name_b} failed"
    return "What they did differently"


def no_reason_words(why: WhyResult) -> str:
    """Return the sentences for two runs without a reason."""
    return " ".join(filter(None, ("No difference was found in what they did.", why.last_words)))


def chips(reason: Reason) -> tuple[str, ...]:
    """Return the kind of a reason, and what led to it: ``("missing", "input")``."""
    kind = reason.kind.value.replace("_", " ")
    unsure = () if reason.certain else ("effect not sure",)
    return (kind, *((reason.chip,) if reason.chip and reason.chip != kind else ()), *unsure)


def set_aside_words(why: WhyResult) -> str:
    """Return ``wording differs in 11 messages · 2 reads in another order``; "" if nothing was set aside."""
    counts = why.set_aside
    parts = ["the submitted patches, which are the same"] if counts.same_patch else []
    if counts.wording:
        parts.append(f"wording differs in {plural(counts.wording, 'message')}")
    if counts.reads:
        parts.append(f"{plural(counts.reads, 'call')} without an effect only in one run")
    if counts.reordered:
        parts.append(f"{plural(counts.reordered, 'such call')} in another order")
    if counts.setup:
        parts.append(f"{plural(counts.setup, 'member')} of the set-up differ{'s' if counts.setup == 1 else ''}")
    return " · ".join(parts)
