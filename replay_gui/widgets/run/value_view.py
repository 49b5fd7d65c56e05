"""A tree of values of any size, to open, close and copy from."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from replay_gui.core.state.state import Path
from replay_gui.core.text.json_pointer import join_pointer
from replay_gui.core.translation.messages import tr
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.run.event_copies import MAX_COPIED_CHARACTERS
from replay_gui.models.run.json_text import json_text
from replay_gui.models.run.state_tree import StateTree
from replay_gui.widgets.parts.row_view import RowView
from replay_gui.widgets.run.value_delegate import ValueDelegate

_OWN_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)


class ValueView(RowView):
    """A RowView over a StateTree that keeps the chosen row and the visible part when other values are shown.

    Left closes a row or goes to its parent, Right opens it, Enter does either.

    Signal: path_chosen(object): the user has chosen the value at another Path. It stays chosen while it is absent.
    """

    path_chosen = Signal(object)

    def __init__(self, name: str, tree: StateTree, parent: QWidget | None = None) -> None:
        super().__init__(name, tree, parent)
        self._tree = tree
        self._delegate = ValueDelegate(self, tree)
        self.setItemDelegate(self._delegate)
        self._chosen: Path | None = None
        self._is_awaited = False  # it was chosen before there were rows; scroll to it when they come
        self._sought = ("", False)  # text, and whether case matters
        self._is_updating = False  # rows are being removed, and Qt makes another one the current one
        self._sight: list[tuple[Path, int]] = []  # the first visible row before a change, and the offset below it
        self.row_activated.connect(tree.activate)
        self._resized = QTimer(self, singleShot=True, interval=0)  # in this turn the rest of the window is laid out
        self._resized.timeout.connect(self._on_width)
        self.sight_changed.connect(self._resized.start)
        tree.rowsAboutToBeRemoved.connect(self._remember)
        tree.rowsAboutToBeInserted.connect(self._remember)
        tree.dataChanged.connect(self._restore)
        self.selectionModel().currentRowChanged.connect(self._on_row_chosen)

    def rowsAboutToBeRemoved(self, parent: AnyIndex, start: int, end: int) -> None:
        """Let Qt change the current row without choosing another value."""
        self._is_updating = True
        super().rowsAboutToBeRemoved(parent, start, end)

    # ---- scroll position ----------------------------------------------------------------------------
    @Slot()
    def _remember(self) -> None:
        """Remember the scroll position by row, so that rows inserted above do not move the view."""
        if self._sight:
            return
        first, last = self.rows_in_sight()
        rows = range(first, last + 1)
        current = self.currentIndex().row()
        self._sight = [(self._tree.path(row), row - first) for row in sorted(rows, key=lambda row: row != current)]

    @Slot()
    def _restore(self) -> None:
        """Restore the scroll position by the chosen row, else by the first row that still exists."""
        self.executeDelayedItemsLayout()  # the scroll bar appears before the rows are painted, not after
        sight, self._sight = self._sight, []
        kept = ((row, offset) for path, offset in sight if (row := self._tree.row_of(path)) is not None)
        if (place := next(kept, None)) is not None:
            self.verticalScrollBar().setValue(place[0] - place[1])
        self._restore_current()
        self._is_updating = False

    def _restore_current(self) -> None:
        """Make the row of the chosen value the current one, or that of its container; if none is shown, no row."""
        current = self.currentIndex()
        if self._chosen is None or (current.isValid() and self._tree.path(current.row()) == self._chosen):
            return
        paths = (self._chosen[:length] for length in range(len(self._chosen), 0, -1))
        row = next((row for path in paths if (row := self._tree.row_of(path)) is not None), None)
        if row is not None:
            self._set_current(row)
        else:
            self.setCurrentIndex(QModelIndex())

    @property
    def chosen(self) -> Path | None:
        """The path of the chosen value, which may be absent; None if none is chosen."""
        return self._chosen

    def forget_choice(self) -> None:
        """Clear the choice."""
        self._chosen = None
        self.setCurrentIndex(QModelIndex())

    @Slot(QModelIndex, QModelIndex)
    def _on_row_chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid() and not self._is_updating:
            self._choose_path(current.row())

    def _choose_path(self, row: int) -> None:
        path = self._tree.path(row)
        if path != self._chosen:
            self._chosen = path
            self.path_chosen.emit(path)

    def _set_current(self, row: int) -> None:
        """Choose a row without scrolling."""
        value = self.verticalScrollBar().value()
        self.setCurrentIndex(self._tree.index(row, 0))
        self.verticalScrollBar().setValue(value)

    @Slot()
    def _on_width(self) -> None:
        bar = self.verticalScrollBar().sizeHint().width()  # whether it is needed may change at every position
        self._tree.set_width(self._delegate.characters(self.contentsRect().width() - bar))

    def mark(self, needle: str) -> None:
        """Highlight this text in all rows; "": no text."""
        self._delegate.needle = needle
        self.viewport().update()

    def find_all(self, text: str, match_case: bool) -> int:
        """Expand the parents of members that contain a text, and mark it; return the number of rows with it."""
        self._sought = (text, match_case)
        self.mark(text)
        if not text:
            return 0
        self._tree.reveal_hits(text)
        return len(self._tree.rows_with(*self._sought))

    def show_found(self, number: int) -> None:
        """Choose one of the rows with the text, from 0, and scroll to it."""
        rows = self._tree.rows_with(*self._sought)
        if number < len(rows):  # otherwise it was closed in between
            self.choose(rows[number])

    def choose(self, row: int) -> None:
        """Choose a row, and scroll to it."""
        self.setCurrentIndex(self._tree.index(row, 0))
        self.show_row(row)

    def choose_path(self, path: Path) -> None:
        """Choose the value at a path, and scroll to its row, or to that of its container if it is absent."""
        if path != self._chosen:
            self._chosen = path
            self.path_chosen.emit(path)
        self._is_updating = True  # the row of its container is not chosen instead
        self._restore_current()
        self._is_updating = False
        self._is_awaited = not self.currentIndex().isValid()
        self.show_row(max(self.currentIndex().row(), 0))

    def show_change(self) -> None:
        """Scroll to the first changed row, unless the user has chosen a value, or a changed row is visible."""
        if self._is_awaited and self.currentIndex().isValid():
            self._is_awaited = False
            self.show_row(self.currentIndex().row())
        row = self._tree.first_change() if self._chosen is None else None
        first, last = self.rows_in_sight()
        if row is not None and not first <= row < last:
            self.show_row(row)

    # ---- mouse and keys ---------------------------------------------------------------------------
    def event(self, event: QEvent) -> bool:
        """Keep the keys that this view uses from becoming the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if (plain and event.key() in _OWN_KEYS) or event.matches(QKeySequence.StandardKey.Copy):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the value; expand, collapse and move in the tree by Right and Left."""
        row = self.currentIndex().row()
        if row >= 0 and event.matches(QKeySequence.StandardKey.Copy):
            self.copy_value()
        elif row >= 0 and event.key() == Qt.Key.Key_Right:
            shown = self._tree.row(row)
            if shown.expanded:
                self.setCurrentIndex(self._tree.index(row + 1, 0))
            else:
                self._tree.set_expanded(row, True)
        elif row >= 0 and event.key() == Qt.Key.Key_Left:
            if self._tree.row(row).expanded:
                self._tree.set_expanded(row, False)
            else:
                self.setCurrentIndex(self._tree.index(self._tree.parent_row(row), 0))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the row; on its chevron, expand or collapse it."""
        super().mousePressEvent(event)
        row = self.rowAt(int(event.position().y()))
        if row >= 0:
            self._choose_path(row)  # it may have been the current one instead of the chosen one
        if row < 0 or event.button() != Qt.MouseButton.LeftButton:
            return
        begin, end = self._delegate.chevron(self._tree.row(row))
        if begin <= event.position().x() < end:
            self._tree.set_expanded(row, not self._tree.row(row).expanded)

    # ---- copying ----------------------------------------------------------------------------------
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show the menu of copy actions."""
        row, at = self.menu_target(event)
        if row < 0:
            return
        menu = self.copy_menu(row)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def copy_menu(self, row: int) -> QMenu:
        """Return the menu of copy actions for a row."""
        self._set_current(row)
        menu = QMenu(self)
        slots = {tr("Copy value"): self.copy_value, tr("Copy as JSON"): self.copy_json, tr("Copy path"): self.copy_path}
        for words, slot in slots.items():
            menu.addAction(words).triggered.connect(slot)
        if self.actions():
            menu.addSeparator()
            menu.addActions(self.actions())
        return menu

    @Slot()
    def copy_value(self) -> None:
        """Copy a text unchanged, any other value as JSON."""
        value = self._tree.value(self.currentIndex().row())
        if isinstance(value, str):
            QGuiApplication.clipboard().setText(value)
        else:
            self.copy_json()

    @Slot()
    def copy_json(self) -> None:
        text, whole = json_text(self._tree.value(self.currentIndex().row()), MAX_COPIED_CHARACTERS)
        if whole:
            QGuiApplication.clipboard().setText(text)
        else:
            QToolTip.showText(self.mapToGlobal(QPoint()), tr("Too large to copy: choose something further in."), self)

    @Slot()
    def copy_path(self) -> None:
        """Copy the path as a JSON Pointer, the form for the command line."""
        QGuiApplication.clipboard().setText(join_pointer(self._tree.path(self.currentIndex().row())))
