"""Painting a window in a turn of the event loop of its own."""

from __future__ import annotations

import time

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

_SHORT_WORK_SECONDS = 0.002  # of this thread's own time; a turn with more work leaves the painting to the next one
_MAX_TURNS = 4  # of work, after which the window is painted in any case


class PaintTurn(QTimer):
    """Lets a window paint in the turn after the one in which its content has changed.

    Qt paints in the same turn, so that the event loop is held for the time of both. Key presses and moves of the
    pointer are handled in between.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, singleShot=True, interval=0)
        self._window = window
        self._is_painting, self._waited = False, 0
        self._since = 0.0
        self.timeout.connect(self._on_timeout)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Qt's request to paint, and carry it out in a later turn."""
        if event.type() != QEvent.Type.UpdateRequest or self._is_painting:
            return super().eventFilter(watched, event)
        if not self.isActive():
            self._waited, self._since = 0, time.thread_time()
            self.start()
        return True

    @Slot()
    def _on_timeout(self) -> None:
        """Paint, but not after work in the same turn."""
        if self._waits_after_work():
            return
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)  # of shorter work in this turn
        if self._waits_after_work():
            return
        self._is_painting = True
        try:
            QCoreApplication.sendEvent(self._window, QEvent(QEvent.Type.UpdateRequest))
        finally:
            self._is_painting = False

    def _waits_after_work(self) -> bool:
        """Wait for another turn, if there was work since the last call, and it did not wait too often; return that."""
        worked, self._since = time.thread_time() - self._since, time.thread_time()
        if worked <= _SHORT_WORK_SECONDS or self._waited >= _MAX_TURNS:
            return False
        self._waited += 1
        self.start()
        return True
