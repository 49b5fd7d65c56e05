"""Results of calls whose end is told together with their beginning, until their time has come."""

from __future__ import annotations

from collections.abc import Callable


class WaitingResults:
    """Adds results in the order of the clock: after what happened inside a call, or while it went on beside others."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, Callable[[], None]]] = []  # (end, what adds the result), in the order of the end

    def wait(self, begun: int | None, ended: int | None, add: Callable[[], None]) -> None:
        """Have a result added when its end has come; at once where no end after the beginning is known. Times in ns."""
        if begun is None or ended is None or ended <= begun:
            add()
            return
        self._waiting.append((ended, add))
        self._waiting.sort(key=lambda waiting: waiting[0])

    def release(self, time: int | None) -> None:
        """Add the results of what had ended by `time`; none where that is not known."""
        while time is not None and self._waiting and self._waiting[0][0] <= time:
            self._waiting.pop(0)[1]()

    def release_all(self) -> None:
        """Add all results that still wait."""
        waiting, self._waiting = self._waiting, []
        for _, add in waiting:
            add()
