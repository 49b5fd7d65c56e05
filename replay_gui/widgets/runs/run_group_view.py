"""The groups of runs of an evaluation, such as its tasks, with a mark for each run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, QModelIndex, QSortFilterProxyModel, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import decimal_number, whole_number
from replay_gui.look.theme import GAP, ui_font
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.runs.run_group_table import OUTCOMES, RunGroupColumn, RunGroupTable
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.widgets.parts.cell_delegate import CellDelegate
from replay_gui.widgets.parts.outcome_mark import outcomes_width, paint_outcomes
from replay_gui.widgets.runs.headed_view import HeadedView

if TYPE_CHECKING:
    from replay_gui.core.contrast.run_groups import RunGroup

_NAME_WIDTHS = (10 * GAP, 20 * GAP)  # at least, and at most if marks are shown too
_ROWS_MEASURED = 200
_MIN_MARKS, _MAX_MARKS = 3, 12  # marks in a row; more outcomes are counted


class RunGroupView(HeadedView):
    """A RunGroupTable, filtered; several rows can be chosen.

    Signals: group_chosen(object): the RunGroup of another row, by click or key. chosen_changed(): `chosen` has changed.
    Attributes: most_marks: the number of outcomes for which a row has room.
    """

    group_chosen = Signal(object)
    chosen_changed = Signal()

    def __init__(self, session: RunsSession, parent: QWidget | None = None) -> None:
        self._session = session
        self.most_marks = _MAX_MARKS
        self._groups = RunGroupTable(session)
        self._order = QSortFilterProxyModel()
        self._order.setSourceModel(self._groups)
        self._order.setFilterKeyColumn(RunGroupColumn.VALUE)
        self._order.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        super().__init__(tr("Groups"), self._order, parent)
        self._groups.setParent(self)
        self.setItemDelegate(_GroupDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.selectionModel().currentRowChanged.connect(self._on_row_chosen)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self._order.modelReset.connect(self._on_reset)

    @property
    def chosen(self) -> list[RunGroup]:
        """The chosen groups, from top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._group(row) for row in rows]

    def _group(self, row: int) -> RunGroup:
        return self._groups.group(self._order.mapToSource(self._order.index(row, 0)).row())

    def set_filter(self, text: str) -> None:
        """Show only the groups whose name contains this text."""
        self._order.setFilterFixedString(text)

    def choose_current(self) -> None:
        """Emit the group of the current row again; of the first row if there is none."""
        if self.currentIndex().isValid():
            self._on_row_chosen(self.currentIndex(), QModelIndex())
        elif self._order.rowCount():
            self.setCurrentIndex(self._order.index(0, 0))

    @Slot(QModelIndex, QModelIndex)
    def _on_row_chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self.group_chosen.emit(self._group(current.row()))

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, _chosen: QItemSelection, _left: QItemSelection) -> None:
        self.viewport().update()
        self.chosen_changed.emit()

    @Slot()
    def _on_reset(self) -> None:
        """Keep the chosen group."""
        row = self._groups.row_of(self._session.group)
        if row >= 0:
            self.setCurrentIndex(self._order.mapFromSource(self._groups.index(row, 0)))

    @Slot()
    def _fit(self) -> None:
        """Give each column its needed width; the marks, which can be counted instead, get the rest."""
        metrics, width = QFontMetrics(ui_font()), self.viewport().width()
        rows = range(min(self._groups.rowCount(), _ROWS_MEASURED))
        sizes = [len(self._groups.group(row).runs) for row in range(self._groups.rowCount())]
        most = max(sizes, default=1)
        widest = tr("{number} of {count}", number=whole_number(most), count=whole_number(most))
        heading = self._groups.headings[RunGroupColumn.PASSED]
        passed = max(metrics.horizontalAdvance(widest) + 3 * GAP, metrics.horizontalAdvance(heading) + 2 * GAP)
        names = max((metrics.horizontalAdvance(self._groups.index(row, 0).data()) for row in rows), default=0) + 3 * GAP
        name = min(max(names, _NAME_WIDTHS[0]), _NAME_WIDTHS[1])
        cost = (
            metrics.horizontalAdvance(tr("${amount}", amount=decimal_number(0, 4))) + 2 * GAP
            if self._groups.has_costs
            else 0
        )
        if name + outcomes_width(sizes, _MIN_MARKS) + 3 * GAP + passed + cost > width:
            cost = 0
        self.setColumnHidden(RunGroupColumn.COST, not cost)
        room = width - name - passed - cost - 3 * GAP
        self.most_marks = max(
            (count for count in range(_MIN_MARKS, _MAX_MARKS + 1) if outcomes_width(sizes, count) <= room),
            default=_MIN_MARKS,
        )
        marks = max(outcomes_width(sizes, self.most_marks), metrics.horizontalAdvance(tr("Trials"))) + 3 * GAP
        self.setColumnWidth(RunGroupColumn.RUNS, marks)
        self.setColumnWidth(RunGroupColumn.PASSED, passed)
        self.setColumnWidth(RunGroupColumn.COST, cost)
        self.setColumnWidth(RunGroupColumn.VALUE, max(width - marks - passed - cost, _NAME_WIDTHS[0]))


class _GroupDelegate(CellDelegate):
    def __init__(self, view: RunGroupView) -> None:
        super().__init__(view, Qt.TextElideMode.ElideMiddle)
        self._group_view = view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        super().paint(painter, option, index)
        if index.column() == RunGroupColumn.RUNS:
            paint_outcomes(painter, self.space(option.rect, index), index.data(OUTCOMES), self._group_view.most_marks)
