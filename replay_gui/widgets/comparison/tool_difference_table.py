"""The per-tool table: calls, errors and equal requests with different answers, in A and in B."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, theme, ui_font
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.comparison.tool_table import ToolColumn, ToolTable
from replay_gui.widgets.parts.cell_delegate import CellDelegate
from replay_gui.widgets.parts.row_view import RowView


class ToolDifferenceTable(RowView):
    """Shows a ToolTable, headings included. Signal: menu_wanted(int, QPoint): row, and point of the screen."""

    menu_wanted = Signal(int, QPoint)

    def __init__(self, tools: ToolTable, parent: QWidget | None = None) -> None:
        super().__init__(tr("Tools of both runs"), tools, parent)
        self.hint = tr("Neither run called a tool.")
        head = self.horizontalHeader()
        head.show()
        head.setStretchLastSection(False)
        head.setSectionsClickable(False)
        self.setItemDelegate(_ToolCells(self, tools))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the numbers the width of their headings, and the tool's name the rest."""
        super().resizeEvent(event)
        metrics = QFontMetrics(ui_font())
        headings = [self.model().headerData(column, Qt.Orientation.Horizontal) for column in ToolColumn]
        widths = [metrics.horizontalAdvance(heading) + 2 * GAP for heading in headings]
        widths[ToolColumn.TOOL] = max(self.viewport().width() - sum(widths[1:]), 10 * GAP)
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Request the menu of the row."""
        row, at = self.menu_target(event)
        if row >= 0:
            self.menu_wanted.emit(row, at)


class _ToolCells(CellDelegate):
    """Paints differences between the runs in colour, and numbers aligned with the right edge of their heads."""

    def __init__(self, view: RowView, tools: ToolTable) -> None:
        super().__init__(view)
        self._tools = tools

    def text_color(self, index: AnyIndex, chosen: bool) -> QColor:
        colors = theme()
        if chosen or index.column() == ToolColumn.TOOL:
            return colors.text
        strong = colors.bad_text if index.column() == ToolColumn.DIFFERENT_ANSWERS else colors.changed_text
        return strong if self._tools.differs(index.row(), index.column()) else colors.secondary
