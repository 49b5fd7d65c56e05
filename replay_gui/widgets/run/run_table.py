"""The runs of a folder or a file, to sort, filter and choose from."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QSortFilterProxyModel, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from replay_gui.core.facts.surveyed_run import SurveyedRun
from replay_gui.look.theme import GAP, ui_font
from replay_gui.models.run_list import HEADINGS, SORT, RunColumn, RunList
from replay_gui.widgets.parts.cell_delegate import CellDelegate
from replay_gui.widgets.parts.row_view import RowView

_WIDEST_TEXTS = (
    *("", "mini-swe-agent", "1,000,000", "100,000", "10,000", "100 min 59 s", "100,000,000", "$1,000.00"),
    "failed, score 0.25 by tau-bench reward",
)


class RunTable(RowView):
    """A RunList with headings that sort it; at most two rows are chosen, the last two.

    Signals: chosen_changed(): `chosen` is another. opened(object): the SurveyedRun of Enter or a double click.
    """

    chosen_changed = Signal()
    opened = Signal(object)

    def __init__(self, runs: RunList, parent: QWidget | None = None) -> None:
        self._runs = runs
        self._order = QSortFilterProxyModel()
        self._order.setSourceModel(runs)
        self._order.setSortRole(SORT)
        self._order.setFilterKeyColumn(-1)
        self._order.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        super().__init__("Runs", self._order, parent)
        self._order.setParent(self)
        self.setItemDelegate(CellDelegate(self, Qt.TextElideMode.ElideMiddle))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        head = self.horizontalHeader()
        head.show()
        head.setStretchLastSection(False)
        head.setHighlightSections(False)
        self.setSortingEnabled(True)
        self._order.sort(-1)  # as they are read, until a head is clicked
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.row_activated.connect(self._on_row_activated)
        runs.progressed.connect(self._on_progressed)

    @property
    def chosen(self) -> list[SurveyedRun]:
        """The chosen runs, from top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._run(row) for row in rows]

    def set_filter(self, text: str) -> None:
        """Show only the rows that contain this text."""
        self._order.setFilterFixedString(text)

    def choose_first(self) -> None:
        """Choose the first row where none is chosen."""
        if not self.selectionModel().hasSelection() and self._order.rowCount():
            self.selectRow(0)

    def _run(self, row: int) -> SurveyedRun:
        return self._runs.run(self._order.mapToSource(self._order.index(row, 0)).row())

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, chosen: QItemSelection, left: QItemSelection) -> None:
        self.chosen_changed.emit()

    @Slot(int)
    def _on_row_activated(self, row: int) -> None:
        self.opened.emit(self._run(row))

    @Slot()
    def _on_progressed(self) -> None:
        for column in (RunColumn.DURATION, RunColumn.TOKENS, RunColumn.COST, RunColumn.OUTCOME):
            self.setColumnHidden(column, not self._runs.has(column))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics, left = QFontMetrics(ui_font()), self.viewport().width()
        for column in list(RunColumn)[RunColumn.FORMAT :]:
            if not self.isColumnHidden(column):
                words = max(_WIDEST_TEXTS[column], HEADINGS[column] + "    ", key=len)
                width = metrics.horizontalAdvance(words) + 2 * GAP
                self.setColumnWidth(column, width)
                left -= width
        self.setColumnWidth(RunColumn.NAME, max(left, 20 * GAP))
