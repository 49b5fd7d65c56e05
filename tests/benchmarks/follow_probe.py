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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Slot

from replay_gui.core.log.positions import Position
from replay_gui.windows.main_window import MainWindow
from tests.benchmarks.figure import Pair
from tests.benchmarks.turns import ThreadFloor, turn
from tests.benchmarks.window_probe import shown_window, wait

_SECONDS = 8.0  # of each part
_FRAME_MS = 16  # between two moves of the position
_BESIDE = Path(__file__).with_name("follow_beside.py")


class Painted(QObject):
    """Notes for each new event the seconds from its time until it is painted."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._session, self._late = window.session, list[float]()
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
        self._late += ((time.time_ns() - np.concatenate(self._waiting)) / 1e9).tolist()
        self._waiting.clear()

    def p95(self) -> float:
        """The 95th percentile of the events since the last call."""
        late, self._late = self._late, []
        return float(np.percentile(late, 95))


class Scrubbing(QObject):
    """Moves the position all the time, and notes what each frame costs the window's thread, beside the bare pass."""

    def __init__(self, window: MainWindow, floor: ThreadFloor) -> None:
        super().__init__()
        self._session, self._floor, self._costs = window.session, floor, list[Pair]()
        self._spent = time.thread_time()
        self._timer = QTimer(self, interval=_FRAME_MS)
        self._timer.timeout.connect(self._move)

    def over(self, seconds: float) -> list[Pair]:
        """The costs of all frames in these seconds."""
        self._costs, self._spent = [], time.thread_time()
        self._timer.start()
        turn(seconds)
        self._timer.stop()
        return self._costs

    @Slot()
    def _move(self) -> None:
        self._costs.append(Pair(time.thread_time() - self._spent, self._floor()))
        self._spent = time.thread_time()
        self._session.seek(Position((self._session.position + 997) % self._session.index.count))


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


@contextmanager
def read(log: Path) -> Iterator[Callable[[], float]]:
    """A process that reads the run meanwhile; the function waits for its end, and returns the seconds it took, p95."""
    command = [sys.executable, str(_BESIDE), "read", str(log), str(_SECONDS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as reader:
        yield lambda: float(reader.communicate()[0])


def measured(window: MainWindow, log: Path, writer: subprocess.Popen[str]) -> dict[str, Pair | list[Pair]]:
    session = window.session
    window.build_pages()
    session.open(str(log))
    wait(session.report_changed, lambda: session.report is not None)
    wait(session.following.changed, lambda: session.following.is_on)
    scrubbing = Scrubbing(window, ThreadFloor(log))
    at_rest = scrubbing.over(_SECONDS)
    session.seek(Position(1))
    painted = Painted(window)
    tell(writer)
    with read(log) as reader:
        turn(_SECONDS)
        still = Pair(painted.p95(), reader())
    with read(log) as reader:
        growing = scrubbing.over(_SECONDS)
        moving = Pair(painted.p95(), reader())
    return {"painted": still, "painted_moving": moving, "growing": growing, "at_rest": at_rest}


def main() -> None:
    log = Path(sys.argv[1]) / "growing.rlog"
    with written(log, int(sys.argv[3]), 3 * _SECONDS) as writer, shown_window() as window:
        print(json.dumps(measured(window, log, writer)))


if __name__ == "__main__":
    main()
