from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication

from replay_gui.core.log.positions import Position
from replay_gui.models.run.position_history import MAX_VISITS, PositionHistory, VisitHistory
from tests.helpers.runs import StillSession, synthetic_index


def test_back_and_forward_as_in_a_browser() -> None:
    visited = VisitHistory().jumped(Position(812)).jumped(Position(5))
    assert visited.moved_by(-1).current == 812
    assert visited.moved_by(-1).moved_by(-1).current == 0
    assert visited.moved_by(-9).moved_by(1).current == 812
    assert not visited.can_go_forward
    assert visited.moved_by(-1).can_go_forward


def test_a_jump_after_going_back_forgets_what_lay_ahead() -> None:
    visited = VisitHistory().jumped(Position(812)).jumped(Position(5)).moved_by(-1).jumped(Position(30))
    assert visited.positions == (0, 812, 30)
    assert visited.jumped(Position(30)) is visited


def test_steps_take_the_visit_along_and_keep_what_lies_ahead() -> None:
    assert VisitHistory().jumped(Position(812)).jumped(Position(5)).moved_by(-1).stepped(Position(815)).positions == (
        0,
        815,
        5,
    )


def test_the_oldest_are_forgotten() -> None:
    visited = VisitHistory()
    for position in range(2, 2 * MAX_VISITS):
        visited = visited.jumped(Position(position))
    assert len(visited.positions) == MAX_VISITS
    assert visited.current == 2 * MAX_VISITS - 1


@pytest.fixture
def session(qapp: QCoreApplication) -> StillSession:
    return StillSession()


@pytest.fixture
def visits(session: StillSession) -> PositionHistory:
    visits = PositionHistory(session, session)
    session.show(synthetic_index(1_000))
    return visits


def test_a_drag_is_one_jump(session: StillSession, visits: PositionHistory) -> None:
    for position in range(100, 200, 7):
        session.seek(position)
    visits.settle()
    assert visits.visited.positions == (0, 198)


def test_steps_and_playing_make_no_visit(session: StillSession, visits: PositionHistory) -> None:
    session.seek(100)
    visits.settle()
    for _ in range(5):
        session.step(1)
    visits.settle()
    assert visits.visited.positions == (0, 105)
    visits.is_stepping = True
    session.seek(150)
    visits.settle()
    assert visits.visited.positions == (0, 150)


def test_going_back_before_a_jump_has_settled(session: StillSession, visits: PositionHistory) -> None:
    session.seek(100)
    visits.back()
    assert session.position == 0
    visits.forward()
    assert session.position == 100
    visits.settle()
    assert visits.visited.positions == (0, 100)


def test_another_run_begins_anew(session: StillSession, visits: PositionHistory) -> None:
    session.seek(100)
    session.show(synthetic_index(50))
    assert visits.visited == VisitHistory()
