"""A list of cards of any height, each with a menu; a hint if there are none."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from replay_gui.look.theme import theme_events
from replay_gui.widgets.parts.direction import keep_left_to_right
from replay_gui.widgets.parts.text.line_text import paint_hint


class CardList(QListView):
    """Shows a model of cards; a subclass sets the delegate that paints them.

    Signal: menu_wanted(int, QPoint): row of a card, and point of the screen.
    Attributes: hint: the text shown if there are no cards.
    """

    menu_wanted = Signal(int, QPoint)

    def __init__(self, name: str, cards: QAbstractItemModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        keep_left_to_right(self)
        self.hint = ""
        self.setAccessibleName(name)
        self.setModel(cards)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        theme_events().changed.connect(self._on_theme_changed)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Request the menu of the card at the pointer, or of the current one by the keyboard."""
        index, at = self.indexAt(event.pos()), event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
            at = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        if index.isValid():
            self.menu_wanted.emit(index.row(), at)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the cards out again, since their texts wrap differently."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    @Slot()
    def _on_theme_changed(self) -> None:
        """Lay the cards out again, since the size of text may have changed."""
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        """Repaint the cards when the view is enabled or disabled."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cards, or the hint while there are none."""
        super().paintEvent(event)
        if self.model().rowCount() == 0 and self.hint:
            paint_hint(self.viewport(), self.hint)
