"""The watched values of one run at its position, as a Qt model; an absent value shows since when, or until when."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal, Slot

from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.core.replay.value_history import value_at
from replay_gui.core.state.state import ABSENT, StateChange
from replay_gui.core.text.json_pointer import join_pointer, pointer_text
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.session import Session
from replay_gui.models.values.value_row import ChangeMark, RowKind, ValueRow
from replay_gui.models.values.watched_paths import Keys, keys_of, path_of

_NO_INDEXES: NDArray[np.int64] = np.zeros(0, np.int64)


class WatchedValues(QAbstractTableModel):
    """One row per watched value, in one column; `row(n)` returns its ValueRow.

    Until the events that changed a value are known, an absent value is only "not there".

    Signal: rows_changed(): the rows, or their number, have changed.
    """

    rows_changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.paths = session.values.paths
        self._session = session
        self._rows: list[ValueRow] = []
        session.run_changed.connect(self._show)
        session.position_state_changed.connect(self._show)
        session.values.histories_changed.connect(self._show)
        self._show()

    def row(self, row: int) -> ValueRow:
        """The row at an index; IndexError beyond the last."""
        return self._rows[row]

    def value(self, row: int) -> Any:
        """Return the watched value of a row; ABSENT if it is not in the state."""
        state = self._session.position_state
        return ABSENT if state is None else value_at(state.state, self.paths.paths[row])

    # ---- rows ---------------------------------------------------------------------------------------
    @Slot()
    def _show(self) -> None:
        rows = [] if self._session.facts is None else [self._row(keys) for keys in self.paths.paths]
        if len(rows) != len(self._rows):
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        elif rows:
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, 0))
        self.rows_changed.emit()

    def _row(self, keys: Keys) -> ValueRow:
        state = self._session.position_state
        root: Any = {} if state is None else state.state
        value, path = value_at(root, keys), path_of(root, keys)
        change = next((change for change in state.changes if keys_of(change.path) == keys), None) if state else None
        return ValueRow(
            path=path,
            kind=RowKind.MEMBER,
            depth=0,
            name=pointer_text(join_pointer(keys)),
            value=value,
            was=ABSENT if change is None or value is ABSENT else change.old,
            words=self._absence(keys) if value is ABSENT else "",
            mark=self._mark(keys, value, change),
        )

    def _mark(self, keys: Keys, value: Any, change: StateChange | None) -> ChangeMark:
        """Return the event's change of the value; a change inside it counts."""
        history = self._session.values.histories.get(keys, _NO_INDEXES)
        here = self._session.position - 1
        at = int(np.searchsorted(history, here))
        if change is None and not (at < len(history) and history[at] == here):
            return ChangeMark.SAME
        if value is ABSENT:
            return ChangeMark.REMOVED
        return ChangeMark.ADDED if change is not None and change.old is ABSENT else ChangeMark.CHANGED

    def _absence(self, keys: Keys) -> str:
        history = self._session.values.histories.get(keys)
        if history is None:
            return tr("not there")
        before = int(np.searchsorted(history, self._session.position))
        if before:
            return tr("removed at {event}", event=_number(history[before - 1]))
        if not len(history):
            return tr("never there")
        return tr("not there until {event}", event=_number(history[0]))

    # ---- Qt's model interface --------------------------------------------------------------------------
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of watched values; 0 while no run is open."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Always one column."""
        return 0 if parent.isValid() else 1

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a row's text."""
        if not index.isValid() or role != Qt.ItemDataRole.DisplayRole:
            return None
        row = self._rows[index.row()]
        was = tr("before: {value}", value=row.old) if row.old else ""
        return " ".join(part for part in (row.key, row.text, row.note, was) if part)


def _number(event_index: np.int64) -> str:
    return whole_number(position_after(EventIndex(int(event_index))))
