"""The progress of background work, with an estimate of the remaining time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from replay_gui.engine.answers import Progress

MIN_ESTIMATE_SECONDS = 0.5  # before the first estimate
SPEED_WINDOW_SECONDS = 10.0  # of work from which the estimate is made


class ProgressThrottle:
    """Turns (done, total) of one job into Progress with an estimate from the speed of the last seconds."""

    def __init__(self, job: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._job = job
        self._clock = clock
        self._samples: deque[tuple[float, int]] = deque([(clock(), 0)])

    def progress(self, done: int, total: int) -> Progress:
        """Return the progress; the remaining time is None as long as it cannot be estimated."""
        now = self._clock()
        self._samples.append((now, done))
        while len(self._samples) > 2 and now - self._samples[1][0] > SPEED_WINDOW_SECONDS:
            self._samples.popleft()
        start, already = self._samples[0]
        eta = None
        if now - start >= MIN_ESTIMATE_SECONDS and done > already and total > 0:
            eta = max(0.0, (total - done) * (now - start) / (done - already))
        return Progress(self._job, done, total, eta)
