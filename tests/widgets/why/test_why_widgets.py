from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.core.reasons.reason import Reason
from replay_gui.engine.comparison.why_answers import ReasonsNotFound, ReasonsProgress, Trail, TrailGap, TrailRow
from replay_gui.engine.requests import GetTrail, SetOutcome, Side
from replay_gui.look.theme import DARK
from replay_gui.widgets.comparison.rule_menu import RuleMenu
from replay_gui.widgets.timeline.origin_arcs import lane_of
from replay_gui.widgets.timeline.timeline_panel import TimelinePanel
from replay_gui.widgets.why.action_panel import ActionPanel
from replay_gui.widgets.why.outcome_badge import OutcomeBadge
from replay_gui.widgets.why.outcome_button import OutcomeButton
from replay_gui.widgets.why.trail_panel import TrailPanel
from replay_gui.widgets.why.why_panel import WhyPanel
from tests.helpers.reasons import CANCEL, LOOKED, NOT_GRADED, PAID, PASSED, StoryWhy, index, why_of
from tests.helpers.shown import count_of, finish_drawing, shown
from tests.helpers.story import story_row

Key, Shift, Left = Qt.Key, Qt.KeyboardModifier.ShiftModifier, Qt.MouseButton.LeftButton


@pytest.fixture
def session(qtbot: QtBot) -> StoryWhy:
    session = StoryWhy()
    session.show_origins(True)
    return session


@pytest.fixture
def panel(qtbot: QtBot, session: StoryWhy) -> WhyPanel:
    panel = shown(qtbot, WhyPanel(session), 480, 500)
    session.show(why_of(CANCEL, PAID, LOOKED))
    return panel


def test_the_panel_says_why_and_how_many(panel: WhyPanel) -> None:
    assert panel.accessibleName() == "Why trial 0 failed"
    assert panel.foot.text.startswith("Wording differs in 11 messages")
    assert not panel.foot.lines.isVisible()
    panel.foot.button.click()
    assert panel.foot.lines.isVisible()
    assert "11 messages" in panel.foot.lines.text()


def test_down_chooses_the_next_reason_and_enter_walks_its_links(panel: WhyPanel, session: StoryWhy) -> None:
    QTest.keyClick(panel.view, Key.Key_Return)
    assert panel.view.current_link is not None
    assert session.story.b.position == 20
    QTest.keyClick(panel.view, Key.Key_Return)
    assert session.story.b.position == 5
    QTest.keyClick(panel.view, Key.Key_Return, Shift)
    assert session.story.b.position == 20
    QTest.keyClick(panel.view, Key.Key_Down)
    assert session.chosen == 1
    assert panel.view.current_link is None
    QTest.keyClick(panel.view, Key.Key_End)
    assert session.chosen == 2
    QTest.keyClick(panel.view, Key.Key_Return)  # this one has no link
    QTest.keyClick(panel.view, Key.Key_Home)
    assert session.chosen == 0


def test_a_click_on_a_number_goes_to_its_event(panel: WhyPanel, session: StoryWhy) -> None:
    view = panel.view
    card = view.visualRect(panel.cards.index(0))
    points = [QPoint(x, y) for y in range(card.top(), card.bottom(), 4) for x in range(card.left(), card.right(), 6)]
    of_link = {link.index: point for point in points if (link := view.link_at(point)) is not None}
    assert set(of_link) == {index(20), index(5)}
    QTest.mouseClick(view.viewport(), Left, pos=of_link[index(5)])
    assert session.story.b.position == 5
    second = view.visualRect(panel.cards.index(1))
    QTest.mouseClick(view.viewport(), Left, pos=second.topLeft() + QPoint(second.width() - 4, 4))
    assert session.chosen == 1


def test_a_reason_that_does_not_matter_becomes_a_rule(panel: WhyPanel, session: StoryWhy) -> None:
    menu = panel.reason_menu(1)
    words = [action.text() for action in menu.actions() if action.text()]
    assert words == [
        "This does not matter:",
        "Ignore cards[1].amount of pay",
        "Ignore cards.*.amount of pay",
        "Ignore all of pay",
        "Correct: pay only reads",
        "Correct: pay changes something",
        "What pay does",
    ]
    menu.actions()[2].trigger()
    assert session.story.rules.in_force == (Rule(Action.IGNORE, tool="pay", path="/input/cards/*/amount"),)
    assert not session.fresh
    session.story.rules.undo()
    assert not session.story.rules.in_force
    menu.deleteLater()


def test_no_rule_is_offered_for_what_no_tool_did(qtbot: QtBot, session: StoryWhy) -> None:
    menu = RuleMenu(session.story.rules)
    qtbot.addWidget(menu)
    menu.offer_reason(replace(LOOKED, tool=None))
    assert [action.isEnabled() for action in menu.actions()] == [False]


def test_while_the_reasons_are_looked_for_it_says_so(qtbot: QtBot, session: StoryWhy) -> None:
    panel = WhyPanel(session)
    qtbot.addWidget(panel)
    assert panel.view.hint == "The runs are not compared."
    session.show(why_of(failed=None, results=(PASSED, PASSED)))
    assert panel.accessibleName() == "They did the same"
    session.explained = None
    session.on_reasons_answer(ReasonsProgress(1, 4))
    assert panel.view.hint == "Looking for reasons… 25 %"
    session.on_reasons_answer(ReasonsNotFound("The search for reasons was stopped."))
    assert panel.view.hint == "The search for reasons was stopped."


@pytest.mark.parametrize("reason", [replace(CANCEL, sentence="x" * 5_000, details=("y " * 5_000,)), LOOKED])
def test_cards_are_painted_at_any_width(qtbot: QtBot, session: StoryWhy, reason: Reason) -> None:
    panel = shown(qtbot, WhyPanel(session), 200, 300)
    session.show(why_of(reason))
    assert count_of(panel.view.viewport().grab().toImage(), DARK.text) > 20


def test_actions_lead_to_their_events(qtbot: QtBot, session: StoryWhy) -> None:
    panel = shown(qtbot, ActionPanel(session), 900, 260)
    session.show(why_of(CANCEL))
    assert [panel.heads.note(which) for which in (0, 1)] == ["3 changes", "5 changes"]
    row = panel.view.visualRect(panel.table.index(1, 0))
    QTest.mouseClick(panel.view.viewport(), Left, pos=row.center())
    assert (session.story.a.position, session.story.b.position) == (9, 11)
    fold = panel.view.visualRect(panel.table.index(0, 0))
    QTest.mouseClick(panel.view.viewport(), Left, pos=fold.center())
    assert panel.table.rowCount() == 5
    image = panel.view.viewport().grab().toImage()
    assert count_of(image, DARK.removed) > 1_000
    assert count_of(image, DARK.added) > 1_000
    menu = panel.action_menu(4)
    offered = [action.text() for action in menu.actions()]
    assert offered == ["Correct: note only reads", "Correct: note changes something", "What note does"]
    menu.deleteLater()


def test_the_steps_of_both_runs_mark_the_values(qtbot: QtBot, session: StoryWhy) -> None:
    panel = shown(qtbot, TrailPanel(session), 1_000, 240)
    session.show(why_of(CANCEL))
    rows = (TrailRow(row=story_row(4), marked=((0, 3),), is_key=True), TrailGap(index(6), index(20)))
    session.show_trail(Trail(0, (TrailRow(row=story_row(2)),), rows))
    image = panel.b.viewport().grab().toImage()
    assert count_of(image, DARK.added) > 500
    assert count_of(image, DARK.added_word) > 20
    QTest.keyClick(panel.b, Key.Key_Down)
    panel.b.setCurrentIndex(panel.b.model().index(1, 0))
    QTest.keyClick(panel.b, Key.Key_Return)
    assert session.sent[-1] == GetTrail(0, (), ((5, 19),))
    QTest.mouseClick(panel.a.viewport(), Left, pos=QPoint(60, 8))
    assert session.story.a.position == 3


def test_the_menu_of_a_step_corrects_what_its_tool_does(qtbot: QtBot, session: StoryWhy) -> None:
    panel = shown(qtbot, TrailPanel(session), 1_000, 240)
    session.show(why_of(CANCEL))
    request = next(story_row(at) for at in range(30) if story_row(at).kind == "ToolRequest")
    session.show_trail(Trail(0, (TrailRow(row=request), TrailGap(index(6), index(20))), ()))
    menu = panel.a.step_menu(0)
    assert menu is not None
    offered = [action.text() for action in menu.actions()]
    assert offered == ["Correct: read_file changes something", "What read_file does"]
    menu.actions()[0].trigger()
    assert session.story.rules.in_force == (Rule(Action.CHANGES, tool="read_file"),)
    assert panel.a.step_menu(1) is None
    assert panel.a.step_menu(-1) is None
    menu.deleteLater()


def test_outcomes_are_told_by_shape_and_set_by_keys(qtbot: QtBot, session: StoryWhy) -> None:
    mark, badge = OutcomeButton(session, "a"), OutcomeBadge(session)
    for widget in (mark, badge):
        qtbot.addWidget(widget)
    session.show(why_of(CANCEL))
    assert mark.accessibleName() == "Outcome of A: failed"
    assert badge.accessibleName() == "A failed, B passed"
    mark.fill()
    assert [action.text() for action in mark.choices.actions()] == ["The log says: failed, score 0 by tests"]
    session.show(why_of(CANCEL, results=(NOT_GRADED, PASSED), failed=None))
    assert mark.accessibleName() == "Outcome of A: unknown"
    QTest.keyClick(mark, Key.Key_F)
    assert session.sent[-1] == SetOutcome(Side.A, False)
    mark.fill()
    mark.choices.actions()[0].trigger()
    assert session.sent[-1] == SetOutcome(Side.A, True)


def test_origins_are_drawn_over_the_timeline(qtbot: QtBot, session: StoryWhy) -> None:
    panel = TimelinePanel(session.story.b, "B", compact=True)
    shown(qtbot, panel, 900, 200)
    session.show(why_of(PAID))
    finish_drawing(panel)
    before = count_of(panel.timeline.grab().toImage(), DARK.accent, 40)
    session.show(why_of(CANCEL))
    session.go_to("b", index(11))  # the line of the position is of the same colour: it stays where it was
    finish_drawing(panel)
    assert count_of(panel.timeline.grab().toImage(), DARK.accent, 40) > before + 40


def test_an_answer_is_on_the_lane_of_its_request(qtbot: QtBot, session: StoryWhy) -> None:
    panel = TimelinePanel(session.story.b, "B", compact=True)
    qtbot.addWidget(panel)
    session.show(why_of(CANCEL))
    run = session.story.b.index
    request = next(at for at in range(run.count) if run.kinds[run.kind[at]] == "ToolRequest")
    pair = run.pair.copy()
    pair[request], pair[request + 5] = request + 5, request
    lanes, paired = panel.timeline.rows, replace(run, pair=pair)
    row = lane_of(lanes, paired, index(request + 6))
    assert row is not None
    assert row == lane_of(lanes, paired, index(request + 1))
    assert lanes[row].is_calls
