"""Painting a window in a turn of the event loop of its own."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Slot
from PySide6.QtWidgets import QWidget

from replay_gui.engine.bridge import QuietTurn


class PaintTurn(QuietTurn):
    """Lets a window paint in the turn after the one in which its content has changed.

    Qt paints in the same turn, so that the event loop is held for the time of both. Key presses and moves of the
    pointer are handled in between. What else waits for such a turn by then, like the drawing of pictures, comes before.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._is_painting = False
        self._is_last = False  # behind the others that waited when it could have painted first
        self.reached.connect(self._on_reached)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Qt's request to paint, and carry it out in a later turn."""
        if event.type() != QEvent.Type.UpdateRequest or self._is_painting:
            return super().eventFilter(watched, event)
        if not self.isActive():
            self.await_turn()
        return True

    @Slot()
    def _on_reached(self) -> None:
        """Paint, but not before the others, nor after work in the same turn."""
        if not self._is_last:
            self._is_last = True
            self.start(0)
            return
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)  # of shorter work in this turn
        if self.postpone_after_work():
            return
        self._is_painting, self._is_last = True, False
        try:
            QCoreApplication.sendEvent(self._window, QEvent(QEvent.Type.UpdateRequest))
        finally:
            self._is_painting = False
