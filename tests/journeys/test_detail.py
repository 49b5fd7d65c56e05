"""Reading one event: a call with its other half, links, copies, and text that wants to be more than text."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from replay_gui.core.log.positions import Position
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.widgets.run.event_detail import RAW, READABLE, TREE, EventDetail
from replay_gui.widgets.run.event_list import EventList
from replay_gui.widgets.run.fact_row import FactRow
from replay_gui.widgets.run.state_inspector import StateInspector
from tests.helpers.journey import Journey

HOSTILE = "<img src=x onerror=alert(1)><b>bold</b> \x1b[31mred\x1b[0m \u202eevil\u2066 \x00\x07"
ESCAPED = "\\x1b[31mred\\x1b[0m \\u202eevil\\u2066 \\x00\\x07"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "a run's.rlog"
    with Recorder(path, agent_type="a", agent_version="1", config={}) as run:
        call = run.tool_request("search", {"q": "where is it"})
        run.tool_response(call, '{"rows": [[12, "found"]]}')
        for number in range(12):
            run.decision("plan", f"step {number}", parent=call.seq if hasattr(call, "seq") else 1)
        run.observation(HOSTILE, HOSTILE, {HOSTILE: HOSTILE, "big": "x" * 1_000_000})
    return path


def detail(journey: Journey) -> EventDetail:
    (found,) = journey.window.findChildren(EventDetail)
    return found


def go(journey: Journey, position: int) -> str:
    journey.session.seek(Position(position))
    journey.arrive(position)
    return detail(journey).text.toPlainText()


def test_a_call_is_read_whole_from_either_end(journey: Journey, log: Path) -> None:
    journey.open(log)
    asked = go(journey, 2)
    assert 'q "where is it"' in asked
    assert "answered in 3" in asked
    assert '1 "found"' in asked  # the JSON in the text unfolded
    answered = go(journey, 3)
    assert "asked in 2" in answered
    assert 'q "where is it"' in answered


def test_what_it_led_to_is_linked_and_the_rest_counted(journey: Journey, log: Path) -> None:
    journey.open(log)
    go(journey, 2)
    rows = [row for row in detail(journey).origin.rows() if isinstance(row, FactRow)]
    assert rows[-1].shown_text == "and 6 more"
    rows[-2].click()
    assert journey.session.position == 9


def test_the_command_and_the_hash_are_copied(journey: Journey, log: Path) -> None:
    journey.open(log)
    go(journey, 2)
    clipboard = QGuiApplication.clipboard()
    detail(journey).copy_link()
    assert (
        clipboard.text()
        == f"replay-gui '{str(log).replace(chr(39), chr(39) + chr(34) + chr(39) + chr(34) + chr(39))}' --at 2"
    )
    detail(journey).copy_hash()
    event = journey.session.position_state.event if journey.session.position_state else None
    assert event is not None
    assert event.hash is not None
    assert clipboard.text() == event.hash.hex()
    (events,) = journey.window.findChildren(EventList)
    journey.until(lambda: events.table.event_row(1).text != "")
    events.view.setFocus()
    QTest.keyClick(events.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard.text().split("\t")[2:4] == ["search →", "where is it"]


def test_hostile_text_is_only_text_wherever_it_stands(journey: Journey, log: Path) -> None:
    journey.open(log)
    (inspector,) = journey.window.findChildren(StateInspector)
    last = journey.session.index.count
    go(journey, last)
    for tab in (READABLE, TREE, RAW):
        detail(journey).show_tab(tab)
        assert not journey.window.grab().isNull()
    detail(journey).show_tab(READABLE)
    text = detail(journey).text.toPlainText()
    assert "<b>bold</b>" in text
    assert ESCAPED in text
    assert "\u202e" not in text
    inspector.search.setText("onerror")
    assert not journey.window.grab().isNull()


def test_the_search_in_the_state_goes_from_hit_to_hit(journey: Journey, log: Path) -> None:
    journey.open(log)
    go(journey, 4)
    journey.press(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    (inspector,) = journey.window.findChildren(StateInspector)
    assert journey.window.focusWidget() is inspector.search
    QTest.keyClicks(inspector.search, "search")
    rows = inspector.tree.found_rows()
    assert rows
    journey.press(Qt.Key.Key_Return)
    assert inspector.view.currentIndex().row() == rows[0]
    assert inspector.hits.text() == f"1 of {len(rows)}"
    journey.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert inspector.view.currentIndex().row() == rows[-1]
    journey.press(Qt.Key.Key_Escape)
    assert not inspector.search.isVisible()
    assert inspector.view.currentIndex().isValid()
