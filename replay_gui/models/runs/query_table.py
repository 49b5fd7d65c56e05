"""The answer to a query over a catalogue as a Qt table."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Qt, Slot

from replay_gui.engine.evaluation_answer import CatalogueAnswer
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.headed_table import LEFT, RIGHT, HeadedTable
from replay_gui.models.runs.catalogue_query import CatalogueQuery
from replay_gui.models.tooltip import plain_tooltip


class QueryTable(HeadedTable[tuple[str | None, ...]]):
    """One row for each row of the answer; `number(row, name)` returns a whole number of a column."""

    def __init__(self, query: CatalogueQuery, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._query = query
        self._answer = CatalogueAnswer(number=0)
        query.changed.connect(self._on_changed)

    def number(self, row: int, name: str) -> int | None:
        """Return the number in the column of this name; None if there is no such column, or no whole number in it."""
        if name not in self._answer.columns:
            return None
        text = self._answer.rows[row][self._answer.columns.index(name)]
        return int(text) if text is not None and text.isascii() and text.isdigit() else None

    @Slot()
    def _on_changed(self) -> None:
        answer = self._query.answer
        if answer is None and self._query.working:
            return  # the old rows stay until there are new ones
        self.beginResetModel()
        self._answer = answer or CatalogueAnswer(number=0)
        self._rows = self._answer.rows
        self.endResetModel()

    @property
    def headings(self) -> tuple[str, ...]:
        """The names of the answer's columns."""
        return self._answer.columns

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        return RIGHT if self._answer.numeric[column] else LEFT

    # ---- Qt's model interface --------------------------------------------------------------------------
    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, the same as a plain tooltip, or its alignment."""
        if not index.isValid():
            return None
        text = self._answer.rows[index.row()][index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return "" if text is None else text
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(text) if text else None
            case Qt.ItemDataRole.TextAlignmentRole:
                return self._alignment(index.column())
            case _:
                return None
