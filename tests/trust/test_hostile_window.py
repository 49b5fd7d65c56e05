"""Hostile text in every field shows as plain text, in everything that the window has."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from replay_gui.widgets.event_detail import EventDetail
from replay_gui.widgets.find_field import FindField
from replay_gui.widgets.timeline import Timeline
from replay_gui.windows.export_dialog import ExportDialog
from replay_gui.windows.runs_dialog import RunsDialog
from tests.helpers.hostile import EVIL, faults_on_screen, write_hostile
from tests.helpers.journey import Journey

NAME = "run <img src=x> \u202ea&File.rlog"  # what a file system allows


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_hostile(tmp_path / NAME)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return write_hostile(tmp_path / f"other {NAME}", "otherwise")


def look() -> None:
    QApplication.processEvents()
    assert faults_on_screen() == []


def hover(widget: QWidget, step: int) -> None:
    """The pointer over all of it, with the tool tips that come of it."""
    for y in range(2, widget.height(), step):
        for x in range(2, widget.width(), 4 * step):
            at = QPoint(x, y)
            QTest.mouseMove(widget, at)
            QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at)))


def test_every_event_of_a_run(journey: Journey, run: Path) -> None:
    journey.open(run)
    (detail,) = journey.window.findChildren(EventDetail)
    for position in range(1, journey.session.index.count + 1):
        journey.session.seek(position)
        journey.arrive(position)
        for tab in detail.tabs.buttons():
            tab.click()
            look()


def test_the_timeline_under_the_pointer(journey: Journey, run: Path) -> None:
    journey.open(run)
    (timeline,) = [one for one in journey.window.findChildren(Timeline) if one.isVisible()]
    hover(timeline, 12)
    look()


def test_what_is_found(journey: Journey, run: Path) -> None:
    journey.open(run)
    (field,) = journey.window.findChildren(FindField)
    for words in ("img", "bold", "x1b"):
        field.line.setText(words)
        journey.until(lambda: not journey.session.working)
        look()


def test_facts_and_menus(journey: Journey, run: Path) -> None:
    journey.open(run)
    journey.window.actions_["run_facts"].trigger()
    look()
    for menu in journey.window.findChildren(QMenu):
        menu.aboutToShow.emit()
        look()


def test_two_runs(journey: Journey, run: Path, other: Path) -> None:
    comparison = journey.window.comparison
    comparison.start(str(other), str(run))
    journey.until(lambda: comparison.active and comparison.fresh and comparison.settled and not journey.session.working)
    assert comparison.point_count >= 1
    for _ in range(comparison.point_count):
        look()
        journey.press(Qt.Key.Key_F8)
        journey.until(lambda: comparison.settled)
    look()


def test_the_report(journey: Journey, run: Path) -> None:
    journey.open(run)
    journey.window.actions_["export"].trigger()
    (dialog,) = journey.window.findChildren(ExportDialog)
    journey.until(lambda: dialog.complete)
    look()
    dialog.close()


def test_the_list_of_runs(journey: Journey, run: Path, other: Path) -> None:
    journey.window.sources.show_runs(str(run.parent))
    (dialog,) = journey.window.findChildren(RunsDialog)
    journey.until(lambda: not dialog.runs.working)
    assert dialog.runs.rowCount() == 2
    look()
    dialog.close()


def test_what_cannot_be_opened(journey: Journey, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(EVIL.encode() * 10)
    with journey.qtbot.waitSignal(journey.session.troubled, timeout=30_000):
        journey.session.open(str(path))
    look()


def test_the_look_itself_finds_what_is_wrong(qtbot: object, qapp: QApplication) -> None:
    """The walk above is worth nothing unless it can fail."""
    from PySide6.QtWidgets import QLabel, QTextEdit

    label, text = QLabel(EVIL), QTextEdit()
    text.setHtml(EVIL)
    label.setToolTip("<b>" + EVIL)
    found = " ".join(faults_on_screen())
    for what in ("AutoText", "a link or an image", "rich text", "x1b"):
        assert what in found, what
    label.deleteLater()
    text.deleteLater()
