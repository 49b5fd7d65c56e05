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
from replay_gui.core.text.wording import cost_text, duration_text, end_text, plural
from replay_gui.engine.comparison.why_answers import RunSize
from replay_gui.models.timeline.spending_plot import token_words

_MAX_NAME_CHARACTERS = 40  # characters of a run's or tool's name
_MAX_VALUE_CHARACTERS = 24  # characters of a value in a chain
_MAX_EXACT_TOKENS = 100_000  # tokens; more are abbreviated, because a heading has little room
_MAX_CHAIN_EVENTS = 6  # events of an origin that are listed

KIND_WORDS: dict[ReasonKind, str] = {
    ReasonKind.MISSING: "not done",
    ReasonKind.EXTRA: "done by one run only",
    ReasonKind.ARGUMENT: "other argument",
    ReasonKind.ORDER: "other order",
    ReasonKind.WORLD: "answered differently",
    ReasonKind.ERROR: "error",
    ReasonKind.GAVE_UP: "gave up",
    ReasonKind.CUT_OFF: "cut off",
    ReasonKind.MADE_UP: "made up",
    ReasonKind.SUBMISSION: "other result",
    ReasonKind.TOLD: "other number",
    ReasonKind.CHECK: "check",
    ReasonKind.LOOK: "not looked up",
    ReasonKind.SETUP: "set-up",
    ReasonKind.WORDING: "wording",
}
"""The words on the first chip of a reason: what differs."""

MISSING_LINK_WORDS: dict[str, str] = {
    "input": "the user said something else",
    "looking": "not looked up",
    "world": "answered differently",
    "agent": "the agent's own choice",
}
"""The words on the second chip of a reason: where the trace of its values ended."""


def headline(why: WhyResult) -> str:
    """Return ``Why trial 0 failed``, ``What differs``, ``They did the same`` or ``No reason was found``."""
    if not why.reasons:
        return "They did the same" if did_the_same(why) else "No reason was found"
    if why.failed is None:
        return "What differs"
    return f"Why {one_line(why.name_a if why.failed == 'a' else why.name_b, _MAX_NAME_CHARACTERS)} failed"


def did_the_same(why: WhyResult) -> bool:
    """Return whether there is no reason, no event was left out, and the outcomes do not differ."""
    return not why.reasons and why.failed is None and not why.set_aside.reads and not why.limits


def count_words(why: WhyResult) -> str:
    """Return ``3 reasons``; of runs whose outcomes are equal or unknown, ``3 differences``."""
    if not why.reasons:
        return ""
    return plural(len(why.reasons), "difference" if why.failed is None else "reason")


def reason_words(chosen: int, why: WhyResult | None) -> str:
    """Return ``reason 1 of 3``; of runs whose outcomes are equal or unknown, ``difference 1 of 3``."""
    if why is None:
        return "no reason yet"
    word = "difference" if why.failed is None else "reason"
    if not why.reasons:
        return f"no {word}"
    return count_words(why) if chosen < 0 else f"{word} {chosen + 1:,} of {len(why.reasons):,}"


def same_words(why: WhyResult) -> str:
    """Return the text that is shown if there are no reasons."""
    passed = [passed_of(result) for result in why.results]
    lines = ["No difference was found in what they did: no action, result or ending differs."]
    if passed[0] is not None and passed[0] == passed[1]:
        lines = [f"Both runs {'passed' if passed[0] else 'failed'}. No difference was found in what they did."]
    elif None not in passed:
        lines.append("Their outcomes differ nevertheless.")
    lines += [why.last_words] if why.last_words else []
    words = set_aside_words(why)
    if words:
        lines.append(f"Left out: {words}.")
    return "\n\n".join((*lines, *why.limits))


def left_out_words(why: WhyResult) -> str:
    """Return the line below the reasons."""
    words = set_aside_words(why)
    return words[:1].upper() + words[1:] if words else "No difference was left out"


def set_aside_lines(why: WhyResult) -> tuple[str, ...]:
    """Return lines about the differences that are not reasons, and about the parts that were not examined."""
    aside = why.set_aside
    lines = ["Patch: both runs submitted the same."] if aside.same_patch else []
    if aside.wording:
        lines.append(f"Other words: {plural(aside.wording, 'message')}, with the same effect.")
    if aside.reads:
        lines.append(f"Without an effect: {plural(aside.reads, 'call')} that only one run made.")
    if aside.reordered:
        lines.append(f"Order: {plural(aside.reordered, 'such call')} that both runs made, at another time.")
    if aside.setup:
        lines.append(f"Set-up: {plural(aside.setup, 'member differs', 'members differ')}.")
    return (*lines, *why.limits)


def role_words(origin: Origin) -> str:
    """Return the source of a value in words: the user, a tool, the agent."""
    return {OriginRole.USER: "user", OriginRole.ANSWER: "answer", OriginRole.AGENT: "agent"}[origin.role]


def chain_words(reason: Reason, side: Side, index: RunIndex) -> str:
    """Return ``user 5 (nora_lind) → answer 7 (PX4R7D) → cancel_reservation 20``; "" without an origin there."""
    origins = sorted((origin for origin in reason.origins if origin.side == side), key=lambda origin: origin.index)
    if not origins:
        return ""
    steps: dict[int, str] = {}
    for origin in origins:
        value = one_line(origin.value, _MAX_VALUE_CHARACTERS)
        steps.setdefault(origin.index, f"{_step(origin, index)} {origin.index + 1:,} ({value})")
    named = reason.index_a if side == "a" else reason.index_b
    if named is not None and named < index.count:
        steps.setdefault(named, f"{_tool(named, index) or 'agent'} {named + 1:,}")
    words = list(steps.values())
    if len(words) > _MAX_CHAIN_EVENTS:
        words = [*words[: _MAX_CHAIN_EVENTS // 2], "…", *words[-_MAX_CHAIN_EVENTS // 2 + 1 :]]
    return " → ".join(words)


def _step(origin: Origin, index: RunIndex) -> str:
    if origin.role is OriginRole.AGENT and origin.index < index.count:
        return _tool(origin.index, index) or "agent"
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
    return "unknown" if passed is None else "passed" if passed else "failed"


def run_line(events: int, size: RunSize | None, result: RunResult | None, uses: tuple[ModelUse, ...] | None) -> str:
    """Return ``24 events · 4 calls · score 1 · answered · 2 min · 8,120 tokens · $0.003``, without unknown parts."""
    parts = [plural(events, "event")]
    if size is not None:
        parts.append(plural(size.calls, "call") + (f", {size.failed:,} failed" if size.failed else ""))
    outcome = None if result is None else result.outcome
    if outcome is not None and outcome.score is not None:
        parts.append(f"score {outcome.score:g}")
    if result is not None and result.end is not None and result.end.how:
        parts.append(one_line(end_text(result.end.how), _MAX_NAME_CHARACTERS))
    if size is not None and size.duration is not None:
        parts.append(duration_text(size.duration))
    if uses:
        tokens, cost = total_tokens(uses), total_cost(uses)
        if tokens is not None:
            parts.append(plural(tokens, "token") if tokens < _MAX_EXACT_TOKENS else f"{token_words(tokens)} tokens")
        parts += [cost_text(cost)] if cost is not None else []
    return " · ".join(parts)


def actions_words(changes: int, others: Iterable[str]) -> str:
    """Return ``1 change`` or ``changes nothing``, and its other actions."""
    return " · ".join((plural(changes, "change") if changes else "changes nothing", *others))
