"""The tasks of an evaluation, with a mark for each trial."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPointF, QRect, QSortFilterProxyModel, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from replay_gui.look.theme import GAP, UNIT, theme, ui_font
from replay_gui.models.run.any_index import AnyIndex
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.runs.task_table import OUTCOMES, TaskColumn, TaskTable
from replay_gui.widgets.parts.cell_delegate import CellDelegate
from replay_gui.widgets.parts.outcome_mark import OUTCOME_SIZE, paint_outcome
from replay_gui.widgets.parts.row_view import RowView

_STEP = int(OUTCOME_SIZE) + UNIT  # pixels from mark to mark
_MIN_NAME_WIDTH = 14 * GAP
_MAX_MARKS = 12  # in the column; further ones are counted


class TaskView(RowView):
    """A TaskTable, filtered. Signal: task_chosen(object): the TaskRuns of another row, by click or key."""

    task_chosen = Signal(object)

    def __init__(self, session: RunsSession, parent: QWidget | None = None) -> None:
        self._session = session
        self._tasks = TaskTable(session)
        self._order = QSortFilterProxyModel()
        self._order.setSourceModel(self._tasks)
        self._order.setFilterKeyColumn(TaskColumn.TASK)
        self._order.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        super().__init__("Tasks", self._order, parent)
        self._tasks.setParent(self)
        self._order.setParent(self)
        self.setItemDelegate(_TaskDelegate(self))
        head = self.horizontalHeader()
        head.show()
        head.setHighlightSections(False)
        self.selectionModel().currentRowChanged.connect(self._on_row_chosen)
        self._order.modelReset.connect(self._on_reset)

    def set_filter(self, text: str) -> None:
        """Show only the tasks whose name contains this text."""
        self._order.setFilterFixedString(text)

    def choose_current(self) -> None:
        """Tell the task of the current row again."""
        self._on_row_chosen(self.currentIndex(), QModelIndex())

    @Slot(QModelIndex, QModelIndex)
    def _on_row_chosen(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid():
            self.task_chosen.emit(self._tasks.task(self._order.mapToSource(current).row()))

    @Slot()
    def _on_reset(self) -> None:
        """Keep the chosen task; at first, the first one is chosen."""
        row = max(self._tasks.row_of(self._session.task), 0)
        if self._tasks.rowCount():
            self.setCurrentIndex(self._order.mapFromSource(self._tasks.index(row, 0)))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = QFontMetrics(ui_font())
        trials = max((len(self._tasks.task(row).runs) for row in range(self._tasks.rowCount())), default=1)
        widths = {
            TaskColumn.TRIALS: _STEP * min(trials, _MAX_MARKS + 1) + 3 * GAP,
            TaskColumn.PASSED: metrics.horizontalAdvance("100 of 100") + 2 * GAP,
            TaskColumn.COST: metrics.horizontalAdvance("$0.0000") + 2 * GAP,
        }
        left = self.viewport().width() - widths[TaskColumn.TRIALS]
        for column in (TaskColumn.PASSED, TaskColumn.COST):
            fits = left - widths[column] >= _MIN_NAME_WIDTH
            self.setColumnHidden(column, not fits)
            left -= widths[column] if fits else 0
        for column, width in widths.items():
            self.setColumnWidth(column, width)
        self.setColumnWidth(TaskColumn.TASK, max(left, _MIN_NAME_WIDTH))


class _TaskDelegate(CellDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        super().paint(painter, option, index)
        if index.column() == TaskColumn.TRIALS:
            outcomes = index.data(OUTCOMES)
            rect: QRect = self.space(option.rect, index)
            for place, outcome in enumerate(outcomes[:_MAX_MARKS]):
                center = QPointF(rect.x() + OUTCOME_SIZE / 2 + place * _STEP, rect.center().y() + 0.5)
                paint_outcome(painter, center, outcome)
            if len(outcomes) > _MAX_MARKS:
                painter.setPen(theme().secondary)
                rest = rect.adjusted(_MAX_MARKS * _STEP, 0, 0, 0)
                painter.drawText(rest, int(Qt.AlignmentFlag.AlignVCenter), f"+{len(outcomes) - _MAX_MARKS:,}")
