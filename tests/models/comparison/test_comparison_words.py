"""The verdict of a comparison in the badge: green only where the runs are the same."""

from __future__ import annotations

from dataclasses import replace

from replay_gui.core.divergence.alignment.row_indexes import RowIndexes
from replay_gui.core.divergence.compared_content import ComparedContent
from replay_gui.core.divergence.comparison import Change, Comparison
from replay_gui.core.divergence.rules.presets import PRESETS
from replay_gui.core.facts.run_outcome import Outcome, RunResult
from replay_gui.engine.answers import Compared
from replay_gui.models.comparison.comparison_words import comparison_verdict, preset_words
from replay_gui.models.run.verdict_words import BadgeVerdict
from tests.core.translation.languages import in_language
from tests.helpers.comparisons import comparison_of

MEMBERS = (("time", 4), ("cost", 1))


def verdict(comparison: Comparison) -> BadgeVerdict:
    return comparison_verdict(Compared(comparison, RowIndexes.from_alignment(comparison.alignment), 1), True, None)


def test_equal_and_whole_is_green_and_names_what_is_not_compared() -> None:
    equal = replace(comparison_of([Change.EQUAL] * 2), content=ComparedContent(4, MEMBERS))
    found = verdict(equal)
    assert (found.tone, found.text) == ("good", "Same · 2 events")
    assert "2 members are not compared: time, cost." in found.detail


def test_equal_and_not_whole_is_not_green() -> None:
    gaps = ("lines that hold no span, left out: 1",)
    found = verdict(replace(comparison_of([Change.EQUAL] * 2), content=ComparedContent(4, MEMBERS, gaps)))
    assert (found.tone, found.text) == ("warn", "Equal in what is compared")
    assert gaps[0] in found.detail
    with in_language("de"):
        found = verdict(replace(comparison_of([Change.EQUAL] * 2), content=ComparedContent(4, MEMBERS, gaps)))
    assert "Zeilen, die keinen Span enthalten, ausgelassen: 1" in found.detail


def test_another_outcome_is_red_though_every_step_is_equal() -> None:
    passed, failed = (RunResult((Outcome(good, float(good), "tests", None),)) for good in (True, False))
    found = verdict(replace(comparison_of([Change.EQUAL]), results=(passed, failed), results_equal=False))
    assert (found.tone, found.text) == ("bad", "Another outcome")
    assert "Outcome of A: passed, score 1 by tests" in found.detail
    assert "Outcome of B: failed, score 0 by tests" in found.detail


def test_each_preset_has_a_name() -> None:
    assert [preset_words(name) for name in PRESETS] == [name.capitalize() for name in PRESETS]
