from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from replay_gui.look.theme import ROW
from replay_gui.models.event_filter import EventFilter, Tally
from replay_gui.models.event_table import TEXT
from replay_gui.models.finder import Finder
from replay_gui.widgets.event_list import EventList
from replay_gui.widgets.filter_menu import FilterMenu
from tests.helpers.moments import STORY, StorySession, story_index

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def session() -> StorySession:
    return StorySession()


@pytest.fixture
def events(qtbot: QtBot, session: StorySession) -> EventList:
    widget = EventList(session, Finder(session))
    qtbot.addWidget(widget)
    widget.resize(500, 480)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def current(events: EventList) -> int:
    index = events.view.currentIndex()
    return events.table.place(index.row()) + 1 if index.isValid() else 0


def test_the_position_is_the_chosen_row_and_in_sight(events: EventList, session: StorySession) -> None:
    session.show(story_index(1523))
    assert current(events) == 0
    for position in (812, 813, 700, 1523, 1, 0):
        session.seek(position)
        assert current(events) == position
        first, last = events.view.rows_in_sight()
        assert first <= max(position - 1, 0) <= last


def test_a_click_and_the_arrows_go_there(events: EventList, session: StorySession) -> None:
    session.show(story_index(1523))
    where = events.view.visualRect(events.table.index(4, TEXT)).center()
    QTest.mouseClick(events.view.viewport(), LEFT, NONE, where)
    assert session.position == 5
    QTest.keyClick(events.view, Qt.Key.Key_Down)
    assert session.position == 6
    QTest.keyClick(events.view, Qt.Key.Key_Up)
    assert session.position == 5
    QTest.keyClick(events.view, Qt.Key.Key_End)
    assert session.position == 1523
    QTest.keyClick(events.view, Qt.Key.Key_Home)
    assert session.position == 1


def test_what_is_in_sight_is_asked_for_and_no_more(qtbot: QtBot, events: EventList, session: StorySession) -> None:
    session.show(story_index(100_000))
    session.answer_all()
    session.seek(50_000)
    qtbot.waitUntil(lambda: len(session.asked) > 0)
    [*_, (start, stop)] = session.asked
    assert start < 50_000 < stop
    assert stop - start <= 256
    session.answer_all()
    assert session.asked == []
    row = events.table.row_before(49_999)
    assert events.table.index(row, TEXT).data() != ""


def test_while_the_list_flies_by_only_the_last_rows_are_asked_for(
    qtbot: QtBot, events: EventList, session: StorySession
) -> None:
    session.show(story_index(100_000))
    session.answer_all()
    for position in range(10_000, 90_000, 1000):
        session.seek(position)
    qtbot.waitUntil(lambda: len(session.asked) > 0)
    assert all(start < position < stop for start, stop in session.asked[-1:])
    assert len(session.asked) < 5


def test_a_hidden_block_that_was_replaced_is_asked_for_again(
    qtbot: QtBot, events: EventList, session: StorySession
) -> None:
    session.show(story_index(100_000))
    session.asked.clear()
    session.seek(9_000)
    qtbot.waitUntil(lambda: len(session.asked) > 0)
    session.asked.clear()  # that question was replaced before it was answered
    session.seek(50_000)
    qtbot.waitUntil(lambda: len(session.asked) > 0)
    session.answer_all()
    session.seek(9_000)
    qtbot.waitUntil(lambda: len(session.asked) > 0)
    session.answer_all()
    assert events.table.index(8_999, TEXT).data() != ""


def test_a_filter_narrows_and_keeps_the_position(qtbot: QtBot, events: EventList, session: StorySession) -> None:
    session.show(story_index(len(STORY) * 100))
    session.seek(7)
    events.set_filter(EventFilter(kinds=frozenset({"Error"})))
    assert current(events) == 7
    events.set_filter(EventFilter(kinds=frozenset({"MemoryWrite"})))
    assert current(events) == 0
    assert session.position == 7
    session.answer_all()
    qtbot.waitUntil(lambda: len(session.asked) > 0)
    session.answer_all()
    assert events.table.index(3, TEXT).data().startswith("stats/orders")
    session.show(story_index(10))
    assert events.table.rowCount() == 10


def test_the_menu_offers_kinds_and_tools_with_counts(qtbot: QtBot) -> None:
    menu = FilterMenu()
    qtbot.addWidget(menu)
    menu.fill(story_index(len(STORY) * 2), EventFilter(tools=frozenset({"search"})), Tally())
    actions = {action.text(): action for action in menu.actions() if action.text()}
    assert actions["search\t4"].isChecked()
    with qtbot.waitSignal(menu.chosen) as chosen:
        actions["Decision\t8"].trigger()
    assert chosen.args == [EventFilter(frozenset({"Decision"}), frozenset({"search"}))]
    with qtbot.waitSignal(menu.chosen) as chosen:
        actions["Show all"].trigger()
    assert chosen.args == [EventFilter()]


def test_it_says_when_there_is_nothing(events: EventList, session: StorySession) -> None:
    session.show(story_index(0))
    assert events.view.hint == "No events yet."
    session.show(story_index(10))
    events.set_filter(EventFilter(kinds=frozenset({"Snapshot"})))
    assert events.view.hint == "No event passes the filter."
    assert not events.grab().isNull()


def test_rows_have_one_height(events: EventList, session: StorySession) -> None:
    session.show(story_index(20))
    assert {events.view.rowHeight(row) for row in range(20)} == {ROW}
