"""The menu of a widget with text."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu


class TextView(Protocol):
    """A widget with text."""

    def createStandardContextMenu(self) -> QMenu:
        """Return the menu that every such widget has."""
        ...

    def actions(self) -> list[QAction]:
        """Return the actions that it was given."""
        ...


def show_text_menu(view: TextView, at: QPoint) -> None:
    """Show the usual menu, and the actions that the widget was given, at a point of the screen."""
    menu = view.createStandardContextMenu()
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addSeparator()
    menu.addActions(view.actions())
    menu.popup(at)
