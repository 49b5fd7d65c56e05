"""The engine thread: it does short work itself, and leaves long work to worker processes.

Requests of the window and messages of workers go through one queue, so that only its thread uses the engine's data.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Hashable
from functools import partial
from typing import TypeAlias, assert_never

from replay_gui.core.diagnostics import Topic, error_location, topic_logger
from replay_gui.core.errors import ReplayError
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import decimal_number
from replay_gui.engine.answers import Alert, MappingSaved, RulesRead, RulesWritten, TextRead
from replay_gui.engine.comparison.comparison_controller import ComparisonController
from replay_gui.engine.follower.follow_messages import StopFollowing
from replay_gui.engine.job_group import StartedJob
from replay_gui.engine.jobs.job_messages import JobMessage, JobProgress
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.opening import conversion_cache, survey_cache, user_cache
from replay_gui.engine.panels.note_messages import AddNote, ChangeNotes, GetNotes
from replay_gui.engine.panels.panel_answers import answer_panel
from replay_gui.engine.panels.panel_messages import ReadEnd, ReadOn
from replay_gui.engine.queries.catalogue_messages import LocateRuns, QueryCatalogue
from replay_gui.engine.queries.catalogue_query_controller import CatalogueQueryController
from replay_gui.engine.queries.evaluation_controller import EvaluationController
from replay_gui.engine.queries.report_controller import ReportController
from replay_gui.engine.queries.report_messages import MakeReport, StopReport
from replay_gui.engine.queries.source_controller import SourceController
from replay_gui.engine.queries.value_messages import ValueQuestion
from replay_gui.engine.request_queue import RequestQueue
from replay_gui.engine.requests import (
    Answer,
    AnswerValue,
    CheckFile,
    ClearCache,
    Close,
    Compare,
    CorrectEffects,
    EvaluateRuns,
    Explain,
    Find,
    FindMarks,
    GetAligned,
    GetRows,
    GetStep,
    GetTotals,
    GetTrail,
    ListFormats,
    Open,
    ReadRules,
    ReadText,
    Request,
    SaveMapping,
    Seek,
    SetOutcome,
    Side,
    StopWork,
    TakeSample,
    WorkerMessage,
    WriteRules,
)
from replay_gui.engine.run_controller import RunController
from replay_gui.engine.sessions_messages import ListSessions
from replay_gui.engine.worker_pool import EXTRA_NICENESS, WorkerPool

Deliver: TypeAlias = Callable[[Answer], None]

_log = topic_logger(Topic.ENGINE)
_cache_log = topic_logger(Topic.CACHE)


class Engine:
    """The engine thread, the open run of each side, and their comparison.

    `start`, `send_request` and `close` may be called from any thread; `deliver` is called on the engine thread.
    """

    def __init__(self, deliver: Deliver, pool: WorkerPool) -> None:
        self._deliver = deliver
        self._pool = pool
        self._queue: RequestQueue[Request] = RequestQueue()
        self._thread = threading.Thread(target=self._run_thread, name="core-engine", daemon=True)
        cache = user_cache()
        self._searchers = WorkerPool(2)  # a search and a trace wait neither for the long work nor for each other
        self._listers = WorkerPool(1)  # nor does a run for the lists of sessions and formats
        self._importers = pool.beside(2)  # nor an import, one of each side, for the verification of what is open
        self._followers = pool.beside(2, niceness=0)  # nor a file that is followed, one of each side, for anything
        self._comparers = WorkerPool(1, niceness=EXTRA_NICENESS // 2)  # keeps the runs it has read; has priority
        self._evaluators = WorkerPool(1)  # so does this
        self._askers = WorkerPool(2)  # a new request ends the work of these
        self._sources = SourceController(
            self._listers, partial(self._answer, Side.A), partial(self._on_worker, Side.A, 0)
        )
        self._evaluations = EvaluationController(
            self._evaluators, self._askers, partial(self._answer, Side.A), partial(self._on_worker, Side.A, 0)
        )
        self._queries = CatalogueQueryController(
            self._askers, partial(self._answer, Side.A), partial(self._on_worker, Side.A, 0)
        )
        self._places = CatalogueQueryController(  # a run that is opened does not wait for any of these
            self._importers, partial(self._answer, Side.A), partial(self._on_worker, Side.A, 0)
        )
        self._controllers = {
            side: RunController(
                pool=pool,
                cache=cache,
                answer=partial(self._answer, side),
                on_worker_message=partial(self._on_worker, side),
                searchers=self._searchers,
                importers=self._importers,
                followers=self._followers,
            )
            for side in Side
        }
        self._reports = ReportController(
            pool, self._runs, partial(self._answer, Side.A), partial(self._on_worker, Side.A)
        )
        self._comparison = ComparisonController(
            self._comparers, self._runs, partial(self._answer, None), partial(self._on_worker, None)
        )

    def start(self) -> None:
        """Start the thread, and one worker, so that the first job need not wait for it."""
        self._pool.warm()
        self._thread.start()

    def send_request(self, key: Hashable, request: Request) -> int:
        """Queue a request, which replaces a waiting one with the same key and side; return its ticket."""
        return self._queue.put_request((request.side, key), request)

    def close(self) -> None:
        """End the thread after its present request, and every worker. No answer is delivered afterwards.

        Requests to write the user's files are still carried out.
        """
        dropped = self._queue.close()
        self._thread.join()
        for request in dropped:
            if isinstance(request.body, WriteRules | SaveMapping):
                _answer_about_file(request.body)
        self._pool.close()
        self._searchers.close()
        self._comparers.close()
        self._evaluators.close()
        self._askers.close()
        self._listers.close()
        self._importers.close()
        self._followers.close()

    def _on_worker(self, side: Side | None, run: int, job: StartedJob, message: JobMessage, /) -> None:
        """Queue a message, on a thread of the pool. Progress replaces progress that was not handled yet."""
        key = (side, "progress", job) if isinstance(message, JobProgress) else None
        self._queue.put_request(key, Request(run, WorkerMessage(job, message), side))

    # ---- the thread ------------------------------------------------------------------------------
    def _run_thread(self) -> None:
        while (queued := self._queue.take_request()) is not None:
            request = queued.request
            try:
                self._handle_request(request, queued.ticket)
            except ReplayError as error:
                _log.info("%s refused: %s", type(request.body).__name__, error_location(error))
                self._answer(request.side, request.run, Alert("error", str(error)), queued.ticket)
            except Exception as error:  # noqa: BLE001  the thread outlives its own faults; the crash hook shows them
                _log.error("%s failed: %s", type(request.body).__name__, error_location(error))
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
        self._comparison.close()
        self._reports.stop()
        self._sources.stop()
        self._evaluations.stop()
        self._queries.stop()
        self._places.stop()
        for controller in self._controllers.values():
            controller.close()

    def _handle_request(self, request: Request, ticket: int) -> None:
        try:
            if request.side is None:
                self._handle_comparison(request, ticket)
            else:
                self._handle_side(request.side, request, ticket)
                self._comparison.advance()
        finally:
            self._hold_verifications()

    def _handle_side(self, side: Side, request: Request, ticket: int) -> None:
        run, body = request.run, request.body
        controller = self._controllers[side]
        match body:
            case Open():
                controller.start_opening(run, body, ticket)
            case Close():
                controller.close()
            case WorkerMessage(job, message):
                job.on_message(message)
            case ListSessions() | TakeSample() | ListFormats():
                self._sources.start(body)
            case EvaluateRuns():
                self._evaluations.start(body)
            case QueryCatalogue():
                self._queries.start(body)
            case LocateRuns():
                self._places.start(body)
            case MakeReport():
                self._reports.start(run, body)
            case StopReport():
                self._reports.stop()
            case ReadRules() | WriteRules() | SaveMapping() | ReadText():
                self._answer(side, run, _answer_about_file(body), ticket)
            case ClearCache():
                self._answer(side, run, self._clear_caches(), ticket)
            case ReadOn() | ReadEnd() | GetNotes() | AddNote() | ChangeNotes():
                if (opened := controller.open) is not None and opened.number == run:
                    self._answer(side, run, answer_panel(opened, body), ticket)
            case Seek() | GetRows() | Find() | ValueQuestion() | GetTotals() | FindMarks() | CorrectEffects():
                controller.handle_request(run, body, ticket)
            case StopWork() | CheckFile() | StopFollowing():
                controller.handle_request(run, body, ticket)
            case Compare() | Explain() | SetOutcome() | GetAligned() | GetStep() | GetTrail():
                raise AssertionError(f"{type(body).__name__} is about a comparison, not about a side")
            case _:
                assert_never(body)

    def _hold_verifications(self) -> None:
        """Let the verifications of the runs wait for their comparison, and for the indexes that it needs."""
        controllers = self._controllers.values()
        held = self._comparison.is_comparing or any(each.is_indexing_for_comparison for each in controllers)
        for controller in controllers:
            controller.hold_verification(held)

    def _handle_comparison(self, request: Request, ticket: int) -> None:
        match request.body:
            case WorkerMessage(job, message):
                job.on_message(message)
            case (
                Close()
                | StopWork()
                | Compare()
                | Explain()
                | SetOutcome()
                | GetAligned()
                | GetStep()
                | GetTrail() as body
            ):
                if isinstance(body, Compare):
                    for controller in self._controllers.values():
                        controller.stop_following()
                self._comparison.handle_request(request.run, body, ticket)
            case body:
                raise AssertionError(f"{type(body).__name__} is about a side, not about a comparison")

    def _clear_caches(self) -> Alert:
        from replay_gui.engine.files.user_files import clear_caches  # see _answer_about_file

        in_use = [path for run in self._runs() if run is not None for path in (run.folder, run.log.source.path)]
        freed = clear_caches((user_cache().root, conversion_cache(), survey_cache()), in_use)
        _cache_log.info("cleared: %d bytes", freed)
        size = decimal_number(freed / 1e6, 1)
        return Alert("info", tr("The cache was cleared: {size} MB are free again.", size=size))

    def _runs(self) -> tuple[OpenRun | None, OpenRun | None]:
        return self._controllers[Side.A].open, self._controllers[Side.B].open

    def _answer(self, side: Side | None, run: int, value: AnswerValue, ticket: int = 0, /) -> None:
        self._deliver(Answer(run, ticket, value, side))


def _answer_about_file(
    request: ReadRules | WriteRules | SaveMapping | ReadText,
) -> RulesRead | RulesWritten | MappingSaved | TextRead:
    from replay_gui.engine.files import user_files  # a parser of TOML and more, that the first picture does not need

    match request:
        case ReadRules():
            return user_files.answer_read_rules(request)
        case WriteRules():
            return user_files.answer_write_rules(request)
        case SaveMapping():
            return user_files.answer_save_mapping(request)
        case ReadText():
            return user_files.answer_read_text(request)
        case _:
            assert_never(request)
