"""All runs of an evaluation, or the chosen ones, as a Qt table with all their facts."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Slot

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, duration_text, end_text
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import significant_number, whole_number
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.time_choice import time_choice
from replay_gui.models.tooltip import plain_tooltip

if TYPE_CHECKING:
    from replay_gui.core.contrast.run_profile import EvaluatedRun

OUTCOME = Qt.ItemDataRole.UserRole
"""Role of a run's outcome: True, False or None."""
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


_HEADINGS = {
    EvaluatedRunColumn.RUN: translatable("Run"),
    EvaluatedRunColumn.TASK: translatable("Task"),
    EvaluatedRunColumn.TRIAL: translatable("Trial"),
    EvaluatedRunColumn.AGENT: translatable("Agent"),
    EvaluatedRunColumn.MODEL: translatable("Model"),
    EvaluatedRunColumn.END: translatable("End"),
    EvaluatedRunColumn.SCORE: translatable("Score"),
    EvaluatedRunColumn.EVENTS: translatable("Events"),
    EvaluatedRunColumn.CALLS: translatable("Calls"),
    EvaluatedRunColumn.FAILURES: translatable("Failed"),
    EvaluatedRunColumn.TOKENS: translatable("Tokens"),
    EvaluatedRunColumn.COST: translatable("Cost"),
    EvaluatedRunColumn.DURATION: translatable("Duration"),
    EvaluatedRunColumn.STARTED: translatable("Started"),
}
_TEXTS = (*range(EvaluatedRunColumn.OUTCOME, EvaluatedRunColumn.END + 1), EvaluatedRunColumn.STARTED)


class EvaluatedRunTable(QAbstractTableModel):
    """One row for each run; `number(row)` returns the number of its run.

    `only_chosen`: whether it has only the chosen runs. It sorts and filters by itself, because with a hundred thousand
    runs a proxy model would read each cell repeatedly.
    """

    def __init__(self, session: RunsSession, *, only_chosen: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._only_chosen = only_chosen
        self._runs: list[EvaluatedRun] = []  # the session can have other runs, or none, before its signal
        self._all: list[int] = []  # in the order of the session
        self._numbers: list[int] = []  # in sorted order, without those that are filtered out
        self._sorted: tuple[int, Qt.SortOrder] = (-1, Qt.SortOrder.AscendingOrder)
        self._filter = ""
        self._has: dict[int, bool] = {}
        self._texts: list[str] = []  # for each run, the text that the filter searches; empty until it is needed
        time_choice().changed.connect(self._refresh)
        # The list of all runs keeps its rows and its selection when another task is chosen.
        (session.contrast_changed if only_chosen else session.runs_changed).connect(self._refresh)

    def number(self, row: int) -> int:
        """The number of the run of a row; IndexError beyond the last."""
        return self._numbers[row]

    def run(self, row: int) -> EvaluatedRun:
        """Return the run of a row."""
        return self._runs[self._numbers[row]]

    def has(self, column: int) -> bool:
        """Return whether any run has a value in this column."""
        if column not in self._has:
            runs, value_of = self._runs, _VALUES[column]
            self._has[column] = any(value_of(runs[number]) is not None for number in self._all)
        return self._has[column]

    def set_filter(self, text: str) -> None:
        """Show only the runs with this text in any column; case is ignored."""
        if text.casefold() != self._filter:
            self._filter = text.casefold()
            self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1: in the order of the session. Unknown values are less than all others."""
        if (column, order) != self._sorted:
            self._sorted = column, order
            self._arrange()

    def _arrange(self) -> None:
        """Sort and filter the runs again."""
        numbers, (column, order) = self._all, self._sorted
        runs = self._runs
        if self._filter:
            if not self._texts:
                self._texts = [_searched(run) for run in runs]
            numbers = [number for number in numbers if self._filter in self._texts[number]]
        if column >= 0:
            value_of, unknown = _VALUES[column], "" if column in _TEXTS else -math.inf

            def key(number: int) -> Any:
                if column == EvaluatedRunColumn.OUTCOME:
                    return {True: 2, False: 1, None: 0}[self._session.outcome(number)]
                value = value_of(runs[number])
                return unknown if value is None else value

            numbers = sorted(numbers, key=key, reverse=order is Qt.SortOrder.DescendingOrder)
        self.beginResetModel()
        self._numbers = list(numbers)
        self.endResetModel()

    @Slot()
    def _refresh(self) -> None:
        session, self._runs = self._session, self._session.runs
        numbers = list(range(len(self._runs)))
        if self._only_chosen:
            numbers = [] if session.contrasted is None else list(session.contrasted.chosen)
            ranks = {False: 0, True: 1, None: 2}
            numbers.sort(key=lambda number: ranks[session.outcome(number)])
        self._all, self._texts, self._has = numbers, [], {}
        self._arrange()

    # ---- Qt's model interface --------------------------------------------------------------------------
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
            column = EvaluatedRunColumn(section)
            return tr(_HEADINGS[column]) if column in _HEADINGS else ""
        if role == Qt.ItemDataRole.AccessibleTextRole and section == EvaluatedRunColumn.OUTCOME:
            return tr("Outcome")
        return _aligned(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, its alignment, the outcome, or the reason why a run cannot be read."""
        if not index.isValid():
            return None
        number, column = self._numbers[index.row()], index.column()
        run = self._runs[number]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _words(column, _VALUES[column](run))
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
        return None

    def _spoken(self, number: int, run: EvaluatedRun, column: int) -> str:
        if column == EvaluatedRunColumn.OUTCOME:
            return {True: tr("passed"), False: tr("failed"), None: tr("outcome unknown")}[self._session.outcome(number)]
        return _words(column, _VALUES[column](run))


def _of_read(value_of: Callable[[EvaluatedRun], str | float | None]) -> Callable[[EvaluatedRun], str | float | None]:
    """Return the function, changed so that it returns None for a run that could not be read."""
    return lambda run: None if run.problem else value_of(run)


def _end(run: EvaluatedRun) -> str | None:
    end = run.result.end
    return tr("unread") if run.problem else None if end is None else end_text(end.how)


_VALUES: tuple[Callable[[EvaluatedRun], str | float | None], ...] = (
    lambda _run: None,
    lambda run: run.name,
    _of_read(lambda run: run.identity.task),
    _of_read(lambda run: run.identity.trial),
    _of_read(lambda run: run.identity.agent),
    _of_read(lambda run: run.identity.model),
    _end,
    _of_read(lambda run: run.score),
    _of_read(lambda run: run.events or None),
    _of_read(lambda run: run.calls if run.events else None),
    _of_read(lambda run: run.failures if run.events else None),
    _of_read(lambda run: run.tokens),
    _of_read(lambda run: run.cost),
    _of_read(lambda run: run.duration),
    _of_read(lambda run: None if run.started is None else time_choice().moment(run.started)),
)
"""The value of each column; None if it is unknown."""


def _searched(run: EvaluatedRun) -> str:
    identity, end = run.identity, run.result.end
    parts = (
        run.name,
        identity.task,
        identity.trial,
        identity.agent,
        identity.model,
        end and end_text(end.how),
        run.problem,
    )
    return "\n".join(part for part in parts if part).casefold()


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
    return significant_number(value) if column == EvaluatedRunColumn.SCORE else whole_number(int(value))
