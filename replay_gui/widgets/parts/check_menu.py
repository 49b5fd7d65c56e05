"""A menu in which several things are chosen one after another."""

from __future__ import annotations

from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QMenu


class CheckMenu(QMenu):
    """Stays open when a checkable item is clicked."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Toggle what is checkable without closing the menu."""
        action = self.activeAction()
        if action is not None and action.isCheckable():
            action.trigger()
        else:
            super().mouseReleaseEvent(event)
