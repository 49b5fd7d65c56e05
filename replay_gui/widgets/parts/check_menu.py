"""A menu in which several items are chosen one after another."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu

from replay_gui.look.icons import tinted_icon
from replay_gui.look.theme import ICON, UNIT, theme


class CheckMenu(QMenu):
    """Stays open when a checkable item is clicked. Checked items have a tick, also next to an icon."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Toggle a checkable item without closing the menu."""
        action = self.activeAction()
        if action is not None and action.isCheckable():
            action.trigger()
        else:
            super().mouseReleaseEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the menu, and at the right the ticks of items with an icon, which Qt replaces by the icon."""
        super().paintEvent(event)
        painter = QPainter(self)
        tick = tinted_icon("check", theme().accent)
        for action in self.actions():
            if action.isChecked() and not action.icon().isNull():
                row = self.actionGeometry(action)
                tick.paint(painter, QRect(row.right() - ICON - UNIT, row.y() + (row.height() - ICON) // 2, ICON, ICON))
        painter.end()
