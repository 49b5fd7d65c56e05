"""A plain list for rows of any kind: one height, no grid, the row under the pointer highlighted."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from replay_gui.look.theme import FOCUS, ROW, theme, theme_events
from replay_gui.widgets.parts.direction import keep_left_to_right, left_to_right_painter
from replay_gui.widgets.parts.text.line_text import paint_hint

_MARGIN_ROWS = 2  # rows kept visible before and after the target
_SIZE_BEFORE_LAYOUT_PX = (640, 480)  # with the 30 pixels of height that Qt gives, a view would be scrolled to any row
_VERTICAL_MOVES = (QAbstractItemView.CursorAction.MoveHome, QAbstractItemView.CursorAction.MoveEnd)


class _Added(IntEnum):
    """Where rows were added."""

    NONE = 0
    BELOW = 1  # the rows in sight
    IN_SIGHT = 2


class _Headings(QHeaderView):
    """Headings at the side at which the cells below have their text; by Qt, this would follow the application."""

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        super().paintSection(painter, rect, section)


class RowPainter(QStyledItemDelegate):
    """A delegate of a RowView that paints the cells of a row at once, which takes half of the time."""

    def paint_row(self, painter: QPainter, row: int, cells: Sequence[tuple[int, QRect]], chosen: bool) -> None:
        """Paint a row. `cells`: the column and the rectangle of each visible one, from left to right."""
        raise NotImplementedError


class RowView(QTableView):
    """A table without headers, in which whole rows are chosen.

    Signals: sight_changed(): other rows may be visible. row_activated(int): the row, by Enter or a double click.
    row_pressed(int, int): the row under the left button, and x in pixels within the list.
    Attributes: hovered: the row under the pointer, or -1. hint: the text shown if there are no rows.
    """

    sight_changed = Signal()
    row_activated = Signal(int)
    row_pressed = Signal(int, int)

    def __init__(self, name: str, model: QAbstractItemModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        keep_left_to_right(self)
        self.resize(*_SIZE_BEFORE_LAYOUT_PX)
        self.hovered = -1
        self.hint = ""
        self._pressed: tuple[QPoint, int] | None = None  # the point of the last press of a button, and the row there
        self._added = _Added.NONE  # since the last layout
        self._middle_row: int | None = None  # see show_in_middle
        self.setAccessibleName(name)
        self.setModel(model)
        self.setHorizontalHeader(_Headings(Qt.Orientation.Horizontal, self))
        self.horizontalHeader().setSectionsClickable(True)
        self.horizontalHeader().hide()
        self.horizontalHeader().setMinimumSectionSize(0)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setHighlightSections(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(ROW)
        rows.setDefaultSectionSize(ROW)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # else Qt paints all that is below first
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._on_range_changed)
        self.doubleClicked.connect(self._on_double_clicked)
        model.modelReset.connect(self._on_model_reset)
        theme_events().changed.connect(self.viewport().update)

    def rows_in_sight(self) -> tuple[int, int]:
        """Return the first and the last visible row; (0, -1) if there are none."""
        count = self.model().rowCount()
        first = max(self.rowAt(0), 0)
        return first, min(count - 1, first + self.viewport().height() // ROW)

    def update_rows(self, one: int, other: int) -> None:
        """Paint the rows from one to another anew, as far as they are visible."""
        (first, last), (begin, end) = sorted((one, other)), self.rows_in_sight()
        if first <= end and last >= begin:
            top, bottom = (self.rowViewportPosition(min(max(row, begin), end)) for row in (first, last))
            self.viewport().update(0, top, self.viewport().width(), bottom + ROW - top)

    def is_far(self, row: int) -> bool:
        """Whether the row is more than a page away from the visible rows."""
        rows, top = max(self.viewport().height() // ROW, 1), self.verticalScrollBar().value()
        return row < top - rows or row > top + 2 * rows

    def show_row(self, row: int) -> None:
        """Scroll as little as needed to show the row with some rows around it; from far away, show it in the middle."""
        bar, rows = self.verticalScrollBar(), max(self.viewport().height() // ROW, 1)
        top, margin = bar.value(), min(_MARGIN_ROWS, rows // 3)
        if self.is_far(row):
            self.show_in_middle(row)
        elif row != self._middle_row:
            self._middle_row = None
            if row < top + margin:
                bar.setValue(row - margin)
            elif row > top + rows - 1 - margin:
                bar.setValue(row - rows + 1 + margin)

    def show_in_middle(self, row: int) -> None:
        """Show the row in the middle, where it stays until the user scrolls or another row is shown."""
        self._middle_row = row
        self._show_middle_row()

    def _show_middle_row(self) -> None:
        """Scroll to the row that stays in the middle, if there is one."""
        if self._middle_row is not None:
            self.verticalScrollBar().setValue(self._top_with_middle(self._middle_row))

    def _top_with_middle(self, row: int) -> int:
        """Return the scroll bar's value at which a row is in the middle, as far as there are rows around it."""
        bar, rows = self.verticalScrollBar(), max(self.viewport().height() // ROW, 1)
        return min(max(row - rows // 2, bar.minimum()), bar.maximum())

    @Slot(int)
    def _on_scrolled(self, top: int) -> None:
        if self._middle_row is not None and top != self._top_with_middle(self._middle_row):
            self._middle_row = None
        self.sight_changed.emit()

    @Slot()
    def _on_range_changed(self) -> None:
        self._show_middle_row()
        self.sight_changed.emit()

    @Slot()
    def _on_model_reset(self) -> None:
        self._added = _Added.IN_SIGHT
        self.sight_changed.emit()

    def rowsInserted(self, parent: QModelIndex | QPersistentModelIndex, start: int, end: int) -> None:
        """Note where rows are added."""
        where = _Added.BELOW if start > self.rows_in_sight()[1] else _Added.IN_SIGHT
        self._added = max(self._added, where)
        super().rowsInserted(parent, start, end)

    def doItemsLayout(self) -> None:
        """Lay out the rows, and paint them, but not if rows were only added below, as while a run grows."""
        if self._added is _Added.BELOW:
            self.updateGeometries()
        else:
            super().doItemsLayout()
        self._added = _Added.NONE

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.row_activated.emit(index.row())

    # ---- mouse and keys ---------------------------------------------------------------------------
    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Go to the first and the last row by Home and End."""
        if action in _VERTICAL_MOVES:
            row = 0 if action is QAbstractItemView.CursorAction.MoveHome else self.model().rowCount() - 1
            return self.model().index(row, 0)
        return super().moveCursor(action, modifiers)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Emit `row_activated` on Enter; other keys move as in any table."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.row_activated.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the row, and emit `row_pressed` with the pixel for the left button."""
        row = self.rowAt(int(event.position().y()))  # first, because choosing a row at the edge scrolls the view
        self._pressed = (event.position().toPoint(), row)
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self.row_pressed.emit(row, int(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark the row below the mouse as hovered."""
        self._hover(self.rowAt(int(event.position().y())))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Clear the hovered row."""
        self._hover(-1)
        super().leaveEvent(event)

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.viewport().update()

    def row_for_menu(self, point: QPoint) -> int:
        """Return the row for a menu at a point: the row pressed there, even if that scrolled the view; or -1."""
        if self._pressed is not None and self._pressed[0] == point:
            return min(self._pressed[1], self.model().rowCount() - 1)
        return self.rowAt(point.y())

    def menu_target(self, event: QContextMenuEvent) -> tuple[int, QPoint]:
        """Return (row, global point) for a menu: the current row if it was opened by key; row -1 if there is none."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            current = self.currentIndex()
            return current.row(), self.viewport().mapToGlobal(self.visualRect(current).bottomLeft())
        return self.row_for_menu(event.pos()), event.globalPos()

    # ---- painting ---------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the current row visible, if all of it was visible."""
        super().resizeEvent(event)
        row, top = self.currentIndex().row(), self.verticalScrollBar().value()
        before, now = event.oldSize().height() // ROW, max(event.size().height() // ROW, 1)
        if self._middle_row is not None:
            self._show_middle_row()
        elif top + now <= row < top + before:
            self.verticalScrollBar().setValue(row - now + 1)
        self.sight_changed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as QTableView does, but skip the style's part, which is invisible here and takes most of the time."""
        painter = left_to_right_painter(self.viewport())
        model, delegate, head = self.model(), self.itemDelegate(), self.horizontalHeader()
        area = event.rect()
        painter.fillRect(area, theme().panel)
        columns = [column for column in range(head.count()) if not head.isSectionHidden(column)]
        spans = [
            (column, left, width)
            for column in columns
            if (left := head.sectionViewportPosition(column)) <= area.right()
            and left + (width := head.sectionSize(column)) > area.x()
        ]
        chosen_row = self.currentIndex().row() if self.selectionModel().hasSelection() else -1
        several = self.selectionMode() is QAbstractItemView.SelectionMode.ExtendedSelection
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        plain = option.state
        first, last = self.rows_in_sight()
        for row in range(first, last + 1):
            top = self.rowViewportPosition(row)
            if top + ROW <= area.y() or top > area.bottom():
                continue
            chosen = self.selectionModel().isRowSelected(row, QModelIndex()) if several else row == chosen_row
            cells = [(column, QRect(left, top, width, ROW)) for column, left, width in spans]
            if isinstance(delegate, RowPainter):
                delegate.paint_row(painter, row, cells, chosen)
                continue
            option.state = plain | QStyle.StateFlag.State_Selected if chosen else plain
            for column, option.rect in cells:
                delegate.paint(painter, option, model.index(row, column))
        painter.end()
        if self.model().rowCount() == 0 and self.hint:
            paint_hint(self.viewport(), self.hint)
        current = self.currentIndex()
        if self.hasFocus() and current.isValid():
            self._paint_focus(self.visualRect(current).y())

    def _paint_focus(self, top: int) -> None:
        painter = left_to_right_painter(self.viewport())
        painter.setPen(QPen(theme().accent, FOCUS))
        half = FOCUS // 2
        painter.drawRect(QRect(half, top + half, self.viewport().width() - FOCUS, ROW - FOCUS))
        painter.end()
