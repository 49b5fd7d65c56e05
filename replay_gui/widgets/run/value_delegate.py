"""Paints a row of a value's tree: key, value, size, and the event's change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter

from replay_gui.look.icons import tinted_icon
from replay_gui.look.theme import GAP, ICON, SMALL_SIZE, UNIT, data_font, theme, ui_font
from replay_gui.models.values.value_row import ChangeMark, RowKind, ValueRow
from replay_gui.widgets.parts.row_view import RowPainter, RowView
from replay_gui.widgets.parts.text.line_text import LineText

INDENT_PX = 2 * GAP
SIGN_MARGIN_PX = 2 * GAP  # the margin in which + ~ − repeat the meaning of the colours
_INSIDE_TINT_OPACITY = 0.4  # strength of the tint of a row with a change only inside
_KEY_SHARE, _OLD_SHARE = 0.5, 0.4  # of the row, at most
SIGN_OF_MARK = {ChangeMark.ADDED: "+", ChangeMark.CHANGED: "~", ChangeMark.REMOVED: "−"}


class ValueRowSource(Protocol):
    """A model with a ValueRow for each row."""

    def row(self, row: int, /) -> ValueRow:
        """Return the row at an index; IndexError beyond the last."""


class ValueDelegate(RowPainter):
    """For a RowView over rows of values, such as a StateTree."""

    def __init__(self, view: RowView, tree: ValueRowSource) -> None:
        super().__init__(view)
        self._view = view
        self._tree = tree
        self._data, self._sign = LineText(data_font()), LineText(ui_font(size=SMALL_SIZE))
        struck = data_font()
        struck.setStrikeOut(True)
        self._struck = LineText(struck)
        self.needle = ""  # the text to mark, ignoring case

    @staticmethod
    def chevron(row: ValueRow) -> tuple[int, int]:
        """Return (left, right), in pixels, of the area in which a click opens and closes the row."""
        begin = SIGN_MARGIN_PX + row.depth * INDENT_PX
        return begin, begin + ICON

    def characters(self, width: int) -> int:
        """Return the number of characters of data that fit on a row of `width` pixels."""
        return max(20, (width - SIGN_MARGIN_PX - ICON - 2 * GAP) // max(self._data.width("0"), 1))

    def paint_row(self, painter: QPainter, row: int, cells: Sequence[tuple[int, QRect]], chosen: bool) -> None:
        """Paint the row of a value: its change, chevron, key, text and note."""
        colors, value = theme(), self._tree.row(row)
        for _, rect in cells:
            self._paint_ground(painter, rect, value, chosen, row == self._view.hovered)
            if value.mark in SIGN_OF_MARK and value.kind is RowKind.MEMBER:
                margin = QRect(rect.x() + UNIT + 1, rect.y(), SIGN_MARGIN_PX, rect.height())
                ink = colors.text if chosen else _ink(value.mark)
                self._draw(painter, margin, SIGN_OF_MARK[value.mark], self._sign, ink)
            left, _ = self.chevron(value)
            if value.expandable:
                icon_rect = QRect(rect.x() + left, rect.y() + (rect.height() - ICON) // 2, ICON, ICON)
                name = "chevron-down" if value.expanded else "chevron-right"
                tinted_icon(name, colors.secondary).paint(painter, icon_rect)
            left = min(left, rect.width() // 2)
            self._paint_words(painter, rect.adjusted(left + ICON + UNIT, 0, -GAP, 0), value, chosen)

    def _paint_ground(self, painter: QPainter, rect: QRect, row: ValueRow, chosen: bool, hovered: bool) -> None:
        colors = theme()
        tints = {
            ChangeMark.ADDED: colors.added,
            ChangeMark.CHANGED: colors.changed,
            ChangeMark.INSIDE: colors.changed,
            ChangeMark.REMOVED: colors.removed,
        }
        if chosen or (hovered and row.mark is ChangeMark.SAME):
            painter.fillRect(rect, colors.selection if chosen else colors.hover)
        elif row.mark in tints:
            tint = QColor(tints[row.mark])
            tint.setAlphaF(_INSIDE_TINT_OPACITY if row.mark is ChangeMark.INSIDE else 1.0)
            painter.fillRect(rect, tint)

    def _paint_words(self, painter: QPainter, space: QRect, row: ValueRow, chosen: bool) -> None:
        colors = theme()
        gone = row.mark is ChangeMark.REMOVED
        key = colors.text if chosen else colors.secondary if gone else colors.accent
        quiet = colors.text if chosen else colors.secondary
        value = self._struck if gone else self._data
        width = space.width()
        if row.kind is RowKind.MORE:
            self._draw(painter, space, row.note, self._data, colors.text if chosen else colors.accent)
            return
        if name := row.key:
            space = self._draw(painter, space, name, value, key, limit=round(width * _KEY_SHARE))
        if old := row.old:
            space = self._draw(painter, space, old, self._struck, quiet, limit=round(width * _OLD_SHARE))
        if text := row.text:
            space = self._draw(painter, space, text, value, quiet if gone else colors.text)
        if note := row.note:
            self._draw(painter, space, note, self._data, quiet)

    def _mark_needle(self, painter: QPainter, space: QRect, text: str, face: LineText) -> None:
        folded, at = text.lower(), 0
        if len(folded) != len(text):
            return  # a letter's length changes with its case, so its place is unknown
        while (at := folded.find(self.needle.lower(), at)) >= 0:
            begin = face.width(text[:at])
            at += len(self.needle)
            wide, height = face.width(text[:at]) - begin, face.metrics.height()
            top = space.y() + (space.height() - height) // 2
            painter.fillRect(QRect(space.x() + begin, top, wide, height), theme().changed_word)

    def _draw(
        self, painter: QPainter, space: QRect, text: str, face: LineText, ink: QColor, *, limit: int = 0
    ) -> QRect:
        """Draw `text`, elided to `limit` pixels if given; return the remaining space after it."""
        elided = face.elided(text, min(space.width(), limit) if limit else space.width())
        if self.needle and face is not self._sign:
            self._mark_needle(painter, space, elided, face)
        face.draw(painter, space, elided, ink)
        return space.adjusted(face.width(elided) + GAP, 0, 0, 0)


def _ink(mark: ChangeMark) -> QColor:
    colors = theme()
    return {ChangeMark.ADDED: colors.added_text, ChangeMark.CHANGED: colors.changed_text}.get(mark, colors.removed_text)
