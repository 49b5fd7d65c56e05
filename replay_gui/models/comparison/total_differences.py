"""The differences of two compared runs in outcome and usage, in words."""

from __future__ import annotations

from dataclasses import replace

from replay_gui.core.facts.run_outcome import outcome_words
from replay_gui.core.facts.run_totals import total_cost, total_tokens
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, duration_text
from replay_gui.engine.answers import Totals


def total_differences(a: Totals | None, b: Totals | None) -> str:
    """Return ``Outcome passed against failed by tests · failures 1 against 4 · tokens 812 against 9,100``.

    Totals that are equal, or that one run does not record, are left out. "" until both have been summed up.
    """
    if a is None or b is None:
        return ""
    graders = ["" if one.result is None or one.result.outcome is None else one.result.outcome.by for one in (a, b)]
    same = graders[0] if graders[0] == graders[1] else ""
    of_both = [
        f"{name} {of_a} against {of_b}{f' by {one_line(same)}' if same and name == 'outcome' else ''}"
        for (name, of_a), (_, of_b) in zip(_words(a, bool(same)), _words(b, bool(same)), strict=True)
        if of_a and of_b and of_a != of_b
    ]
    line = " · ".join(of_both)
    return line[:1].upper() + line[1:]


def _words(totals: Totals, without_grader: bool) -> list[tuple[str, str]]:
    """Return (name, words) of each total, the words "" if it is not known."""
    outcome = None if totals.result is None else totals.result.outcome
    if outcome is not None and without_grader:
        outcome = replace(outcome, by="")
    highlights, tokens, cost = totals.highlights, total_tokens(totals.uses), total_cost(totals.uses)
    return [
        ("outcome", "" if outcome is None else outcome_words(outcome)),
        ("failures", "" if highlights is None else f"{highlights.counts.failures:,}"),
        ("time", "" if highlights is None or highlights.duration is None else duration_text(highlights.duration)),
        ("tokens", "" if tokens is None else f"{tokens:,}"),
        ("cost", "" if cost is None else cost_text(cost)),
    ]
