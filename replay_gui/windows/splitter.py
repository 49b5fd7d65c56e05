"""The splitters between the panels of a page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from replay_gui.look.theme import GAP, set_role


def new_splitter(orientation: Qt.Orientation, parent: QWidget) -> QSplitter:
    """Return a splitter of the widgets that are made with it as their parent; none can be dragged to nothing.

    Pages are made from the outside in: Qt applies the style sheet to all that a widget holds each time that it gets
    another parent, which was most of the time that a page made from the inside out took.
    """
    splitter = QSplitter(orientation, parent)
    set_role(splitter, "gap")
    splitter.setHandleWidth(GAP)
    splitter.setChildrenCollapsible(False)
    return splitter
