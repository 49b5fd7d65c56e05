from __future__ import annotations

from pytestqt.qtbot import QtBot

from replay_gui.core.divergence.comparison import CauseKind, Change
from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.core.log.positions import EventIndex, Position
from replay_gui.engine.answers import Alert, EarlyDifferenceFound
from replay_gui.engine.requests import Answer, Compare, GetStep
from replay_gui.models.comparison.comparison_words import first_difference_words
from tests.helpers.comparisons import StoryComparison, cause, comparison_of

E, C, A, B = Change.EQUAL, Change.CHANGED, Change.ONLY_A, Change.ONLY_B
CHANGES = [E, E, C, B, B, E, A, C, E, E]


def _shown(**parts: object) -> StoryComparison:
    session = StoryComparison()
    session.show(comparison_of(CHANGES, **parts))  # type: ignore[arg-type]
    return session


def test_it_begins_at_the_first_certain_cause(qapp: object) -> None:
    session = _shown(causes=[cause(0, CauseKind.DECISION, certain=False), cause(3)])
    assert session.row == 6
    assert session.point == 3
    assert GetStep(6) in session.asked


def test_without_causes_it_begins_at_the_first_divergence(qapp: object) -> None:
    assert _shown().row == 2


def test_alike_runs_begin_at_the_start_and_have_no_divergence(qapp: object) -> None:
    session = StoryComparison()
    session.show(comparison_of([E, E, E]))
    assert (session.row, session.point, session.point_count) == (0, None, 0)
    session.step_point(1)
    assert session.row == 0


def test_from_divergence_to_divergence_and_no_further(qapp: object) -> None:
    session = _shown()
    seen = [session.row]
    for _ in range(6):
        session.step_point(1)
        seen.append(session.row)
    assert seen == [2, 3, 4, 6, 7, 7, 7]
    session.select(5)
    assert session.point is None
    session.step_point(-1)
    assert session.row == 4
    session.select_point(0)
    assert session.row == 2
    session.select_point(-1)
    assert session.row == 7


def test_choosing_a_row_moves_both_runs(qapp: object) -> None:
    session = _shown()
    session.select(4)
    assert (session.a.position, session.b.position) == (3, 5)
    session.select(7)
    assert (session.a.position, session.b.position) == (6, 7)


def test_linked_cursors_go_together_either_way(qapp: object) -> None:
    session = _shown()
    session.a.seek(Position(6))
    assert (session.row, session.b.position) == (7, 7)
    session.b.seek(Position(4))
    assert (session.row, session.a.position) == (3, 3)


def test_unlinked_cursors_do_not_and_link_again(qapp: object) -> None:
    session = _shown()
    session.set_linked(False)
    session.a.seek(Position(8))
    assert session.row == 2
    assert session.b.position == 3
    session.select(7)
    session.b.seek(Position(1))
    session.set_linked(True)
    assert session.b.position == 7


def test_both_timelines_are_marked(qapp: object) -> None:
    session = _shown(causes=[cause(0)])
    assert session.a.marks.causes.tolist() == [2]
    assert session.a.marks.divergences.tolist() == [2, 4, 5]
    assert session.b.marks.divergences.tolist() == [2, 3, 4, 5, 6]


def test_a_rule_compares_anew_and_keeps_the_place(qapp: object) -> None:
    session = _shown()
    session.select(7)
    session.rules.add(Rule(Action.IGNORE, tool="search"))
    assert not session.fresh
    assert session.compared is not None  # the old one stays to be seen
    (question,) = [one for one in session.asked if isinstance(one, Compare)]
    assert question.rules == (Rule(Action.IGNORE, tool="search"),)
    session.show(comparison_of(CHANGES))
    assert session.row == 7
    session.rules.undo()
    assert [one for one in session.asked if isinstance(one, Compare)][-1].rules == ()


def test_the_first_difference_is_shown_before_the_rest_is_known(qapp: object) -> None:
    session, index = StoryComparison(), EventIndex(4)
    session.show_runs(10, 12)
    session.a.seek(Position(2))
    session._on_answered(Answer(session.number, 0, EarlyDifferenceFound(index), None))
    assert first_difference_words(session.first_difference).startswith("The first event that differs is number 5 of")
    assert (session.a.position, session.b.position) == (2, 5)  # only where nobody has gone to another place
    session.show(comparison_of(CHANGES))
    assert first_difference_words(session.first_difference) == ""


def test_anchors_that_cross_give_way(qapp: object) -> None:
    session = _shown()
    session.set_anchor(EventIndex(3), EventIndex(3))
    session.set_anchor(EventIndex(6), EventIndex(5))
    assert session.anchors == ((3, 3), (6, 5))
    session.set_anchor(EventIndex(4), EventIndex(2))
    assert session.anchors == ((4, 2), (6, 5))
    session.remove_anchor((EventIndex(6), EventIndex(5)))
    assert list(session.anchors) == [(4, 2)]


def test_b_that_cannot_be_opened_ends_the_comparison_in_words(qtbot: QtBot) -> None:
    session = StoryComparison()
    session.start("/runs/none.rlog")
    assert session.active
    with qtbot.waitSignal(session.alert_raised, check_params_cb=lambda alert: alert.text.startswith("Not compared")):
        session.b.alert_raised.emit(Alert("error", "no such file"))
    assert not session.active


def test_another_run_in_a_ends_the_comparison(qapp: object) -> None:
    session = _shown()
    session.a.run_changed.emit()
    assert not session.active
    assert session.compared is None
    assert session.a.marks.divergences.tolist() == []
