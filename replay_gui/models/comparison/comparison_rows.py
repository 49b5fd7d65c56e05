"""The aligned events of two runs as a Qt table of any length: A in the first column, B in the last, a gutter between.

The data of the indexes are shown immediately; the texts are requested in blocks.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Slot

from replay_gui.core.divergence.comparison import Change
from replay_gui.core.effects.effect import EffectFinding
from replay_gui.core.effects.effect_words import finding_words
from replay_gui.core.index.run_index import NO_TOOL
from replay_gui.core.log.kinds import Kind
from replay_gui.core.log.positions import NO_EVENT, EventIndex, index_before
from replay_gui.core.text.event_label import label_text
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.answers import AlignedRow, AlignedRows, EventRow
from replay_gui.engine.event_reader import row_without_text
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.comparison.visible_rows import CONTEXT_ROWS, VisibleRows
from replay_gui.models.run.row_blocks import RowBlocks
from replay_gui.models.session import Session
from replay_gui.models.tooltip import plain_tooltip


class ComparisonColumn(IntEnum):
    """The columns of the comparison."""

    SIDE_A = 0
    GUTTER = 1
    SIDE_B = 2

    @property
    def opposite(self) -> ComparisonColumn:
        """The other side."""
        return ComparisonColumn(len(ComparisonColumn) - 1 - self)


class RowTone(IntEnum):
    """The kind of difference of a row, in ascending weight: rows that share a pixel show the greatest."""

    EQUAL = 0
    IGNORED = 1
    MOVED = 2
    STATE = 3
    ONLY_A = 4
    ONLY_B = 5
    CHANGED = 6
    CAUSE = 7


_TONES = {
    Change.EQUAL: RowTone.EQUAL,
    Change.CHANGED: RowTone.CHANGED,
    Change.MOVED: RowTone.MOVED,
    Change.ONLY_A: RowTone.ONLY_A,
    Change.ONLY_B: RowTone.ONLY_B,
    Change.STATE: RowTone.STATE,
}
_TONE_OF = np.array([_TONES[change] for change in Change], np.uint8)
_TONE_WORDS = {
    RowTone.EQUAL: translatable("equal"),
    RowTone.IGNORED: translatable("differs only in what is ignored"),
    RowTone.MOVED: translatable("moved"),
    RowTone.STATE: translatable("equal, but another state after it"),
    RowTone.ONLY_A: translatable("only in A"),
    RowTone.ONLY_B: translatable("only in B"),
    RowTone.CHANGED: translatable("changed"),
    RowTone.CAUSE: translatable("cause"),
}


class ComparisonRows(QAbstractTableModel):
    """Lines of a split view: see VisibleRows.

    Attributes:
        changes_only: whether equal rows are folded. ignored_shown: whether rows whose differences the rules ignore
        count as changes.
    """

    def __init__(self, session: ComparisonSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.changes_only = False
        self.ignored_shown = False
        self._opened: tuple[tuple[int, int], ...] = ()
        self._tones: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self._bookkeeping: NDArray[np.bool_] | None = None  # rows of bookkeeping events; None if there are none
        self._blocks = RowBlocks[AlignedRow]()
        self.shown = VisibleRows.all(0)
        session.compared_changed.connect(self._on_compared_changed)
        session.rows_ready.connect(self._on_rows_ready)
        session.a.bookkeeping_changed.connect(self._on_bookkeeping_changed)

    # ---- the lines ------------------------------------------------------------------------------------
    def set_changes_only(self, on: bool) -> None:
        """Fold the rows that are equal, or show all."""
        self.changes_only, self._opened = on, ()
        self._reset()

    def set_ignored_shown(self, on: bool) -> None:
        """Count rows that the rules ignore as changes, or not."""
        self.ignored_shown = on
        self._reset()

    @property
    def changes(self) -> NDArray[np.int32]:
        """int32, ascending: the rows that count as changes."""
        comparison = self._session.comparison
        if comparison is None:
            return np.zeros(0, np.int32)
        if not self.ignored_shown:
            return comparison.points.row
        return np.union1d(comparison.points.row, np.flatnonzero(comparison.ignored)).astype(np.int32)

    @property
    def bookkeeping_count(self) -> int:
        """The number of rows that are bookkeeping on both sides, whether they are shown or not."""
        return 0 if self._bookkeeping is None else int(self._bookkeeping.sum())

    @property
    def _hidden(self) -> NDArray[np.bool_] | None:
        return self._bookkeeping if self._session.a.hides_bookkeeping else None

    @Slot()
    def _on_bookkeeping_changed(self) -> None:
        self._opened = ()
        self._reset()

    def open_fold(self, line: int) -> None:
        """Show the rows of a fold."""
        start, count = self.shown.row(line), self.shown.fold(line)
        if count:
            self._opened = (*self._opened, (start, start + count))
            self._reset()

    def reveal(self, row: int) -> None:
        """Show this row and some about it, if it is in a fold."""
        if self.shown.count and self.shown.fold(self.shown.line(row)):
            self._opened = (*self._opened, (max(row - CONTEXT_ROWS, 0), min(row + CONTEXT_ROWS + 1, len(self._tones))))
            self._reset()

    def _reset(self) -> None:
        self.beginResetModel()
        rows = len(self._tones)
        if self.changes_only and self._session.comparison is not None:
            self.shown = VisibleRows.near(rows, self.changes, self._opened, self._hidden)
        elif self._hidden is not None:
            self.shown = VisibleRows.without(self._hidden, self._opened)
        else:
            self.shown = VisibleRows.all(rows)
        self.endResetModel()

    # ---- the content of a line -------------------------------------------------------------------------
    def tone(self, row: int) -> RowTone:
        """Return the tone in which a row of the alignment is painted."""
        return RowTone(int(self._tones[row]))

    def difference(self, row: int) -> RowTone:
        """Return the difference of the sides of a row, whether or not it is a cause."""
        tone = self.tone(row)
        if tone is not RowTone.CAUSE:
            return tone
        assert self._session.comparison is not None
        return RowTone(int(_TONE_OF[self._session.comparison.alignment.change[row]]))

    def tones(self, rows: NDArray[np.int32]) -> NDArray[np.uint8]:
        """Return the tones of many rows at once, as numbers of RowTone."""
        tones: NDArray[np.uint8] = self._tones[rows]
        return tones

    def aligned(self, row: int) -> AlignedRow:
        """Return both sides of a row; their texts are "" until they have arrived."""
        if known := self._blocks.row(row):
            return known
        assert self._session.comparison is not None
        alignment = self._session.comparison.alignment
        return AlignedRow(
            _row_without_text(self._session.a, EventIndex(int(alignment.a[row]))),
            _row_without_text(self._session.b, EventIndex(int(alignment.b[row]))),
        )

    def effect(self, side: int, row: EventRow) -> EffectFinding | None:
        """Return the effect of a call; None for other events, and if it is not known."""
        session = self._session.a if side == ComparisonColumn.SIDE_A else self._session.b
        is_call = row.kind == Kind.TOOL_REQUEST and row.tool is not None
        effects = session.marks.tool_effects.get(row.tool or "") if is_call else None
        return None if effects is None else effects.finding

    def _effect_tip(self, line: int, column: int) -> str | None:
        if self.shown.fold(line) or column == ComparisonColumn.GUTTER:
            return None
        aligned = self.aligned(self.shown.row(line))
        row = aligned.a if column == ComparisonColumn.SIDE_A else aligned.b
        finding = None if row is None else self.effect(column, row)
        return None if finding is None else plain_tooltip(finding_words(finding))

    def fold_text(self, line: int) -> str:
        """Return the text of a fold: the number of its rows of each sort."""
        start, count = self.shown.row(line), self.shown.fold(line)
        lines = 0 if self._hidden is None else int(self._hidden[start : start + count].sum())
        parts = [trn("{n} equal step", "{n} equal steps", count - lines)] if count > lines else []
        if lines:
            parts.append(trn("{n} bookkeeping line", "{n} bookkeeping lines", lines))
        return " · ".join(parts)

    def hue_index(self, side: int, row: EventRow) -> int:
        """Return a number for the tool's hue, the same on both sides; NO_TOOL if the event has no tool."""
        session = self._session.a if side == ComparisonColumn.SIDE_A else self._session.b
        if row.tool is None or row.position > session.index.count:
            return NO_TOOL
        # The same tool has the same hue on both sides, though the runs may have met their tools in another order.
        tools = self._session.a.index.tools
        return (
            tools.index(row.tool)
            if row.tool in tools
            else len(tools) + int(session.index.tool[index_before(row.position)])
        )

    def request_texts(self, first_line: int, last_line: int) -> None:
        """Request the first missing block of texts among these lines; call it again when rows arrive."""
        rows = (self.shown.row(line) for line in range(max(first_line, 0), min(last_line + 1, self.shown.count)))
        missing = self._blocks.missing(rows, len(self._tones))
        if missing and self._session.fresh:
            self._session.request_rows(*missing)

    # ---- signals of the session -------------------------------------------------------------------------
    @Slot()
    def _on_compared_changed(self) -> None:
        comparison = self._session.comparison
        if comparison is not None and not self._session.fresh:
            return  # the rows stay until the new ones arrive
        self._blocks.clear()
        self._opened = ()
        if comparison is None:
            self._tones, self._bookkeeping = np.zeros(0, np.uint8), None
        else:
            self._tones = _TONE_OF[comparison.alignment.change]
            self._bookkeeping = _bookkeeping_rows(self._session)
            self._tones[comparison.ignored] = RowTone.IGNORED
            self._tones[comparison.points.row[comparison.cause_points]] = RowTone.CAUSE
        self._reset()

    @Slot(object)
    def _on_rows_ready(self, rows: AlignedRows) -> None:
        self._blocks.add(rows.first_row, rows.rows)
        if self.shown.count and rows.rows:
            last = self.shown.line(rows.first_row + len(rows.rows) - 1)
            self.dataChanged.emit(
                self.index(self.shown.line(rows.first_row), 0), self.index(last, ComparisonColumn.SIDE_B)
            )

    # ---- Qt's model interface --------------------------------------------------------------------------
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of visible lines, folds included."""
        return 0 if parent.isValid() else self.shown.count

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of columns: A, the gutter, B."""
        return 0 if parent.isValid() else len(ComparisonColumn)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the row in words, for screen readers; as a tooltip, the effect of a call, with its evidence."""
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._effect_tip(index.row(), index.column())
        if self.shown.fold(index.row()):
            return self.fold_text(index.row())
        row = self.shown.row(index.row())
        if index.column() == ComparisonColumn.GUTTER:
            return tr(_TONE_WORDS[self.tone(row)])
        aligned = self.aligned(row)
        side = aligned.a if index.column() == ComparisonColumn.SIDE_A else aligned.b
        if side is None:
            return tr("only in the other run")
        return f"{whole_number(side.position)} {label_text(side.label)} {side.text}"


def _bookkeeping_rows(session: ComparisonSession) -> NDArray[np.bool_] | None:
    """Return bool[rows], True if all events of a row are bookkeeping; None if there is no such row."""
    assert session.comparison is not None
    alignment = session.comparison.alignment
    sides = (session.a.index, alignment.a), (session.b.index, alignment.b)
    if not any(index.bookkeeping.any() for index, _ in sides):
        return None
    hidden = np.ones(len(alignment.change), bool)
    for index, events in sides:
        known = np.flatnonzero((events != NO_EVENT) & (events < index.count))
        hidden[known] &= index.bookkeeping[index.kind[events[known]]]
    return hidden if hidden.any() else None


def _row_without_text(session: Session, event_index: EventIndex) -> EventRow | None:
    return (
        None
        if event_index == NO_EVENT or event_index >= session.index.count
        else row_without_text(session.index, event_index)
    )
