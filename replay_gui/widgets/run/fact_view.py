"""A small table of facts: a click on a heading sorts it, a click on a link goes to its target."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from replay_gui.look.theme import GAP, ROW, UNIT, theme, ui_font
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.facts.fact_table import CellRole, FactTable
from replay_gui.models.facts.use_cells import NO_COUNT
from replay_gui.widgets.parts.cell_delegate import CellDelegate
from replay_gui.widgets.parts.row_view import RowView

_MAX_ROWS = 12  # shown without scrolling
_MIN_NAME_PX = 10 * GAP  # width of the first column


class FactView(RowView):
    """A RowView over a FactTable, as high as its rows. Signal: aim_chosen(object): the aim of a cell was chosen."""

    aim_chosen = Signal(object)

    def __init__(self, name: str, table: FactTable, parent: QWidget | None = None) -> None:
        super().__init__(name, table, parent)
        self._table = table
        table.setParent(self)
        self.setItemDelegate(_FactCells(self, table))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        head = self.horizontalHeader()
        head.show()
        head.setStretchLastSection(False)
        head.setSectionsClickable(True)
        head.setSortIndicatorShown(True)
        head.setSortIndicator(-1, Qt.SortOrder.DescendingOrder)
        head.sectionClicked.connect(self._on_heading)
        self._sorted: tuple[int, bool] | None = None
        self.row_activated.connect(self._on_activated)
        self.clicked.connect(self._on_clicked)
        table.rows_changed.connect(self._fit)
        self._fit()

    @Slot(int)
    def _on_heading(self, column: int) -> None:
        """Sort by a column: numbers from the largest, names from the first; a second click reverses the order."""
        descending = not self._sorted[1] if self._sorted and self._sorted[0] == column else column > 0
        self._sorted = (column, descending)
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(column, order)
        self._table.sort(column, order)

    @Slot(int)
    def _on_activated(self, row: int) -> None:
        aim = self._table.aim(row, 0)
        if aim is not None:
            self.aim_chosen.emit(aim)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        aim = self._table.cell(index.row(), index.column()).aim
        if aim is not None:
            self.aim_chosen.emit(aim)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over cells with a target."""
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        leads = index.isValid() and self._table.cell(index.row(), index.column()).aim is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor)

    # ---- size -----------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        """Return the height of the headings and up to _MAX_ROWS rows."""
        rows = min(self._table.rowCount(), _MAX_ROWS)
        return QSize(super().sizeHint().width(), self.horizontalHeader().sizeHint().height() + rows * ROW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the new width."""
        super().resizeEvent(event)
        self._fit_columns()

    @Slot()
    def _fit(self) -> None:
        self.setFixedHeight(self.sizeHint().height())
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Give the numbers the width they need, and the names the rest.

        Hide columns without any value, and if a name would be cut, also those with nothing but NO_COUNT.
        """
        count, available = self._table.columnCount(), self.viewport().width()
        needed = [self._needed_px(column) for column in range(count)]
        hidden = [column for column in range(1, count) if self._has_only(column, "")]
        if sum(width for column, width in enumerate(needed) if column not in hidden) > available:
            hidden += [column for column in range(1, count) if self._has_only(column, NO_COUNT)]
        name = available - sum(width for column, width in enumerate(needed) if column and column not in hidden)
        for column, width in enumerate((max(name, _MIN_NAME_PX), *needed[1:])):
            self.setColumnHidden(column, column in hidden)
            self.setColumnWidth(column, width)

    def _needed_px(self, column: int) -> int:
        """Return the width at which no text of a column is cut."""
        metrics, table = QFontMetrics(ui_font()), self._table
        heading = str(table.headerData(column, Qt.Orientation.Horizontal)) + " ▾"
        texts = [heading, *(table.cell(row, column).text for row in range(table.rowCount()))]
        margins = 2 * GAP + (0 if column else UNIT)  # as in CellDelegate
        return max(map(metrics.horizontalAdvance, texts)) + 1 + margins  # widths are fractions

    def _has_only(self, column: int, text: str) -> bool:
        rows = self._table.rowCount()
        return rows > 0 and all(self._table.cell(row, column).text == text for row in range(rows))


class _FactCells(CellDelegate):
    """Paints links in the accent colour, and failures in red."""

    def __init__(self, view: RowView, table: FactTable) -> None:
        super().__init__(view)
        self._table = table

    def text_color(self, index: AnyIndex, chosen: bool) -> QColor:
        cell, colors = self._table.cell(index.row(), index.column()), theme()
        if cell.role is CellRole.BAD:
            return colors.bad_text
        if cell.aim is not None:
            return colors.accent
        return colors.secondary if cell.role is CellRole.QUIET and not chosen else colors.text
