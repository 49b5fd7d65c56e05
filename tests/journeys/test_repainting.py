"""Only what has changed is laid out and painted again, and the screen then is as if all of it were."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QImage, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from replay_gui.core.log.positions import Position
from replay_gui.core.readable.reading_line import Fold, ReadingLine, StyledText
from replay_gui.look.theme import GAP, ROW
from replay_gui.widgets.readable.reading_view import ReadingView
from tests.helpers.journey import Journey
from tests.helpers.logs import write_log
from tests.helpers.shown import shown


class Events(QObject):
    """Notes the events of some widgets: the painted regions, and how often each other kind came."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__(widgets[0])
        self.painted: defaultdict[QObject, QRegion] = defaultdict(QRegion)
        self.counts: defaultdict[tuple[QObject, QEvent.Type], int] = defaultdict(int)
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.painted[watched] |= event.region()
        self.counts[watched, event.type()] += 1
        return False


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "run.rlog")


def screen(window: QWidget) -> QImage:
    """Return what the window has painted so far."""
    return window.screen().grabWindow(window.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)


def anew(window: QWidget) -> QImage:
    """Return a picture for which all is painted."""
    return window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def test_after_each_move_the_screen_is_as_if_all_were_painted_anew(journey: Journey, log: Path) -> None:
    journey.open(log)
    journey.session.set_view(0, 40)
    for position in (5, 6, 7, 6, 38, 39, 12, 51, 0, 30, 29):
        journey.session.seek(Position(position))
        journey.arrive(position)
        journey.until(lambda: screen(journey.window) == anew(journey.window))


def test_a_step_paints_the_position_of_the_timeline_and_its_rows(journey: Journey, log: Path) -> None:
    journey.open(log)
    view = journey.window.run_view
    timeline, rows = view.timeline.timeline, view.events.view.viewport()
    journey.session.seek(Position(20))
    journey.arrive(20)
    journey.until(lambda: screen(journey.window) == anew(journey.window))
    events = Events(timeline, rows)

    def is_little(position: int) -> bool:
        events.painted.clear()
        journey.session.seek(Position(position))
        journey.arrive(position)
        journey.until(lambda: len(events.painted) == 2)
        names = QRect(0, 0, round(timeline.x_of(0)) - GAP, timeline.height() // 2)
        return (
            not events.painted[timeline].intersects(names) and events.painted[rows].boundingRect().height() <= 2 * ROW
        )

    assert any(map(is_little, range(21, 31))), "after the first steps, no more texts and marks come"


def test_other_words_in_a_panel_do_not_lay_out_the_window(journey: Journey, log: Path) -> None:
    journey.open(log)
    page = journey.window.run_view
    panel = page.events
    journey.until(lambda: screen(journey.window) == anew(journey.window))
    events = Events(panel, page)
    panel.set_title("Another title")
    journey.until(lambda: events.counts[panel, QEvent.Type.LayoutRequest] > 0)
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
    assert not events.counts[page, QEvent.Type.LayoutRequest]
    panel.setMinimumWidth(panel.minimumWidth() + 10)
    journey.until(lambda: events.counts[page, QEvent.Type.LayoutRequest] > 0)


def test_folded_lines_do_not_bring_a_scroll_bar_for_a_moment(qtbot: QtBot) -> None:
    view = shown(qtbot, ReadingView("Event"), 420, 200)
    hidden = [ReadingLine((StyledText(f"line {number}"),), depth=1) for number in range(100)]
    events = Events(view.verticalScrollBar())
    view.show_lines([ReadingLine((StyledText("key"),), fold=Fold.CLOSED, name="key"), *hidden])
    assert not events.counts[view.verticalScrollBar(), QEvent.Type.Show]
    view.toggle(0)
    assert view.verticalScrollBar().isVisible()
