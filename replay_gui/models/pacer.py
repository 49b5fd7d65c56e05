"""Limits the rate of requests."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

MIN_INTERVAL_MS = 16  # about a frame
_WAIT_FACTOR = 5  # the next request is due after this multiple of the time of the last answer


class Pacer(QObject):
    """Of the requests within one interval, the first is due at once and the last at the end of the interval.

    Signals:
        due(): carry out the request now.
    """

    due = Signal()

    def __init__(self, interval: int, parent: QObject | None = None) -> None:
        """`interval` in ms."""
        super().__init__(parent)
        self._interval = interval
        self._is_requested = False
        self._since_due = QElapsedTimer()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_timeout)

    def request(self) -> None:
        """Add a request; `due` follows, immediately or later."""
        self._is_requested = True
        if not self._timer.isActive():
            self._on_timeout()

    def on_answered(self) -> None:
        """Handle the answer: if it came quickly, end the interval earlier."""
        if self._timer.isActive():
            took = self._since_due.elapsed()
            self._timer.start(max(0, min(self._interval, max(MIN_INTERVAL_MS, _WAIT_FACTOR * took)) - took))

    @property
    def is_waiting(self) -> bool:
        """Whether a request is not due yet."""
        return self._is_requested

    def stop(self) -> None:
        """Drop the request that is not due yet."""
        self._is_requested = False
        self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        if self._is_requested:
            self._is_requested = False
            self._timer.start(self._interval)
            self._since_due.start()
            self.due.emit()
