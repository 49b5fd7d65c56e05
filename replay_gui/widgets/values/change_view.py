"""The table of all changes of one value of the state."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Slot
from PySide6.QtGui import QColor, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QWidget

from replay_gui.core.log.positions import Position
from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, theme, ui_font
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.session import Session
from replay_gui.models.values.change_table import ChangeColumn, ChangeTable
from replay_gui.widgets.parts.cell_delegate import CellDelegate
from replay_gui.widgets.parts.row_view import RowView

_WIDEST = ("1,234,567", "+1:03:12.480")  # widths of the first columns
_MOST_LABEL_PX = 26 * GAP
_MEASURED_ROWS = 100


class ChangeView(RowView):
    """A RowView over a ChangeTable. The chosen row is the last change at or before the position; choosing another row
    moves the position.
    """

    def __init__(self, table: ChangeTable, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(tr("Changes of the value"), table, parent)
        self._table, self._session = table, session
        self.setItemDelegate(_ChangeCells(self))
        head = self.horizontalHeader()
        head.show()
        head.setSectionsClickable(False)
        self.selectionModel().currentRowChanged.connect(self._on_row_chosen)
        self.row_activated.connect(self._go_to)
        session.position_changed.connect(self._on_position_changed)
        table.changed.connect(self.choose_position)
        table.changed.connect(self._fit_columns)

    @Slot(QModelIndex, QModelIndex)
    def _on_row_chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid() and current.row() != self._table.row_at(self._session.position):
            self._go_to(current.row())

    @Slot(int)
    def _go_to(self, row: int) -> None:
        self._session.seek(self._table.position(row))

    @Slot(object)
    def _on_position_changed(self, _position: Position) -> None:
        self.choose_position()

    @Slot()
    def choose_position(self) -> None:
        """Choose the last change at or before the position, and scroll to its row; none before the first change."""
        row = self._table.row_at(self._session.position)
        if row < 0:
            self.setCurrentIndex(QModelIndex())
        elif row != self.currentIndex().row():
            self.setCurrentIndex(self._table.index(row, 0))
            self.show_row(row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give event, time and label the width they need, and both values half of the rest."""
        super().resizeEvent(event)
        self._fit_columns()

    @Slot()
    def _fit_columns(self) -> None:
        metrics, table = QFontMetrics(ui_font()), self._table
        labels = [
            table.data(table.index(row, ChangeColumn.LABEL)) for row in range(min(table.rowCount(), _MEASURED_ROWS))
        ]
        texts = (*_WIDEST, max((table.headings[ChangeColumn.LABEL], *labels), key=metrics.horizontalAdvance))
        widths = [min(metrics.horizontalAdvance(words) + 2 * GAP, _MOST_LABEL_PX) for words in texts]
        half = max((self.viewport().width() - sum(widths)) // 2, 10 * GAP)
        for column, width in enumerate((*widths, half, half)):
            self.setColumnWidth(column, width)


class _ChangeCells(CellDelegate):
    """Draws the new value in a stronger colour."""

    def text_color(self, index: AnyIndex, chosen: bool) -> QColor:
        return theme().text if chosen or index.column() == ChangeColumn.AFTER else theme().secondary
