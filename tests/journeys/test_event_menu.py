"""The menu of an event in the list, by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from replay_gui.engine.answers import EventRow
from tests.helpers.journey import Journey
from tests.helpers.logs import write_log

Key = Qt.Key


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "run.rlog")


def choose(journey: Journey, position: int, words: str) -> None:
    """Right click the row of an event, and choose the entry that begins like this."""
    events = journey.window.run_view.events
    row = events.table.row_at_or_before(position - 1)  # type: ignore[arg-type]
    assert events.table.event_index(row) == position - 1
    point = QPoint(80, events.view.rowViewportPosition(row) + 4)
    QTest.mousePress(events.view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    QTest.mouseRelease(events.view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    events.show_menu(point)
    (menu,) = (menu for menu in events.view.findChildren(QMenu) if menu.isVisible())
    entry = next(one for one in menu.actions() if one.text().replace("&", "").startswith(words))
    assert entry.isEnabled()
    entry.trigger()
    menu.close()
    journey.window.activateWindow()  # without a window manager, nothing does it after a menu
    journey.until(journey.window.isActiveWindow)


def test_the_menu_is_that_of_the_row_pressed_though_the_list_scrolls(journey: Journey, log: Path) -> None:
    journey.open(log)
    events = journey.window.run_view.events
    last = events.view.rows_in_sight()[1] - 2
    point = QPoint(80, events.view.rowViewportPosition(last) + 4)
    chosen = events.table.event_row(last).position
    QTest.mousePress(events.view.viewport(), Qt.MouseButton.RightButton, pos=point)
    assert events.view.rowAt(point.y()) != last, "it scrolls where the row is near the edge"
    QTest.mouseRelease(events.view.viewport(), Qt.MouseButton.RightButton, pos=point)
    events.show_menu(point)
    journey.arrive(chosen)
    (menu,) = (menu for menu in events.view.findChildren(QMenu) if menu.isVisible())
    next(one for one in menu.actions() if one.text() == "Copy lin&k").trigger()
    menu.close()
    assert f"--at {chosen}" in QGuiApplication.clipboard().text()
    events.view.setFocus()
    journey.press(Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    (menu,) = (menu for menu in events.view.findChildren(QMenu) if menu.isVisible())
    menu.close()


def test_only_and_hide_and_steps_through_what_is_left(journey: Journey, log: Path) -> None:
    journey.open(log)
    events = journey.window.run_view.events
    choose(journey, 4, "Only read_file")
    assert [chip.text() for chip in events.filter_bar.chips] == ["read_file  ×"]
    journey.press(Key.Key_Right)
    journey.arrive(5)
    journey.press(Key.Key_Right)
    journey.arrive(14)
    choose(journey, 14, "Show all")
    choose(journey, 6, "Hide Memory")
    assert [chip.text() for chip in events.filter_bar.chips] == ["Not Memory  ×"]
    assert events.filter_bar.hidden_event.text() == "The current event is hidden by the filter · Show"
    events.filter_bar.chips[0].click()
    assert events.table.rowCount() == 51


def test_to_the_answer_back_and_zoomed_to(journey: Journey, log: Path) -> None:
    journey.open(log)
    choose(journey, 4, "Go to the answer")
    journey.arrive(5)
    choose(journey, 5, "Go to the request")
    journey.arrive(4)
    choose(journey, 4, "Zoom to it")
    start, end = journey.session.view
    assert start <= 4 < 5 <= end < 20


@pytest.mark.parametrize(("words", "expected"), [("text", "because of 0"), ("Markdown", "**3 · Plan** (+0:02.000)")])
def test_an_event_is_copied_as_soon_as_it_has_been_read(journey: Journey, log: Path, words: str, expected: str) -> None:
    journey.open(log)
    QGuiApplication.clipboard().clear()
    choose(journey, 3, f"Copy as {words}")
    journey.until(lambda: QGuiApplication.clipboard().text() != "")
    assert expected in QGuiApplication.clipboard().text()


def test_json_and_the_command(journey: Journey, log: Path) -> None:
    journey.open(log)
    QGuiApplication.clipboard().clear()
    choose(journey, 3, "Copy as JSON")
    journey.until(lambda: QGuiApplication.clipboard().text() != "")
    assert json.loads(QGuiApplication.clipboard().text())["kind"] == "Decision"
    choose(journey, 3, "Copy link")
    assert QGuiApplication.clipboard().text().endswith("run.rlog --at 3")


def test_others_add_entries_and_comparing_begins_here(journey: Journey, log: Path) -> None:
    journey.open(log)
    menu = journey.window.run_view.events.menu
    seen: list[int] = []

    def add(shown: QMenu, row: EventRow) -> None:
        shown.addAction("Added").triggered.connect(lambda: seen.append(row.position))

    menu.parts.append(add)
    choose(journey, 3, "Added")
    assert seen == [3]
    menu.compare_wanted.disconnect()  # it would ask for a file
    with journey.qtbot.waitSignal(menu.compare_wanted):
        choose(journey, 6, "Compare from here")
    journey.arrive(6)
