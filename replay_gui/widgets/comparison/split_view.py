"""The aligned rows of two runs: A, the gutter with bands and links, B; one viewport, so that they scroll together."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QModelIndex, QPoint, QPointF, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from replay_gui.core.divergence.comparison import Change
from replay_gui.core.log.positions import NO_EVENT
from replay_gui.core.text.event_label import speaking_labels
from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import FOCUS, LINKS, ROW, theme
from replay_gui.models.comparison.comparison_rows import ComparisonColumn, ComparisonRows
from replay_gui.models.comparison.comparison_search import ComparisonSearch
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.widgets.comparison.split_delegate import SplitDelegate
from replay_gui.widgets.parts.direction import left_to_right_painter
from replay_gui.widgets.parts.row_view import RowView

_MAX_MEASURED_NAMES = 64  # tools and kinds whose names are measured for the width of the labels
_HIT_RADIUS_PX = 3.0  # half of the width of a hit's dot
_LINK_WIDTH_PX = 2  # thickness of the line between a moved event's two places
_OWN_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Space)
_NO_MODIFIER = Qt.KeyboardModifier.NoModifier


class SplitView(RowView):
    """Chooses rows of the session. Left and Right choose the side that the menu and an anchor use.

    Signals: side_chosen(int, int): row and ComparisonColumn that were clicked. menu_wanted(int, int, QPoint): row,
    ComparisonColumn, and point of the screen.
    """

    side_chosen = Signal(int, int)
    menu_wanted = Signal(int, int, QPoint)

    def __init__(
        self, session: ComparisonSession, rows: ComparisonRows, finder: ComparisonSearch, parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Both runs, aligned"), rows, parent)
        self._session = session
        self._rows = rows
        self._finder = finder
        self._following = False
        self._side: ComparisonColumn = ComparisonColumn.SIDE_A
        self._delegate = SplitDelegate(self, rows)
        self.setItemDelegate(self._delegate)
        self.horizontalHeader().setStretchLastSection(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # the strip beside it is separate
        self.sight_changed.connect(self.request_texts)
        self.row_activated.connect(rows.open_fold)
        self.selectionModel().currentRowChanged.connect(self._on_line_chosen)
        rows.modelReset.connect(self._on_lines_changed)
        session.rows_ready.connect(self.request_texts)
        session.row_changed.connect(self.show_chosen)
        for run in (session.a, session.b):  # the effects of calls become known after the rows
            run.marks_changed.connect(self.viewport().update)
        finder.started.connect(self.viewport().update)
        finder.progressed.connect(self.viewport().update)

    # ---- signals of the session ---------------------------------------------------------------------
    @Slot()
    def request_texts(self) -> None:
        """Request the texts of the visible rows that are missing."""
        first, last = self.rows_in_sight()
        if last >= first:
            self._rows.request_texts(first, last)

    @Slot()
    def _on_lines_changed(self) -> None:
        self._fit()
        self.show_chosen()

    @Slot()
    def show_chosen(self) -> None:
        """Scroll to the session's row."""
        row = self._session.row
        line = self._rows.shown.line(row) if row >= 0 and self._rows.shown.count else -1
        self._following = True
        if line >= 0:
            self.setCurrentIndex(self._rows.index(line, ComparisonColumn.SIDE_A))
            self.show_row(line)
        else:
            self.setCurrentIndex(QModelIndex())
            self.clearSelection()
        self._following = False
        self.viewport().update()

    @Slot(QModelIndex, QModelIndex)
    def _on_line_chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid() and not self._following and not self._rows.shown.fold(current.row()):
            self._session.select(self._rows.shown.row(current.row()))

    # ---- geometry -------------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = max(self.viewport().width(), LINKS + 2)
        left = (width - LINKS) // 2
        for column, column_width in zip(ComparisonColumn, (left, LINKS, width - LINKS - left), strict=True):
            self.setColumnWidth(column, column_width)
        a, b = self._session.a.index, self._session.b.index
        labels = [
            f"← {tool}" for tool in dict.fromkeys((*a.tools[:_MAX_MEASURED_NAMES], *b.tools[:_MAX_MEASURED_NAMES]))
        ]
        self._delegate.fit(max(a.count, b.count), [*labels, *speaking_labels()], left)

    def side_at(self, x: float) -> ComparisonColumn:
        """Return the side of a pixel; in the gutter, the nearer one."""
        return ComparisonColumn.SIDE_A if x < self.viewport().width() / 2 else ComparisonColumn.SIDE_B

    # ---- mouse and keys -------------------------------------------------------------------------------
    @property
    def side(self) -> ComparisonColumn:
        """Return the side that keys and menus use: the one chosen last, or the only one with an event."""
        comparison, row = self._session.comparison, self._session.row
        if comparison is not None and row >= 0:
            index_a, index_b = comparison.alignment.a[row], comparison.alignment.b[row]
            if NO_EVENT in (index_a, index_b):
                return ComparisonColumn.SIDE_B if index_a == NO_EVENT else ComparisonColumn.SIDE_A
        return self._side

    def set_side(self, side: ComparisonColumn) -> None:
        """Make A or B the side for the menu and for an anchor."""
        self._side = side
        self.viewport().update()

    def event(self, event: QEvent) -> bool:
        """Keep the keys that this view uses from becoming the window's shortcuts."""
        is_own = isinstance(event, QKeyEvent) and event.key() in _OWN_KEYS and event.modifiers() == _NO_MODIFIER
        if is_own and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open a fold, or choose a row and the side that was clicked."""
        side = self.side_at(event.position().x())
        self.set_side(side)
        line = self.rowAt(int(event.position().y()))  # first, because choosing a line at the edge scrolls the view
        super().mousePressEvent(event)
        if line < 0 or event.button() != Qt.MouseButton.LeftButton:
            return
        if self._rows.shown.fold(line):
            self._rows.open_fold(line)
        else:
            self.side_chosen.emit(self._rows.shown.row(line), side)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the side by Left and Right, and confirm by Enter or Space."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and event.modifiers() == _NO_MODIFIER:
            self.set_side(ComparisonColumn.SIDE_A if event.key() == Qt.Key.Key_Left else ComparisonColumn.SIDE_B)
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._session.row >= 0:
            line = self.currentIndex().row()
            if not self._rows.shown.fold(line):
                self.side_chosen.emit(self._session.row, self.side)
                return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Request the menu of the row on the current side; folds have none."""
        line, at = self.menu_target(event)
        if line >= 0 and not self._rows.shown.fold(line):
            self.menu_wanted.emit(self._rows.shown.row(line), self.side, at)

    # ---- painting -------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the links of moved rows and the marks of hits above the rows."""
        super().paintEvent(event)
        painter = left_to_right_painter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_links(painter)
        self._paint_hits(painter)
        painter.end()

    def _paint_focus(self, top: int) -> None:
        """Paint the focus frame around the chosen side of the row."""
        painter = left_to_right_painter(self.viewport())
        painter.setPen(QPen(theme().accent, FOCUS))
        left = 0 if self.side == ComparisonColumn.SIDE_A else self.columnWidth(ComparisonColumn.SIDE_A) + LINKS
        half = FOCUS // 2
        width = self.columnWidth(self.side)
        painter.drawRect(QRect(left + half, top + half, width - FOCUS, ROW - FOCUS))
        painter.end()

    def _paint_links(self, painter: QPainter) -> None:
        """Paint a curve from each visible moved event to its counterpart, which may not be visible."""
        comparison = self._session.compared
        first, last = self.rows_in_sight()
        if comparison is None or last < first:
            return
        alignment, row_indexes, shown = comparison.comparison.alignment, comparison.row_indexes, self._rows.shown
        links: dict[tuple[int, int], None] = {}
        for line in range(first, last + 1):
            row = shown.row(line)
            if shown.fold(line) or alignment.change[row] != Change.MOVED:
                continue
            index_a, index_b = int(alignment.a[row]), int(alignment.b[row])
            if index_a != NO_EVENT and (other := int(alignment.partner_of_a[index_a])) != NO_EVENT:
                links[row, int(row_indexes.row_of_b[other])] = None
            if index_b != NO_EVENT and (other := int(alignment.partner_of_b[index_b])) != NO_EVENT:
                links[int(row_indexes.row_of_a[other]), row] = None
        painter.setClipRect(QRectF(self.columnWidth(ComparisonColumn.SIDE_A), 0, LINKS, self.viewport().height()))
        painter.setPen(QPen(theme().moved, _LINK_WIDTH_PX))
        left, right = self.columnWidth(ComparisonColumn.SIDE_A), self.columnWidth(ComparisonColumn.SIDE_A) + LINKS
        for row_a, row_b in links:
            begin, end = QPointF(left, self._middle(shown.line(row_a))), QPointF(right, self._middle(shown.line(row_b)))
            path = QPainterPath(begin)
            bend = LINKS / 2
            path.cubicTo(begin + QPointF(bend, 0), end - QPointF(bend, 0), end)
            painter.drawPath(path)

    def _paint_hits(self, painter: QPainter) -> None:
        """Paint a dot in the gutter beside each event with a search hit, or fold with such an event."""
        first, last = self.rows_in_sight()
        if not len(self._finder.rows) or last < first:
            return
        shown, inside = self._rows.shown, LINKS / 6
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().changed_text)
        gutter = self.columnWidth(ComparisonColumn.SIDE_A)
        left, right = gutter + inside, gutter + LINKS - inside
        for rows, x in zip(self._finder.sides, (left, right), strict=True):
            among = slice(*np.searchsorted(rows, (shown.row(first), shown.row(last) + max(shown.fold(last), 1))))
            for line in np.unique(shown.lines(rows[among])).tolist():
                painter.drawEllipse(QPointF(x, self._middle(line)), _HIT_RADIUS_PX, _HIT_RADIUS_PX)

    def _middle(self, line: int) -> float:
        """Return the middle of a line in pixels; clamped, if the line is far outside."""
        height = self.viewport().height()
        y = (line - self.verticalScrollBar().value()) * ROW + ROW / 2
        return float(min(max(y, -4 * height), 5 * height))
