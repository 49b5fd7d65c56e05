"""The tasks under two versions of an agent, with a mark for each run before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, ui_font
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.runs.flip_table import FlipColumn, FlipTable
from replay_gui.models.runs.run_group_table import OUTCOMES
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.widgets.parts.cell_delegate import CellDelegate
from replay_gui.widgets.parts.outcome_mark import outcomes_width, paint_outcomes
from replay_gui.widgets.runs.headed_view import HeadedView

if TYPE_CHECKING:
    from replay_gui.core.contrast.versions import TaskFlip

_MAX_MARKS = 4  # of a version
_TASK_WIDTH_PX = 20 * GAP
_ROWS_MEASURED = 200


class FlipView(HeadedView):
    """A FlipTable. Signal: task_chosen(object): the TaskFlip of another row, by click or key."""

    task_chosen = Signal(object)

    def __init__(self, session: RunsSession, parent: QWidget | None = None) -> None:
        self._flips = FlipTable(session)
        super().__init__(tr("Tasks before and after"), self._flips, parent)
        self.setItemDelegate(_FlipDelegate(self))
        self.selectionModel().currentRowChanged.connect(self._on_row_chosen)

    def choose_current(self) -> None:
        """Emit the task of the current row again; of the first row if there is none."""
        if self.currentIndex().isValid():
            self._on_row_chosen(self.currentIndex(), QModelIndex())
        elif self._flips.rowCount():
            self.setCurrentIndex(self._flips.index(0, 0))

    @Slot(QModelIndex, QModelIndex)
    def _on_row_chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            task: TaskFlip = self._flips.task(current.row())
            self.task_chosen.emit(task)

    @Slot()
    def _fit(self) -> None:
        rows = [self._flips.task(row) for row in range(min(self._flips.rowCount(), _ROWS_MEASURED))]
        sizes = [len(version.runs) for task in rows for version in (task.before, task.after)]
        metrics = QFontMetrics(ui_font())
        marks = max(outcomes_width(sizes, _MAX_MARKS), metrics.horizontalAdvance(tr("Before"))) + 2 * GAP
        names = max(
            (metrics.horizontalAdvance(str(self._flips.index(row, 0).data())) for row in range(len(rows))), default=0
        )
        task = min(max(names + 3 * GAP, metrics.horizontalAdvance(tr("Task")) + 3 * GAP), _TASK_WIDTH_PX)
        self.setColumnWidth(FlipColumn.TASK, task)
        self.setColumnWidth(FlipColumn.BEFORE, marks)
        self.setColumnWidth(FlipColumn.AFTER, marks)
        self.setColumnWidth(FlipColumn.FLIP, max(self.viewport().width() - task - 2 * marks, 10 * GAP))


class _FlipDelegate(CellDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        self.elide = Qt.TextElideMode.ElideRight if index.column() else Qt.TextElideMode.ElideMiddle
        super().paint(painter, option, index)
        if index.column() in (FlipColumn.BEFORE, FlipColumn.AFTER):
            paint_outcomes(painter, self.space(option.rect, index), index.data(OUTCOMES), _MAX_MARKS)
