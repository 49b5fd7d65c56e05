"""Access to files without blocking the window: a folder can be on a server that does not respond."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

_PROMPT_SECONDS = 0.02  # a slower disk is waited for in the event loop
_POLL_INTERVAL_MS = 15


class DiskQuestion(QObject):
    """Runs one function at a time, on a separate thread. A new one replaces one whose result is still missing.

    Signals:
        answered(object): the result of the function; before `ask_disk` returns, if the disk is fast enough.
    """

    answered = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thread: Thread | None = None
        self._answers: list[Any] = []
        self._timer = QTimer(self, interval=_POLL_INTERVAL_MS)
        self._timer.timeout.connect(self._check_thread)

    @property
    def pending(self) -> bool:
        """Whether a question waits for its answer."""
        return self._thread is not None

    def ask_disk(self, question: Callable[[], object]) -> None:
        """Run the function; it must not use the window, nor raise an exception."""
        answers: list[Any] = []
        # Not a thread of a pool: the end of the program would wait for it.
        self._thread = Thread(target=lambda: answers.append(question()), name="disk-question", daemon=True)
        self._answers = answers
        self._thread.start()
        self._thread.join(_PROMPT_SECONDS)
        self._timer.start()
        self._check_thread()

    @Slot()
    def _check_thread(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        self._thread = None
        self._timer.stop()
        if self._answers:  # otherwise it raised an exception, which the crash dialog shows
            self.answered.emit(self._answers.pop())
