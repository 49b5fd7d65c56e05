"""The work of the window's thread between two turns of its event loop, beside the bare pass; for probes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from PySide6.QtCore import QEventLoop, QObject, QTimer, Slot

from tests.benchmarks.bare_pass import BarePass
from tests.benchmarks.figure import Pair

BUSY = 0.001  # seconds; turns that work for less would only lower the percentile
_ANEW = 0.2  # seconds after which the floor is measured anew
_FLOORS = 5
_A_MOMENT = 0.001  # seconds: the turn that is under way ends


class ThreadFloor:
    """The bare pass over the first 1,000 records of a log in the calling thread's own time, as it is now.

    Attributes:
        spent: seconds that the thread took for this so far, which are no work of what is measured.
    """

    def __init__(self, log: Path) -> None:
        self._bare, self._measured = BarePass(log, 1000, time.thread_time), 0.0
        self._floors = deque((self._bare() for _ in range(_FLOORS)), _FLOORS)
        self.spent = 0.0

    def __call__(self) -> float:
        """Return the median of the last few, in seconds."""
        now = time.monotonic()
        if now - self._measured > _ANEW:
            self._measured, begun = now, time.thread_time()
            self._floors.append(self._bare())
            self.spent += time.thread_time() - begun
        return median(self._floors)


class Turns(QObject):
    """Notes the work of each turn of an event loop that has something to do every millisecond.

    Attributes:
        found: by the names of blocks, their turns that work for a millisecond or longer; at least the longest.
        floor: that of the turns.
    """

    def __init__(self, log: Path) -> None:
        super().__init__()
        self.found: dict[str, list[Pair]] = {}
        self._pairs: list[Pair] = []
        self.floor = ThreadFloor(log)
        self._last = time.thread_time()
        self._timer = QTimer(self, interval=1)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    @contextmanager
    def during(self, name: str) -> Iterator[None]:
        """Keep the turns within the block as `name`."""
        turn(_A_MOMENT)
        self._pairs = []
        yield
        turn(_A_MOMENT)
        self.found[name] = [pair for pair in self._pairs if pair.measured >= BUSY] or [max(self._pairs)]

    def stop(self) -> None:
        """Take no more time of the event loop."""
        self._timer.stop()

    @Slot()
    def _beat(self) -> None:
        work = time.thread_time() - self._last
        self._pairs.append(Pair(work, self.floor()))
        self._last = time.thread_time()


def turn(seconds: float) -> None:
    """Turn the event loop for so long."""
    loop = QEventLoop()
    QTimer.singleShot(int(1000 * seconds), loop.quit)
    loop.exec()
