from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHeaderView
from pytestqt.qtbot import QtBot

from replay_gui.look.theme import ui_font
from replay_gui.models.facts.fact_table import FactCell, FactTable
from replay_gui.widgets.parts.cell_delegate import CellDelegate
from replay_gui.widgets.parts.row_view import RowView


def test_columns_as_wide_as_their_contents_cut_none(qtbot: QtBot) -> None:
    table = FactTable(("Kind", "Time", "Rest"))
    view = RowView("Preview", table)
    qtbot.addWidget(view)
    table.setParent(view)
    delegate = CellDelegate(view)
    view.setItemDelegate(delegate)
    view.resize(900, 200)
    table.show([(FactCell("x:json-lines/start"), FactCell("2023-11-14 22:13:20.123 UTC"), FactCell(""))])
    metrics = QFontMetrics(ui_font())
    for column in (0, 1):
        view.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        index = table.index(0, column)
        room = delegate.space(view.visualRect(index), index).width()
        text = table.cell(0, column).text
        assert metrics.elidedText(text, Qt.TextElideMode.ElideRight, room) == text
