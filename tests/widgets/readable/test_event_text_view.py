from __future__ import annotations

from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from replay_gui.widgets.readable.event_text_view import EventTextView

LONG = "🙂ab " * 1_000  # several times as long as what is laid out in one go


def test_what_is_copied_has_the_breaks_of_the_text_and_no_others(qtbot: QtBot) -> None:
    view = EventTextView("Event")
    qtbot.addWidget(view)
    view.show_text(f"{LONG}\n{LONG}\nend")
    view.selectAll()
    assert view.createMimeDataFromSelection().text() == f"{LONG}\n{LONG}\nend"


def test_a_part_of_a_text_is_copied_as_it_is_chosen(qtbot: QtBot) -> None:
    view = EventTextView("Event")
    qtbot.addWidget(view)
    view.show_text(f"one\n{'x' * 5_000}\nthree")
    cursor = view.textCursor()
    cursor.setPosition(2)
    cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
    cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, 3)
    view.setTextCursor(cursor)
    assert view.createMimeDataFromSelection().text() == f"e\n{'x' * 5_000}\nth"
