"""The menu of a widget with text."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu


class TextView(Protocol):
    """A widget with text."""

    def createStandardContextMenu(self) -> QMenu:
        """Return the usual menu of such a widget."""
        ...

    def actions(self) -> list[QAction]:
        """Return the added actions."""
        ...


def show_text_menu(view: TextView, at: QPoint) -> None:
    """Show the usual menu, with the added actions of the widget, at a point of the screen."""
    menu = view.createStandardContextMenu()
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addSeparator()
    menu.addActions(view.actions())
    menu.popup(at)
