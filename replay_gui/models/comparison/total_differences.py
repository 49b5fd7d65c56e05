"""What two compared runs came to and used, where that differs, in words."""

from __future__ import annotations

from replay_gui.core.facts.run_outcome import outcome_words
from replay_gui.core.facts.run_totals import total_cost, total_tokens
from replay_gui.core.text.wording import cost_text, duration_text
from replay_gui.engine.answers import Totals


def total_differences(a: Totals | None, b: Totals | None) -> str:
    """Return ``Outcome passed, score 1 against failed, score 0 · failures 1 against 4 · tokens 812 against 9,100``.

    What is equal is left out; so is what one of the runs does not say. "" while one of them has not been summed up.
    """
    if a is None or b is None:
        return ""
    of_both = [
        f"{name} {of_a} against {of_b}"
        for (name, of_a), (_, of_b) in zip(_words(a), _words(b), strict=True)
        if of_a and of_b and of_a != of_b
    ]
    line = " · ".join(of_both)
    return line[:1].upper() + line[1:]


def _words(totals: Totals) -> list[tuple[str, str]]:
    """Return (name, words) of each total, the words "" where it is not known."""
    outcome = None if totals.result is None else totals.result.outcome
    highlights, tokens, cost = totals.highlights, total_tokens(totals.uses), total_cost(totals.uses)
    return [
        ("outcome", "" if outcome is None else outcome_words(outcome)),
        ("failures", "" if highlights is None else f"{highlights.counts.failures:,}"),
        ("time", "" if highlights is None or highlights.duration is None else duration_text(highlights.duration)),
        ("tokens", "" if tokens is None else f"{tokens:,}"),
        ("cost", "" if cost is None else cost_text(cost)),
    ]
