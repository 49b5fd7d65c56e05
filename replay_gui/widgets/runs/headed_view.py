"""The base of the tables of the page of many runs: headings, and columns that are fitted to the width."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from replay_gui.widgets.parts.row_view import RowView


class HeadedView(RowView):
    """A RowView with headings. It is the parent of its model. A subclass defines `_fit`."""

    def __init__(self, name: str, table: QAbstractItemModel, parent: QWidget | None) -> None:
        super().__init__(name, table, parent)
        table.setParent(self)
        self.horizontalHeader().show()
        table.modelReset.connect(self._fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the new width."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        """Set the width of each column."""
        raise NotImplementedError
