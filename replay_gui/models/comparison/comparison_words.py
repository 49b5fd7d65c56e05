"""The result of a comparison, its steps and its rules, in words."""

from __future__ import annotations

from collections.abc import Set

from replay_gui.core.divergence.comparison import OTHER_DETAILS, Comparison, rank_causes
from replay_gui.core.divergence.rules.presets import PRESETS
from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import NO_EVENT, EventIndex, position_after
from replay_gui.core.text.event_label import event_label, events_noun
from replay_gui.core.text.json_pointer import pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import plural
from replay_gui.engine.answers import Compared, Progress, Step
from replay_gui.engine.requests import Side
from replay_gui.models.run.verdict_words import BadgeVerdict

_MAX_CHARACTERS = 200  # of a cause
_MAX_NAME_CHARACTERS = 60
_MAX_CAUSES = 8  # listed one by one behind the badge


GROWING = BadgeVerdict("raised", "B still runs", "The last events that only A has may still appear in B.")


def comparison_verdict(compared: Compared | None, fresh: bool, progress: Progress | None) -> BadgeVerdict:
    """Return ``Diverged at 412 · 2 causes`` or ``Same · 1,523 events``; before the result, the progress."""
    if progress is None and not fresh:
        return BadgeVerdict("raised", "Not compared", "The two runs are not compared.")
    if compared is None or not fresh:
        percent = f" {min(progress.done * 100 // progress.total, 99)} %" if progress and progress.total else ""
        return BadgeVerdict("raised", f"Comparing…{percent}", "The two runs are being compared.")
    comparison = compared.comparison
    if not comparison.diverged:
        count = len(comparison.alignment.partner_of_a)
        ignored = comparison.counts.ignored
        sentence = "Every step of A has an equal step in B, in the same order."
        if ignored:
            sentence = f"The runs are equal but for {plural(ignored, 'difference')} that rules ignore."
        left_out = comparison.content.left_out_words()
        if not comparison.content.whole:
            words = ["Equal in what is compared. Some data is not in the logs:", *comparison.content.gaps]
            return BadgeVerdict("warn", "Equal in what is compared", "\n".join([*words, *_sentences(left_out)]))
        return BadgeVerdict("good", f"Same · {plural(count, 'event')}", "\n".join([sentence, *_sentences(left_out)]))
    if not len(comparison.points.row):
        return BadgeVerdict("bad", "Another outcome", "\n".join(["Every step is equal.", *outcome_lines(comparison)]))
    causes = f" · {plural(len(comparison.causes), 'cause')}" if comparison.causes else ""
    detail = [
        f"{plural(len(comparison.points.row), 'divergence')}, the first at event {first_divergence_words(comparison)}."
    ]
    detail += [
        f"{number}. {one_line(cause.explanation, _MAX_CHARACTERS)}"
        for number, cause in enumerate(
            (comparison.causes[which] for which in rank_causes(comparison.causes)[:_MAX_CAUSES]), 1
        )
    ]
    if len(comparison.causes) > _MAX_CAUSES:
        detail.append(f"… and {len(comparison.causes) - _MAX_CAUSES:,} more causes")
    detail += [*outcome_lines(comparison), *_sentences(comparison.content.left_out_words())]
    return BadgeVerdict("bad", f"Diverged at {first_divergence_words(comparison)}{causes}", "\n".join(detail))


def growth_words(sides: Set[Side]) -> str:
    """Return ``Compared again as B grows``; "" if neither run grows."""
    names = sorted(side.name for side in sides)
    return f"Compared again as {' and '.join(names)} {'grows' if len(names) == 1 else 'grow'}" if names else ""


def outcome_lines(comparison: Comparison) -> list[str]:
    """Return a line for each run about its outcome and end; none if neither run has them."""
    words = [result.words() for result in comparison.results]
    if not any(words) and comparison.results_equal:
        return []
    lines = [
        f"Outcome of {side}: {one_line(outcome, _MAX_CHARACTERS) or 'unknown'}"
        for side, outcome in zip("AB", words, strict=True)
    ]
    return lines if comparison.results_equal or words[0] != words[1] else [*lines, OTHER_DETAILS]


def _sentences(words: str) -> list[str]:
    return [f"{words}."] if words else []


def first_difference_words(index: EventIndex | None) -> str:
    """Return a sentence on the first difference, shown until the result is known; "" for None."""
    if index is None:
        return ""
    return f"The first event that differs is number {position_after(index):,} of both runs.\n"


def first_divergence_words(comparison: Comparison) -> str:
    """Return the number of the first divergent event in A, or in B if A has no such event."""
    first = comparison.first_point or 0
    a, b = int(comparison.points.a[first]), int(comparison.points.b[first])
    return f"{a + 1:,}" if a != NO_EVENT else f"{b + 1:,} of B"


def counts_words(comparison: Comparison) -> str:
    """Return ``Equal 1,481 · changed 19 · only A 4 · only B 12 · moved 7 · ignored 41``."""
    counts = comparison.counts
    named = [
        ("Equal", counts.equal),
        ("changed", counts.changed),
        ("only A", counts.only_a),
        ("only B", counts.only_b),
        ("moved", counts.moved),
    ]
    named += [(name, count) for name, count in (("state", counts.state), ("ignored", counts.ignored)) if count]
    return " · ".join(f"{name} {count:,}" for name, count in named)


def point_words(point: int | None, count: int) -> str:
    """Return ``divergence 3 of 17``, or ``17 divergences`` if none of them is chosen."""
    if point is None:
        return "no divergence" if not count else plural(count, "divergence")
    return f"divergence {point + 1:,} of {count:,}"


_ACTION_WORDS = {
    Action.IGNORE: "ignored",
    Action.NONDETERMINISTIC: "marked non-deterministic",
    Action.TOLERANCE: "within a tolerance",
    Action.READS: "only reads",
    Action.CHECKS: "checks",
    Action.CHANGES: "changes something",
    Action.SUBMITS: "submits the result",
    Action.HANDS_OVER: "hands over",
    Action.NOTES: "notes for itself",
    Action.ASKS: "asks the user",
}


def rule_words(rule: Rule) -> tuple[str, str]:
    """Return (the subject of the rule, its effect), one line each."""
    parts = []
    if rule.pattern is not None:
        parts.append(
            rule.pattern.capitalize()
            if rule.pattern in PRESETS
            else f"Texts like {one_line(rule.pattern, _MAX_NAME_CHARACTERS)}"
        )
    if rule.path is not None:
        parts.append(one_line(pointer_text(rule.path), _MAX_NAME_CHARACTERS))
    tool = one_line(rule.tool or "", _MAX_NAME_CHARACTERS)
    kind = events_noun(rule.kind, rule.label) if rule.kind or rule.label else ""
    whole = not parts
    if tool and kind:
        parts.append(f"{kind} of {tool}")
    elif tool or kind:
        parts.append((f"Answers of {tool}" if whole and rule.action is Action.NONDETERMINISTIC else tool) or kind)
    action = _ACTION_WORDS[rule.action]
    if rule.action is Action.TOLERANCE:
        bounds = ((rule.abs, "{:g}"), (rule.rel, "{:g} of the value"))
        action = "equal within " + " or ".join(words.format(bound) for bound, words in bounds if bound is not None)
    what = " in ".join(parts)
    what = what if tool or rule.path else what[:1].upper() + what[1:]
    return what, action + (f" · {one_line(rule.note, _MAX_NAME_CHARACTERS)}" if rule.note else "")


def payload_title(step: Step | None) -> str:
    """Return ``Answer of search``, ``Request to search``, ``Decision`` …"""
    event = None if step is None else step.a if step.a is not None else step.b
    return "The chosen step" if event is None else _event_words(event)


def payload_note(step: Step | None) -> str:
    """Return a note on the payload of a step, or an empty text."""
    if step is None:
        return ""
    if step.a is None or step.b is None:
        return "only in B" if step.a is None else "only in A"
    return differences_words(len(step.payload))


def state_title(step: Step | None) -> str:
    """Return ``State after 412, A against B``; if the positions differ, both of them."""
    if step is None:
        return "State, A against B"
    if step.position_a == step.position_b:
        return f"State after {step.position_a:,}, A against B"
    return f"State after {step.position_a:,} of A against {step.position_b:,} of B"


def differences_words(count: int, more: bool = False) -> str:
    """Return the number of differences as text."""
    if count == 0:
        return "no difference"
    return f"more than {count:,} differences" if more else plural(count, "difference")


def request_words(step: Step) -> tuple[tuple[str, str], ...]:
    """Return the request of an answer, if both sides asked the same."""
    return (("request", step.request),) if step.request else ()


def _event_words(event: Event) -> str:
    tool = one_line(event.tool or "", _MAX_NAME_CHARACTERS)
    match event.kind:
        case Kind.TOOL_RESPONSE if tool:
            return f"Answer of {tool}"
        case Kind.TOOL_REQUEST if tool:
            return f"Request to {tool}"
    return event_label(event) + (f" · {tool}" if tool else "")
