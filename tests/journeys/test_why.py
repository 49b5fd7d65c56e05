"""Why one run failed, in the window: two trials of a task, compared as a person would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.core.divergence.rules.rules_file import read_rules, rules_beside
from replay_gui.core.facts.notes_places import notes_beside
from replay_gui.core.facts.run_notes import RunNotes, read_notes, write_notes
from replay_gui.core.reasons.reason import ReasonKind
from replay_gui.engine.files.notes_in_force import own_notes
from replay_gui.engine.opening import user_trusted_folders
from replay_gui.models.why.why_session import WhySession
from replay_gui.widgets.run.note_bar import NoteBar
from tests.helpers.journey import Journey

Key, Ctrl = Qt.Key, Qt.KeyboardModifier.ControlModifier


def _call(number: int, name: str, arguments: dict[str, Any], answer: str) -> list[dict[str, Any]]:
    request = {"id": f"c{number}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
    return [
        {"role": "assistant", "content": None, "tool_calls": [request]},
        {"role": "tool", "tool_call_id": f"c{number}", "name": name, "content": answer},
    ]


def _say(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": text}


LOOKED_UP = [
    *_call(1, "get_user_details", {"user_id": "nora_lind_1180"}, '{"tier": "gold", "reservations": ["PX4R7D"]}'),
    *_call(2, "get_reservation_details", {"reservation_id": "PX4R7D"}, '{"cabin": "economy", "insured": true}'),
]
PASSING = [
    _say("system", "You are an agent of an airline."),
    _say("user", "I need to cancel a flight."),
    _say("assistant", "May I have your user id?"),
    _say("user", "It is nora_lind_1180."),
    *LOOKED_UP,
    _say("assistant", "I can cancel PX4R7D. Shall I?"),
    _say("user", "Yes, please."),
    *_call(
        3, "cancel_reservation", {"reservation_id": "PX4R7D"}, '{"reservation_id": "PX4R7D", "status": "cancelled"}'
    ),
    _say("assistant", "It is cancelled."),
]
FAILING = [
    _say("system", "You are an agent of an airline."),
    _say("user", "I want to cancel my flight from Newark."),
    _say("assistant", "Please give me your user id."),
    _say("user", "I do not remember it. Can you not look it up?"),
    *_call(1, "transfer_to_human_agents", {"summary": "could not authenticate"}, "Transfer successful"),
    _say("assistant", "A colleague will take over."),
]


def _trial(folder: Path, number: int, messages: list[dict[str, Any]], reward: float | None) -> Path:
    """A file as tau-bench writes it; without a reward it says nothing of the outcome."""
    path = folder / f"trial{number}.json"
    result = {} if reward is None else {"reward": reward}
    path.write_text(json.dumps({"task_id": 7, "trial": number, "info": {}, "traj": messages, **result}), "utf-8")
    return path


@pytest.fixture
def trials(tmp_path: Path) -> tuple[Path, Path]:
    return _trial(tmp_path, 0, FAILING, 0.0), _trial(tmp_path, 1, PASSING, 1.0)


def _compare(journey: Journey, a: Path, b: Path) -> WhySession:
    journey.window.comparison.start(str(b), str(a))
    return _settled(journey)


def _settled(journey: Journey) -> WhySession:
    comparison, why = journey.window.comparison, journey.window.compare_view.why
    journey.until(
        lambda: comparison.fresh and comparison.settled and why.fresh and why.settled and not journey.session.working
    )
    return why


def test_it_says_first_what_the_failing_run_did_not_do(journey: Journey, trials: tuple[Path, Path]) -> None:
    why = _compare(journey, *trials)
    view = journey.window.compare_view
    assert why.result is not None
    assert why.result.failed == "a"
    assert view.shows_why
    assert view.reasons.accessibleName() == "Why trial0 failed"
    reason = why.reason
    assert reason is not None
    assert (reason.kind, reason.tool) == (ReasonKind.MISSING, "cancel_reservation")
    assert reason.index_b is not None
    assert journey.window.comparison.b.position == reason.index_b + 1
    assert journey.window.compare_bar.outcomes.accessibleName() == "A failed, B passed"
    assert {line.index for line in view.reasons.cards.item(0).links if line.side == "b"} >= {reason.index_b}
    marked = [view.trails.b.model().index(row, 0).data() for row in range(view.trails.b.model().rowCount())]
    assert any("nora_lind_1180" in words for words in marked)
    assert "score 1" in view.timelines[1].facts


def test_keys_walk_reasons_and_links(journey: Journey, trials: tuple[Path, Path]) -> None:
    why = _compare(journey, *trials)
    assert why.result is not None
    journey.press(Key.Key_F8)
    assert why.chosen == 1
    journey.press(Key.Key_F7)
    assert why.chosen == 0
    journey.press(Key.Key_Return)
    journey.press(Key.Key_Return)
    link = journey.window.compare_view.reasons.view.current_link
    assert link is not None
    run = journey.window.comparison.a if link.side == "a" else journey.window.comparison.b
    assert run.position == link.index + 1
    journey.press(Key.Key_2, Ctrl)
    assert not journey.window.compare_view.shows_why
    assert journey.window.compare_view.causes.isVisible()
    journey.press(Key.Key_F8)
    assert why.chosen == 0, "there the key goes from divergence to divergence"
    journey.press(Key.Key_1, Ctrl)
    assert journey.window.compare_view.shows_why


def test_what_does_not_matter_is_a_rule_and_undone(journey: Journey, trials: tuple[Path, Path]) -> None:
    why = _compare(journey, *trials)
    first = why.reason
    journey.window.comparison.rules.choose_file(rules_beside(trials[0]))
    menu = journey.window.compare_view.reasons.reason_menu(0)
    next(action for action in menu.actions() if action.text() == "Ignore all of cancel_reservation").trigger()
    _settled(journey)
    assert why.result is not None
    assert all(reason.tool != "cancel_reservation" for reason in why.result.reasons)
    journey.until(lambda: rules_beside(trials[0]).exists())
    rule = Rule(Action.IGNORE, tool="cancel_reservation")
    journey.until(lambda: list(read_rules(rules_beside(trials[0]))) == [rule])
    journey.press(Key.Key_Z, Ctrl)
    _settled(journey)
    assert why.reason == first


def test_a_tool_is_said_to_only_read(journey: Journey, trials: tuple[Path, Path]) -> None:
    why = _compare(journey, *trials)
    panel = journey.window.compare_view.action_panel
    row = next(row for row in range(panel.table.rowCount()) if (line := panel.table.line(row).row) and line.requests_b)
    menu = panel.action_menu(row)
    next(action for action in menu.actions() if action.text() == "Correct: cancel_reservation only reads").trigger()
    _settled(journey)
    assert why.result is not None
    assert all(action.tool != "cancel_reservation" for action in why.result.actions)


def test_outcomes_are_set_by_hand_and_kept_among_the_users_own_files(journey: Journey, tmp_path: Path) -> None:
    a, b = _trial(tmp_path, 0, FAILING, None), _trial(tmp_path, 1, PASSING, None)
    why = _compare(journey, a, b)
    assert journey.window.compare_view.reasons.accessibleName() == "What differs"
    for mark, key in zip(journey.window.compare_view.outcomes, (Key.Key_F, Key.Key_P), strict=True):
        QTest.keyClick(mark, key)
        journey.until(lambda: own_notes(a).exists())
    journey.until(lambda: why.result is not None and why.result.failed == "a")
    assert read_notes(own_notes(a)) == RunNotes(passed=False)
    assert read_notes(own_notes(b)) == RunNotes(passed=True)
    assert not notes_beside(a).exists()
    assert journey.window.compare_view.reasons.accessibleName() == "Why trial0 failed"
    _settled(journey)


def test_notes_that_cannot_be_read_are_said_and_left_alone(journey: Journey, tmp_path: Path) -> None:
    a, b = _trial(tmp_path, 0, FAILING, None), _trial(tmp_path, 1, PASSING, None)
    notes_beside(a).write_text("outcome = 3", "utf-8")
    user_trusted_folders().add(tmp_path)
    alerts: list[str] = []
    journey.window.comparison.alert_raised.connect(lambda alert: alerts.append(alert.text))
    _compare(journey, a, b)
    assert any("An outcome set by hand is ignored." in text for text in alerts)
    QTest.keyClick(journey.window.compare_view.outcomes[0], Key.Key_P)
    journey.until(lambda: any("The outcome was not saved." in text for text in alerts))
    assert notes_beside(a).read_text("utf-8") == "outcome = 3"


def test_an_outcome_beside_a_log_counts_only_where_its_folder_is_allowed(journey: Journey, tmp_path: Path) -> None:
    a, b = _trial(tmp_path, 0, FAILING, None), _trial(tmp_path, 1, PASSING, 1.0)
    write_notes(RunNotes(passed=False), notes_beside(a))
    why = _compare(journey, a, b)
    assert why.result is not None
    assert why.result.failed is None
    bar = next(bar for bar in journey.window.compare_view.findChildren(NoteBar) if not bar.isHidden())
    assert bar.words.text() == "Notes found beside the log of A: 1. Show them?"
    bar.yes.click()
    journey.until(lambda: why.result is not None and why.result.failed == "a")


def test_equal_runs_are_said_to_be(journey: Journey, tmp_path: Path) -> None:
    first, second = _trial(tmp_path, 0, PASSING, 1.0), _trial(tmp_path, 1, PASSING, 1.0)
    _compare(journey, first, second)
    view = journey.window.compare_view
    assert view.reasons.accessibleName() == "They did the same"
    assert view.reasons.view.hint.startswith("Both runs passed. No difference was found in what they did.")
    assert view.divergences.isVisible(), "there is no trail to show, but the steps of both runs"


def test_finding_turns_to_the_steps(journey: Journey, trials: tuple[Path, Path]) -> None:
    _compare(journey, *trials)
    journey.press(Key.Key_F, Ctrl)
    assert not journey.window.compare_view.shows_why
    assert journey.window.compare_view.divergences.finding.isVisible()
