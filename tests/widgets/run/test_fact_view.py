from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot

from replay_gui.look.theme import GAP, UNIT, ui_font
from replay_gui.models.facts.fact_table import FactCell, FactTable
from replay_gui.models.facts.use_cells import NO_COUNT
from replay_gui.widgets.run.fact_view import FactView


def test_a_number_is_never_cut(qtbot: QtBot) -> None:
    """A text is often a fraction of a pixel wider than the whole number that Qt tells."""
    table = FactTable(("Tool", "Time"))
    view = FactView("Tools", table)
    qtbot.addWidget(view)
    view.resize(400, 100)
    metrics = QFontMetrics(ui_font())
    for seconds in range(60):
        text = f"{seconds % 7} min {seconds} s, once and for all"
        table.show([(FactCell("search"), FactCell(text))])
        room = view.columnWidth(1) - 2 * GAP
        assert metrics.elidedText(text, Qt.TextElideMode.ElideRight, room) == text


def test_columns_of_zeros_give_their_room_to_names_that_would_be_cut(qtbot: QtBot) -> None:
    table = FactTable(("Tool", "Calls", "Failed", "Denied", ""))
    view = FactView("Tools", table)
    qtbot.addWidget(view)
    name = "update_reservation_flights"
    table.show([tuple(FactCell(text) for text in (name, "12", NO_COUNT, NO_COUNT, ""))])
    view.show()
    needed = QFontMetrics(ui_font()).horizontalAdvance(name)
    seen = []
    for width in (*range(2 * needed + 200, needed + 120, -1), needed + 100):
        view.resize(width, 100)
        assert view.columnWidth(0) >= needed + 2 * GAP + UNIT
        if width not in (2 * needed + 200, needed + 100):
            continue
        seen.append([view.isColumnHidden(column) for column in range(5)])
    assert seen == [[False, False, False, False, True], [False, False, True, True, True]]
