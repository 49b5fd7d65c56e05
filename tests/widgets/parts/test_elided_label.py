from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from replay_gui.look.theme import apply_theme, theme
from replay_gui.widgets.parts.text.elided_label import ElidedLabel

TEXT = "<b>ToolResponse</b>"


def test_what_has_no_room_is_an_ellipsis_and_a_tip(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = ElidedLabel(TEXT)
    qtbot.addWidget(label)
    tips: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda where, text, widget: tips.append(text))
    ask = QHelpEvent(QEvent.Type.ToolTip, QPoint(), QPoint())
    label.resize(label.sizeHint())
    assert label.shown == TEXT
    QApplication.sendEvent(label, ask)
    label.resize(label.width() // 2, label.height())
    assert label.shown.endswith("…")
    assert TEXT.startswith(label.shown[:-1])
    QApplication.sendEvent(label, ask)
    assert tips == ["", "<qt>&lt;b&gt;ToolResponse&lt;/b&gt;</qt>"]
    assert (label.text(), label.minimumSizeHint().width()) == (TEXT, 0)
    label.is_whole = True
    assert label.shown == ""


def test_a_count_that_has_no_room_is_said_shortly(qtbot: QtBot) -> None:
    label = ElidedLabel("12 of 345")
    qtbot.addWidget(label)
    label.short = "12/345"
    label.resize(label.sizeHint())
    assert label.shown == "12 of 345"
    label.resize(label.width() - 6, label.height())
    assert label.shown == "12/345"
    label.resize(label.fontMetrics().horizontalAdvance("12/345") - 1, label.height())
    assert label.shown != "12/345"


def test_it_is_drawn_in_the_ink_of_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, "light")
    label = ElidedLabel("█" * 9)
    qtbot.addWidget(label)
    label.resize(40, 20)
    image = label.grab().toImage()
    inks = {image.pixelColor(x, y).name() for x in range(40) for y in range(20)}
    assert theme().text.name() in inks
