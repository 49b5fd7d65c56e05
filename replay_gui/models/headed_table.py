"""The base of small tables: rows, and a heading over each column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from replay_gui.models.any_index import AnyIndex

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_RowT = TypeVar("_RowT")


class HeadedTable(QAbstractTableModel, Generic[_RowT]):
    """A table with one value per row; a subclass defines `headings`, and `data` for its cells."""

    _rows: Sequence[_RowT] = ()

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the columns; they may change with the rows."""
        raise NotImplementedError

    def _show_rows(self, rows: tuple[_RowT, ...]) -> bool:
        """Show these rows; return whether they differ from the ones before."""
        if rows == self._rows:
            return False
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()
        return True

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of columns."""
        return 0 if parent.isValid() else len(self.headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's heading or its alignment."""
        if orientation is not Qt.Orientation.Horizontal or section >= len(self.headings):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.headings[section]
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _alignment(self, _column: int) -> Qt.AlignmentFlag:
        return LEFT
