"""A section with one small table of facts."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from replay_gui.models.facts.fact_table import FactTable
from replay_gui.widgets.parts.section import Section
from replay_gui.widgets.run.fact_view import FactView


class FactSection(Section):
    """Hidden while its table has no rows. Signal: aim_chosen(object): the aim of a cell was chosen."""

    aim_chosen = Signal(object)

    def __init__(self, title: str, table: FactTable, parent: QWidget) -> None:
        """`parent`: required, because without one the section would be a window."""
        super().__init__(title, parent)
        self._table = table
        view = FactView(title, table)
        view.aim_chosen.connect(self.aim_chosen)
        self.set_rows([view])
        table.rows_changed.connect(self._on_shown)
        self._on_shown()

    @Slot()
    def _on_shown(self) -> None:
        self.setVisible(self._table.rowCount() > 0)
