from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPlainTextEdit, QVBoxLayout
from pytestqt.qtbot import QtBot

from replay_gui.windows.dialogs.wrapped_dialog import WrappedDialog


def test_its_parts_never_overlap(qtbot: QtBot) -> None:
    dialog = WrappedDialog()
    qtbot.addWidget(dialog)
    head, field, foot = QLabel("many words " * 30), QPlainTextEdit(), QLabel("more words " * 30)
    layout = QVBoxLayout(dialog)
    for part in (head, field, foot):
        layout.addWidget(part)
    for label in (head, foot):
        label.setWordWrap(True)
    field.setFixedHeight(60)
    dialog.resize(300, 40)
    with qtbot.waitExposed(dialog):
        dialog.show()

    def overlaps() -> bool:
        return head.geometry().bottom() >= field.y() or field.geometry().bottom() >= foot.y()

    def is_whole() -> bool:
        return all(label.height() >= label.heightForWidth(label.width()) for label in (head, foot))

    qtbot.waitUntil(is_whole)
    assert not overlaps()
    foot.setText("even more words " * 40)
    qtbot.waitUntil(is_whole)
    assert not overlaps()
    assert dialog.width() == 300
