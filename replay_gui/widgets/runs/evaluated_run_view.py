"""The runs of an evaluation with all their facts: to sort, to filter, to open one, to compare two."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, ROW, ui_font
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.runs.evaluated_run_table import OUTCOME, EvaluatedRunColumn, EvaluatedRunTable
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.widgets.parts.cell_delegate import CellDelegate
from replay_gui.widgets.parts.outcome_mark import paint_outcome
from replay_gui.widgets.runs.headed_view import HeadedView

_MAX_TEXT_PX = 25 * GAP  # of a column of texts: a date with time fits
_MIN_NAME_PX = 20 * GAP
_ROWS_MEASURED = 200
_COLUMN_OF_FACT = {
    "task": EvaluatedRunColumn.TASK,
    "outcome": EvaluatedRunColumn.OUTCOME,
    "trial": EvaluatedRunColumn.TRIAL,
    "agent": EvaluatedRunColumn.AGENT,
    "model": EvaluatedRunColumn.MODEL,
    "end": EvaluatedRunColumn.END,
}


class EvaluatedRunView(HeadedView):
    """An EvaluatedRunTable with headings that sort it; columns without values are hidden.

    Signals: chosen_changed(): `chosen` has changed. opened(int): the number of a run, by Enter or a double click.
    """

    chosen_changed = Signal()
    opened = Signal(int)

    def __init__(self, session: RunsSession, *, only_chosen: bool, parent: QWidget | None = None) -> None:
        self._runs = EvaluatedRunTable(session, only_chosen=only_chosen)
        super().__init__(tr("Runs"), self._runs, parent)
        self.setItemDelegate(_RunDelegate(self, Qt.TextElideMode.ElideMiddle))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        head = self.horizontalHeader()
        head.setStretchLastSection(False)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)  # unsorted until a heading is clicked
        self.setSortingEnabled(True)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.row_activated.connect(self._on_row_activated)

    @property
    def chosen(self) -> list[int]:
        """The numbers of the chosen runs, from top to bottom."""
        return [self._runs.number(row) for row in sorted(index.row() for index in self.selectionModel().selectedRows())]

    def set_filter(self, text: str) -> None:
        """Show only the rows that contain this text."""
        self._runs.set_filter(text)

    def sort_by(self, fact: str) -> None:
        """Sort by the column of a fact by which runs are grouped, if there is one."""
        column = _COLUMN_OF_FACT.get(fact)
        if column is not None:
            self.sortByColumn(column, Qt.SortOrder.AscendingOrder)

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, _chosen: QItemSelection, _left: QItemSelection) -> None:
        self.viewport().update()
        self.chosen_changed.emit()

    @Slot(int)
    def _on_row_activated(self, row: int) -> None:
        self.opened.emit(self._runs.number(row))

    @Slot()
    def _fit(self) -> None:
        """Give each column the width of its widest text, and the names the rest."""
        metrics, left = QFontMetrics(ui_font()), self.viewport().width()
        model = self._runs
        rows = range(min(model.rowCount(), _ROWS_MEASURED))
        for column in EvaluatedRunColumn:
            always = column in (EvaluatedRunColumn.OUTCOME, EvaluatedRunColumn.RUN)
            self.setColumnHidden(column, not always and not model.has(column))
            if column == EvaluatedRunColumn.RUN or self.isColumnHidden(column):
                continue
            heading = str(model.headerData(column, Qt.Orientation.Horizontal))
            words = [heading + "    ", *(str(model.index(row, column).data() or "") for row in rows)]
            widest = max(map(metrics.horizontalAdvance, words)) + 1  # the advance is rounded down
            width = min(widest + 2 * GAP, _MAX_TEXT_PX)
            if column == EvaluatedRunColumn.OUTCOME:
                width = ROW + GAP
            self.setColumnWidth(column, width)
            left -= width
        self.setColumnWidth(EvaluatedRunColumn.RUN, max(left, _MIN_NAME_PX))


class _RunDelegate(CellDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        super().paint(painter, option, index)
        if index.column() == EvaluatedRunColumn.OUTCOME:
            center = QPointF(option.rect.center()) + QPointF(1, 0.5)
            paint_outcome(painter, center, index.data(OUTCOME))
