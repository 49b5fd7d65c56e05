"""Reasons, outcomes and differences left out, in the words of the window."""

from __future__ import annotations

from collections.abc import Iterable

from replay_gui.core.facts.run_outcome import RunResult
from replay_gui.core.facts.run_totals import ModelUse, total_cost, total_tokens
from replay_gui.core.index.run_index import NO_TOOL, RunIndex
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.origin import Origin, OriginRole, Side
from replay_gui.core.reasons.reason import Reason, ReasonKind
from replay_gui.core.reasons.why_result import WhyResult
from replay_gui.core.reasons.why_words import set_aside_words
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, duration_text, end_text
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import significant_number, whole_number
from replay_gui.engine.comparison.why_answers import RunSize
from replay_gui.models.timeline.spending_plot import token_words

_MAX_NAME_CHARACTERS = 40  # characters of a run's or tool's name
_MAX_VALUE_CHARACTERS = 24  # characters of a value in a chain
_MAX_EXACT_TOKENS = 100_000  # tokens; more are abbreviated, because a heading has little room
_MAX_CHAIN_EVENTS = 6  # events of an origin that are listed

KIND_WORDS: dict[ReasonKind, str] = {
    ReasonKind.MISSING: translatable("not done"),
    ReasonKind.EXTRA: translatable("done by one run only"),
    ReasonKind.ARGUMENT: translatable("other argument"),
    ReasonKind.ORDER: translatable("other order"),
    ReasonKind.WORLD: translatable("answered differently"),
    ReasonKind.ERROR: translatable("error"),
    ReasonKind.GAVE_UP: translatable("gave up"),
    ReasonKind.CUT_OFF: translatable("cut off"),
    ReasonKind.MADE_UP: translatable("made up"),
    ReasonKind.SUBMISSION: translatable("other result"),
    ReasonKind.TOLD: translatable("other number"),
    ReasonKind.CHECK: translatable("check"),
    ReasonKind.LOOK: translatable("not looked up"),
    ReasonKind.SETUP: translatable("set-up"),
    ReasonKind.WORDING: translatable("wording"),
}
"""The words on the first chip of a reason: what differs."""

CHIP_WORDS: dict[str, str] = {
    "input": translatable("the user said something else"),
    "looking": translatable("not looked up"),
    "world": translatable("answered differently"),
    "agent": translatable("the agent's own choice"),
    "order": translatable("order"),
    "error": translatable("error"),
    "made up": translatable("made up"),
    "gave up": translatable("gave up"),
    "cut off": translatable("cut off"),
}
"""The words on the second chip of a reason, by its `chip`: the cause found by tracing its values."""


_ROLE_WORDS = {
    OriginRole.USER: translatable("user"),
    OriginRole.ANSWER: translatable("answer"),
    OriginRole.AGENT: translatable("agent"),
}


def headline(why: WhyResult) -> str:
    """Return ``Why trial 0 failed``, ``What differs``, ``They did the same`` or ``No reason was found``."""
    if not why.reasons:
        return tr("They did the same") if did_the_same(why) else tr("No reason was found")
    if why.failed is None:
        return tr("What differs")
    failed = why.name_a if why.failed == "a" else why.name_b
    return tr("Why {run} failed", run=one_line(failed, _MAX_NAME_CHARACTERS))


def did_the_same(why: WhyResult) -> bool:
    """Return whether there is no reason, no event was left out, and the outcomes do not differ."""
    return not why.reasons and why.failed is None and not why.set_aside.reads and not why.limits


def count_words(why: WhyResult) -> str:
    """Return ``3 reasons``; of runs whose outcomes are equal or unknown, ``3 differences``."""
    if not why.reasons:
        return ""
    if why.failed is None:
        return trn("{n} difference", "{n} differences", len(why.reasons))
    return trn("{n} reason", "{n} reasons", len(why.reasons))


def reason_words(chosen: int, why: WhyResult | None) -> str:
    """Return ``reason 1 of 3``; of runs whose outcomes are equal or unknown, ``difference 1 of 3``."""
    if why is None:
        return tr("no reason yet")
    if not why.reasons:
        return tr("no difference") if why.failed is None else tr("no reason")
    if chosen < 0:
        return count_words(why)
    number, count = whole_number(chosen + 1), whole_number(len(why.reasons))
    if why.failed is None:
        return tr("difference {number} of {count}", number=number, count=count)
    return tr("reason {number} of {count}", number=number, count=count)


def same_words(why: WhyResult) -> str:
    """Return the text that is shown if there are no reasons."""
    passed = [passed_of(result) for result in why.results]
    lines = [tr("No difference was found in what they did: no action, result or ending differs.")]
    if passed == [True, True]:
        lines = [tr("Both runs passed. No difference was found in what they did.")]
    elif passed == [False, False]:
        lines = [tr("Both runs failed. No difference was found in what they did.")]
    elif None not in passed:
        lines.append(tr("Their outcomes differ nevertheless."))
    lines += [why.last_words] if why.last_words else []
    words = set_aside_words(why)
    if words:
        lines.append(tr("Left out: {differences}.", differences=words))
    return "\n\n".join((*lines, *why.limits))


def left_out_words(why: WhyResult) -> str:
    """Return the line below the reasons."""
    words = set_aside_words(why)
    return words[:1].upper() + words[1:] if words else tr("No difference was left out")


def set_aside_lines(why: WhyResult) -> tuple[str, ...]:
    """Return lines about the differences that are not reasons, and about the parts that were not examined."""
    aside = why.set_aside
    lines = [tr("Patch: both runs submitted the same.")] if aside.same_patch else []
    if aside.wording:
        lines.append(
            trn(
                "Other words: {n} message, with the same effect.",
                "Other words: {n} messages, with the same effect.",
                aside.wording,
            )
        )
    if aside.reads:
        lines.append(
            trn(
                "Without an effect: {n} call that only one run made.",
                "Without an effect: {n} calls that only one run made.",
                aside.reads,
            )
        )
    if aside.reordered:
        lines.append(
            trn(
                "Order: {n} such call that both runs made, at another time.",
                "Order: {n} such calls that both runs made, at another time.",
                aside.reordered,
            )
        )
    if aside.setup:
        lines.append(trn("Set-up: {n} member differs.", "Set-up: {n} members differ.", aside.setup))
    return (*lines, *why.limits)


def role_words(origin: Origin) -> str:
    """Return the source of a value in words: the user, a tool, the agent."""
    return tr(_ROLE_WORDS[origin.role])


def chain_words(reason: Reason, side: Side, index: RunIndex) -> str:
    """Return ``user 5 (nora_lind) → answer 7 (PX4R7D) → cancel_reservation 20``; "" without an origin there."""
    origins = sorted((origin for origin in reason.origins if origin.side == side), key=lambda origin: origin.index)
    if not origins:
        return ""
    steps: dict[int, str] = {}
    for origin in origins:
        value = one_line(origin.value, _MAX_VALUE_CHARACTERS)
        steps.setdefault(origin.index, f"{_step(origin, index)} {whole_number(origin.index + 1)} ({value})")
    named = reason.index_a if side == "a" else reason.index_b
    if named is not None and named < index.count:
        steps.setdefault(named, f"{_tool(named, index) or tr('agent')} {whole_number(named + 1)}")
    words = list(steps.values())
    if len(words) > _MAX_CHAIN_EVENTS:
        words = [*words[: _MAX_CHAIN_EVENTS // 2], "…", *words[-_MAX_CHAIN_EVENTS // 2 + 1 :]]
    return " → ".join(words)


def _step(origin: Origin, index: RunIndex) -> str:
    if origin.role is OriginRole.AGENT and origin.index < index.count:
        return _tool(origin.index, index) or tr("agent")
    return role_words(origin)


def _tool(event_index: EventIndex, index: RunIndex) -> str:
    """Return the tool of a request; "" for any other event."""
    tool = int(index.tool[event_index])
    is_request = index.kinds[int(index.kind[event_index])] == Kind.TOOL_REQUEST
    return one_line(index.tools[tool], _MAX_NAME_CHARACTERS) if is_request and tool != NO_TOOL else ""


def passed_of(result: RunResult | None) -> bool | None:
    """Return whether a run passed, according to its first outcome; None if unknown."""
    return None if result is None or result.outcome is None else result.outcome.passed


def outcome_word(passed: bool | None) -> str:
    """Return passed, failed or unknown."""
    return tr("unknown") if passed is None else tr("passed") if passed else tr("failed")


def run_line(events: int, size: RunSize | None, result: RunResult | None, uses: tuple[ModelUse, ...] | None) -> str:
    """Return ``24 events · 4 calls · score 1 · answered · 2 min · 8,120 tokens · $0.003``, without unknown parts."""
    parts = [trn("{n} event", "{n} events", events)]
    if size is not None:
        parts.append(_calls_words(size))
    outcome = None if result is None else result.outcome
    if outcome is not None and outcome.score is not None:
        parts.append(tr("score {score}", score=significant_number(outcome.score)))
    if result is not None and result.end is not None and result.end.how:
        parts.append(one_line(end_text(result.end.how), _MAX_NAME_CHARACTERS))
    if size is not None and size.duration is not None:
        parts.append(duration_text(size.duration))
    if uses:
        tokens, cost = total_tokens(uses), total_cost(uses)
        if tokens is not None:
            parts.append(
                trn("{n} token", "{n} tokens", tokens)
                if tokens < _MAX_EXACT_TOKENS
                else tr("{count} tokens", count=token_words(tokens))
            )
        parts += [cost_text(cost)] if cost is not None else []
    return " · ".join(parts)


def _calls_words(size: RunSize) -> str:
    if not size.failed:
        return trn("{n} call", "{n} calls", size.calls)
    failed = whole_number(size.failed)
    return trn("{n} call, {failed} failed", "{n} calls, {failed} failed", size.calls, failed=failed)


def actions_words(changes: int, others: Iterable[str]) -> str:
    """Return ``1 change`` or ``changes nothing``, and its other actions."""
    return " · ".join((trn("{n} change", "{n} changes", changes) if changes else tr("changes nothing"), *others))
