"""Which texts of the event list are read before their rows are visible."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractSlider
from pytestqt.qtbot import QtBot

from replay_gui.core.log.positions import Position
from replay_gui.models.run.event_table import EventColumn
from replay_gui.models.run.row_blocks import BLOCK_ROWS
from replay_gui.widgets.run.event_list import EventList
from tests.helpers.story import StorySession, story_index


def has_text(events: EventList, row: int) -> bool:
    return bool(events.table.index(row, EventColumn.TEXT).data())


def jump(qtbot: QtBot, events: EventList, session: StorySession) -> None:
    """Go far away, and answer what is requested then."""
    session.show(story_index(100_000))
    session.answer_all()
    session.seek(Position(50_000))
    qtbot.waitUntil(lambda: len(session.asked) > 0)
    session.answer_all()
    first, last = events.view.rows_in_sight()
    assert all(has_text(events, row) for row in range(first, last + 1))
    assert not has_text(events, first - BLOCK_ROWS)
    assert not has_text(events, last + BLOCK_ROWS)


def test_after_a_step_the_rows_around_those_in_sight_have_their_texts(
    qtbot: QtBot, events: EventList, session: StorySession
) -> None:
    jump(qtbot, events, session)
    session.seek(Position(50_001))
    qtbot.waitUntil(lambda: len(session.asked) > 0)
    session.answer_all()
    first, last = events.view.rows_in_sight()
    assert all(has_text(events, row) for row in range(first - BLOCK_ROWS, last + BLOCK_ROWS))


def test_so_do_they_after_the_user_has_scrolled(qtbot: QtBot, events: EventList, session: StorySession) -> None:
    jump(qtbot, events, session)
    events.view.verticalScrollBar().triggerAction(QAbstractSlider.SliderAction.SliderSingleStepAdd)
    qtbot.waitUntil(lambda: len(session.asked) > 0)
    session.answer_all()
    first, last = events.view.rows_in_sight()
    assert all(has_text(events, row) for row in range(first - BLOCK_ROWS, last + BLOCK_ROWS))
