"""Run as a process of its own by window_numbers: follows a run that grows by 1,000 events a second, and prints as JSON
when its events were painted, what a bare reader of the same file took, and what frames cost while the position moves.

follow_probe.py FOLDER CACHE EVENTS    the run begins with EVENTS
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEventLoop, QObject, QTimer, Slot

from replay_gui.core.log.positions import Position
from replay_gui.windows.main_window import MainWindow
from tests.benchmarks.window_probe import shown_window, wait

_SECONDS = 8.0  # of each part
_FRAME_MS = 16  # between two moves of the position
_BESIDE = Path(__file__).with_name("follow_beside.py")


class Painted(QObject):
    """Notes for each new event the milliseconds from its time until it is painted."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._session, self.late = window.session, list[float]()
        self._count, self._waiting = self._session.index.count, list[np.ndarray[Any, Any]]()
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._on_painted)
        self._session.index_changed.connect(self._on_grown)

    @Slot()
    def _on_grown(self) -> None:
        index = self._session.index
        self._waiting.append(index.time[self._count : index.count])
        self._count = index.count
        self._turn.start()  # behind the events that paint

    @Slot()
    def _on_painted(self) -> None:
        self.late += ((time.time_ns() - np.concatenate(self._waiting)) / 1e6).tolist()
        self._waiting.clear()


class Scrubbing(QObject):
    """Moves the position all the time, and notes what each frame costs the window's thread, in ms of its own time."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._session, self.costs, self._spent = window.session, list[float](), time.thread_time()
        self._timer = QTimer(self, interval=_FRAME_MS)
        self._timer.timeout.connect(self._move)

    def over(self, seconds: float) -> list[float]:
        """The costs of all frames in these seconds."""
        self.costs, self._spent = [], time.thread_time()
        self._timer.start()
        turn(seconds)
        self._timer.stop()
        return self.costs

    @Slot()
    def _move(self) -> None:
        spent = time.thread_time()
        self.costs.append(1000 * (spent - self._spent))
        self._spent = spent
        self._session.seek(Position((self._session.position + 997) % self._session.index.count))


def turn(seconds: float) -> None:
    """Turn the event loop."""
    loop = QEventLoop()
    QTimer.singleShot(int(1000 * seconds), loop.quit)
    loop.exec()


@contextmanager
def written(log: Path, events: int, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """The process that writes the run; a line to its input begins the second part, another ends it."""
    with subprocess.Popen(
        [sys.executable, _BESIDE, "write", log, str(events), str(seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        yield writer
        tell(writer)


def tell(writer: subprocess.Popen[str]) -> None:
    """Let the writer go on."""
    assert writer.stdin is not None
    writer.stdin.write("\n")
    writer.stdin.flush()


def measured(window: MainWindow, log: Path, writer: subprocess.Popen[str]) -> dict[str, float]:
    session = window.session
    window.build_pages()
    session.open(str(log))
    wait(session.report_changed, lambda: session.report is not None)
    wait(session.following.changed, lambda: session.following.is_on)
    scrubbing = Scrubbing(window)
    at_rest = scrubbing.over(_SECONDS)
    session.seek(Position(1))
    reader = subprocess.Popen(
        [sys.executable, _BESIDE, "read", log, str(_SECONDS)], stdout=subprocess.PIPE, text=True, env=os.environ
    )
    painted = Painted(window)
    tell(writer)
    turn(_SECONDS)
    still, painted.late = painted.late, []
    while_it_grows = scrubbing.over(_SECONDS)
    return {
        "painted": float(np.percentile(still, 95)),
        "moving": float(np.percentile(painted.late, 95)),
        "read": float(reader.communicate()[0]),
        "frame": float(np.percentile(while_it_grows, 99)),
        "frame_at_rest": float(np.percentile(at_rest, 99)),
        "events": len(still),
    }


def main() -> None:
    log = Path(sys.argv[1]) / "growing.rlog"
    with written(log, int(sys.argv[3]), 2 * _SECONDS) as writer, shown_window() as window:
        print(json.dumps(measured(window, log, writer)))


if __name__ == "__main__":
    main()
