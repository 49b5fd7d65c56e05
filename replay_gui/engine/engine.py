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

from replay_gui.core.errors import ReplayError
from replay_gui.engine.answers import Alert, MappingSaved, RulesRead, RulesWritten
from replay_gui.engine.cache_clearing import clear_caches
from replay_gui.engine.comparison_controller import ComparisonController
from replay_gui.engine.frames import Message
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.opening import conversion_cache, survey_cache, user_cache
from replay_gui.engine.report_controller import REPORT, ReportController
from replay_gui.engine.request_queue import QueuedRequest, RequestQueue
from replay_gui.engine.requests import (
    Answer,
    ClearCache,
    Close,
    ListFormats,
    MakeReport,
    Open,
    ReadRules,
    Request,
    RequestBody,
    SaveMapping,
    Side,
    StopReport,
    Survey,
    TakeSample,
    WorkerMessage,
    WriteRules,
)
from replay_gui.engine.run_controller import RunController
from replay_gui.engine.survey_controller import PURPOSES, SurveyController
from replay_gui.engine.worker_pool import WorkerPool

Deliver: TypeAlias = Callable[[Answer], None]


class Engine:
    """The thread and what it knows: a run in each seat, and how the two compare.

    `start`, `ask` and `close` are for others, from any thread; `deliver` is called on the engine's.
    """

    def __init__(self, deliver: Deliver, pool: WorkerPool) -> None:
        self._deliver = deliver
        self._pool = pool
        self._mailbox: RequestQueue[Request] = RequestQueue()
        self._thread = threading.Thread(target=self._live, name="core-engine", daemon=True)
        cache = user_cache()
        self._searchers = WorkerPool(1)  # a search does not wait for the long work
        self._surveyors = WorkerPool(1)  # nor does a run for the survey of a folder
        self._importers = pool.beside(2)  # nor an import, one in each seat, for the verification of what is open
        on_surveyor = partial(self._on_worker, Side.A, 0)
        self._surveying = SurveyController(self._surveyors, partial(self._answer, Side.A, 0), on_surveyor)
        self._keepers = {
            seat: RunController(
                pool,
                cache,
                partial(self._answer, seat),
                partial(self._on_worker, seat),
                self._searchers,
                self._importers,
            )
            for seat in Side
        }
        self._reporting = ReportController(
            pool, self._runs, partial(self._answer, Side.A), partial(self._on_worker, Side.A)
        )
        self._comparers = WorkerPool(1)  # keeps what it has read of the runs
        self._comparing = ComparisonController(
            self._comparers, self._runs, partial(self._answer, None), partial(self._on_worker, None)
        )

    def start(self) -> None:
        self._pool.warm()
        self._thread.start()

    def send_request(self, key: Hashable, request: Request) -> int:
        """Queues a request in the place of the waiting one of its key and seat; its ticket."""
        return self._mailbox.put_request((request.side, key), request)

    def close(self) -> None:
        """Ends the thread, after what it is doing right now, and every worker. Nothing is delivered afterwards."""
        self._mailbox.close()
        self._thread.join()
        self._pool.close()
        self._searchers.close()
        self._comparers.close()
        self._surveyors.close()
        self._importers.close()

    def _on_worker(self, seat: Side | None, run: int, purpose: str, message: Message) -> None:
        """On a thread of the pool. Progress replaces progress that was not looked at; all else is kept."""
        key = (seat, "progress", purpose) if message["type"] == "progress" else None
        self._mailbox.put_request(key, Request(run, WorkerMessage(purpose, message), seat))

    # ---- the thread ------------------------------------------------------------------------------
    def _live(self) -> None:
        while (letter := self._mailbox.take_request()) is not None:
            request = letter.request
            try:
                self._handle(letter)
            except ReplayError as why:
                self._answer(request.side, request.run, Alert("error", str(why)), letter.ticket)
            except Exception:  # noqa: BLE001  the thread outlives its own faults; the crash hook shows them
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
        self._comparing.close()
        self._reporting.stop()
        self._surveying.stop()
        for keeper in self._keepers.values():
            keeper.close()

    def _handle(self, letter: QueuedRequest[Request]) -> None:
        run, question = letter.request.run, letter.request.body
        if letter.request.side is None:
            self._handle_comparison(run, question, letter.ticket)
            return
        keeper = self._keepers[letter.request.side]
        match question:
            case Open(path, format):
                keeper.start_opening(run, path, letter.ticket, format)
            case Close():
                keeper.close()
            case WorkerMessage(purpose, message) if purpose == REPORT:
                self._reporting.on_worker_message(run, message)
            case WorkerMessage(purpose, message) if purpose in PURPOSES:
                self._surveying.on_worker_message(purpose, message)
            case Survey() | TakeSample() | ListFormats():
                self._surveying.start(question)
            case WorkerMessage(purpose, message):
                keeper.on_worker_message(run, purpose, message)
            case MakeReport():
                self._reporting.start(run, question)
            case StopReport():
                self._reporting.stop()
            case ReadRules() | WriteRules() | SaveMapping():
                self._answer(letter.request.side, run, _answer_settings(question), letter.ticket)
            case ClearCache():
                self._answer(letter.request.side, run, self._clear_caches(), letter.ticket)
            case _:
                keeper.reply(run, question, letter.ticket)
        self._comparing.advance()

    def _handle_comparison(self, number: int, question: RequestBody, ticket: int) -> None:
        if isinstance(question, WorkerMessage):
            self._comparing.on_worker_message(number, question.purpose, question.message)
        else:
            self._comparing.reply(number, question, ticket)

    def _clear_caches(self) -> Alert:
        in_use = [path for run in self._runs() if run is not None for path in (run.folder, run.log.source.path)]
        freed = clear_caches((user_cache().root, conversion_cache(), survey_cache()), in_use)
        return Alert("info", f"The cache was cleared: {freed / 1e6:,.1f} MB are free again.")

    def _runs(self) -> tuple[OpenRun | None, OpenRun | None]:
        return self._keepers[Side.A].open, self._keepers[Side.B].open

    def _answer(self, seat: Side | None, run: int, value: object, ticket: int = 0) -> None:
        self._deliver(Answer(run, ticket, value, seat))


def _answer_settings(request: ReadRules | WriteRules | SaveMapping) -> RulesRead | RulesWritten | MappingSaved:
    from replay_gui.engine import settings_files  # a parser of TOML and more, that the first picture does not need

    match request:
        case ReadRules():
            return settings_files.answer_read_rules(request)
        case WriteRules():
            return settings_files.answer_write_rules(request)
        case SaveMapping():
            return settings_files.answer_save_mapping(request)
