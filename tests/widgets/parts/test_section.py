from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from replay_gui.look.theme import HEAD, ROW
from replay_gui.widgets.parts.section import Section
from replay_gui.widgets.run.fact_row import FactRow


def test_it_folds_where_there_is_no_room_until_somebody_says_otherwise(qtbot: QtBot) -> None:
    section = Section("Integrity")
    qtbot.addWidget(section)
    assert section.full_height == 0
    section.set_rows([FactRow("record", "9f3a61c0"), FactRow("state", "c40d77e1")])
    section.set_summary("intact", True)
    assert section.full_height > HEAD + 2 * ROW
    section.show()
    row, head = section.rows()[0], section.findChildren(QAbstractButton)[0]
    section.set_room(False)
    assert not row.isVisible()
    section.set_room(True)
    assert row.isVisible()
    section.set_room(False)
    QTest.mouseClick(head, Qt.MouseButton.LeftButton)
    assert row.isVisible()
    section.set_room(False)
    assert row.isVisible()
