"""Paints the cells of a table, aligned with their headings."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from replay_gui.look.theme import GAP, UNIT, theme, ui_font
from replay_gui.models.any_index import AnyIndex
from replay_gui.widgets.parts.row_view import RowView


class CellDelegate(QStyledItemDelegate):
    """Paints the text of a cell, aligned by the model; `elide`: the part that is cut if it is too long.

    Rows with an AccessibleDescriptionRole, which describes a problem, are faint.
    """

    def __init__(self, view: RowView, elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__(view)
        self._view = view
        self.elide = elide

    def text_color(self, index: AnyIndex, chosen: bool) -> QColor:
        """The colour of a cell's text."""
        faint = index.data(Qt.ItemDataRole.AccessibleDescriptionRole)
        return theme().secondary if (index.column() and not chosen) or faint else theme().text

    def space(self, rect: QRect, index: AnyIndex) -> QRect:
        """Return the rectangle of the text in a cell; the first column is aligned with the panel's title."""
        return rect.adjusted(GAP if index.column() else GAP + UNIT, 0, -GAP, 0)

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Return the size at which the text is not cut."""
        height = super().sizeHint(option, index).height()
        text = QFontMetrics(ui_font()).horizontalAdvance(str(index.data() or "")) + 1  # widths are fractions
        return QSize(text - self.space(QRect(0, 0, 0, height), index).width(), height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint one cell: its background if chosen or hovered, then its elided text."""
        colors, rect = theme(), option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or index.row() == self._view.hovered:
            painter.fillRect(rect, colors.selection if chosen else colors.hover)
        painter.setPen(self.text_color(index, chosen))
        painter.setFont(ui_font())
        space = self.space(rect, index)
        elided = QFontMetrics(ui_font()).elidedText(str(index.data() or ""), self.elide, space.width())
        side = index.data(Qt.ItemDataRole.TextAlignmentRole) or Qt.AlignmentFlag.AlignLeft
        painter.drawText(space, int(side | Qt.AlignmentFlag.AlignVCenter), elided)
