from __future__ import annotations

from pytestqt.qtbot import QtBot

from replay_gui.core.divergence.comparison import Change
from replay_gui.core.log.positions import NO_EVENT, EventIndex
from tests.helpers.comparisons import StoryComparison, comparison_of

E, A, B = Change.EQUAL, Change.ONLY_A, Change.ONLY_B
NONE = EventIndex(NO_EVENT)


def test_each_run_moves_to_an_event_of_its_own(qtbot: QtBot) -> None:
    session = StoryComparison()
    session.show(comparison_of([E, A, A, B, E]))
    session.select_events(EventIndex(0), EventIndex(2))
    assert session.row == 4  # where B's event stands
    assert (session.a.position, session.b.position) == (1, 3)


def test_a_side_without_an_event_stands_where_it_was_by_then(qtbot: QtBot) -> None:
    session = StoryComparison()
    session.show(comparison_of([E, A, A, B, E]))
    session.select_events(NONE, EventIndex(1))
    assert (session.row, session.a.position, session.b.position) == (3, 3, 2)
    session.select_events(EventIndex(1), NONE)
    assert (session.row, session.a.position, session.b.position) == (1, 2, 1)
    session.select_events(NONE, NONE)
    assert session.row == 1


def test_the_same_row_can_be_gone_to_again(qtbot: QtBot) -> None:
    session = StoryComparison()
    session.show(comparison_of([E] * 5))
    session.select_events(EventIndex(2), EventIndex(2))
    session.set_linked(False)
    session.a.seek(session.a.position.__class__(5))
    session.select_events(EventIndex(2), EventIndex(2))
    assert session.a.position == 3
