"""The runs of a folder, or of a file that holds several, as a Qt table that grows while they are read."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal, Slot

from replay_gui.core.facts.surveyed_run import SurveyedRun
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, duration_text
from replay_gui.engine.answers import Surveyed
from replay_gui.models.run.any_index import AnyIndex
from replay_gui.models.source_session import SourceSession
from replay_gui.models.tooltip import plain_tooltip


class RunColumn(IntEnum):
    """A column of the list."""

    NAME = 0
    FORMAT = 1
    EVENTS = 2
    CALLS = 3
    ERRORS = 4
    DURATION = 5
    TOKENS = 6
    COST = 7
    OUTCOME = 8


HEADINGS = {
    RunColumn.NAME: "Run",
    RunColumn.FORMAT: "Format",
    RunColumn.EVENTS: "Events",
    RunColumn.CALLS: "Calls",
    RunColumn.ERRORS: "Errors",
    RunColumn.DURATION: "Duration",
    RunColumn.TOKENS: "Tokens",
    RunColumn.COST: "Cost",
    RunColumn.OUTCOME: "Outcome",
}
SORT = Qt.ItemDataRole.UserRole
_MAX_NAME_CHARACTERS = 200


class RunList(QAbstractTableModel):
    """One row for each run, in the order in which they are read; `run(row)` returns its SurveyedRun.

    Attributes: path: what is listed. done, total: files read so far. working: whether there are more to come.
    problem: why there is nothing, or "". number: of the present survey; answers about earlier ones are ignored.
    Signals: progressed(): one of these is another.
    """

    progressed = Signal()

    def __init__(self, sources: SourceSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = ""
        self.done, self.total, self.working, self.problem = 0, 0, False, ""
        self._sources = sources
        self._runs: list[SurveyedRun] = []
        self.number = 0
        sources.surveyed.connect(self.on_surveyed)

    def start(self, path: str) -> None:
        """List the runs of a folder or a file."""
        self.beginResetModel()
        self._runs = []
        self.endResetModel()
        self.path, self.done, self.total, self.working, self.problem = path, 0, 0, True, ""
        self.number = self._sources.request_survey(path)
        self.progressed.emit()

    @Slot()
    def stop(self) -> None:
        """End the reading; the rows stay."""
        if self.working:
            self.working = False
            self.number = self._sources.request_survey("")
            self.progressed.emit()

    def run(self, row: int) -> SurveyedRun:
        """The run of a row; IndexError beyond the last."""
        return self._runs[row]

    def has(self, column: int) -> bool:
        """Return whether any run has a value in this column."""
        return any(_value(run, column) is not None for run in self._runs)

    @Slot(object)
    def on_surveyed(self, surveyed: Surveyed) -> None:
        if surveyed.number != self.number or not self.working:
            return
        if surveyed.runs:
            count = len(self._runs)
            self.beginInsertRows(QModelIndex(), count, count + len(surveyed.runs) - 1)
            self._runs += surveyed.runs
            self.endInsertRows()
        self.done, self.total, self.working, self.problem = (
            surveyed.done,
            surveyed.total,
            not surveyed.ended,
            surveyed.problem,
        )
        self.progressed.emit()

    # ---- as Qt asks -------------------------------------------------------------------------------------
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of runs so far."""
        return 0 if parent.isValid() else len(self._runs)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of columns."""
        return 0 if parent.isValid() else len(RunColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's heading or its alignment."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[RunColumn(section)]
        return _aligned(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, its alignment, or the problem of a run that cannot be read."""
        if not index.isValid():
            return None
        run, column = self._runs[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _words(run, column)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(one_line(run.problem, 400)) if run.problem else None
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return one_line(run.problem, 400) if run.problem else None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _aligned(column)
            case Qt.ItemDataRole.UserRole:
                value = _value(run, column)
                return ("" if column == RunColumn.OUTCOME else -1) if value is None else value
        return None


def _aligned(column: int) -> Qt.AlignmentFlag:
    is_text = column in (RunColumn.NAME, RunColumn.FORMAT, RunColumn.OUTCOME)
    side = Qt.AlignmentFlag.AlignLeft if is_text else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _value(run: SurveyedRun, column: int) -> str | float | None:
    values = (
        run.name.lower(),
        run.format,
        run.events,
        run.calls,
        run.errors,
        run.duration,
        run.tokens,
        run.cost,
        run.outcome or None,
    )
    return None if run.problem and column > RunColumn.FORMAT else values[column]


def _words(run: SurveyedRun, column: int) -> str:
    value = _value(run, column)
    if column == RunColumn.NAME:
        return one_line(run.name, _MAX_NAME_CHARACTERS)
    if run.problem and column == RunColumn.EVENTS:
        return "unread"
    if value is None:
        return ""
    if column == RunColumn.OUTCOME:
        return str(value)
    if column == RunColumn.DURATION:
        return duration_text(max(int(value), 0))
    if column == RunColumn.COST:
        return cost_text(float(value))
    return f"{value:,}" if column > RunColumn.FORMAT else str(value)
