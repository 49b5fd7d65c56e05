"""The groups of runs of an evaluation as a Qt table: one row per task or model, with the outcomes of its runs."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Slot

from replay_gui.core.facts.fact_names import OUTCOME, TASK, fact_name
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.headed_table import LEFT, RIGHT, HeadedTable
from replay_gui.models.runs.runs_session import RunsSession

if TYPE_CHECKING:
    from replay_gui.core.contrast.run_groups import RunGroup

OUTCOMES = Qt.ItemDataRole.UserRole
"""Role of the outcomes of a group's runs: a tuple of True, False or None."""
_MAX_NAME_CHARACTERS = 120


class RunGroupColumn(IntEnum):
    """A column of the table."""

    VALUE = 0
    RUNS = 1
    PASSED = 2
    COST = 3


class RunGroupTable(HeadedTable["RunGroup"]):
    """One row for each group, of tasks those with mixed outcomes first; `group(row)` returns its RunGroup.

    Attributes: has_costs: whether the cost of any run is known.
    """

    def __init__(self, session: RunsSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.has_costs = False
        session.runs_changed.connect(self._on_runs_changed)

    def group(self, row: int) -> RunGroup:
        """The group of a row; IndexError beyond the last."""
        return self._rows[row]

    def row_of(self, group: RunGroup | None) -> int:
        """The row of a group; -1 if there is none."""
        rows = enumerate(self._rows)
        return next((row for row, other in rows if group is not None and other.runs == group.runs), -1)

    @Slot()
    def _on_runs_changed(self) -> None:
        if self._rows != self._session.groups:
            self.has_costs = any(run.cost is not None for run in self._session.runs)
            self._show_rows(self._session.groups)

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings for the fact by which the runs are grouped."""
        by_task = self._session.group_by == TASK
        return fact_words(self._session.group_by), tr("Trials") if by_task else tr("Runs"), tr("Passed"), tr("Cost")

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        return RIGHT if column in (RunGroupColumn.PASSED, RunGroupColumn.COST) else LEFT

    # ---- Qt's model interface --------------------------------------------------------------------------
    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, its alignment, or the outcomes of the runs."""
        if not index.isValid():
            return None
        group, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._words(group, column)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{self._words(group, RunGroupColumn.VALUE)}: {passed_words(group)}"
            case Qt.ItemDataRole.TextAlignmentRole:
                return self._alignment(column)
            case _ if role == OUTCOMES:
                return tuple(self._session.outcome(run) for run in group.runs)
        return None

    def _words(self, group: RunGroup, column: int) -> str:
        if column == RunGroupColumn.VALUE:
            return group_name(group.value, self._session.group_by)
        if column == RunGroupColumn.PASSED:  # the marks show runs without an outcome
            known = len(group.runs) - group.unknown
            return _passed_of(group, known) if known else passed_words(group)
        if column == RunGroupColumn.COST:
            costs = [run.cost for number in group.runs if (run := self._session.runs[number]).cost is not None]
            return cost_text(sum(costs)) if costs else ""
        return ""


_VALUE_WORDS = {
    (OUTCOME, "passed"): translatable("passed"),
    (OUTCOME, "failed"): translatable("failed"),
    ("handed in", "a patch"): translatable("a patch"),
    ("handed in", "no patch"): translatable("no patch"),
}
"""By a fact and its value, those that no log holds."""


def fact_words(fact: str) -> str:
    """Return the heading of a fact by which runs are grouped."""
    name = fact_name(fact)
    return one_line(f"{name[:1].upper()}{name[1:]}", _MAX_NAME_CHARACTERS)


def group_name(value: str | None, fact: str) -> str:
    """Return the name of a group of runs that have the same value of a fact."""
    if value is None:
        return one_line(tr("(no {fact} is known)", fact=fact_name(fact)), _MAX_NAME_CHARACTERS)
    words = _VALUE_WORDS.get((fact, value))
    return one_line(value, _MAX_NAME_CHARACTERS) if words is None else tr(words)


def passed_words(group: RunGroup) -> str:
    """Return ``2 of 4``; if outcomes are missing, the known ones."""
    if group.unknown == len(group.runs):
        return trn("{n} run", "{n} runs", len(group.runs))
    passed = _passed_of(group, len(group.runs))
    if not group.unknown:
        return passed
    return trn("{passed}, {n} unknown", "{passed}, {n} unknown", group.unknown, passed=passed)


def _passed_of(group: RunGroup, runs: int) -> str:
    return tr("{number} of {count}", number=whole_number(group.passed), count=whole_number(runs))
