from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFrame
from pytestqt.qtbot import QtBot

from replay_gui.widgets.run.welcome_page import Sample, WelcomePage

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(qtbot: QtBot) -> WelcomePage:
    widget = WelcomePage()
    qtbot.addWidget(widget)
    widget.resize(900, 640)
    widget.show()
    return widget


def test_open_asks_for_a_file(page: WelcomePage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.open_requested):
        QTest.mouseClick(page.open, LEFT)


def test_recent_runs_and_samples_are_chosen(page: WelcomePage, qtbot: QtBot) -> None:
    assert page.rows == []
    page.set_recent([str(Path.home() / "runs" / "a\u202e.rlog"), "/b.rlog"])
    page.set_samples([Sample("Reference", "1,523 events.", "/samples/reference.rlog")])
    assert [row.name for row in page.rows] == ["a\\u202e.rlog", "b.rlog", "Reference"]
    assert page.rows[0].accessibleDescription() == "~/runs"
    with qtbot.waitSignal(page.path_chosen) as chosen:
        QTest.mouseClick(page.rows[2], LEFT)
    assert chosen.args == ["/samples/reference.rlog"]
    page.rows[1].setFocus()
    with qtbot.waitSignal(page.path_chosen) as chosen:
        QTest.keyClick(page.rows[1], Qt.Key.Key_Space)
    assert chosen.args == ["/b.rlog"]


def test_lists_are_replaced(page: WelcomePage) -> None:
    page.set_recent([f"/run-{i}.rlog" for i in range(20)])
    assert len(page.rows) == 8
    page.set_recent([])
    assert page.rows == []
    assert not page.grab().isNull()


def test_what_stands_there_has_a_name(page: WelcomePage) -> None:
    page.set_recent(["/b.rlog"])
    page.set_samples([Sample("Reference", "1,523 events.", "/samples/reference.rlog")])
    named = [frame.accessibleName() for frame in page.findChildren(QFrame) if frame.isVisible()]
    for name in ("Open a run, or drop a log here", "Recent", "Samples"):
        assert name in named
    assert [row.name for row in page.rows] == ["b.rlog", "Reference"]
    assert page.accessibleName() == "Welcome"
