from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from replay_gui.look.theme import HEAD, apply_theme, theme
from replay_gui.widgets.parts.panel import Panel


def test_a_panel_is_a_head_over_a_body(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    window, body = QWidget(), QPlainTextEdit()
    qtbot.addWidget(window)
    panel = Panel("Events", window)
    panel.add_part(body, 1)
    panel.set_note("1,523")
    button = panel.add_button("Filter…", "Filter events by kind and tool", checkable=True)
    panel.resize(400, 300)
    window.resize(400, 300)
    image = window.grab().toImage()
    assert body.geometry().top() == HEAD + 1
    assert image.pixelColor(200, 5) == theme().head
    assert image.pixelColor(200, 200) == theme().panel
    assert image.pixelColor(0, 0) == theme().window, "the corners are round"
    with qtbot.waitSignal(button.toggled):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_its_texts_are_plain_and_a_long_one_does_not_widen_it(qtbot: QtBot) -> None:
    panel = Panel("<b>State</b>")
    qtbot.addWidget(panel)
    narrow = panel.minimumSizeHint().width()
    panel.set_secondary("<i>" + "x" * 5_000)
    assert panel.minimumSizeHint().width() == narrow
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in panel.findChildren(QLabel))
    panel.set_title("State after 812")
    assert panel.accessibleName() == "State after 812"


def test_where_room_is_scarce_words_become_shorter_and_the_title_stays(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    panel = Panel("State")
    qtbot.addWidget(panel)
    changed = panel.add_button("Changed only", "Show only what changed", checkable=True, short="Changed")
    find = panel.add_button("Find", "Find in the state", spare=True)
    panel.setMinimumSize(1, 1)  # as where it stands between others
    panel.resize(600, 100)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.set_title("State after 1,523")
    seen, (full, short) = [], (panel.width_at(level) for level in (0, 1))
    for width in (full + 4, full - 4, short - 8, short + 4, full + 4):
        panel.resize(width, 100)
        seen.append((changed.text(), find.isVisible()))
    roomy, scarce, bare = ("Changed only", True), ("Changed", True), ("Changed", False)
    assert seen == [roomy, scarce, bare, scarce, roomy]
    assert full > short + 20
