from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from replay_gui.core.facts.event_search import SearchHit
from replay_gui.core.facts.nesting import Nesting, NestingBuilder
from replay_gui.core.facts.spending import Spending
from replay_gui.core.log.positions import EventIndex, Position
from replay_gui.core.reasons.marks.run_mark import MarkKind, RunMark
from replay_gui.engine.answers import Totals
from replay_gui.look.theme import ROW, theme
from replay_gui.models.run.event_filter import EventFilter
from replay_gui.models.run.event_table import EventColumn
from replay_gui.models.run.run_search import RunSearch
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.run.event_list import EventList
from replay_gui.widgets.run.filter_menu import FilterMenu
from tests.helpers.runs import indexed
from tests.helpers.shown import count_of, shown
from tests.helpers.story import FACTS, STORY, StorySession, story_index, with_bookkeeping

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def current(events: EventList) -> int:
    index = events.view.currentIndex()
    return events.table.event_index(index.row()) + 1 if index.isValid() else 0


def test_the_position_is_the_chosen_row_and_in_sight(qtbot: QtBot, events: EventList, session: StorySession) -> None:
    session.show(story_index(1523))
    assert current(events) == 0
    for position in (812, 813, 700, 1523, 1, 0):
        session.seek(position)
        qtbot.waitUntil(lambda: current(events) == position)  # noqa: B023  called at once
        first, last = events.view.rows_in_sight()
        assert first <= max(position - 1, 0) <= last


def test_a_hand_that_goes_far_is_followed_at_the_pace_of_the_eye(
    qtbot: QtBot, events: EventList, session: StorySession
) -> None:
    session.show(story_index(1523))
    shown_rows: list[int] = []
    events.view.sight_changed.connect(lambda: shown_rows.append(events.view.rows_in_sight()[0]))
    for position in range(100, 1500, 100):
        session.seek(position)
    assert current(events) == 100, "the first at once"
    qtbot.waitUntil(lambda: current(events) == 1400)
    assert len(set(shown_rows)) <= 4, "the last after a while, none in between"
    session.seek(1401)
    assert current(events) == 1401, "a step is not waited for"


def test_the_chosen_row_stays_in_sight_where_the_list_becomes_lower(events: EventList, session: StorySession) -> None:
    session.show(story_index(1523))
    session.seek(1523)
    view, bar = events.view, events.view.verticalScrollBar()
    events.resize(500, 320)
    assert view.visualRect(view.currentIndex()).bottom() < view.viewport().height()
    bar.setValue(3)
    events.resize(500, 300)
    assert bar.value() == 3, "somebody looks elsewhere"


def test_the_position_of_an_opened_run_is_in_the_middle(events: EventList, session: StorySession) -> None:
    session.facts, session.position, session.index = FACTS, Position(20), story_index(1523)
    session.run_changed.emit()
    for height in (480, 300):
        events.resize(500, height)
        assert abs(sum(events.view.rows_in_sight()) / 2 - 19) <= 1


def test_a_click_and_the_arrows_go_there(events: EventList, session: StorySession) -> None:
    session.show(story_index(1523))
    where = events.view.visualRect(events.table.index(4, EventColumn.TEXT)).center()
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
    row = events.table.row_at_or_before(EventIndex(49_999))
    assert events.table.index(row, EventColumn.TEXT).data() != ""


def test_while_the_list_flies_by_only_the_last_rows_are_asked_for(
    qtbot: QtBot, events: EventList, session: StorySession
) -> None:
    session.show(story_index(100_000))
    session.answer_all()
    for position in range(10_000, 90_000, 1000):
        session.seek(position)
    qtbot.waitUntil(lambda: any(start < position < stop for start, stop in session.asked))
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
    assert events.table.index(8_999, EventColumn.TEXT).data() != ""


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
    assert events.table.index(3, EventColumn.TEXT).data().startswith("stats/orders")
    session.show(story_index(10))
    assert events.table.rowCount() == 10


def test_the_menu_offers_kinds_and_tools_with_counts(qtbot: QtBot) -> None:
    menu = FilterMenu()
    qtbot.addWidget(menu)
    menu.fill(story_index(len(STORY) * 2), EventFilter(tools=frozenset({"search"})))
    actions = {action.text(): action for action in menu.actions() if action.text()}
    assert actions["search\t4"].isChecked()
    with qtbot.waitSignal(menu.chosen) as chosen:
        assert actions["Assistant\t8"].toolTip() == plain_tooltip("Decision")
        actions["Assistant\t8"].trigger()
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


# ---- subagents -----------------------------------------------------------------------------------------
def nest(session: StorySession, count: int, scout: range, deep: range) -> None:
    builder = NestingBuilder()
    for position in range(1, count + 1):
        inner = ["deep"] if position in deep else []
        builder.add_event(Position(position), {"subagent": ["scout", *inner]} if position in scout else {})
    session.totals = Totals(uses=(), spending=Spending(), nesting=builder.build())
    session.totals_changed.emit()


def triangle(events: EventList, row: int) -> QPoint:
    label = events.view.visualRect(events.table.index(row, EventColumn.LABEL))
    return QPoint(label.x() + 6, label.center().y())


def test_a_subagents_events_fold_into_the_first_of_them(events: EventList, session: StorySession) -> None:
    session.show(story_index(100))
    session.answer_all()
    nest(session, 100, range(11, 31), range(15, 21))
    QTest.mouseClick(events.view.viewport(), LEFT, NONE, triangle(events, 14))
    assert events.table.rowCount() == 95
    assert events.table.fold_words(events.table.event_row(14)) == "deep: 6 events folded"
    assert [events.table.event_index(row) for row in (13, 14, 15)] == [13, 14, 20]
    QTest.mouseClick(events.view.viewport(), LEFT, NONE, triangle(events, 10))
    assert [events.table.event_index(row) for row in (9, 10, 11)] == [9, 10, 30]
    session.seek(25)
    assert current(events) == 0, "it is folded away"
    session.seek(11)
    QTest.keyClick(events.view, Qt.Key.Key_Return)
    assert events.table.rowCount() == 95
    assert session.position == 11
    session.totals = None
    session.show(story_index(40))
    assert events.table.rowCount() == 40


def test_a_press_elsewhere_folds_nothing(events: EventList, session: StorySession) -> None:
    session.show(story_index(100))
    nest(session, 100, range(11, 31), range(0))
    for row, shift in ((3, 0), (12, 0), (10, 40)):
        QTest.mouseClick(events.view.viewport(), LEFT, NONE, triangle(events, row) + QPoint(shift, 0))
    assert events.table.rowCount() == 100


def test_folds_filters_and_searches_go_together(
    qtmodeltester: ModelTester, events: EventList, session: StorySession
) -> None:
    session.show(story_index(1000))
    nest(session, 1000, range(11, 900), range(0))
    events.set_filter(EventFilter(kinds=frozenset({"Decision"})))
    passing = {events.table.event_index(row) for row in range(events.table.rowCount())}
    events.table.fold(frozenset({0}))
    qtmodeltester.check(events.table)  # type: ignore[no-untyped-call]
    assert {events.table.event_index(row) for row in range(events.table.rowCount())} == {
        place for place in passing if not 10 < place < 899
    }


def test_millions_of_events_fold_at_once(qtbot: QtBot, events: EventList, session: StorySession) -> None:
    session.show(story_index(3_000_000))
    nesting = Nesting((("a",),), np.array([[11, 2_000_001, 0]], "<i4").tobytes())
    session.totals = Totals(uses=(), spending=Spending(), nesting=nesting)
    session.totals_changed.emit()
    events.toggle_fold(10)
    assert events.table.rowCount() == 11, "the rest is looked at piece by piece"
    qtbot.waitUntil(lambda: events.table.rowCount() == 11 + 1_000_000)  # and those after the subagent
    assert [events.table.event_index(row) for row in (9, 10)] == [9, 10]


def test_bookkeeping_lines_are_out_of_the_list_until_asked_for(
    qtbot: QtBot, events: EventList, session: StorySession
) -> None:
    session.show(story_index(20))
    assert events.bookkeeping.isHidden()
    session.show(with_bookkeeping(story_index(20), 2, 5, 19))
    assert events.table.rowCount() == 17
    assert 3 not in [events.table.event_row(row).position for row in range(17)]
    assert events.bookkeeping.text() == "3 bookkeeping lines · Show"
    session.seek(2)
    session.step(1)
    assert session.position == 4
    QTest.mouseClick(events.bookkeeping, LEFT)
    assert events.table.rowCount() == 20
    assert events.bookkeeping.text() == "3 bookkeeping lines · Hide"
    session.step(-1)
    assert session.position == 3
    session.show(with_bookkeeping(story_index(15), 0))  # the choice holds for the next run
    assert events.table.rowCount() == 15
    QTest.mouseClick(events.bookkeeping, LEFT)
    assert events.table.rowCount() == 14


def test_bookkeeping_that_comes_later_is_hidden_too(events: EventList, session: StorySession) -> None:
    session.show(story_index(10, complete=False))
    session.index = with_bookkeeping(story_index(20), 12, 13)
    session.index_changed.emit()
    assert events.table.rowCount() == 18


def test_hits_in_hidden_lines_are_told(events: EventList, session: StorySession) -> None:
    session.show(with_bookkeeping(story_index(20), 2, 5))
    events.table.show_hits({index: SearchHit(index, "abc", 0, 1) for index in (EventIndex(2), EventIndex(3))})
    events.on_index_changed()
    assert [events.table.event_index(row) for row in range(events.table.rowCount())] == [3]
    assert events.bookkeeping.text() == "1 hit in hidden lines · Show"
    session.show_bookkeeping(True)
    assert events.bookkeeping.text() == "2 bookkeeping lines · Hide"


def test_a_note_has_its_own_colour_and_other_marks_theirs(events: EventList, session: StorySession) -> None:
    session.show(story_index(10))
    for kind, ink, other in (
        (MarkKind.NOTE, theme().accent, theme().memory),
        (MarkKind.LOOP, theme().memory, theme().accent),
    ):
        session.run_marks.set_notes([RunMark(kind, "Look.", (EventIndex(4),))])
        cell = events.view.grab(events.view.visualRect(events.table.index(4, EventColumn.POSITION))).toImage()
        assert count_of(cell, ink) > count_of(cell, other) == 0


def test_a_list_of_a_run_that_is_open_already_hides_its_bookkeeping(qtbot: QtBot, session: StorySession) -> None:
    session.show(with_bookkeeping(story_index(20), 2, 5))
    events = shown(qtbot, EventList(session, RunSearch(session)), 500, 480)
    assert (events.table.rowCount(), events.table.hidden_count) == (18, 2)


def test_a_search_may_tell_of_another_run_before_the_session_does(events: EventList, session: StorySession) -> None:
    session.show(with_bookkeeping(story_index(40), 2, 5))
    assert events.table.hidden_count == 2
    session._run, few = session._run + 1, with_bookkeeping(story_index(3), 1)  # with fewer kinds and tools
    session.index = indexed(replace(few, kinds=few.kinds[-1:], tools=(), kind=few.kind * 0, tool=few.tool * 0 - 1))
    events.table.show_hits({EventIndex(2): SearchHit(EventIndex(2), "abc", 0, 1)})
    assert events.table.hidden_count == 3
    session.show_bookkeeping(True)
    events.table.on_run_changed()
    assert events.table.rowCount() == 1, "the hits are of the run that is shown now"


def test_the_filter_menu_has_the_bookkeeping_lines(qtbot: QtBot) -> None:
    menu = FilterMenu()
    qtbot.addWidget(menu)
    index = with_bookkeeping(story_index(20), 2, 5)
    menu.fill(index, EventFilter(), hides_bookkeeping=True)
    actions = {action.text(): action for action in menu.actions()}
    assert "Title\t2" not in actions
    assert not actions["Bookkeeping lines\t2"].isChecked()
    with qtbot.waitSignal(menu.bookkeeping_toggled) as toggled:
        actions["Bookkeeping lines\t2"].trigger()
    assert toggled.args == [True]
    menu.fill(index, EventFilter())
    assert "Title\t2" in [action.text() for action in menu.actions()]


def test_filters_in_force_are_chips_that_a_click_takes_away(events: EventList, session: StorySession) -> None:
    session.show(story_index(len(STORY) * 2))
    assert not events.filter_bar.isVisible()
    both = EventFilter(kinds=frozenset({"Decision"}), tools=frozenset({"search"}), without_tools=frozenset({"<b>x"}))
    events.set_filter(both)
    assert [chip.text() for chip in events.filter_bar.chips] == ["Assistant  ×", "search  ×", "Not <b>x  ×", "Clear"]
    events.filter_bar.chips[0].click()
    assert events.table.filter == EventFilter(tools=frozenset({"search"}), without_tools=frozenset({"<b>x"}))
    assert {events.table.event_row(row).tool for row in range(events.table.rowCount())} == {"search"}
    events.filter_bar.chips[-1].click()
    assert events.table.filter.shows_all
    assert not events.filter_bar.isVisible()


def test_more_filters_than_chips(qtbot: QtBot, events: EventList, session: StorySession) -> None:
    session.show(story_index(20))
    events.set_filter(EventFilter(tools=frozenset(map(str, range(40)))))
    assert events.filter_bar.chips[-1].text() == "28 more…"
    with qtbot.waitSignal(events.filter_bar.more_wanted):
        events.filter_bar.chips[-1].click()
    for menu in events.findChildren(FilterMenu):
        menu.close()


def test_a_current_event_that_is_hidden_is_told_and_shown(events: EventList, session: StorySession) -> None:
    session.show(with_bookkeeping(story_index(30), 3))
    session.seek(7)
    events.set_filter(EventFilter(kinds=frozenset({"MemoryWrite"})))
    assert events.filter_bar.hidden_event.text() == "The current event is hidden by the filter · Show"
    events.filter_bar.hidden_event.click()
    assert events.table.filter.shows_all
    assert current(events) == 7
    assert not events.filter_bar.isVisible()
    session.seek(4)
    assert events.filter_bar.hidden_event.text() == "The current event is a hidden bookkeeping line · Show"
    events.filter_bar.hidden_event.click()
    assert not session.hides_bookkeeping
    assert current(events) == 4


def test_steps_go_through_what_is_listed_as_long_as_it_is_in_sight(events: EventList, session: StorySession) -> None:
    session.show(story_index(len(STORY) * 2))
    events.set_filter(EventFilter(tools=frozenset({"search"})))
    visited = []
    for _ in range(5):
        session.step(1)
        visited.append(session.position)
    assert visited == [5, 6, 20, 21, 21]
    session.step(-1)
    assert session.position == 20
    session.step_to_error(forward=False)
    assert session.position == 6
    events.hide()
    session.step(1)
    assert session.position == 7
