"""Outcome and end of a run, as they are read from its events."""

from __future__ import annotations

from replay_gui.core.facts.run_outcome import Outcome, RunEnd, RunResult, end_words, outcome_words
from replay_gui.core.translation.numbers import use_number_signs


def test_one_outcome_for_each_grader_and_the_last_end() -> None:
    result = RunResult()
    assert (result.words(), result.outcome) == ("", None)
    assert result.json_form() == {"outcome": None, "outcomes": [], "end": None}
    result = result.with_event("x:outcome", {"passed": False, "score": 0.0, "by": "tau-bench reward"})
    result = result.with_event("x:outcome", {"passed": None, "score": 0.5, "by": "judge", "label": "partly"})
    result = result.with_event("x:end", {"how": "open", "why": None}).with_event("x:end", {"how": "limit", "why": "30"})
    assert result.with_event("Decision", {"passed": True}) is result
    assert result.json_form() == {
        "outcome": {"passed": False, "score": 0.0, "by": "tau-bench reward", "label": None},
        "outcomes": [
            {"passed": False, "score": 0.0, "by": "tau-bench reward", "label": None},
            {"passed": None, "score": 0.5, "by": "judge", "label": "partly"},
        ],
        "end": {"how": "limit", "why": "30"},
    }
    assert result.words() == "failed, score 0 by tau-bench reward, and 1 more; ended: limit (30)"
    assert outcome_words(result.outcomes[1]) == "partly, score 0.5 by judge"


def test_members_of_a_wrong_type_say_nothing() -> None:
    payload = {"passed": "yes", "score": float("nan"), "by": None, "label": 7}
    assert RunResult().with_event("x:outcome", payload).outcome == Outcome(None, None, "", None)
    assert RunResult().with_event("x:outcome", {"score": True}).outcome == Outcome(None, None, "", None)
    assert RunResult().with_event("x:end", {"how": 3}).end == RunEnd("3", None)


def test_an_answer_that_nobody_graded_is_not_called_graded() -> None:
    assert outcome_words(Outcome(passed=None, score=None, by="submission", label=None)) == "not graded"


def test_a_reason_that_only_repeats_how_the_run_ended_is_not_told() -> None:
    assert end_words(RunEnd("submitted", "submitted")) == "submitted"
    assert end_words(RunEnd("stopped by user", "stopped_by_user")) == "stopped by user"
    assert end_words(RunEnd("submitted", "submitted (exit_cost)")) == "submitted (submitted (exit_cost))"


def test_the_name_of_the_member_with_a_verdict_is_no_grader() -> None:
    assert outcome_words(Outcome(passed=False, score=None, by="success", label=None)) == "failed"
    assert outcome_words(Outcome(passed=None, score=0.5, by="resolved", label=None)) == "score 0.5 by resolved"


def test_a_score_has_the_decimal_sign_of_the_language() -> None:
    use_number_signs(".", ",")
    try:
        assert outcome_words(Outcome(None, 0.5, "judge", None)) == "score 0,5 by judge"
    finally:
        use_number_signs(",", ".")
