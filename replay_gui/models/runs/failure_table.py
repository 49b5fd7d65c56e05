"""The runs that failed, grouped by their first reason, as a Qt table."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Slot

from replay_gui.core.log.positions import position_after
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.headed_table import HeadedTable
from replay_gui.models.runs.run_names import names_of
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.tooltip import plain_tooltip

if TYPE_CHECKING:
    from replay_gui.core.contrast.failure_groups import FailureGroup

_MAX_NAMES = 6
_MAX_SENTENCE_CHARACTERS = 400


class FailureColumn(IntEnum):
    """A column of the table."""

    RUNS = 0
    REASON = 1
    EVENT = 2


class FailureTable(HeadedTable["FailureGroup"]):
    """One row for each group, the largest first; `group(row)` returns its FailureGroup."""

    def __init__(self, session: RunsSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._names: dict[int, str] = {}
        session.contrast_changed.connect(self._on_contrast_changed)

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the columns."""
        return tr("Runs"), tr("First reason"), tr("Event")

    def group(self, row: int) -> FailureGroup:
        """The group of a row; IndexError beyond the last."""
        return self._rows[row]

    @Slot()
    def _on_contrast_changed(self) -> None:
        failures = self._session.failures
        groups = () if failures is None else failures.groups
        if groups != self._rows:
            numbers = [failed.run for group in groups for failed in group.runs]
            self._names = dict(zip(numbers, names_of(self._session, numbers), strict=True))
            self._show_rows(groups)

    # ---- Qt's model interface --------------------------------------------------------------------------
    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, or the whole reason as a plain tooltip."""
        if not index.isValid():
            return None
        group = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(group, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._words(group, FailureColumn.REASON))
        return None

    def _words(self, group: FailureGroup, column: int) -> str:
        if column == FailureColumn.RUNS:
            names = ", ".join(self._names[failed.run] for failed in group.runs[:_MAX_NAMES])
            more = len(group.runs) - _MAX_NAMES
            return trn("{names} and {n} more", "{names} and {n} more", more, names=names) if more > 0 else names
        if column == FailureColumn.REASON:
            no_reason = tr("No reason was found: it did what the nearest run that passed did")
            return one_line(group.sentence, _MAX_SENTENCE_CHARACTERS) or no_reason
        return ", ".join(
            whole_number(position_after(failed.index)) for failed in group.runs[:_MAX_NAMES] if failed.index is not None
        )
