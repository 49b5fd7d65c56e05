"""The tasks under two versions of an agent as a Qt table: which flipped, and why."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Slot

from replay_gui.core.facts.fact_names import TASK
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.headed_table import LEFT, HeadedTable
from replay_gui.models.runs.run_group_table import OUTCOMES, group_name, passed_words
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.tooltip import plain_tooltip

if TYPE_CHECKING:
    from replay_gui.core.contrast.run_groups import RunGroup
    from replay_gui.core.contrast.versions import Flip, TaskFlip

_MAX_SENTENCE_CHARACTERS = 400


_FLIP_WORDS = {
    "broken": translatable("broken"),
    "worse": translatable("worse"),
    "fixed": translatable("fixed"),
    "better": translatable("better"),
    "same": translatable("the same"),
    "unknown": translatable("unknown"),
}
"""By the value of a Flip."""


class FlipColumn(IntEnum):
    """A column of the table."""

    TASK = 0
    BEFORE = 1
    AFTER = 2
    FLIP = 3


class FlipTable(HeadedTable["TaskFlip"]):
    """One row for each task, those that flipped first, the broken ones before the fixed; `task(row)`: its TaskFlip."""

    def __init__(self, session: RunsSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        session.runs_changed.connect(self._on_runs_changed)
        session.contrast_changed.connect(self._on_runs_changed)  # the reasons of flips may be known now

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the columns."""
        return tr("Task"), tr("Before"), tr("After"), tr("Flip")

    def task(self, row: int) -> TaskFlip:
        """The task of a row; IndexError beyond the last."""
        return self._rows[row]

    @Slot()
    def _on_runs_changed(self) -> None:
        change = self._session.change
        tasks = () if change is None else change.tasks
        if not self._show_rows(tasks) and tasks:  # the reasons of flips may be known now
            self.dataChanged.emit(self.index(0, 0), self.index(len(tasks) - 1, FlipColumn.FLIP))

    # ---- Qt's model interface --------------------------------------------------------------------------
    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, the outcomes of a version's runs, or the whole row in words."""
        if not index.isValid():
            return None
        task, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._words(task, column)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(self._sentence(task))
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._sentence(task) if column == FlipColumn.TASK else self._words(task, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return LEFT
            case _ if role == OUTCOMES and column in (FlipColumn.BEFORE, FlipColumn.AFTER):
                version = task.before if column == FlipColumn.BEFORE else task.after
                return tuple(self._session.outcome(run) for run in version.runs)
        return None

    def _words(self, task: TaskFlip, column: int) -> str:
        if column == FlipColumn.TASK:
            return group_name(task.task, TASK)
        if column != FlipColumn.FLIP:
            return ""
        reason = self.reason(task)
        flip = flip_words(task.flip)
        return f"{flip}: {reason}" if reason else flip

    def reason(self, task: TaskFlip) -> str:
        """Return the first reason why a task flipped, else a fact that separates its runs, else ""."""
        if not task.flipped:
            return ""
        return one_line(self._session.flip_reasons.get(task.task) or task.first, _MAX_SENTENCE_CHARACTERS)

    def _sentence(self, task: TaskFlip) -> str:
        words = _words_before(task.before), _words_after(task.after)
        return f"{group_name(task.task, TASK)}: {', '.join(words)}. {self._words(task, FlipColumn.FLIP)}"


def flip_words(flip: Flip) -> str:
    """Return how the outcome of a task has changed."""
    return tr(_FLIP_WORDS[flip.value])


def _words_before(version: RunGroup) -> str:
    return tr("{runs} passed before", runs=passed_words(version)) if version.runs else tr("no run before")


def _words_after(version: RunGroup) -> str:
    return tr("{runs} passed after", runs=passed_words(version)) if version.runs else tr("no run after")
