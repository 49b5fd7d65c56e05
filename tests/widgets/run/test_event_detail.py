from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from replay_gui.core.log.event import UNREADABLE_KIND
from replay_gui.core.log.positions import Position
from replay_gui.core.readable.event_reading import FIRST_PAGE_CHARACTERS, NEXT_PAGE_CHARACTERS, EventReading
from replay_gui.engine.panels.panel_messages import ReadFurther
from replay_gui.widgets.run.event_detail import RAW, READABLE, TREE, EventDetail
from replay_gui.widgets.run.fact_row import FactRow
from tests.helpers.runs import report_of
from tests.helpers.shown import shown
from tests.helpers.story import StorySession, event_at, position_state_at, story_index

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def detail(qtbot: QtBot, session: StorySession) -> EventDetail:
    widget = shown(qtbot, EventDetail(session), 420, 500)
    session.show(story_index(1523))
    session.show_position_state(position_state_at(7))
    return widget


def rows(detail: EventDetail) -> list[tuple[str, bool | None]]:
    return [(row.accessibleName(), row.sound) for row in detail.integrity.rows() if isinstance(row, FactRow)]


def test_it_reads_like_words(detail: EventDetail) -> None:
    assert detail.accessibleName() == "Error"
    head, _, text = detail.text.toPlainText().partition("\n")
    assert head == "Error  gpt-x · 22:13:22 UTC"
    assert text.startswith('error_type "Timeout"\nmessage "search: no answer in 2,400 ms"')


def test_markup_in_a_log_stays_text(detail: EventDetail, session: StorySession) -> None:
    event = replace(event_at(0), payload={"decision_type": "message", "data": "<img src=x><b>bold</b>\u202e"})
    session.show_position_state(position_state_at(1, event=event))
    assert "<img src=x><b>bold</b>\\u202e" in detail.text.toPlainText()


def test_tabs_show_the_same_event(detail: EventDetail) -> None:
    QTest.mouseClick(detail.tabs.button(TREE), LEFT)
    assert detail.pages.currentWidget() is detail.tree_view
    assert detail.tree.row_of(("payload", "message")) is not None
    QTest.mouseClick(detail.tabs.button(RAW), LEFT)
    assert '"kind": "Error"' in detail.raw.toPlainText()
    assert not detail.tabs.button(READABLE).isChecked()


def test_links_lead_to_the_related_event(detail: EventDetail, session: StorySession) -> None:
    links = [row for row in detail.origin.rows() if isinstance(row, FactRow)]
    assert links[0].accessibleName() == "caused by: 6 ← search timeout after 2.4 s"
    QTest.mouseClick(links[1], LEFT)
    assert session.position == 5


def test_integrity_waits_for_the_verdict_and_names_what_is_broken(detail: EventDetail, session: StorySession) -> None:
    assert [sound for _, sound in rows(detail) if sound is not None] == []
    session.report = report_of(1523)
    session.report_changed.emit()
    assert [sound for _, sound in rows(detail)] == [True, None, True]
    session.report = report_of(1523, "INVALID", 6)
    session.report_changed.emit()
    assert rows(detail)[0][1] is False
    assert rows(detail)[1][0] == ": hash differs"


def test_a_hash_is_copied_by_a_click(detail: EventDetail) -> None:
    row = detail.integrity.rows()[0]
    QTest.mouseClick(row, LEFT)
    assert QGuiApplication.clipboard().text() == (b"h" * 32).hex()


def test_copies(detail: EventDetail) -> None:
    detail.copy_id()
    assert QGuiApplication.clipboard().text() == "run-7f3a:6"
    detail.copy_link()
    assert QGuiApplication.clipboard().text() == "replay-gui /runs/triage.rlog --at 7"
    detail.copy_json()
    assert '"event_id": "run-7f3a:6"' in QGuiApplication.clipboard().text()


def test_a_long_event_is_cut_and_more_is_shown(detail: EventDetail, session: StorySession) -> None:
    assert not detail.more.isVisible()
    event = replace(event_at(0), payload={"decision_type": "message", "data": "word \n" * 40_000})
    reading = EventReading(event)
    reading.next_page()

    def read_on(limit: int) -> str:
        """Answer until what was asked for is there."""
        goes_on = True
        while goes_on:
            assert not detail.more.isVisible() or detail.pages_read.can_request_more
            after, page = reading.count, reading.next_page(limit)
            detail.pages_read.add_further(ReadFurther(Position(1), after, page))
            shown = len(detail.pages_read.lines)
            detail.pages_read.add_further(ReadFurther(Position(1), after, page))
            assert len(detail.pages_read.lines) == shown, "an answer that comes twice is taken once"
            goes_on = page.goes_on
        assert detail.more.isVisible()
        return detail.text.toPlainText()

    session.show_position_state(position_state_at(1, event=event))
    assert not detail.more.isVisible(), "the rest of the first page is on its way"
    before = read_on(FIRST_PAGE_CHARACTERS)
    assert len(before) <= FIRST_PAGE_CHARACTERS
    further = read_on(NEXT_PAGE_CHARACTERS)
    assert further.startswith(before)
    assert 2 * len(before) < len(further) < FIRST_PAGE_CHARACTERS + NEXT_PAGE_CHARACTERS


def test_the_json_of_a_long_event_is_cut_and_more_is_shown(detail: EventDetail, session: StorySession) -> None:
    event = replace(event_at(0), payload={"decision_type": "message", "data": "word \n" * 40_000})
    session.show_position_state(position_state_at(1, event=event))
    detail.show_tab(RAW)
    before = len(detail.raw.toPlainText())
    QTest.mouseClick(detail.more, LEFT)
    assert len(detail.raw.toPlainText()) > before


def test_an_unreadable_record_says_why(detail: EventDetail, session: StorySession) -> None:
    event = replace(event_at(0), kind=UNREADABLE_KIND, payload={}, meta={}, problem="not\ncanonical")
    session.show_position_state(position_state_at(1, event=event, related=()))
    assert detail.problem.text == "This record cannot be read: not canonical"
    assert detail.problem.isVisible()
    assert not detail.origin.isVisible()
    assert not detail.grab().isNull()


def test_before_the_first_event(detail: EventDetail, session: StorySession) -> None:
    session.show_position_state(position_state_at(0, state={}, changes=(), related=()))
    assert detail.text.toPlainText() == ""
    assert detail.integrity.rows() == []
    assert detail.accessibleName() == "The run"


def test_sections_fold(detail: EventDetail) -> None:
    row = detail.origin.rows()[0]
    assert row.isVisible()
    [head] = [button for button in detail.findChildren(QAbstractButton) if button.text() == "Where it came from"]
    QTest.mouseClick(head, LEFT)
    assert not row.isVisible()
