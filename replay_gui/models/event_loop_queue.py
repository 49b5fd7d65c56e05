"""Work that is done in several iterations of the event loop, so that none of them blocks it for long."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Slot

from replay_gui.engine.bridge import QuietTurn

_PAINT_INTERVAL_MS = 8  # Qt paints changes after 5 ms (QT_QPA_UPDATE_IDLE_TIME)


class EventLoopQueue(QObject):
    """Runs functions one after another; the window can paint before each of them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: deque[Callable[[], None]] = deque()
        self._turn = QuietTurn(self, _PAINT_INTERVAL_MS)
        self._turn.reached.connect(self._run_next)

    @property
    def pending(self) -> bool:
        """Whether any function still waits."""
        return bool(self._steps)

    def begin(self, *steps: Callable[[], None]) -> None:
        """Run these functions, and drop those that still wait."""
        self._steps = deque(steps)
        self._turn.await_turn()

    def stop(self) -> None:
        """Drop the functions that still wait."""
        self._steps.clear()
        self._turn.stop()

    @Slot()
    def _run_next(self) -> None:
        step = self._steps.popleft()
        if self._steps:
            self._turn.await_turn()
        step()


class EventLoopParts(QObject):
    """Makes something that is not shown yet part by part, each in an iteration of the event loop."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._parts: Iterator[None] = iter(())
        self._turn = QuietTurn(self)
        self._turn.reached.connect(self._make_next)

    def begin(self, parts: Iterator[None]) -> None:
        """Make these, one at each step of the iterator; it may make some of them earlier."""
        self._parts = parts
        self._turn.await_turn()

    @Slot()
    def _make_next(self) -> None:
        for _ in self._parts:
            self._turn.await_turn()  # after the work, so that timers that are due have their turn before the next part
            return
