"""Does something at once when asked to, but not again before a while has passed."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

MIN_INTERVAL_MS = 16  # ms, about a frame
_WAIT_FACTOR = 5  # so many times as long as an answer took, the next is waited for


class Pacer(QObject):
    """Of the askings within one interval, the first is answered at once and the last when the interval is over.

    Signal: due(): now is the time.
    """

    due = Signal()

    def __init__(self, interval: int, parent: QObject | None = None) -> None:
        """`interval` in ms."""
        super().__init__(parent)
        self._interval = interval
        self._asked = False
        self._since_due = QElapsedTimer()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_timeout)

    def request(self) -> None:
        self._asked = True
        if not self._timer.isActive():
            self._on_timeout()

    def on_answered(self) -> None:
        """What was due has been done: where that was quick, this interval is over sooner."""
        if self._timer.isActive():
            took = self._since_due.elapsed()
            self._timer.start(max(0, min(self._interval, max(MIN_INTERVAL_MS, _WAIT_FACTOR * took)) - took))

    @property
    def is_waiting(self) -> bool:
        """Whether an asking is still to be answered."""
        return self._asked

    def stop(self) -> None:
        """Forgets what was asked."""
        self._asked = False
        self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        if self._asked:
            self._asked = False
            self._timer.start(self._interval)
            self._since_due.start()
            self.due.emit()
