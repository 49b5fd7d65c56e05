"""Lines of differences, to read and to copy from."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from replay_gui.core.state.state import ABSENT
from replay_gui.core.translation.messages import tr
from replay_gui.models.comparison.diff_rows import DiffRows
from replay_gui.models.run.json_text import json_text
from replay_gui.widgets.comparison.diff_delegate import DiffDelegate
from replay_gui.widgets.parts.row_view import RowView

_MAX_COPIED_CHARACTERS = 1 << 20


class DiffView(RowView):
    """Shows DiffRows.

    Signal: menu_wanted(int, QPoint): row, and point of the screen, for a menu; `add_copy_actions` adds entries to it.
    """

    menu_wanted = Signal(int, QPoint)

    def __init__(self, name: str, rows: DiffRows, parent: QWidget | None = None) -> None:
        super().__init__(name, rows, parent)
        self._rows = rows
        self.setItemDelegate(DiffDelegate(self, rows))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Make the row current, and request its menu."""
        row, at = self.menu_target(event)
        if row >= 0:
            self.setCurrentIndex(self._rows.index(row, 0))
            self.menu_wanted.emit(row, at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy side A by the key for copying."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_a()
        else:
            super().keyPressEvent(event)

    def add_copy_actions(self, menu: QMenu) -> None:
        """Add the entries that copy parts of the current row."""
        if self._rows.difference(self.currentIndex().row()) is not None:
            for words, slot in (
                (tr("Copy the value in A"), self.copy_a),
                (tr("Copy the value in B"), self.copy_b),
                (tr("Copy path"), self.copy_path),
            ):
                menu.addAction(words).triggered.connect(slot)

    @Slot()
    def copy_a(self) -> None:
        self._copy("a")

    @Slot()
    def copy_b(self) -> None:
        self._copy("b")

    @Slot()
    def copy_path(self) -> None:
        """Copy the path as a JSON Pointer, the form that rules use."""
        if (difference := self._rows.difference(self.currentIndex().row())) is not None:
            QGuiApplication.clipboard().setText(difference.path)

    def _copy(self, side: str) -> None:
        difference = self._rows.difference(self.currentIndex().row())
        value = ABSENT if difference is None else getattr(difference, side)
        if value is not ABSENT:
            text = value if isinstance(value, str) else json_text(value, _MAX_COPIED_CHARACTERS)[0]
            QGuiApplication.clipboard().setText(text)
