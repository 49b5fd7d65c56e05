"""The command palette: a line to type in, and the list of matches, over the middle of the window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, ROW, TOOLBAR, UNIT, WIDE, set_role
from replay_gui.models.palette.palette_entry import PaletteEntry
from replay_gui.models.palette.palette_list import PaletteList
from replay_gui.widgets.parts.row_view import RowView
from replay_gui.windows.palette.palette_delegate import PaletteDelegate

_WIDTH_PX = 90 * GAP
_VISIBLE_ROWS = 14  # visible entries
_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOVES = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: 1 - _VISIBLE_ROWS,
    Qt.Key.Key_PageDown: _VISIBLE_ROWS - 1,
}
_STAYS_OPEN = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class CommandPalette(QFrame):
    """Lists the entries of a PaletteList. Enter or a click runs the chosen one, Esc or a click elsewhere closes it."""

    def __init__(self, entries: PaletteList, window: QWidget) -> None:
        super().__init__(window)
        self.hide()
        set_role(self, "popup")
        self.setAccessibleName(tr("Command palette"))
        self._entries = entries
        entries.setParent(self)
        self._window = window
        self._left: QWidget | None = None  # the widget that had the focus before
        self._moved = False  # whether the user has chosen another entry than the best one
        self.line = QLineEdit()
        self.line.setPlaceholderText(
            tr("An action, a tool, a kind, the number of an event, a value of the state, a run")
        )
        self.line.setAccessibleName(tr("Find an action, a tool, an event, a value or a run"))
        self.line.setMaxLength(200)
        self.view = RowView(tr("What was found"), entries)
        self.view.setItemDelegate(PaletteDelegate(self.view, entries))
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.hint = tr("No entry has this name.")
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.setSpacing(UNIT)
        column.addWidget(self.line)
        column.addWidget(self.view)
        self.line.installEventFilter(self)
        window.installEventFilter(self)
        self.line.textChanged.connect(self._on_text)
        self.view.clicked.connect(self._on_clicked)
        entries.modelReset.connect(self._choose_best)

    def open(self, entries: Sequence[PaletteEntry], more: Iterator[PaletteEntry]) -> None:
        """Show the palette over the window, with an empty line and these entries (see PaletteList.fill)."""
        self._left = self._window.focusWidget()
        self._moved = False
        self.line.clear()
        self._entries.fill(entries, more)
        self._place()
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._choose_best()

    def refill(self, entries: Sequence[PaletteEntry], more: Iterator[PaletteEntry]) -> None:
        """Offer other entries, and search them for the typed text."""
        self._entries.fill(entries, more)
        self._entries.find(self.line.text())

    @Slot()
    def close_palette(self) -> None:
        """Hide it and give the focus back."""
        if not self.isHidden():
            left, self._left = self._left, None
            had_focus = self.line.hasFocus()
            self.hide()
            self._entries.clear()
            if had_focus and left is not None and left.isVisible():
                left.setFocus()

    def run_entry(self, row: int) -> None:
        """Close, and run the entry in this row, unless it is not available now."""
        if 0 <= row < self._entries.rowCount() and (entry := self._entries.entry(row)).enabled:
            self.close_palette()
            entry.act()

    @Slot(str)
    def _on_text(self, text: str) -> None:
        self._moved = False
        self._entries.find(text)

    @Slot()
    def _choose_best(self) -> None:
        """Choose the first entry while the user has chosen no other one, else the same row again; fit the height."""
        self.view.setFixedHeight(min(max(self._entries.rowCount(), 1), _VISIBLE_ROWS) * ROW)
        self.adjustSize()
        row = self.view.currentIndex().row() if self._moved else 0
        self._choose(row)

    def _choose(self, row: int) -> None:
        count = self._entries.rowCount()
        if count:
            row = min(max(row, 0), count - 1)
            self.view.setCurrentIndex(self._entries.index(row, 0))
            self.view.show_row(row)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self.run_entry(index.row())

    def _place(self) -> None:
        width = min(_WIDTH_PX, self._window.width() - 2 * WIDE)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((self._window.width() - width) // 2, TOOLBAR + UNIT)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the window; handle the keys that move in the list; close when the focus has left."""
        if watched is self._window:
            if event.type() == QEvent.Type.Resize and self.isVisible():
                self._place()
            return False
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() not in _STAYS_OPEN:
            self.close_palette()
            return False
        if not isinstance(event, QKeyEvent) or event.key() not in (*_MOVES, *_ENTER_KEYS, Qt.Key.Key_Escape):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() == QEvent.Type.KeyPress:
            self._on_key(Qt.Key(event.key()))
        return True

    def _on_key(self, key: Qt.Key) -> None:
        if key == Qt.Key.Key_Escape:
            self.close_palette()
        elif key in _ENTER_KEYS:
            self.run_entry(self.view.currentIndex().row())
        else:
            self._moved = True
            self._choose(self.view.currentIndex().row() + _MOVES[key])
