"""The runs that failed, by their first reason against the nearest run that passed."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, UNIT, ui_font
from replay_gui.models.runs.failure_table import FailureColumn, FailureTable
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.widgets.parts.cell_delegate import CellDelegate
from replay_gui.widgets.runs.headed_view import HeadedView

_NAMES_SHARE = 0.22  # of the width, at most
_MIN_NAMES_WIDTH = 10 * GAP
_MEASURED_ROWS = 100


class FailureView(HeadedView):
    """A FailureTable.

    Signal: compare_wanted(int, int): numbers of the first run of a group, and of the run nearest to it.
    """

    compare_wanted = Signal(int, int)

    def __init__(self, session: RunsSession, parent: QWidget | None = None) -> None:
        self._failures = FailureTable(session)
        super().__init__(tr("Runs that failed, by their first reason"), self._failures, parent)
        self.setItemDelegate(CellDelegate(self))
        self.row_activated.connect(self._on_row_activated)

    @Slot(int)
    def _on_row_activated(self, row: int) -> None:
        failed = self._failures.group(row).runs[0]
        self.compare_wanted.emit(failed.run, failed.nearest)

    @Slot()
    def _fit(self) -> None:
        width, metrics, table = self.viewport().width(), QFontMetrics(ui_font()), self._failures
        rows = range(min(table.rowCount(), _MEASURED_ROWS))
        named = (metrics.horizontalAdvance(table.data(table.index(row, FailureColumn.RUNS))) for row in rows)
        needed = max(named, default=0) + 2 * (GAP + UNIT)
        names = max(min(needed, round(_NAMES_SHARE * width)), _MIN_NAMES_WIDTH)
        event = metrics.horizontalAdvance("1,234, 1,234") + 2 * GAP
        self.setColumnWidth(FailureColumn.RUNS, names)
        self.setColumnWidth(FailureColumn.REASON, max(width - names - event, 20 * GAP))
        self.setColumnWidth(FailureColumn.EVENT, event)
