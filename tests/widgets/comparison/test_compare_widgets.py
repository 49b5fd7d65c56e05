from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from replay_gui.core.divergence.compared_content import ComparedContent
from replay_gui.core.divergence.comparison import Change, Difference
from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.models.comparison.comparison_rows import RowTone
from replay_gui.models.comparison.comparison_search import ComparisonSearch
from replay_gui.models.run.run_search import RunSearch
from replay_gui.widgets.comparison.cause_panel import CausePanel
from replay_gui.widgets.comparison.comparison_badge import ComparisonBadge
from replay_gui.widgets.comparison.divergence_view import DivergenceView, run_names
from replay_gui.widgets.comparison.rule_menu import RuleMenu
from replay_gui.widgets.comparison.step_diff_view import StepDiffView
from tests.core.translation.languages import in_language
from tests.helpers.comparisons import StoryComparison, cause, comparison_of, step_of

E, C, B, M = Change.EQUAL, Change.CHANGED, Change.ONLY_B, Change.MOVED
CHANGES = [E] * 40 + [C, B, M, M] + [E] * 60


@pytest.fixture
def session(qapp: object) -> StoryComparison:
    return StoryComparison()


def _view(session: StoryComparison) -> DivergenceView:
    return DivergenceView(session, ComparisonSearch(session, RunSearch(session.a, session), session))


def test_the_strip_marks_every_divergence_and_a_click_goes_there(qtbot: QtBot, session: StoryComparison) -> None:
    view = _view(session)
    qtbot.addWidget(view)
    view.resize(900, 300)
    view.show()
    session.show(comparison_of(CHANGES, [cause(0)]))
    session.answer_rows()
    marks = view.strip.marks()
    assert marks.max() == RowTone.CAUSE
    assert 0.3 < marks.argmax() / len(marks) < 0.45
    QTest.mouseClick(view.strip, Qt.MouseButton.LeftButton, pos=QPoint(5, view.strip.height() - 2))
    assert view.view.verticalScrollBar().value() == view.view.verticalScrollBar().maximum()
    view.grab()


def test_runs_with_equal_names_are_told_apart(session: StoryComparison, monkeypatch: pytest.MonkeyPatch) -> None:
    def names(a: str, b: str) -> tuple[str, str]:
        for side, given in ((session.a, a), (session.b, b)):
            name = given.rpartition("/")[2].partition("#")[0]
            monkeypatch.setattr(side, "facts", SimpleNamespace(name=name, given=given))
        return run_names(session)

    assert names("/runs/a.json", "/runs/b.json") == ("a.json", "b.json")
    assert names("/runs/log.eval#1", "/runs/log.eval#2") == ("log.eval#1", "log.eval#2")
    assert names("/runs/one/log.json", "/runs/two/log.json") == ("one · log.json", "two · log.json")
    assert names("/runs/a.json", "/runs/a.json") == ("a.json", "a.json")


def test_left_and_right_choose_the_side_and_arrows_the_row(qtbot: QtBot, session: StoryComparison) -> None:
    view = _view(session)
    qtbot.addWidget(view)
    view.show()
    session.show(comparison_of(CHANGES))
    assert session.row == 40
    QTest.keyClick(view.view, Qt.Key.Key_Right)
    assert view.view.side.name == "SIDE_B"
    QTest.keyClick(view.view, Qt.Key.Key_Left)
    assert view.view.side.name == "SIDE_A"
    QTest.keyClick(view.view, Qt.Key.Key_Down)
    assert session.row == 41
    assert view.view.side.name == "SIDE_B"  # only B has an event here
    QTest.keyClick(view.view, Qt.Key.Key_Up)
    assert view.view.side.name == "SIDE_A"


def test_the_badge_says_where_and_why(qtbot: QtBot, session: StoryComparison) -> None:
    badge = ComparisonBadge(session)
    qtbot.addWidget(badge)
    session.show(comparison_of(CHANGES, [cause(0)]))
    assert badge.accessibleName() == "Diverged at 41 · 1 cause"
    session.show(comparison_of([E] * 7))
    assert badge.accessibleName() == "Same · 7 events"


def test_alike_runs_are_said_to_be(qtbot: QtBot, session: StoryComparison) -> None:
    panel = CausePanel(session)
    qtbot.addWidget(panel)
    session.show(comparison_of([E] * 3))
    assert panel.accessibleName() == "The runs are the same"
    assert "the same" in panel.causes.hint


def test_what_is_not_in_the_logs_is_said_in_the_users_language(qtbot: QtBot, session: StoryComparison) -> None:
    panel = CausePanel(session)
    qtbot.addWidget(panel)
    gaps = ("lines that hold no span, left out: 1",)
    with in_language("de"):
        session.show(replace(comparison_of([E] * 2), content=ComparedContent(2, (), gaps)))
        assert panel.causes.hint.endswith("Zeilen, die keinen Span enthalten, ausgelassen: 1")


def test_a_steps_differences_and_the_rules_for_a_place(qtbot: QtBot, session: StoryComparison) -> None:
    view = StepDiffView(session)
    qtbot.addWidget(view)
    session.show(comparison_of(CHANGES))
    session.show_step(step_of(40, payload=(Difference("/output/n", 1, 2),)))
    assert view.payload_rows.line(0).key == "output.n"
    menu = view.payload_menu(0)
    words = [action.text() for action in menu.actions()]
    assert any(word.startswith("Ignore output.n in") for word in words)
    menu.close()
    menu.deleteLater()


def test_rules_for_a_row_speak_of_messages_as_the_list_does(qtbot: QtBot, session: StoryComparison) -> None:
    menu = RuleMenu(session.rules)
    qtbot.addWidget(menu)
    menu.offer(None, "Observation", "/data", "User")
    assert [action.text() for action in menu.actions()] == [
        "Ignore data in user messages",
        "Mark user messages as non-deterministic",
        "Ignore all user messages",
    ]
    menu.actions()[-1].trigger()
    assert session.rules.in_force == (Rule(Action.IGNORE, kind="Observation", label="User"),)
    menu.clear()
    menu.offer(None, "MemoryWrite", label="Memory")
    assert menu.actions()[-1].text() == "Ignore all memory writes"
