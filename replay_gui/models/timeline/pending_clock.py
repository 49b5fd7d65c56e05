"""Advances the clock of a running run while one of its calls waits for its response."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Slot

from replay_gui.core.index.run_index import NO_PAIR
from replay_gui.core.log.kinds import KINDS, Kind
from replay_gui.models.session import Session

TICK_MS = 500
_MAX_SEARCHED_EVENTS = 4_096  # of the last calls, which are searched for pending ones
_REQUEST = KINDS.index(Kind.TOOL_REQUEST)


class PendingClock(QObject):
    """Counts from the arrival of the last event, because the events may have times of another clock."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._came = time.monotonic_ns()
        self._count = 0  # of the events at that time
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        for signal in (session.run_changed, session.index_changed, session.following.changed):
            signal.connect(self._on_changed)

    @Slot()
    def _on_changed(self) -> None:
        """Restart at a new event; stop if no response is awaited."""
        if self._session.index.count != self._count:
            self._came, self._count = time.monotonic_ns(), self._session.index.count
            self._session.set_waited(0)
        if self._session.following.is_on and self._has_pending:
            self._tick.start()
        else:
            self._tick.stop()
            self._session.set_waited(0)

    @property
    def _has_pending(self) -> bool:
        index = self._session.index
        last = slice(-_MAX_SEARCHED_EVENTS, None)
        return bool(((index.kind[last] == _REQUEST) & (index.pair[last] == NO_PAIR)).any())

    @Slot()
    def _on_tick(self) -> None:
        self._session.set_waited(time.monotonic_ns() - self._came)
