"""Paints a line of the split view: an event of A or of B, the band that links them, a gap, a fold."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from replay_gui.core.text.event_label import label_text
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.answers import EventRow
from replay_gui.look.effect_marks import EFFECT_PX, paint_effect
from replay_gui.look.marks import draw_mark
from replay_gui.look.theme import GAP, LINE, MARK, UNIT, data_font, kind_color, theme, ui_font
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.comparison.comparison_rows import ComparisonColumn, ComparisonRows, RowTone
from replay_gui.widgets.parts.hatching import paint_hatching
from replay_gui.widgets.parts.row_view import RowView
from replay_gui.widgets.parts.text.line_text import MIDDLE, RIGHT, LineText, draw_marked

_MOVED_BAR_PX = 3  # of a moved event, at the outer edge
_FRAME_PX = 2  # around a cause
_BAND_OPACITY = 0.75


class SplitDelegate(QStyledItemDelegate):
    """For a RowView over ComparisonRows."""

    def __init__(self, view: RowView, rows: ComparisonRows) -> None:
        super().__init__(view)
        self._view = view
        self._rows = rows
        self._data, self._ui = LineText(data_font()), LineText(ui_font())
        self._number, self._label = 5 * GAP, 12 * GAP

    def fit(self, count: int, labels: list[str], width: int) -> None:
        """Make room for numbers up to `count` and for these labels, on sides `width` pixels wide."""
        self._number = self._data.width(whole_number(count)) + 2 * GAP
        longest = max(map(self._ui.width, labels), default=0)
        self._label = min(longest + 2 * GAP, max(width // 3, 10 * GAP))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint one cell: a fold, the gutter, or an event of one side."""
        rect: QRect = option.rect
        line, shown = index.row(), self._rows.shown
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if shown.fold(line):
            self._paint_fold(painter, rect, index.column(), line, chosen=chosen, hovered=line == self._view.hovered)
            return
        row = shown.row(line)
        tone, aligned = self._rows.difference(row), self._rows.aligned(row)
        if index.column() == ComparisonColumn.GUTTER:
            self._paint_band(painter, rect, tone, chosen)
            if self._rows.tone(row) is RowTone.CAUSE:
                _paint_frame(painter, rect, ComparisonColumn.GUTTER)
            return
        is_a = index.column() == ComparisonColumn.SIDE_A
        event, marked = (aligned.a, aligned.marked_a) if is_a else (aligned.b, aligned.marked_b)
        if event is None:
            self._paint_gap(painter, rect, tone)
        else:
            self._paint_ground(painter, rect, tone, chosen, line == self._view.hovered)
            if tone is RowTone.MOVED:
                painter.fillRect(rect.x(), rect.y(), _MOVED_BAR_PX, rect.height(), theme().moved)
            self._paint_event(painter, rect, index.column(), event, tone=tone, marked=marked)
        if self._rows.tone(row) is RowTone.CAUSE:
            _paint_frame(painter, rect, ComparisonColumn(index.column()))
        if chosen:
            painter.setPen(QPen(theme().accent, LINE))
            painter.drawRect(rect.adjusted(0, 0, -LINE, -LINE))

    def _paint_event(
        self,
        painter: QPainter,
        rect: QRect,
        side: int,
        event: EventRow,
        *,
        tone: RowTone,
        marked: tuple[tuple[int, int], ...],
    ) -> None:
        colors = theme()
        left = rect.x() + UNIT
        differs = tone >= RowTone.MOVED
        space = QRect(left, rect.y(), self._number, rect.height())
        self._data.draw(
            painter, space, whole_number(event.position), colors.secondary if differs else colors.faint, RIGHT
        )
        finding = self._rows.effect(side, event)
        if finding is not None:
            paint_effect(painter, finding.effect, QPointF(left + EFFECT_PX / 2, rect.center().y() + 1))
        left += self._number + GAP + UNIT
        hue = kind_color(event.kind, self._rows.hue_index(side, event))
        draw_mark(painter, event.kind, QPointF(left + UNIT + 1, rect.center().y() + 1), hue)
        left += round(MARK) + GAP
        space = QRect(left, rect.y(), self._label, rect.height())
        self._ui.draw(painter, space, label_text(event.label), colors.text)
        space = QRect(left + self._label + UNIT, rect.y(), rect.right() - left - self._label - GAP, rect.height())
        ink = colors.bad_text if event.failed or event.broken else colors.text if differs else colors.secondary
        painter.setFont(self._data.font)
        draw_marked(painter, space, event.text, marked=marked, ink=ink, ground=_word(tone))

    def _paint_ground(self, painter: QPainter, rect: QRect, tone: RowTone, chosen: bool, hovered: bool) -> None:
        colors, tint = theme(), _tint(tone)
        if tint is not None:
            painter.fillRect(rect, tint)
        elif chosen or hovered:
            painter.fillRect(rect, colors.selection if chosen else colors.hover)

    def _paint_band(self, painter: QPainter, rect: QRect, tone: RowTone, chosen: bool) -> None:
        colors, tint = theme(), _tint(tone)
        painter.fillRect(rect, colors.window)
        if tint is not None:
            tint.setAlphaF(tint.alphaF() * _BAND_OPACITY)
            painter.fillRect(rect.adjusted(0, LINE, 0, -LINE), tint)
        if tone is RowTone.STATE:
            painter.setPen(QPen(colors.changed_text, LINE, Qt.PenStyle.DotLine))
            painter.drawLine(rect.x() + UNIT, rect.center().y(), rect.right() - UNIT, rect.center().y())
        if chosen:
            painter.setPen(QPen(colors.accent, LINE))
            painter.drawLine(rect.topLeft(), rect.topRight())
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        _paint_borders(painter, rect)

    def _paint_gap(self, painter: QPainter, rect: QRect, tone: RowTone) -> None:
        """Paint hatching, except in the original place of a moved event."""
        if tone is RowTone.MOVED:
            return
        paint_hatching(painter, rect)

    def _paint_fold(
        self, painter: QPainter, rect: QRect, column: int, line: int, *, chosen: bool, hovered: bool
    ) -> None:
        colors = theme()
        if column == ComparisonColumn.GUTTER:
            painter.fillRect(rect, colors.window)
            _paint_borders(painter, rect)
            return
        painter.fillRect(rect, colors.selection if chosen else colors.hover if hovered else colors.head)
        painter.fillRect(rect.x(), rect.y(), rect.width(), LINE, colors.line)
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), LINE, colors.line)
        self._ui.draw(
            painter, rect, f"…  {self._rows.fold_text(line)}", colors.text if chosen else colors.secondary, MIDDLE
        )


def _paint_borders(painter: QPainter, rect: QRect) -> None:
    painter.fillRect(QRectF(rect.x(), rect.y(), LINE, rect.height()), QBrush(theme().line))
    painter.fillRect(QRectF(rect.right(), rect.y(), LINE, rect.height()), QBrush(theme().line))


def _paint_frame(painter: QPainter, rect: QRect, column: ComparisonColumn) -> None:
    """Paint the part of a cause's frame in one cell, in a neutral colour: a cause can be any kind of difference."""
    ink = theme().text
    painter.fillRect(rect.x(), rect.y(), rect.width(), _FRAME_PX, ink)
    painter.fillRect(rect.x(), rect.bottom() + 1 - _FRAME_PX, rect.width(), _FRAME_PX, ink)
    if column is ComparisonColumn.SIDE_A:
        painter.fillRect(rect.x(), rect.y(), _FRAME_PX, rect.height(), ink)
    elif column is ComparisonColumn.SIDE_B:
        painter.fillRect(rect.right() + 1 - _FRAME_PX, rect.y(), _FRAME_PX, rect.height(), ink)


def _tint(tone: RowTone) -> QColor | None:
    """Return the background of a row, None for that of the panel."""
    colors = theme()
    tints = {
        RowTone.CHANGED: colors.changed,
        RowTone.ONLY_A: colors.removed,
        RowTone.ONLY_B: colors.added,
        RowTone.IGNORED: colors.raised,
    }
    return QColor(tints[tone]) if tone in tints else None


def _word(tone: RowTone) -> QColor:
    return theme().changed_word if tone is RowTone.CHANGED else theme().line
