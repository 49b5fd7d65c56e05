"""Values that a run drew: the times and uuids that its own code requested.

They are in the meta of the next event that the same thread or task writes within the same call: as ``drawn``, a list
of ``[lane, source, value]``. So they need no separate event, and equal runs have equal content. In a re-run they
are returned again in the same order, per lane (thread or task), call and source.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any, TypeAlias

DRAWN = "drawn"
"""Member of meta that holds the values."""

MAX_DRAWN = 10_000  # values between two events; a loop that waits for a time reads the clock very often

Caller: TypeAlias = tuple[int, int | None]
"""Who draws: the number of the thread or task; of the call that it is inside of, or None."""


class DrawnValues:
    """The values drawn since the last event of each caller, not yet in the log. Thread-safe."""

    def __init__(self) -> None:
        self._values: dict[Caller, list[list[Any]]] = defaultdict(list)
        self._lock = threading.RLock()

    def add(self, caller: Caller, source: str, value: Any) -> bool:
        """Add a value; return False if there is no room for it."""
        with self._lock:
            kept = self._values[caller]
            if len(kept) >= MAX_DRAWN:
                return False
            kept.append([caller[0], source, value])
            return True

    def take_drawn(self, lane: int | None, call: int | None) -> list[list[Any]]:
        """Remove and return the values drawn within a call, by one lane or (None) by all."""
        if not self._values:
            return []
        with self._lock:
            callers = [key for key in self._values if key[1] == call and lane in (None, key[0])]
            return [drawn for caller in callers for drawn in self._values.pop(caller)]


class PastValues:
    """The values that a recorded run drew, to be returned again. Thread-safe."""

    def __init__(self) -> None:
        self._values: dict[tuple[Caller, str], deque[Any]] = defaultdict(deque)
        self._last: dict[str, tuple[Any, float]] = {}
        self._lock = threading.RLock()

    def add(self, call: int | None, drawn: list[list[Any]]) -> None:
        """Add the values in the meta of an event that were drawn within a call."""
        for lane, source, value in drawn:
            self._values[(lane, call), source].append(value)

    def draw(self, caller: Caller, source: str, real: Callable[[], Any]) -> Any:
        """Return the next recorded value, or the real one if none is left.

        A clock continues from its last recorded time instead, so that it never jumps.
        """
        with self._lock:
            left = self._values.get((caller, source))
            if left:
                value = left.popleft()
                self._last[source] = value, time.perf_counter()
                return value
            if source not in self._last or isinstance(self._last[source][0], str):
                return real()
            value, since = self._last[source]
            passed = time.perf_counter() - since
            return value + (round(passed * 1e9) if isinstance(value, int) else passed)
