"""Hold back results that the source records together with their calls, until their end time."""

from __future__ import annotations

from collections.abc import Callable


class WaitingResults:
    """Add results in the order of time: after the events inside a call, or during a parallel call."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, Callable[[], None]]] = []  # (end, callback), sorted by end

    def wait(self, begun: int | None, ended: int | None, add: Callable[[], None]) -> None:
        """Call `add` when the end time is reached; at once if no end after the beginning is known. Times in ns."""
        if begun is None or ended is None or ended <= begun:
            add()
            return
        self._waiting.append((ended, add))
        self._waiting.sort(key=lambda waiting: waiting[0])

    def release(self, time: int | None) -> None:
        """Add the results of the calls that ended by `time`; none if `time` is None."""
        while time is not None and self._waiting and self._waiting[0][0] <= time:
            self._waiting.pop(0)[1]()

    def release_all(self) -> None:
        """Add all results that still wait."""
        waiting, self._waiting = self._waiting, []
        for _, add in waiting:
            add()
