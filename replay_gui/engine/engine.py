"""The core engine thread: answers what is short by itself, has worker processes do what is long.

Whatever happens (a question of the window, a word of a worker) goes through one mailbox, so that all that the engine
knows is touched by its thread alone. It speaks through one callable, `deliver`.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Hashable
from functools import partial
from typing import TypeAlias

import msgspec

from replay_gui.core.errors import ReplayError
from replay_gui.core.index_builder import Built
from replay_gui.core.verification import VerificationReport
from replay_gui.engine.answers import IndexGrew, RunOpened, Trouble
from replay_gui.engine.background import INDEX, VERIFY, Background
from replay_gui.engine.frames import Message
from replay_gui.engine.mailbox import Letter, Mailbox
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.opening import opened
from replay_gui.engine.processes import WorkerPool
from replay_gui.engine.requests import (
    Answer,
    CheckFile,
    Close,
    GetRows,
    Heard,
    Open,
    Question,
    Request,
    Seek,
    StopWork,
    WorkEnded,
)

Deliver: TypeAlias = Callable[[Answer], None]

_MISSING = {INDEX: "Not all events were read", VERIFY: "The run was not verified"}


class Engine:
    """The thread and what it knows.

    `start`, `ask` and `close` are for others, from any thread; `deliver` is called on the engine's.
    """

    def __init__(self, deliver: Deliver, pool: WorkerPool) -> None:
        self._deliver = deliver
        self._pool = pool
        self._mailbox: Mailbox[Request] = Mailbox()
        self._background = Background(pool, self._on_worker)
        self._thread = threading.Thread(target=self._live, name="core-engine", daemon=True)
        self._open: OpenRun | None = None
        self._sought: tuple[int, int] | None = None  # ticket and position of the last Seek

    def start(self) -> None:
        self._pool.warm()
        self._thread.start()

    def ask(self, key: Hashable, request: Request) -> int:
        """Queues a request in the place of the waiting one of its key; its ticket."""
        return self._mailbox.put(key, request)

    def close(self) -> None:
        """Ends the thread, after what it is doing right now, and every worker. Nothing is delivered afterwards."""
        self._mailbox.close()
        self._thread.join()
        self._pool.close()

    def _on_worker(self, run: int, purpose: str, message: Message) -> None:
        """On a thread of the pool. Progress replaces progress that was not looked at; all else is kept."""
        key = ("progress", purpose) if message["type"] == "progress" else None
        self._mailbox.put(key, Request(run, Heard(purpose, message)))

    # ---- the thread ------------------------------------------------------------------------------
    def _live(self) -> None:
        while (letter := self._mailbox.take()) is not None:
            try:
                self._handle(letter)
            except ReplayError as why:
                self._answer(letter.request.run, Trouble("error", str(why)), letter.ticket)
            except Exception:  # noqa: BLE001  the thread outlives its own faults; the crash hook shows them
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
        self._forget()

    def _handle(self, letter: Letter[Request]) -> None:
        run, question = letter.request.run, letter.request.question
        match question:
            case Open(path):
                self._take_over(opened(run, path, partial(self._complain, run)), letter.ticket)
            case Close():
                self._forget()
            case Heard(purpose, message):
                if self._background.current(purpose, message):
                    self._hear(run, purpose, message)
            case _ if self._open is not None and self._open.number == run:
                self._reply(self._open, question, letter.ticket)

    def _reply(self, run: OpenRun, question: Question, ticket: int) -> None:
        match question:
            case Seek(position):
                self._sought = ticket, position
                self._show_moment(run)
            case GetRows(start, stop):
                self._answer(run.number, run.rows(start, stop), ticket)
            case StopWork():
                self._stop_work(run)
            case CheckFile() if run.changed_on_disk():
                self._answer(run.number, Trouble("warning", "The file has changed on disk.", "reload"))

    def _answer(self, run: int, value: object, ticket: int = 0) -> None:
        self._deliver(Answer(run, ticket, value))

    def _complain(self, run: int, text: str) -> None:
        self._answer(run, Trouble("warning", text))

    def _show_moment(self, run: OpenRun) -> None:
        if self._sought is not None:
            ticket, position = self._sought
            self._answer(run.number, run.moment(min(max(position, 0), run.index.count)), ticket)

    # ---- opening and closing ---------------------------------------------------------------------
    def _take_over(self, run: OpenRun, ticket: int) -> None:
        """The new run is sound enough to be shown, so the old one goes."""
        self._forget()
        self._open = run
        self._answer(run.number, RunOpened(run.facts, run.index), ticket)
        for purpose in (INDEX, VERIFY):
            self._background.start(run.number, purpose, run.job_args)

    def _forget(self) -> None:
        self._background.stop()
        self._sought = None
        if self._open is not None:
            self._open.close()
            self._open = None

    # ---- background work ---------------------------------------------------------------------------
    def _hear(self, number: int, purpose: str, message: Message) -> None:
        run = self._open
        if run is None or run.number != number:
            return
        match message["type"], purpose:
            case "progress", _:
                if purpose == self._background.purposes()[0]:  # one at a time is told of
                    self._answer(number, self._background.progress(purpose, message))
                return
            case ("part" | "done") as kind, "index":
                run.grow(msgspec.convert(message["value"], Built), complete=kind == "done")
                self._answer(number, IndexGrew(run.index))
            case "done", "verify":
                self._conclude(run, msgspec.convert(message["value"], VerificationReport))
            case "failed", _:
                self._answer(number, Trouble("error", f"{_MISSING[purpose]}: {message['text']}.", "reload"))
        if not self._background.purposes():
            self._answer(number, WorkEnded())

    def _conclude(self, run: OpenRun, report: VerificationReport) -> None:
        run.broken_from = report.first_broken
        self._answer(run.number, report)
        if run.broken_from is not None:
            self._show_moment(run)

    def _stop_work(self, run: OpenRun) -> None:
        missing = [_MISSING[purpose] for purpose in self._background.purposes()]
        if self._background.stop():
            self._answer(run.number, Trouble("info", f"Stopped. {'; '.join(missing)}.", "reload"))
        self._answer(run.number, WorkEnded())
