"""The menu of a widget with text."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit


def show_text_menu(view: QPlainTextEdit | QTextEdit, at: QPoint) -> None:
    """Show the usual menu, and the actions that the widget was given, at a point of the screen."""
    menu = view.createStandardContextMenu()
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addSeparator()
    menu.addActions(view.actions())
    menu.popup(at)
