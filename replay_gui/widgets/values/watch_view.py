"""The watched values above the state."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from replay_gui.core.state.state import ABSENT
from replay_gui.core.text.json_pointer import join_pointer
from replay_gui.core.translation.messages import tr
from replay_gui.look.icons import tinted_icon
from replay_gui.look.theme import ICON, LINE, ROW, theme
from replay_gui.models.run.event_copies import MAX_COPIED_CHARACTERS
from replay_gui.models.run.json_text import json_text
from replay_gui.models.values.watched_values import WatchedValues
from replay_gui.widgets.parts.direction import left_to_right_painter
from replay_gui.widgets.parts.row_view import RowView
from replay_gui.widgets.run.value_delegate import ValueDelegate

_MAX_ROWS = 6  # shown without scrolling


class WatchView(RowView):
    """A RowView over WatchedValues, as high as its rows; hidden without any.

    A click or Enter shows the value in the state below, Delete stops watching it.

    Signal: path_chosen(object): show the value at this Path.
    """

    path_chosen = Signal(object)

    def __init__(self, values: WatchedValues, parent: QWidget | None = None) -> None:
        super().__init__(tr("Watched values"), values, parent)
        self._values = values
        values.setParent(self)
        self.setItemDelegate(_WatchDelegate(self, values))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.row_activated.connect(self._on_activated)
        self.row_pressed.connect(self._on_activated)
        values.rows_changed.connect(self._fit)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        rows = self._values.rowCount()
        if self.height() != self.sizeHint().height():
            self.setFixedHeight(self.sizeHint().height())
        self.setVisible(rows > 0)

    def sizeHint(self) -> QSize:
        """Return the height of its rows, up to _MAX_ROWS of them."""
        return QSize(super().sizeHint().width(), min(self._values.rowCount(), _MAX_ROWS) * ROW + 2 * LINE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, and a line between them and the state."""
        super().paintEvent(event)
        painter = left_to_right_painter(self.viewport())
        painter.fillRect(0, self.viewport().height() - LINE, self.viewport().width(), LINE, theme().line)
        painter.end()

    @Slot(int)
    def _on_activated(self, row: int) -> None:
        self.path_chosen.emit(self._values.row(row).path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Stop watching a value by Delete."""
        if event.key() == Qt.Key.Key_Delete and self.currentIndex().isValid():
            self.remove_current()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show the menu of a row."""
        row, at = self.menu_target(event)
        if row >= 0:
            menu = self.row_menu(row)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(at)

    def row_menu(self, row: int) -> QMenu:
        """Return the menu of a watched value."""
        self.setCurrentIndex(self._values.index(row, 0))
        menu = QMenu(self)
        slots = {
            tr("Show in the state"): self.show_current,
            tr("Copy value"): self.copy_value,
            tr("Copy path"): self.copy_path,
            tr("Stop watching"): self.remove_current,
        }
        for words, slot in slots.items():
            menu.addAction(words).triggered.connect(slot)
        return menu

    @Slot()
    def show_current(self) -> None:
        self._on_activated(self.currentIndex().row())

    @Slot()
    def remove_current(self) -> None:
        self._values.paths.toggle(self._values.row(self.currentIndex().row()).path)

    @Slot()
    def copy_path(self) -> None:
        """Copy the path as a JSON Pointer, the form for the command line."""
        QGuiApplication.clipboard().setText(join_pointer(self._values.row(self.currentIndex().row()).path))

    @Slot()
    def copy_value(self) -> None:
        """Copy a text unchanged, any other value as JSON; do not copy an absent or too large value."""
        value = self._values.value(self.currentIndex().row())
        text, whole = (value, True) if isinstance(value, str) else json_text(value, MAX_COPIED_CHARACTERS)
        if value is not ABSENT and whole:
            QGuiApplication.clipboard().setText(text)


class _WatchDelegate(ValueDelegate):
    """Draws an eye instead of the sign that expands a row of the state."""

    def __init__(self, view: RowView, values: WatchedValues) -> None:
        super().__init__(view, values)
        self._values = values

    def paint_row(self, painter: QPainter, row: int, cells: Sequence[tuple[int, QRect]], chosen: bool) -> None:
        super().paint_row(painter, row, cells, chosen)
        begin, _ = self.chevron(self._values.row(row))
        for _, rect in cells:
            room = QRect(rect.x() + begin, rect.y() + (rect.height() - ICON) // 2, ICON, ICON)
            tinted_icon("watch", theme().secondary).paint(painter, room)
