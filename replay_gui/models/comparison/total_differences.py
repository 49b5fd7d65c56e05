"""The differences of two compared runs in outcome and usage, in words."""

from __future__ import annotations

from dataclasses import replace

from replay_gui.core.facts.run_outcome import outcome_words
from replay_gui.core.facts.run_totals import total_cost, total_tokens
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, duration_text
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.answers import Totals


def total_differences(a: Totals | None, b: Totals | None) -> str:
    """Return ``Outcome passed against failed by tests · failures 1 against 4 · tokens 812 against 9,100``.

    Totals that are equal, or that one run does not record, are left out. "" until both have been summed up.
    """
    if a is None or b is None:
        return ""
    by = ["" if one.result is None or one.result.outcome is None else one.result.outcome.by for one in (a, b)]
    grader = by[0] if by[0] == by[1] else ""
    of_both = [
        tr(message, a=of_a, b=of_b, grader=one_line(grader))
        for (message, of_a), (_, of_b) in zip(_words(a, grader), _words(b, grader), strict=True)
        if of_a and of_b and of_a != of_b
    ]
    line = " · ".join(of_both)
    return line[:1].upper() + line[1:]


def _words(totals: Totals, grader: str) -> list[tuple[str, str]]:
    """Return (message, words) of each total, the words "" if it is not known. `grader`: of both outcomes, or ""."""
    outcome = None if totals.result is None else totals.result.outcome
    message = translatable("outcome {a} against {b}")
    if outcome is not None and grader:
        outcome = replace(outcome, by="")
        message = translatable("outcome {a} against {b} by {grader}")
    highlights, tokens, cost = totals.highlights, total_tokens(totals.uses), total_cost(totals.uses)
    return [
        (message, "" if outcome is None else outcome_words(outcome)),
        (
            translatable("failures {a} against {b}"),
            "" if highlights is None else whole_number(highlights.counts.failures),
        ),
        (translatable("time {a} against {b}"), duration_text(None if highlights is None else highlights.duration)),
        (translatable("tokens {a} against {b}"), "" if tokens is None else whole_number(tokens)),
        (translatable("cost {a} against {b}"), "" if cost is None else cost_text(cost)),
    ]
