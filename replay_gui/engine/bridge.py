"""The bridge from the engine thread to the GUI thread: the only file of the engine that uses Qt."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from replay_gui.engine.requests import Answer, Request

if TYPE_CHECKING:
    from replay_gui.engine.engine import Engine


class EngineBridge(QObject):
    """The engine as an object of the GUI thread. Its signals are emitted on other threads, and Qt carries them over.

    The engine is imported and started with the first request: the first window is shown sooner without it.

    Signals:
        answered(object): an Answer. prepared(): the engine is imported.
        Connect methods of QObjects only: anything else would run on the thread that emits.
    """

    answered = Signal(object)
    prepared = Signal()

    _preparation: Thread | None = None

    @cached_property
    def _engine(self) -> Engine:
        from replay_gui.engine.engine import Engine
        from replay_gui.engine.worker_pool import WorkerPool

        engine = Engine(self._deliver, WorkerPool())
        engine.start()
        return engine

    def prepare(self) -> None:
        """Import the engine on a separate thread, so that the first request does not block the event loop."""
        self._preparation = Thread(target=self._prepare, name="import")
        self._preparation.start()

    def _prepare(self) -> None:
        import_module("replay_gui.engine.engine")
        self.prepared.emit()

    def send_request(self, key: Hashable, request: Request) -> int:
        """Queue a request, which replaces a waiting one with the same key; return its ticket."""
        return self._engine.send_request(key, request)

    def close(self) -> None:
        """End the engine thread and the workers. Call it before the object is deleted."""
        if self._preparation is not None:
            self._preparation.join()  # it emits a signal of this object
        if "_engine" in self.__dict__:
            self._engine.close()

    def _deliver(self, answer: Answer) -> None:
        self.answered.emit(answer)
