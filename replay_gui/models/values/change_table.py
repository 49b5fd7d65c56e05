"""All changes of one value of the state, as a Qt table."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QObject, Qt, Signal, Slot

from replay_gui.core.index.run_index import time_since_start
from replay_gui.core.log.positions import Position, position_after
from replay_gui.core.state.state import Path
from replay_gui.core.text.clock import since_start
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.queries.value_messages import ChangeRow, ListChanges, ValueChanges
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.headed_table import LEFT, RIGHT, HeadedTable
from replay_gui.models.run.event_words import label_at
from replay_gui.models.session import Session
from replay_gui.models.values.watched_paths import keys_of


class ChangeColumn(IntEnum):
    """The columns of the table of changes."""

    EVENT = 0
    TIME = 1
    LABEL = 2
    BEFORE = 3
    AFTER = 4


class ChangeTable(HeadedTable[ChangeRow]):
    """One row per change, in the order of the run; rows come as a worker finds them.

    Attributes: path: of the value, or None. listing: whether more rows may come.
    Signal: changed(): there are more rows, or the words have changed.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path: Path | None = None
        self.listing = False
        self._session = session
        self._rows: list[ChangeRow] = []  # grows
        self._number = 0
        self._last = ValueChanges(number=0)
        session.values.listed.connect(self._on_listed)

    def list_changes(self, path: Path | None) -> None:
        """List the changes of the value at another path; None ends the listing."""
        self.beginResetModel()
        self._rows, self.path, self.listing = [], path, path is not None
        self._number = self._session.values.new_number()
        self._last = ValueChanges(number=self._number)
        self.endResetModel()
        self._session.values.request_value(ListChanges(self._number, () if path is None else keys_of(path)))
        self.changed.emit()

    @Slot(object)
    def _on_listed(self, changes: ValueChanges) -> None:
        if changes.number != self._number:
            return
        self._last, self.listing = changes, not changes.ended
        if changes.rows:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(changes.rows) - 1)
            self._rows += changes.rows
            self.endInsertRows()
        self.changed.emit()

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the columns."""
        return tr("Event"), tr("Time"), tr("Changed by"), tr("Before"), tr("After")

    @property
    def words(self) -> str:
        """The number of changes, or the progress of the listing."""
        count, last = len(self._rows), self._last
        if last.problem:
            return tr("The changes are not known: {reason}", reason=last.problem)
        if self.listing:
            return trn(
                "{n} change so far, {percent} % replayed",
                "{n} changes so far, {percent} % replayed",
                count,
                percent=100 * last.done // max(last.total, 1),
            )
        if last.done < last.total:
            return trn(
                "the first {n} change, up to event {event}",
                "the first {n} changes, up to event {event}",
                count,
                event=whole_number(last.done),
            )
        return trn("{n} change", "{n} changes", count) if count else tr("no event changed it")

    # ---- positions ----------------------------------------------------------------------------------
    def position(self, row: int) -> Position:
        """Return the position just after the event of a row."""
        return position_after(self._rows[row].index)

    def row_at(self, position: Position) -> int:
        """Return the row of the last change at or before a position; -1 if there is none."""
        low, high = 0, len(self._rows)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._rows[middle].index < position else (low, middle)
        return low - 1

    def numbers(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return (positions, new values) of all changes; NaN if the value is not a number."""
        positions = np.fromiter((position_after(row.index) for row in self._rows), np.int64, len(self._rows))
        values = (np.nan if row.number is None else row.number for row in self._rows)
        return positions, np.fromiter(values, np.float64, len(self._rows))

    # ---- Qt's model interface --------------------------------------------------------------------------
    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        return RIGHT if column in (ChangeColumn.EVENT, ChangeColumn.TIME) else LEFT

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, its alignment, or the whole text of a value as a tooltip."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        return self._words(self._rows[index.row()], index.column()) if role == Qt.ItemDataRole.DisplayRole else None

    def _words(self, row: ChangeRow, column: int) -> str:
        run = self._session.index
        match ChangeColumn(column):
            case ChangeColumn.EVENT:
                return whole_number(position_after(row.index))
            case ChangeColumn.TIME:
                since = time_since_start(run, row.index)
                return "" if since is None else since_start(since)
            case ChangeColumn.LABEL:
                return label_at(run, row.index)
            case ChangeColumn.BEFORE:
                return tr("not there") if row.old is None else row.old
            case ChangeColumn.AFTER:
                return tr("not there") if row.new is None else row.new
