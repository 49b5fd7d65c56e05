"""A small table of facts that can be sorted by each of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from PySide6.QtCore import QObject, Qt, Signal

from replay_gui.models.any_index import AnyIndex
from replay_gui.models.headed_table import LEFT, RIGHT, HeadedTable


class CellRole(StrEnum):
    """How a cell is painted."""

    PLAIN = "plain"
    QUIET = "quiet"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class FactCell:
    """A cell. `key`: by which it is sorted. `aim`: the target of a click, for the owner of the table; or None."""

    text: str
    key: float | str = ""
    role: CellRole = CellRole.PLAIN
    aim: object = None


FactCells: TypeAlias = tuple[FactCell, ...]


class FactTable(HeadedTable[FactCells]):
    """Rows of cells; the keys of a column have one type. The order chosen by `sort` is kept for other rows.

    Signal: rows_changed(): the rows have changed.
    """

    rows_changed = Signal()

    def __init__(self, headings: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headings = tuple(headings)
        self._given: tuple[FactCells, ...] = ()
        self._sorted_by: tuple[int, bool] | None = None  # column, whether descending

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the columns."""
        return self._headings

    def show(self, rows: Sequence[FactCells], headings: Sequence[str] | None = None) -> None:
        """Show these rows, in the order chosen last; before any choice, in the given order."""
        headings = self._headings if headings is None else tuple(headings)
        if (tuple(rows), headings) == (self._given, self._headings):
            return
        self.beginResetModel()
        self._given, self._headings = tuple(rows), headings
        self._order()
        self.endResetModel()
        self.rows_changed.emit()

    def cell(self, row: int, column: int) -> FactCell:
        """Return a cell; IndexError beyond the last."""
        return self._rows[row][column]

    def aim(self, row: int, column: int) -> object:
        """Return the aim of a cell; if it has none, the first aim in its row."""
        cells = (self._rows[row][column], *self._rows[row])
        return next((cell.aim for cell in cells if cell.aim is not None), None)

    def _order(self) -> None:
        self._rows = self._given
        if self._sorted_by is not None and self._sorted_by[0] < len(self._headings):
            column, descending = self._sorted_by
            self._rows = sorted(self._given, key=lambda cells: cells[column].key, reverse=descending)

    # ---- Qt's model interface --------------------------------------------------------------------------
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, from now on; a negative column: in the given order."""
        self.layoutAboutToBeChanged.emit()
        self._sorted_by = None if column < 0 else (column, order is Qt.SortOrder.DescendingOrder)
        self._order()
        self.layoutChanged.emit()

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        return RIGHT if column else LEFT

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text or its alignment."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        return self._rows[index.row()][index.column()].text if role == Qt.ItemDataRole.DisplayRole else None
