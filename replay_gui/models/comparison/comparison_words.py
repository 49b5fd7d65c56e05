"""The result of a comparison, its steps and its rules, in words."""

from __future__ import annotations

from collections.abc import Set
from functools import reduce

from replay_gui.core.divergence.comparison import OTHER_DETAILS, Comparison
from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import NO_EVENT, EventIndex, position_after
from replay_gui.core.text.event_label import event_label, events_noun, label_text
from replay_gui.core.text.json_pointer import pointer_text
from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import significant_number, whole_number
from replay_gui.engine.answers import Compared, Progress, Step
from replay_gui.engine.requests import Side
from replay_gui.models.run.verdict_words import BadgeVerdict

_MAX_CHARACTERS = 200  # of a cause
_MAX_NAME_CHARACTERS = 60
_MAX_CAUSES = 8  # listed one by one behind the badge


_ACTION_WORDS = {
    Action.IGNORE: translatable("ignored"),
    Action.NONDETERMINISTIC: translatable("marked non-deterministic"),
    Action.TOLERANCE: translatable("within a tolerance"),
    Action.READS: translatable("only reads"),
    Action.CHECKS: translatable("checks"),
    Action.CHANGES: translatable("changes something"),
    Action.SUBMITS: translatable("submits the result"),
    Action.HANDS_OVER: translatable("hands over"),
    Action.NOTES: translatable("notes for itself"),
    Action.ASKS: translatable("asks the user"),
}
_PRESET_WORDS = {
    "clock times": translatable("Clock times"),
    "durations": translatable("Durations"),
    "uuids": translatable("Uuids"),
    "ids": translatable("Ids"),
    "addresses": translatable("Addresses"),
    "temporary paths": translatable("Temporary paths"),
}


def growing_verdict() -> BadgeVerdict:
    """Return what is shown while B still runs."""
    return BadgeVerdict("raised", tr("B still runs"), tr("The last events that only A has may still appear in B."))


def comparison_verdict(compared: Compared | None, fresh: bool, progress: Progress | None) -> BadgeVerdict:
    """Return ``Diverged at 412 · 2 causes`` or ``Same · 1,523 events``; before the result, the progress."""
    if progress is None and not fresh:
        return BadgeVerdict("raised", tr("Not compared"), tr("The two runs are not compared."))
    if compared is None or not fresh:
        words = tr("Comparing…")
        if progress and progress.total:
            words = tr("Comparing… {percent} %", percent=min(progress.done * 100 // progress.total, 99))
        return BadgeVerdict("raised", words, tr("The two runs are being compared."))
    return _equal_verdict(compared.comparison) if not compared.comparison.diverged else _diverged(compared.comparison)


def _equal_verdict(comparison: Comparison) -> BadgeVerdict:
    left_out = _sentences(comparison.content.left_out_words())
    if not comparison.content.whole:
        gaps = [
            tr("Equal in what is compared. Some data is not in the logs:"),
            *map(sentence_text, comparison.content.gaps),
        ]
        return BadgeVerdict("warn", tr("Equal in what is compared"), "\n".join([*gaps, *left_out]))
    sentence = tr("Every step of A has an equal step in B, in the same order.")
    if comparison.counts.ignored:
        sentence = trn(
            "The runs are equal but for {n} difference that rules ignore.",
            "The runs are equal but for {n} differences that rules ignore.",
            comparison.counts.ignored,
        )
    words = trn("Same · {n} event", "Same · {n} events", len(comparison.alignment.partner_of_a))
    return BadgeVerdict("good", words, "\n".join([sentence, *left_out]))


def _diverged(comparison: Comparison) -> BadgeVerdict:
    if not len(comparison.points.row):
        detail = [tr("Every step is equal."), *outcome_lines(comparison)]
        return BadgeVerdict("bad", tr("Another outcome"), "\n".join(detail))
    first = first_divergence_words(comparison)
    detail = [
        trn(
            "{n} divergence, the first at event {event}.",
            "{n} divergences, the first at event {event}.",
            len(comparison.points.row),
            event=first,
        )
    ]
    detail += [
        f"{number}. {one_line(cause.explanation, _MAX_CHARACTERS)}"
        for number, cause in enumerate((comparison.causes[which] for which in comparison.ranked[:_MAX_CAUSES]), 1)
    ]
    if len(comparison.causes) > _MAX_CAUSES:
        detail.append(trn("… and {n} more cause", "… and {n} more causes", len(comparison.causes) - _MAX_CAUSES))
    detail += [*outcome_lines(comparison), *_sentences(comparison.content.left_out_words())]
    words = tr("Diverged at {event}", event=first)
    if comparison.causes:
        words += " · " + trn("{n} cause", "{n} causes", len(comparison.causes))
    return BadgeVerdict("bad", words, "\n".join(detail))


def growth_words(sides: Set[Side]) -> str:
    """Return ``Compared again as B grows``; "" if neither run grows."""
    if len(sides) > 1:
        return tr("Compared again as A and B grow")
    return "".join(tr("Compared again as {run} grows", run=side.name) for side in sides)


def outcome_lines(comparison: Comparison) -> list[str]:
    """Return a line for each run about its outcome and end; none if neither run has them."""
    words = [result.words() for result in comparison.results]
    if not any(words) and comparison.results_equal:
        return []
    lines = [
        tr("Outcome of {run}: {outcome}", run=side, outcome=one_line(outcome, _MAX_CHARACTERS) or tr("unknown"))
        for side, outcome in zip("AB", words, strict=True)
    ]
    return lines if comparison.results_equal or words[0] != words[1] else [*lines, tr(OTHER_DETAILS)]


def _sentences(words: str) -> list[str]:
    return [f"{words}."] if words else []


def first_difference_words(index: EventIndex | None) -> str:
    """Return a sentence on the first difference, shown until the result is known; "" for None."""
    if index is None:
        return ""
    number = whole_number(position_after(index))
    return tr("The first event that differs is number {number} of both runs.", number=number) + "\n"


def first_divergence_words(comparison: Comparison) -> str:
    """Return the number of the first divergent event in A, or in B if A has no such event."""
    first = comparison.first_point or 0
    a, b = int(comparison.points.a[first]), int(comparison.points.b[first])
    return whole_number(a + 1) if a != NO_EVENT else tr("{event} of B", event=whole_number(b + 1))


def counts_words(comparison: Comparison) -> str:
    """Return ``Equal 1,481 · changed 19 · only A 4 · only B 12 · moved 7 · ignored 41``."""
    counts = comparison.counts
    named = [
        (tr("Equal"), counts.equal),
        (tr("changed"), counts.changed),
        (tr("only A"), counts.only_a),
        (tr("only B"), counts.only_b),
        (tr("moved"), counts.moved),
    ]
    others = (tr("state"), counts.state), (tr("ignored"), counts.ignored)
    named += [(name, count) for name, count in others if count]
    return " · ".join(f"{name} {whole_number(count)}" for name, count in named)


def point_words(point: int | None, count: int) -> str:
    """Return ``divergence 3 of 17``, or ``17 divergences`` if none of them is chosen."""
    if point is None:
        return trn("{n} divergence", "{n} divergences", count) if count else tr("no divergence")
    return tr("divergence {number} of {count}", number=whole_number(point + 1), count=whole_number(count))


def preset_words(preset: str) -> str:
    """Return the name of a preset of texts that rules ignore, as the user reads it."""
    return tr(_PRESET_WORDS[preset])


def rule_words(rule: Rule) -> tuple[str, str]:
    """Return (the subject of the rule, its effect), one line each."""
    parts = []
    if rule.pattern is not None:
        parts.append(
            preset_words(rule.pattern)
            if rule.pattern in _PRESET_WORDS
            else tr("Texts like {pattern}", pattern=one_line(rule.pattern, _MAX_NAME_CHARACTERS))
        )
    if rule.path is not None:
        parts.append(one_line(pointer_text(rule.path), _MAX_NAME_CHARACTERS))
    tool = one_line(rule.tool or "", _MAX_NAME_CHARACTERS)
    kind = events_noun(rule.kind, rule.label) if rule.kind or rule.label else ""
    whole = not parts
    if tool and kind:
        parts.append(tr("{events} of {tool}", events=kind, tool=tool))
    elif tool or kind:
        is_of_answers = tool and whole and rule.action is Action.NONDETERMINISTIC
        parts.append(tr("Answers of {tool}", tool=tool) if is_of_answers else tool or kind)
    action = _tolerance_words(rule) if rule.action is Action.TOLERANCE else tr(_ACTION_WORDS[rule.action])
    what = reduce(lambda part, whole: tr("{part} in {whole}", part=part, whole=whole), parts) if parts else ""
    what = what if tool or rule.path else what[:1].upper() + what[1:]
    return what, action + (f" · {one_line(rule.note, _MAX_NAME_CHARACTERS)}" if rule.note else "")


def _tolerance_words(rule: Rule) -> str:
    absolute, relative = ("" if bound is None else significant_number(bound) for bound in (rule.abs, rule.rel))
    if absolute and relative:
        return tr("equal within {absolute} or {relative} of the value", absolute=absolute, relative=relative)
    if absolute:
        return tr("equal within {absolute}", absolute=absolute)
    return tr("equal within {relative} of the value", relative=relative)


def payload_title(step: Step | None) -> str:
    """Return ``Answer of search``, ``Request to search``, ``Decision`` …"""
    event = None if step is None else step.a if step.a is not None else step.b
    return tr("The chosen step") if event is None else _event_words(event)


def payload_note(step: Step | None) -> str:
    """Return a note on the payload of a step, or an empty text."""
    if step is None:
        return ""
    if step.a is None or step.b is None:
        return tr("only in B") if step.a is None else tr("only in A")
    return differences_words(len(step.payload))


def state_title(step: Step | None) -> str:
    """Return ``State after 412, A against B``; if the positions differ, both of them."""
    if step is None:
        return tr("State, A against B")
    a, b = whole_number(step.position_a), whole_number(step.position_b)
    if a == b:
        return tr("State after {position}, A against B", position=a)
    return tr("State after {a} of A against {b} of B", a=a, b=b)


def differences_words(count: int, more: bool = False) -> str:
    """Return the number of differences as text."""
    if count == 0:
        return tr("no difference")
    if more:
        return trn("more than {n} difference", "more than {n} differences", count)
    return trn("{n} difference", "{n} differences", count)


def request_words(step: Step) -> tuple[tuple[str, str], ...]:
    """Return the request of an answer, if both sides asked the same."""
    return ((tr("request"), step.request),) if step.request else ()


def _event_words(event: Event) -> str:
    tool = one_line(event.tool or "", _MAX_NAME_CHARACTERS)
    match event.kind:
        case Kind.TOOL_RESPONSE if tool:
            return tr("Answer of {tool}", tool=tool)
        case Kind.TOOL_REQUEST if tool:
            return tr("Request to {tool}", tool=tool)
    return label_text(event_label(event)) + (f" · {tool}" if tool else "")
