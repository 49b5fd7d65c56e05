"""The per-tool table: calls, errors and equal requests answered otherwise, in A and in B."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from replay_gui.look.theme import GAP, UNIT, theme, ui_font
from replay_gui.models.tool_table import HEADS, OTHERWISE, TOOL, ToolTable
from replay_gui.widgets.row_view import RowView

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ToolDifferenceTable(RowView):
    """Shows a ToolTable, heads included. Signals: menu_wanted(int, QPoint): of a tool's row."""

    menu_wanted = Signal(int, QPoint)

    def __init__(self, tools: ToolTable, parent: QWidget | None = None) -> None:
        super().__init__("Tools of both runs", tools, parent)
        self.hint = "Neither run called a tool."
        head = self.horizontalHeader()
        head.show()
        head.setStretchLastSection(False)
        head.setDefaultAlignment(_RIGHT)
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        self.setItemDelegate(_CellDelegate(self, tools))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        metrics = QFontMetrics(ui_font())
        widths = [metrics.horizontalAdvance(words) + 2 * GAP for words in HEADS]
        widths[TOOL] = max(self.viewport().width() - sum(widths[1:]), 10 * GAP)
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row, at = self.rowAt(event.pos().y()), event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            row = self.currentIndex().row()
            at = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft())
        if row >= 0:
            self.menu_wanted.emit(row, at)


class _CellDelegate(QStyledItemDelegate):
    def __init__(self, view: RowView, tools: ToolTable) -> None:
        super().__init__(view)
        self._view = view
        self._tools = tools

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        now, rect = theme(), option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or index.row() == self._view.hovered:
            painter.fillRect(rect, now.selection if chosen else now.hover)
        differs = self._tools.differs(index.row(), index.column())
        loud = now.bad_text if index.column() == OTHERWISE else now.changed_text
        ink = now.text if chosen or index.column() == TOOL else loud if differs else now.secondary
        painter.setPen(ink)
        painter.setFont(ui_font())
        space: QRect = rect.adjusted(GAP + UNIT if index.column() == TOOL else 0, 0, -GAP, 0)
        words = str(index.data())
        elided = QFontMetrics(ui_font()).elidedText(words, Qt.TextElideMode.ElideRight, space.width())
        painter.drawText(space, int(_LEFT if index.column() == TOOL else _RIGHT), elided)
