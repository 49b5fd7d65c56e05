"""Run as a process of its own by window_numbers: uses the window like a user, and prints as JSON how long the window's
thread worked between two turns of its event loop, in ms of its own time.

loop_probe.py LOG CACHE [indexed]    opens LOG with this cache folder; `indexed`: its index is in there already
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from replay_gui.core.log.positions import Position
from replay_gui.widgets.timeline.timeline import Timeline
from replay_gui.windows.main_window import MainWindow
from tests.benchmarks.window_probe import shown_window, wait

_MOVES = 400  # of the pointer, from one end of the timeline to the other
_MOVE_MS = 8  # between two moves
_SEEKS = 60
_VIEWS = 30  # ranges of the timeline, on each axis
_BUSY_MS = 1.0  # turns that work for less are left out of the percentile


class Turns(QObject):
    """Notes the work of each turn of an event loop that has something to do every millisecond."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, float]] = {}
        self._works: list[float] = []
        self._last = time.thread_time()
        self._timer = QTimer(self, interval=1)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    @contextmanager
    def during(self, name: str) -> Iterator[None]:
        """Keep the worst and the 99th percentile of the turns within the block as `name`."""
        turn(1)
        self._works.clear()
        yield
        turn(1)
        works = np.array(self._works)
        busy = works[works >= _BUSY_MS]
        self.found[name] = {"worst": float(works.max()), "p99": float(np.percentile(busy, 99)) if len(busy) else 0.0}

    @Slot()
    def _beat(self) -> None:
        now = time.thread_time()
        self._works.append(1000 * (now - self._last))
        self._last = now


def turn(ms: float) -> None:
    """Turn the event loop."""
    loop = QEventLoop()
    QTimer.singleShot(int(ms), loop.quit)
    loop.exec()


def scrub(timeline: Timeline, count: int) -> list[float]:
    """Drag the position over the whole timeline; return the thread's own time from one move to the next, in ms."""
    height, left, right = timeline.height() / 2, timeline.x_of(0), timeline.x_of(count)
    no, held = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    _send(timeline, QEvent.Type.MouseButtonPress, QPointF(left, height), (held, held))
    works, last = [], time.thread_time()
    for x in np.linspace(left, right, _MOVES).tolist():
        _send(timeline, QEvent.Type.MouseMove, QPointF(x, height), (no, held))
        turn(_MOVE_MS)
        now = time.thread_time()
        works.append(1000 * (now - last))
        last = now
    _send(timeline, QEvent.Type.MouseButtonRelease, QPointF(right, height), (held, no))
    return works


def _send(timeline: Timeline, kind: QEvent.Type, at: QPointF, buttons: tuple[Qt.MouseButton, Qt.MouseButton]) -> None:
    modifiers = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(timeline, QMouseEvent(kind, at, timeline.mapToGlobal(at), *buttons, modifiers))


def seek(window: MainWindow, generator: random.Random) -> None:
    """Go to random positions, and wait at each until all is shown."""
    session = window.session
    for _ in range(_SEEKS):
        position = Position(generator.randrange(session.index.count))
        session.seek(position)
        wait(session.position_state_changed, lambda: _is_at(window, position))  # noqa: B023  called at once
        turn(50)


def _is_at(window: MainWindow, position: Position) -> bool:
    state = window.session.position_state
    return state is not None and state.position == position


def look(window: MainWindow, generator: random.Random) -> None:
    """Show ranges of all lengths."""
    session, count = window.session, window.session.index.count
    for _ in range(_VIEWS):
        start = generator.random() * count
        session.set_view(start, start + count ** generator.random())
        turn(30)
    session.fit_view()
    turn(30)


def measured(window: MainWindow, log: str, is_indexed: bool) -> dict[str, object]:
    session, generator = window.session, random.Random(3)
    window.build_pages()
    turn(500)  # the imports of the engine's thread
    turns = Turns()
    with turns.during("shown" if is_indexed else "read"):
        session.open(log)
        wait(session.position_state_changed, lambda: session.position_state is not None)
        if not is_indexed:
            wait(session.report_changed, lambda: session.report is not None, 1200)
        wait(session.progress_changed, lambda: session.index.complete and not session.working, 1200)
        turn(3000)  # the totals, and what else comes in the end
    if not is_indexed:
        return {**turns.found, "events": session.index.count}
    frames: list[float] = []
    with turns.during("scrubbed"):
        frames = scrub(window.run_view.timeline.timeline, session.index.count)
    with turns.during("sought"):
        seek(window, generator)
    with turns.during("zoomed"):
        look(window, generator)
    with turns.during("zoomed along the clock"):
        session.set_axis("time")
        turn(300)
        look(window, generator)
    frame = {"frame": float(np.median(frames)), "frame_p99": float(np.percentile(frames, 99))}
    return {**turns.found, **frame, "events": session.index.count}


if __name__ == "__main__":
    with shown_window() as shown:
        print(json.dumps(measured(shown, sys.argv[1], "indexed" in sys.argv)))
