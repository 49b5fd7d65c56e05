"""What is done in several turns of the event loop, so that none of them holds it for long."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

_PAINT_INTERVAL_MS = 8  # ms; Qt paints what was changed 5 ms after (QT_QPA_UPDATE_IDLE_TIME)


class EventLoopQueue(QObject):
    """Does one thing after another, and lets the window paint in between, and before the first."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: deque[Callable[[], None]] = deque()
        self._timer = QTimer(self, singleShot=True, interval=_PAINT_INTERVAL_MS)
        self._timer.timeout.connect(self._run_next)

    @property
    def pending(self) -> bool:
        """Whether anything is still to be done."""
        return bool(self._steps)

    def begin(self, *steps: Callable[[], None]) -> None:
        """These take the place of what is left of others."""
        self._steps = deque(steps)
        self._timer.start()

    def stop(self) -> None:
        """What is left is not done."""
        self._steps.clear()
        self._timer.stop()

    @Slot()
    def _run_next(self) -> None:
        step = self._steps.popleft()
        if self._steps:
            self._timer.start()
        step()
