"""The tasks of an evaluation as a Qt table: one row a task, with the outcomes of its trials."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Slot

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, plural
from replay_gui.models.run.any_index import AnyIndex
from replay_gui.models.runs.runs_session import RunsSession

if TYPE_CHECKING:
    from replay_gui.core.contrast.tasks import TaskRuns

OUTCOMES = Qt.ItemDataRole.UserRole
"""Role of the outcomes of a task's trials: a tuple of True, False or None."""
SORT = Qt.ItemDataRole.UserRole + 1
_MAX_NAME = 120  # characters
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TaskColumn(IntEnum):
    """A column of the table."""

    TASK = 0
    TRIALS = 1
    PASSED = 2
    COST = 3


HEADINGS = {
    TaskColumn.TASK: "Task",
    TaskColumn.TRIALS: "Trials",
    TaskColumn.PASSED: "Passed",
    TaskColumn.COST: "Cost",
}


class TaskTable(QAbstractTableModel):
    """One row for each task, those with mixed outcomes first; `task(row)` returns its TaskRuns."""

    def __init__(self, session: RunsSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks: tuple[TaskRuns, ...] = ()
        session.runs_changed.connect(self._on_runs_changed)

    def task(self, row: int) -> TaskRuns:
        """The task of a row; IndexError beyond the last."""
        return self._tasks[row]

    def row_of(self, task: TaskRuns | None) -> int:
        """The row of a task; -1 if there is none."""
        return next((row for row, other in enumerate(self._tasks) if task is not None and other.runs == task.runs), -1)

    @Slot()
    def _on_runs_changed(self) -> None:
        if self._tasks != self._session.tasks:
            self.beginResetModel()
            self._tasks = self._session.tasks
            self.endResetModel()

    # ---- as Qt asks -------------------------------------------------------------------------------------
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of tasks."""
        return 0 if parent.isValid() else len(self._tasks)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of columns."""
        return 0 if parent.isValid() else len(TaskColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's heading or its alignment."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[TaskColumn(section)]
        return _aligned(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, its alignment, what it is sorted by, or the outcomes of the trials."""
        if not index.isValid():
            return None
        task, column = self._tasks[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._words(task, column)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{self._words(task, TaskColumn.TASK)}: {passed_words(task)}"
            case Qt.ItemDataRole.TextAlignmentRole:
                return _aligned(column)
            case _ if role == OUTCOMES:
                return tuple(self._session.outcome(run) for run in task.runs)
        return None

    def _words(self, task: TaskRuns, column: int) -> str:
        if column == TaskColumn.TASK:
            return "(no task is named)" if task.task is None else one_line(task.task, _MAX_NAME)
        if column == TaskColumn.PASSED:
            return passed_words(task)
        if column == TaskColumn.COST:
            costs = [run.cost for number in task.runs if (run := self._session.runs[number]).cost is not None]
            return cost_text(sum(costs)) if costs else ""
        return ""


def passed_words(task: TaskRuns) -> str:
    """Return ``2 of 4``, or what is known where outcomes are missing."""
    if task.unknown == len(task.runs):
        return plural(len(task.runs), "run")
    unknown = f", {task.unknown:,} unknown" if task.unknown else ""
    return f"{task.passed:,} of {len(task.runs):,}{unknown}"


def _aligned(column: int) -> Qt.AlignmentFlag:
    is_number = column in (TaskColumn.PASSED, TaskColumn.COST)
    return _RIGHT if is_number else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
