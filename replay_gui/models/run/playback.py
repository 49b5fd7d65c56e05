"""Playing a run: one event after the other, at the recorded pace."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from replay_gui.core.index.run_index import NO_TIME, RunIndex
from replay_gui.core.log.positions import Position, index_before, position_moved
from replay_gui.core.numpy_on_demand import np
from replay_gui.models.session import Session
from replay_gui.models.timeline.event_steps import step_position

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_PAUSE_S = 1.0  # seconds; a longer pause between two events is cut to this
UNTIMED_PAUSE_S = 0.25  # seconds between two events if one has no time
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
FRAME_MS = 16  # ms; events due within one frame are shown as one step
_EVENTS_PER_TURN = 4096  # events examined at once


def pauses(index: RunIndex, position: Position, max_steps: int = _EVENTS_PER_TURN) -> NDArray[np.float64]:
    """Return float64[≤ max_steps]: the seconds from each position to the next, beginning with `position`.

    The first event follows at once. There is no pause if the clock ran backwards.
    """
    stop = min(position + max_steps, index.count)
    if position >= stop:
        return np.zeros(0)
    times = index.time[max(index_before(position), 0) : stop]
    known = times != NO_TIME
    apart = np.diff(times.astype(np.float64)) / 1e9
    waits = np.where(known[1:] & known[:-1], np.clip(apart, 0.0, MAX_PAUSE_S), UNTIMED_PAUSE_S)
    return np.concatenate(([0.0], waits)) if position == 0 else waits


def position_after_seconds(index: RunIndex, position: Position, seconds: float) -> tuple[Position, float]:
    """Return the position after `seconds` of playing at speed 1, and the rest of them after the last step."""
    while True:
        due = np.cumsum(pauses(index, position))
        steps = int(np.searchsorted(due, seconds, "right"))
        if steps:
            seconds -= float(due[steps - 1])
            position = position_moved(position, steps)
        if not steps or steps < len(due):
            return position, seconds


class Playback(QObject):
    """Plays the session's run from its position; after a seek it continues from there.

    Attributes:
        playing: whether the run is being played. speed: one of SPEEDS.

    Signals:
        changed(): `playing` or `speed` has changed.
    """

    changed = Signal()

    def __init__(
        self, session: Session, clock: Callable[[], float] = time.monotonic, parent: QObject | None = None
    ) -> None:
        """`clock`: seconds, ever increasing."""
        super().__init__(parent)
        self._session = session
        self._clock = clock
        self.playing, self.speed = False, 1.0
        self._then = 0.0  # the time up to which the run was played
        self._left = 0.0  # seconds played since the last step
        self._is_seeking = False
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        session.run_changed.connect(self.pause)
        session.position_changed.connect(self._on_position_changed)
        session.index_changed.connect(self._on_index_changed)

    @Slot()
    def toggle(self) -> None:
        """Play, from the start if at the end; or pause."""
        if self.playing:
            self.pause()
            return
        session = self._session
        if session.index.count == 0:
            return
        if session.position >= session.index.count and session.index.complete:
            session.seek(Position(0))
        self.playing, self._then, self._left = True, self._clock(), 0.0
        self.changed.emit()
        self._await_next()

    @Slot()
    def pause(self) -> None:
        self._timer.stop()
        if self.playing:
            self.playing = False
            self.changed.emit()

    @Slot()
    def faster(self) -> None:
        self.set_speed(SPEEDS[min(SPEEDS.index(self.speed) + 1, len(SPEEDS) - 1)])

    @Slot()
    def slower(self) -> None:
        self.set_speed(SPEEDS[max(SPEEDS.index(self.speed) - 1, 0)])

    def set_speed(self, speed: float) -> None:
        """Set the speed, one of SPEEDS."""
        if speed == self.speed:
            return
        if self.playing:
            self.tick()
        self.speed = speed
        self.changed.emit()
        if self.playing:
            self._await_next()

    @Slot()
    def tick(self) -> None:
        """Carry out every step that is due."""
        now = self._clock()
        seconds = self._left + (now - self._then) * self.speed
        self._then = now
        session = self._session
        position, self._left = position_after_seconds(session.index, session.position, seconds)
        if session.hides_bookkeeping and session.position < position < session.index.count:
            shown = step_position(session.index, position_moved(position, -1), 1)  # the event there may be hidden
            position = shown if shown >= position else Position(session.index.count)
        self._is_seeking = True
        session.seek(position)
        self._is_seeking = False
        if position >= session.index.count and session.index.complete:
            self.pause()
        else:
            self._await_next()

    def _await_next(self) -> None:
        """Wait until the next step is due; at the end of an index that still grows, until it has grown."""
        ahead = pauses(self._session.index, self._session.position, 1)
        if len(ahead):
            self._timer.start(max(FRAME_MS, round((float(ahead[0]) - self._left) / self.speed * 1000)))
        else:
            self._timer.stop()
            self._left = 0.0

    @Slot(object)
    def _on_position_changed(self, _position: Position) -> None:
        if self.playing and not self._is_seeking:
            self._then, self._left = self._clock(), 0.0
            self._await_next()

    @Slot()
    def _on_index_changed(self) -> None:
        if self.playing and not self._timer.isActive():
            self._then = self._clock()
            self._await_next()
