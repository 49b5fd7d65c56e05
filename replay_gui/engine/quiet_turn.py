"""A turn of the event loop for work that should not add to other work."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal, Slot

_SHORT_WORK_SECONDS = 0.002  # of this thread's own time; after more work in the same turn, another one is awaited
_MAX_WORK_SECONDS = 0.05  # of this thread's own time, after which it is reached in any case


class QuietTurn(QTimer):
    """A timer that waits for a turn of the event loop in which there was little work before.

    Qt runs all timers that are due, and paints, in one turn, and handles key presses and moves of the pointer after it.

    Signals: reached(): this is such a turn, or there were 50 ms of work in others.
    """

    reached = Signal()

    def __init__(self, parent: QObject, interval: int = 0) -> None:
        """`interval`: the least time to wait, in ms."""
        super().__init__(parent, singleShot=True)
        self._least = interval
        self._begun = self._since = 0.0
        self.timeout.connect(self._on_timeout)

    @Slot()
    def await_turn(self) -> None:
        """Wait for the next quiet turn after the present one; if it is awaited already, begin again, behind others."""
        self._begun = self._since = time.thread_time()
        self.start(self._least)

    def postpone_after_work(self) -> bool:
        """Await another turn if there was work since the last call, but not too much; return whether it is awaited."""
        now = time.thread_time()
        worked, self._since = now - self._since, now
        if worked <= _SHORT_WORK_SECONDS or now - self._begun > _MAX_WORK_SECONDS:
            return False
        self.start(0)
        return True

    @staticmethod
    def is_awaited_in(window: QObject) -> bool:
        """Return whether a part of the window awaits such a turn, for instance to draw what has changed."""
        return any(turn.isActive() for turn in window.findChildren(QuietTurn))

    @Slot()
    def _on_timeout(self) -> None:
        if not self.postpone_after_work():
            self.reached.emit()
