"""The bridge from the engine thread to the GUI thread: the only file of the engine that uses Qt.

Answers come in turns of the event loop with little other work. The window's own work may wait for such turns, too.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Hashable, Sequence
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from replay_gui.engine.requests import Answer, Request

if TYPE_CHECKING:
    from replay_gui.engine.engine import Engine

_SHORT_SECONDS = 0.001  # of the window's thread; after answers that take less, the next one comes in the same turn
_SHORT_WORK_SECONDS = 0.002  # of this thread's own time; after more work in the same turn, another one is awaited
_MAX_WORK_SECONDS = 0.05  # of this thread's own time, after which a turn counts as quiet in any case


class QuietTurn(QTimer):
    """A timer that waits for a turn of the event loop in which there was little work before.

    Qt runs all timers that are due, and paints, in one turn, and handles key presses and moves of the pointer after it.

    Signals: reached(): this is such a turn, or there were 50 ms of work in others.
    """

    reached = Signal()

    def __init__(self, parent: QObject, interval: int = 0) -> None:
        """`interval`: the least time to wait, in ms."""
        super().__init__(parent, singleShot=True)
        self._least = interval
        self._begun = self._since = 0.0
        self.timeout.connect(self._on_timeout)

    @Slot()
    def await_turn(self) -> None:
        """Wait for the next quiet turn after the present one; if it is awaited already, begin again, behind others."""
        self._begun = self._since = time.thread_time()
        self.start(self._least)

    def postpone_after_work(self) -> bool:
        """Await another turn if there was work since the last call, but not too much; return whether it is awaited."""
        now = time.thread_time()
        worked, self._since = now - self._since, now
        if worked <= _SHORT_WORK_SECONDS or now - self._begun > _MAX_WORK_SECONDS:
            return False
        self.start(0)
        return True

    @staticmethod
    def is_awaited_in(window: QObject) -> bool:
        """Return whether a part of the window awaits such a turn, for instance to draw what has changed."""
        return any(turn.isActive() for turn in window.findChildren(QuietTurn))

    @Slot()
    def _on_timeout(self) -> None:
        if not self.postpone_after_work():
            self.reached.emit()


class EngineBridge(QObject):
    """The engine as an object of the GUI thread. Its signals are emitted on other threads, and Qt carries them over.

    The engine is imported on a separate thread, and started with the first request, so that the window is shown first.
    That thread then imports the code that shows the answers, which takes as long; meanwhile the answers wait.

    Signals:
        answered(object): an Answer; at each turn of the event loop one, or several that take no time: Qt would deliver
            all that wait, and paint what they changed, in one turn.
        prepared(): the engine is imported. imported(): so is the other code.
        Connect methods of QObjects only: anything else would run on the thread that emits.
    """

    answered = Signal(object)
    prepared = Signal()
    imported = Signal()
    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None, modules: Sequence[str] = ()) -> None:
        """`modules`: to import after the engine. If there are any, answers wait for `release_answers`."""
        super().__init__(parent)
        self._modules = modules
        self._holds_answers = bool(modules)
        self._engine: Engine | None = None
        self._preparation: Thread | None = None
        self._early: list[tuple[Hashable, Request]] = []  # requests that wait for the engine
        self._is_prepared = False
        self._is_closed = False
        self._answers: deque[Answer] = deque()
        self._next_turn = QuietTurn(self)
        self._next_turn.reached.connect(self._emit_next)
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self.prepared.connect(self._on_prepared, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def prepare(self) -> None:
        """Import the engine, unless that is under way, so that neither the first request nor picture waits for it."""
        if self._preparation is None or not self._preparation.is_alive():
            self._preparation = Thread(target=self._import_engine, name="import")
            self._preparation.start()

    def _import_engine(self) -> None:
        import_module("replay_gui.engine.engine")
        self.prepared.emit()
        try:
            for module in ("numpy.ma", *self._modules):  # numpy would for its first median, of the first picture: 12 ms
                import_module(module)
        finally:
            self.imported.emit()

    def send_request(self, key: Hashable, request: Request) -> None:
        """Queue a request, which replaces a waiting one with the same key. After `close` it is dropped."""
        if self._engine is not None:
            self._engine.send_request(key, request)
        elif not self._is_closed:
            self._early.append((key, request))
            if self._is_prepared:  # the thread may still be at work, but will not say so again
                self._send_early()
            else:
                self.prepare()

    @Slot()
    def _on_prepared(self) -> None:
        self._is_prepared = True
        self._send_early()

    def _send_early(self) -> None:
        """Start the engine, if there are requests for it."""
        early, self._early = self._early, []
        if early and self._engine is None:
            from replay_gui.engine.engine import Engine
            from replay_gui.engine.worker_pool import WorkerPool

            self._engine = Engine(self._deliver, WorkerPool())
            self._engine.start()
        for key, request in early:
            self.send_request(key, request)

    def close(self) -> None:
        """End the engine thread and the workers. Call it before the object is deleted."""
        self._is_closed = True
        if self._preparation is not None:
            self._preparation.join()  # it emits a signal of this object
        self._send_early()  # requests to write a file of the user are still served
        if self._engine is not None:
            self._engine.close()

    def _deliver(self, answer: Answer) -> None:
        self._arrived.emit(answer)

    @Slot(object)
    def _take(self, answer: Answer) -> None:
        self._answers.append(answer)
        if not self._holds_answers and not self._next_turn.isActive():
            self._next_turn.await_turn()

    @Slot()
    def release_answers(self) -> None:
        """Emit the answers that wait, and from now on each when it comes."""
        self._holds_answers = False
        if self._answers:
            self._next_turn.await_turn()

    @Slot()
    def _emit_next(self) -> None:
        begun = time.thread_time()
        while self._answers and time.thread_time() - begun < _SHORT_SECONDS:
            answer = self._answers.popleft()
            if self._answers:
                self._next_turn.await_turn()  # before, because an answer may open a dialog with its own event loop
            self.answered.emit(answer)
