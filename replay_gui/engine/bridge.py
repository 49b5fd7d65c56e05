"""From the engine thread to the GUI thread: the one file of the engine that knows Qt."""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QObject, Signal

from replay_gui.engine.engine import Engine
from replay_gui.engine.requests import Answer, Request
from replay_gui.engine.worker_pool import WorkerPool


class EngineBridge(QObject):
    """The engine as an object of the GUI thread. Its signal is emitted on the engine thread, and Qt carries it over.

    Signals:
        answered(object): an Answer. Connect methods of QObjects only: anything else would run on the engine thread.
    """

    answered = Signal(object)

    def __init__(self, pool: WorkerPool | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = Engine(self._deliver, WorkerPool() if pool is None else pool)
        self._engine.start()

    def send_request(self, key: Hashable, request: Request) -> int:
        """Queues a request in the place of the waiting one of its key; its ticket."""
        return self._engine.send_request(key, request)

    def close(self) -> None:
        """Ends the engine thread and the workers. Call it before the object goes."""
        self._engine.close()

    def _deliver(self, answer: Answer) -> None:
        self.answered.emit(answer)
