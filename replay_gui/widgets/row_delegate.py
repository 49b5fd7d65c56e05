"""Paints an event of the list: number, time, mark and label, what happened, how long it took."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from replay_gui.core.find import Hit
from replay_gui.engine.answers import EventRow
from replay_gui.look.marks import paint_mark
from replay_gui.look.theme import GAP, MARK, UNIT, data_font, kind_color, theme, ui_font
from replay_gui.models.event_table import DURATION, LABEL, POSITION, TIME, EventTable
from replay_gui.widgets.row_view import RowView

_AHEAD = 0.55  # how much of a mark's colour is left ahead of the position
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RowDelegate(QStyledItemDelegate):
    """For a RowView over an EventTable. `position`: events beyond it are dimmed."""

    def __init__(self, view: RowView, table: EventTable) -> None:
        super().__init__(view)
        self.position = 0
        self._view = view
        self._table = table
        self._data, self._ui = data_font(), ui_font()

    def widths(self, count: int, longest_time: str, labels: list[str]) -> dict[int, int]:
        """Widths of the columns for `count` events with such times and these labels, in pixels."""
        data, ui = QFontMetrics(self._data), QFontMetrics(self._ui)
        longest = max([ui.horizontalAdvance(text) for text in (*labels, "PatchProposal")])
        return {
            POSITION: data.horizontalAdvance("0" * max(len(f"{count:,}"), 4)) + 2 * GAP + UNIT,
            TIME: data.horizontalAdvance(max(longest_time, "+00:00.000", key=len)) + 2 * GAP + UNIT,
            LABEL: min(longest, data.horizontalAdvance("0" * 20)) + 2 * GAP + 3 * UNIT,
        }

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        now, row = theme(), self._table.event_row(index.row())
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        rect: QRect = option.rect
        ahead = row.position > self.position
        if chosen or index.row() == self._view.hovered:
            painter.fillRect(rect, now.selection if chosen else now.hover)
        words = self._table.words(row, index.column())
        quiet, loud = (now.text, now.text) if chosen else (now.secondary, now.secondary if ahead else now.text)
        match index.column():
            case 0:  # POSITION
                number = quiet if chosen else now.faint
                self._draw(painter, rect.adjusted(UNIT, 0, -GAP, 0), words, self._data, number, _RIGHT)
            case 1:  # TIME
                self._draw(painter, rect.adjusted(UNIT, 0, 0, 0), words, self._data, quiet, _LEFT)
            case 2:  # LABEL
                self._paint_mark(painter, rect, row, ahead and not chosen)
                self._draw(painter, rect.adjusted(2 * GAP + UNIT, 0, -GAP, 0), words, self._ui, loud, _LEFT)
            case 3:  # TEXT, and the duration
                bad = (row.failed or row.broken) and not chosen
                hit = self._table.hit(index.row())
                self._paint_text(painter, rect, row, hit or words, now.bad_text if bad else loud, quiet)

    def _paint_text(
        self, painter: QPainter, rect: QRect, row: EventRow, words: str | Hit, loud: QColor, quiet: QColor
    ) -> None:
        space = rect.adjusted(0, 0, -GAP - UNIT, 0)
        if took := self._table.words(row, DURATION):
            self._draw(painter, space, took, self._data, quiet, _RIGHT)
            space = space.adjusted(0, 0, -QFontMetrics(self._data).horizontalAdvance(took) - GAP, 0)
        if isinstance(words, Hit):
            self._paint_hit(painter, space, words, loud)
        else:
            self._draw(painter, space, words, self._data, loud, _LEFT)

    def _paint_hit(self, painter: QPainter, space: QRect, hit: Hit, loud: QColor) -> None:
        """What was found on its ground; of what stands before it as much as leaves it in sight."""
        metrics, found = QFontMetrics(self._data), hit.text[hit.start : hit.stop]
        wide = min(metrics.horizontalAdvance(found), space.width())
        room = max(0, min(space.width() // 2, space.width() - wide - metrics.horizontalAdvance("…")))
        before = metrics.elidedText(hit.text[: hit.start], Qt.TextElideMode.ElideLeft, room)
        at = space.x() + metrics.horizontalAdvance(before)
        height = metrics.height()
        ground = QRect(at, space.y() + (space.height() - height) // 2, wide, height)
        painter.fillRect(ground, theme().changed_word)
        self._draw(painter, space, before, self._data, loud, _LEFT)
        self._draw(painter, space.adjusted(at - space.x(), 0, 0, 0), hit.text[hit.start :], self._data, loud, _LEFT)

    def _paint_mark(self, painter: QPainter, rect: QRect, row: EventRow, dim: bool) -> None:
        colour = QColor(kind_color(row.kind, self._table.tool_place(row)))
        if dim:
            colour.setAlphaF(_AHEAD)
        paint_mark(painter, row.kind, QPointF(rect.x() + UNIT + 1, rect.center().y() + 1), MARK, colour)

    def _draw(
        self, painter: QPainter, rect: QRect, text: str, font: QFont, colour: QColor, align: Qt.AlignmentFlag
    ) -> None:
        painter.setFont(font)
        painter.setPen(colour)
        elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(align | Qt.TextFlag.TextSingleLine), elided)
