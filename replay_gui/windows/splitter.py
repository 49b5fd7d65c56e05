"""The splitters between the panels of a page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from replay_gui.look.theme import GAP, set_role


def new_splitter(orientation: Qt.Orientation, *widgets: QWidget) -> QSplitter:
    """Return a splitter of these widgets, none of which can be dragged to nothing."""
    splitter = QSplitter(orientation)
    set_role(splitter, "gap")
    splitter.setHandleWidth(GAP)
    splitter.setChildrenCollapsible(False)
    for widget in widgets:
        splitter.addWidget(widget)
    return splitter
