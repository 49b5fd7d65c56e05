"""The runs of an evaluation as a Qt table with all their facts, of all runs or of the chosen ones."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Slot

from replay_gui.core.text.clock import utc_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, duration_text
from replay_gui.models.run.any_index import AnyIndex
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.tooltip import plain_tooltip

if TYPE_CHECKING:
    from replay_gui.core.contrast.run_profile import EvaluatedRun

OUTCOME = Qt.ItemDataRole.UserRole
"""Role of a run's outcome: True, False or None."""
SORT = Qt.ItemDataRole.UserRole + 1
_MAX_CHARACTERS = 200  # of a text


class EvaluatedRunColumn(IntEnum):
    """A column of the table."""

    OUTCOME = 0
    RUN = 1
    TASK = 2
    TRIAL = 3
    AGENT = 4
    MODEL = 5
    END = 6
    SCORE = 7
    EVENTS = 8
    CALLS = 9
    FAILURES = 10
    TOKENS = 11
    COST = 12
    DURATION = 13
    STARTED = 14


HEADINGS = (
    *("", "Run", "Task", "Trial", "Agent", "Model", "End", "Score", "Events", "Calls", "Failed", "Tokens", "Cost"),
    *("Duration", "Started"),
)
_TEXTS = (*range(EvaluatedRunColumn.OUTCOME, EvaluatedRunColumn.END + 1), EvaluatedRunColumn.STARTED)


class EvaluatedRunTable(QAbstractTableModel):
    """One row for each run; `number(row)` returns the number of its run.

    `only_chosen`: whether it has the chosen runs alone.
    """

    def __init__(self, session: RunsSession, *, only_chosen: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._only_chosen = only_chosen
        self._numbers: list[int] = []
        # The list of all runs keeps its rows, and what is selected of them, when another task is chosen.
        (session.contrast_changed if only_chosen else session.runs_changed).connect(self._refresh)

    def number(self, row: int) -> int:
        """The number of the run of a row; IndexError beyond the last."""
        return self._numbers[row]

    def run(self, row: int) -> EvaluatedRun:
        """The run of a row."""
        return self._session.runs[self._numbers[row]]

    def has(self, column: int) -> bool:
        """Return whether any run has a value in this column."""
        return any(self._value(self._session.runs[number], column) is not None for number in self._numbers)

    @Slot()
    def _refresh(self) -> None:
        session = self._session
        numbers = list(range(len(session.runs)))
        if self._only_chosen:
            numbers = [] if session.contrasted is None else list(session.contrasted.chosen)
            ranks = {False: 0, True: 1, None: 2}
            numbers.sort(key=lambda number: ranks[session.outcome(number)])
        self.beginResetModel()
        self._numbers = numbers
        self.endResetModel()

    # ---- as Qt asks -------------------------------------------------------------------------------------
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of runs."""
        return 0 if parent.isValid() else len(self._numbers)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of columns."""
        return 0 if parent.isValid() else len(EvaluatedRunColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's heading or its alignment."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        if role == Qt.ItemDataRole.AccessibleTextRole and section == EvaluatedRunColumn.OUTCOME:
            return "Outcome"
        return _aligned(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, its alignment, what it is sorted by, the outcome, or why a run cannot be read."""
        if not index.isValid():
            return None
        number, column = self._numbers[index.row()], index.column()
        run = self._session.runs[number]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _words(column, self._value(run, column))
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(one_line(run.problem, 400)) if run.problem else None
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return one_line(run.problem, 400) if run.problem else None
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(number, run, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _aligned(column)
            case _ if role == OUTCOME:
                return self._session.outcome(number)
            case _ if role == SORT:
                value = self._value(run, column)
                if column == EvaluatedRunColumn.OUTCOME:
                    return {True: 2, False: 1, None: 0}[self._session.outcome(number)]
                return ("" if column in _TEXTS else -1.0) if value is None else value
        return None

    def _spoken(self, number: int, run: EvaluatedRun, column: int) -> str:
        if column == EvaluatedRunColumn.OUTCOME:
            return {True: "passed", False: "failed", None: "outcome unknown"}[self._session.outcome(number)]
        return _words(column, self._value(run, column))

    def _value(self, run: EvaluatedRun, column: int) -> str | float | None:
        if run.problem and column != EvaluatedRunColumn.RUN:
            return "unread" if column == EvaluatedRunColumn.END else None
        identity, end = run.identity, run.result.end
        values: tuple[str | float | None, ...] = (
            None,
            run.name,
            identity.task,
            identity.trial,
            identity.agent,
            identity.model,
            None if end is None else end.how,
            run.score,
            run.events or None,
            run.calls if run.events else None,
            run.failures if run.events else None,
            run.tokens,
            run.cost,
            run.duration,
            None if run.started is None else utc_text(run.started),
        )
        return values[column]


def _aligned(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column in _TEXTS else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _words(column: int, value: str | float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return one_line(value, _MAX_CHARACTERS)
    if column == EvaluatedRunColumn.DURATION:
        return duration_text(max(int(value), 0))
    if column == EvaluatedRunColumn.COST:
        return cost_text(value)
    return f"{value:g}" if column == EvaluatedRunColumn.SCORE else f"{int(value):,}"
