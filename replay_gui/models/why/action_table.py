"""The actions of both runs side by side: the calls with an effect, in order; equal ones in a row are folded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Slot

from replay_gui.core.effects.effect import EffectFinding
from replay_gui.core.effects.effect_words import finding_words
from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.core.reasons.origin import Side
from replay_gui.core.reasons.why_result import ActionRow, Shared, WhyResult
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.models.why.why_session import WhySession

_SHARED_WORDS = {
    Shared.BOTH: translatable("both"),
    Shared.ARGUMENTS: translatable("other arguments"),
    Shared.ONLY_A: translatable("only A"),
    Shared.ONLY_B: translatable("only B"),
}
_MIN_FOLDED_ROWS = 2  # equal rows that are folded
_MAX_TEXT_CHARACTERS = 300


class ActionColumn(IntEnum):
    """The columns of the actions."""

    SIDE_A = 0
    GUTTER = 1
    SIDE_B = 2

    @property
    def side(self) -> Side:
        """The run of the column."""
        return "b" if self is ActionColumn.SIDE_B else "a"


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One line: an action, or some equal ones that are folded (`row` None). `first_action`: its number, from 0."""

    first_action: int
    row: ActionRow | None
    folded: int = 0


class ActionTable(QAbstractTableModel):
    """`line(row)` returns an ActionLine. Folds open by `open_fold`, until other actions come."""

    def __init__(self, session: WhySession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._lines: list[ActionLine] = []
        self._opened: set[int] = set()
        self._shown: WhyResult | None = None
        session.changed.connect(self._on_changed)
        self._on_changed()

    def line(self, row: int) -> ActionLine:
        """The line at a row; IndexError beyond the last."""
        return self._lines[row]

    def fold_text(self, row: int) -> str:
        """Return the text of a fold."""
        return trn("{n} equal action", "{n} equal actions", self._lines[row].folded)

    def open_fold(self, row: int) -> None:
        """Show the actions of a fold."""
        if self._lines[row].folded:
            self._opened.add(self._lines[row].first_action)
            self._reset()

    def row_of(self, index_a: EventIndex | None, index_b: EventIndex | None) -> int:
        """Return the line with the request of A, or of B; -1 if there is none."""
        for number, line in enumerate(self._lines):
            if line.row is not None and (index_a in line.row.requests_a or index_b in line.row.requests_b):
                return number
        return -1

    @Slot()
    def _on_changed(self) -> None:
        why = self._session.result
        if (why is not None and not self._session.fresh) or why is self._shown:
            return
        self._shown = why
        self._opened = set()
        self._reset()

    def _reset(self) -> None:
        self.beginResetModel()
        self._lines = [] if self._shown is None else list(self._folded(self._shown))
        self.endResetModel()

    def _folded(self, why: WhyResult) -> Iterator[ActionLine]:
        numbered = list(enumerate(why.actions))
        for is_equal, group in groupby(numbered, lambda pair: _is_equal(pair[1])):
            rows = list(group)
            if is_equal and len(rows) >= _MIN_FOLDED_ROWS and rows[0][0] not in self._opened:
                yield ActionLine(rows[0][0], None, len(rows))
            else:
                yield from (ActionLine(number, row) for number, row in rows)

    # ---- Qt's model interface --------------------------------------------------------------------------
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of lines."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of columns: A, the gutter, B."""
        return 0 if parent.isValid() else len(ActionColumn)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the action in words for a screen reader; as a tooltip also its effect, with the evidence."""
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        line, column = self._lines[index.row()], ActionColumn(index.column())
        if line.row is None:
            return self.fold_text(index.row())
        words = (
            tr(_SHARED_WORDS[line.row.shared]) if column is ActionColumn.GUTTER else action_words(line.row, column.side)
        )
        return (
            plain_tooltip(f"{words}\n{finding_words(EffectFinding(line.row.effect, line.row.reason))}")
            if role == Qt.ItemDataRole.ToolTipRole
            else words
        )


def action_words(row: ActionRow, side: Side) -> str:
    """Return an action of a side in words, or words for its absence."""
    requests = row.requests_a if side == "a" else row.requests_b
    if not requests:
        return tr("not done")
    failed = row.failed_a if side == "a" else row.failed_b
    text = one_line(row.text_a if side == "a" else row.text_b, _MAX_TEXT_CHARACTERS)
    words = f"{whole_number(position_after(requests[0]))} {one_line(row.tool)} {text}"
    if len(requests) > 1:
        words = trn("{call}, {n} time", "{call}, {n} times", len(requests), call=words)
    return tr("{call}, failed", call=words) if failed else words


def _is_equal(row: ActionRow) -> bool:
    return row.shared is Shared.BOTH and row.failed_a == row.failed_b
