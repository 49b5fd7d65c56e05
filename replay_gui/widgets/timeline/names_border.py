"""The right border of the timeline's column of names: a drag moves it, a double click fits it to the names.

Until the user moves it, it is where the names need it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from replay_gui.look.theme import GAP
from replay_gui.models.session import Session
from replay_gui.widgets.timeline.timeline_layout import TimelineLayout

REACH_PX = 3 * GAP  # width of the area in which the border can be grasped
_RIGHT_PX = GAP - 2  # part of it right of the border: position 0 is just beyond


class NamesBorder(QObject):
    """Handles mouse events at the border before `widget` receives them, and new sizes of it.

    `get_needed`: returns the width at which no name is cut, which the session gets.
    """

    def __init__(
        self,
        widget: QWidget,
        session: Session,
        get_layout: Callable[[], TimelineLayout],
        get_needed: Callable[[], float],
    ) -> None:
        super().__init__(widget)
        self._widget, self._session = widget, session
        self._get_layout, self._get_needed = get_layout, get_needed
        self._held: float | None = None  # from the pointer to the border while it is moved
        widget.installEventFilter(self)

    def fit(self) -> None:
        """Give the session the width that the visible names need, in steps, so that it stays while the counts grow."""
        if self._widget.isVisible():
            self._session.set_names_needed(GAP * math.ceil(self._get_needed() / GAP))

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Move the border while it is held; change the cursor over it."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.fit()
        if not isinstance(event, QMouseEvent):
            return False
        is_left, at = event.button() == Qt.MouseButton.LeftButton, event.position()
        match event.type():
            case QEvent.Type.MouseButtonPress if is_left and self._is_near(at):
                self._held = self._get_layout().names - at.x()
                return True
            case QEvent.Type.MouseButtonDblClick if is_left and self._is_near(at):
                self._session.set_names_width(round(self._get_needed()))
                return True
            case QEvent.Type.MouseMove if self._held is not None:
                self._session.set_names_width(round(at.x() + self._held))
                return True
            case QEvent.Type.MouseMove if not event.buttons() and self._is_near(at):
                self._widget.setCursor(Qt.CursorShape.SplitHCursor)
                return True
            case QEvent.Type.MouseButtonRelease if is_left and self._held is not None:
                self._held = None
                return True
        return False

    def _is_near(self, at: QPointF) -> bool:
        layout = self._get_layout()
        right = layout.names + _RIGHT_PX
        return right - REACH_PX <= at.x() < right and at.y() < layout.plot.bottom()
