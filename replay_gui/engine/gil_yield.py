"""Pauses in long work on the engine thread, in which other threads get the global interpreter lock (GIL).

The GUI thread releases the GIL at every call into Qt. Beside a thread that computes without a pause, it would get it
back only a few times a millisecond.
"""

from __future__ import annotations

import time
from collections.abc import Callable

MAX_SLEEP_SECONDS = 0.002
SWITCH_SECONDS = 0.0005
"""For how long one thread may keep the GIL while another waits for it, as sys.setswitchinterval takes it.

At a turn of its event loop, the GUI thread waits for the GIL many times, as long each: with Python's usual 5 ms, a
turn of 30 ms of work took up to 280 ms beside a busy engine; with 1 ms 80 ms, with 0.5 ms 57 ms.
"""


class GilYield:
    """Sleeps for as long as the work has run since the last call, at most MAX_SLEEP_SECONDS."""

    def __init__(
        self, clock: Callable[[], float] = time.perf_counter, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._since = clock()

    def __call__(self) -> None:
        """Sleep now; the interpreter is free for other threads meanwhile."""
        self._sleep(min(self._clock() - self._since, MAX_SLEEP_SECONDS))
        self._since = self._clock()
