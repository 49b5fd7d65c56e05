"""Paints a line of differences: the path, the value in A, the value in B, with the differing words marked."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, LINE, UNIT, data_font, theme
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.comparison.diff_lines import DiffLine, DiffStyle
from replay_gui.models.comparison.diff_rows import DiffRows
from replay_gui.widgets.parts.row_view import RowView
from replay_gui.widgets.parts.text.line_text import LineText, draw_marked

SIGN_OF_STYLE = {DiffStyle.REMOVED: "−", DiffStyle.ADDED: "+"}  # a line of both sides has an arrow
_SIGN_WIDTH_PX = 2 * GAP
_KEY_SHARE = 0.5  # of the row, at most
_NO_MARKS: tuple[tuple[int, int], ...] = ()


class DiffDelegate(QStyledItemDelegate):
    """For a RowView over DiffRows."""

    def __init__(self, view: RowView, rows: DiffRows) -> None:
        super().__init__(view)
        self._view = view
        self._rows = rows
        self._data = LineText(data_font())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint one line of a difference, sides beside or above each other."""
        rect: QRect = option.rect
        line, colors = self._rows.line(index.row()), theme()
        painter.setFont(self._data.font)
        beside = line.style is DiffStyle.PAIR and not self._rows.unified
        if beside:
            self._paint_beside(painter, rect, line)
        else:
            ground = {
                DiffStyle.REMOVED: colors.removed,
                DiffStyle.ADDED: colors.added,
                DiffStyle.PAIR: colors.changed,
            }.get(line.style)
            if ground is not None:
                painter.fillRect(rect, ground)
            elif index.row() == self._view.hovered:
                painter.fillRect(rect, colors.hover)
            self._paint_line(painter, rect, line)
        if option.state & QStyle.StateFlag.State_Selected and self._view.hasFocus():
            painter.setPen(colors.accent)
            painter.drawRect(rect.adjusted(0, 0, -LINE, -LINE))

    def _paint_line(self, painter: QPainter, rect: QRect, line: DiffLine) -> None:
        colors = theme()
        sign = SIGN_OF_STYLE.get(line.style, "")
        inks = {DiffStyle.REMOVED: colors.removed_text, DiffStyle.ADDED: colors.added_text}
        left = GAP + UNIT
        if sign or line.indent:
            self._words(painter, rect.adjusted(left, 0, 0, 0), sign, inks.get(line.style, colors.secondary))
            left += _SIGN_WIDTH_PX
        space = rect.adjusted(left, 0, -GAP, 0)
        if line.key:
            quiet = line.style in (DiffStyle.QUIET, DiffStyle.IGNORED)
            space = self._words(painter, space, line.key, colors.secondary if quiet else colors.accent, _KEY_SHARE)
        if line.style is DiffStyle.PAIR:
            space = self._side(painter, space, line.a, marked=line.marked_a, ink=colors.text, word=colors.removed_word)
            space = self._words(painter, space, "→", colors.secondary)
            space = self._side(painter, space, line.b, marked=line.marked_b, ink=colors.text, word=colors.added_word)
        elif line.style is DiffStyle.ADDED:
            space = self._side(painter, space, line.b, marked=line.marked_b, ink=colors.text, word=colors.added_word)
        elif line.a is not None:
            strong = colors.text if line.style is DiffStyle.REMOVED else colors.secondary
            space = self._side(painter, space, line.a, marked=line.marked_a, ink=strong, word=colors.removed_word)
            if line.style is DiffStyle.IGNORED and line.b is not None:
                space = self._words(painter, space, f"→ {line.b}", colors.secondary)
        if line.note:
            self._words(painter, space, line.note, colors.secondary)

    def _paint_beside(self, painter: QPainter, rect: QRect, line: DiffLine) -> None:
        """Paint the value of A on the left half, that of B on the right half."""
        colors, half = theme(), rect.width() // 2
        left, right = rect.adjusted(0, 0, -(rect.width() - half), 0), rect.adjusted(half, 0, 0, 0)
        for part_rect, text, marked, ground, word in (
            (left, line.a, line.marked_a, colors.removed, colors.removed_word),
            (right, line.b, line.marked_b, colors.added, colors.added_word),
        ):
            if text is not None:
                painter.fillRect(part_rect, ground)
            space = part_rect.adjusted(GAP + UNIT, 0, -GAP, 0)
            if line.key:
                space = self._words(painter, space, line.key, colors.accent, _KEY_SHARE)
            if text is not None:
                self._side(painter, space, text, marked=marked, ink=colors.text, word=word)
            else:
                self._words(painter, space, tr("not there"), colors.secondary)
        painter.fillRect(left.right(), rect.y(), LINE, rect.height(), colors.line)

    def _side(
        self,
        painter: QPainter,
        space: QRect,
        text: str | None,
        *,
        marked: tuple[tuple[int, int], ...],
        ink: QColor,
        word: QColor,
    ) -> QRect:
        taken = draw_marked(painter, space, text or "", marked=marked, ink=ink, ground=word)
        return space.adjusted(taken + GAP, 0, 0, 0)

    def _words(self, painter: QPainter, space: QRect, text: str, ink: QColor, share: float = 1.0) -> QRect:
        room = QRect(space.x(), space.y(), round(space.width() * share), space.height())
        taken = draw_marked(painter, room, text, marked=_NO_MARKS, ink=ink, ground=ink)
        return space.adjusted(taken + GAP, 0, 0, 0)
