"""Pauses in long work on the engine thread.

Threads share one interpreter, and the window gives it up at every call into Qt: against a thread that computes without
a pause it would come to no more than a few such calls a millisecond.
"""

from __future__ import annotations

import time
from collections.abc import Callable

MAX_SLEEP_SECONDS = 0.002  # seconds


class GilYield:
    """Lets others have the interpreter for about as long as the work had it since the last time."""

    def __init__(
        self, clock: Callable[[], float] = time.perf_counter, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._since = clock()

    def __call__(self) -> None:
        self._sleep(min(self._clock() - self._since, MAX_SLEEP_SECONDS))
        self._since = self._clock()
