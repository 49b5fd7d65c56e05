"""A window is painted in the turn of the event loop after the one in which its content has changed."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from replay_gui.engine.bridge import QuietTurn
from replay_gui.widgets.parts.paint_turn import PaintTurn


class Page(QWidget):
    """Notes the height at which it is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[int] = []

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.painted.append(self.height())


@pytest.fixture
def page(qtbot: QtBot) -> Page:
    """A page that is shown and painted, in a window."""
    window, page = QMainWindow(), Page()
    PaintTurn(window)
    window.setCentralWidget(page)
    window.resize(200, 200)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: bool(page.painted))
    QCoreApplication.processEvents()
    page.painted.clear()
    return page


def work() -> None:
    """Take 5 ms of the thread's own time."""
    until = time.thread_time() + 0.005
    while time.thread_time() < until:
        pass


def test_a_change_is_painted_once_and_not_in_its_own_turn(page: Page, qtbot: QtBot) -> None:
    page.update()
    QCoreApplication.sendPostedEvents()
    assert page.painted == []
    page.update()
    qtbot.waitUntil(lambda: bool(page.painted))
    QCoreApplication.processEvents()
    assert page.painted == [page.height()]


def test_painting_waits_for_the_turn_after_work(page: Page, qtbot: QtBot) -> None:
    turns: list[str] = []
    works = QTimer(page, singleShot=True, interval=0)
    works.timeout.connect(work)
    works.timeout.connect(lambda: turns.append("work"))
    beats = QTimer(page, interval=0)
    beats.timeout.connect(lambda: turns.append("paint" if page.painted else "turn"))
    page.update()
    works.start()
    QCoreApplication.sendPostedEvents()  # painting is requested, and would come right after the work
    beats.start()
    qtbot.waitUntil(lambda: "paint" in turns)
    assert turns.index("turn", turns.index("work")) < turns.index("paint")


def test_work_without_end_does_not_keep_the_window_from_being_painted(page: Page, qtbot: QtBot) -> None:
    works = QTimer(page, interval=0)
    works.timeout.connect(work)
    works.start()
    page.update()
    qtbot.waitUntil(lambda: bool(page.painted))


def test_what_is_laid_out_meanwhile_is_not_painted_before(page: Page, qtbot: QtBot) -> None:
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    body = QWidget()
    window = page.window()
    assert isinstance(window, QMainWindow)
    window.takeCentralWidget()
    column.addWidget(page, 1)
    below = QWidget()
    below.setFixedHeight(50)
    below.hide()
    column.addWidget(below)
    body.setLayout(column)
    window.setCentralWidget(body)
    qtbot.waitUntil(lambda: bool(page.painted))
    QCoreApplication.processEvents()
    page.painted.clear()
    appears = QTimer(page, singleShot=True, interval=0)
    appears.timeout.connect(below.show)
    page.update()
    appears.start()
    QCoreApplication.sendPostedEvents()  # painting is requested
    qtbot.waitUntil(lambda: bool(page.painted))
    assert set(page.painted) == {body.height() - 50}


def test_other_events_go_on_to_the_window(page: Page) -> None:
    window = page.window()
    window.resize(300, 300)
    QCoreApplication.processEvents()
    assert page.height() == 300


def test_what_waits_for_a_quiet_turn_comes_before_painting(page: Page, qtbot: QtBot) -> None:
    done: list[str] = []
    draws = QuietTurn(page)
    draws.reached.connect(lambda: done.append("drawn" if not page.painted else "late"))
    before, after = (QTimer(page, singleShot=True, interval=0) for _ in range(2))
    before.timeout.connect(work)
    for does in (work, draws.await_turn, work):
        after.timeout.connect(does)
    before.start()
    page.update()
    QCoreApplication.sendPostedEvents()  # painting is requested, and waits for the turn after the first work
    after.start()
    qtbot.waitUntil(lambda: bool(page.painted))
    assert done == ["drawn"]
