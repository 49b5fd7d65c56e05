"""The owner of the open run of one side (A or B), and of the run that is about to replace it."""

from __future__ import annotations

from functools import partial
from typing import assert_never

from replay_gui.core.diagnostics import Topic, topic_logger
from replay_gui.core.errors import FormatUnknown, ImportRefused, LogUnreadable, ReplayError
from replay_gui.core.importers.import_notes import missing_notes
from replay_gui.core.importers.run_choice import split_run
from replay_gui.core.index.index_builder import BuiltIndex
from replay_gui.core.index.index_cache import IndexCache
from replay_gui.core.log.large_values import LargeValues
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import Position
from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.translation.messages import tr
from replay_gui.engine.answers import (
    OPEN_AS,
    SHOW_TEXT,
    Alert,
    FactsChanged,
    IndexGrew,
    PositionState,
    Progress,
    RunOpened,
)
from replay_gui.engine.conversion_controller import ConversionController, PendingImport
from replay_gui.engine.follower.follow_messages import StopFollowing
from replay_gui.engine.follower.run_follower import RunFollower
from replay_gui.engine.gil_yield import GilYield
from replay_gui.engine.jobs.job_messages import JobFailed
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.opening import Conversion, facts_of, open_converted_run, open_file, open_log_run
from replay_gui.engine.queries.value_messages import ValueQuestion
from replay_gui.engine.reading_task import ReadingTask
from replay_gui.engine.requests import (
    CheckFile,
    CorrectEffects,
    Find,
    FindMarks,
    GetRows,
    GetTotals,
    OnRunMessage,
    Open,
    RunRequest,
    Seek,
    SendAnswer,
    StopWork,
    WorkEnded,
)
from replay_gui.engine.run_state import ActiveRun, FollowedRun, GrowingRun, IncompleteRun, RunState, WholeRun
from replay_gui.engine.worker_pool import WorkerPool

_log = topic_logger(Topic.ENGINE)


class RunController:
    """Owns the open run of one side. Used on the engine thread alone.

    At any time there is at most one run that is open (see RunState), and at most one that is being imported and will
    replace it once its first events are there.
    """

    def __init__(
        self,
        *,
        pool: WorkerPool,
        cache: IndexCache,
        answer: SendAnswer,
        on_worker_message: OnRunMessage,
        searchers: WorkerPool,
        importers: WorkerPool,
        followers: WorkerPool,
    ) -> None:
        """`searchers`, `importers`, `followers`: pools for jobs that must not wait for the long work of `pool`."""
        self._pool = pool
        self._cache = cache
        self._answer = answer
        self._on_worker_message = on_worker_message
        self._searchers = searchers
        self._importers = importers
        self._import: PendingImport | None = None
        self._active: ActiveRun | None = None
        self._values = LargeValues(GilYield())
        self._follower = RunFollower(
            followers,
            cache,
            answer,
            on_worker_message=on_worker_message,
            begin_reading=self._begin_reading,
            answer_last_seek=self._answer_last_seek,
        )

    def stop_following(self) -> None:
        """Read the open run's file to its present end, then stop following it: a comparison needs a run that stays."""
        if self._active is not None:
            self._follower.stop(self._active)

    @property
    def open(self) -> OpenRun | None:
        """The open run."""
        return None if self._active is None else self._active.run

    @property
    def is_indexing_for_comparison(self) -> bool:
        """Whether a comparison may wait for the index of the open run."""
        return (task := self._reading_task) is not None and task.is_indexing_for_comparison

    def hold_verification(self, held: bool) -> None:
        """See ReadingTask."""
        if (task := self._reading_task) is not None:
            task.hold_verification(held)

    @property
    def _reading_task(self) -> ReadingTask | None:
        state = None if self._active is None else self._active.state
        return state.task if isinstance(state, WholeRun) else None

    # ---- requests -----------------------------------------------------------------------------------
    def handle_request(self, number: int, body: RunRequest, ticket: int) -> None:
        """Answer a request about run number `number`; ignore it if that run is not open any more."""
        self._values.release()
        if isinstance(body, StopWork) and self._stop_conversion():
            return
        active = self._active
        if active is None or active.run.number != number:
            return
        active.run.release_memory()
        match body:
            case Seek(position):
                active.last_seek = ticket, position
                self._answer_last_seek(active)
            case GetRows(start, stop):
                self._answer(number, active.run.rows(start, stop), ticket)
            case Find():
                active.search.start(body)
            case ValueQuestion():
                active.values.start(body)
            case StopWork():
                self._stop_reading(active)
            case GetTotals():
                totals = active.totals.request(is_whole=not isinstance(active.state, GrowingRun | FollowedRun))
                if totals is not None:
                    self._answer(number, totals, ticket)
            case FindMarks():
                if isinstance(active.state, WholeRun) and (marks := active.marks.start()) is not None:
                    self._answer(number, marks, ticket)
            case CorrectEffects(effects):
                self._answer(number, active.marks.correct(effects), ticket)
            case CheckFile():
                self._follower.check(active, body)
            case StopFollowing():
                self._follower.stop(active)
            case _:
                assert_never(body)

    def _answer_last_seek(self, active: ActiveRun) -> None:
        if active.last_seek is not None:
            ticket, position = active.last_seek
            self._answer(active.run.number, active.run.position_state(position), ticket)

    def _stop_conversion(self) -> bool:
        """End a conversion at the user's request; return whether there was one."""
        if self._import is not None:  # the open run stays
            conversion = self._import.conversion
            self._drop_import()
            self._answer(conversion.number, WorkEnded())
            text = tr("Stopped: {file} was not imported.", file=conversion.path)
            self._answer(conversion.number, Alert("info", text))
            return True
        if self._active is not None and isinstance(self._active.state, GrowingRun):
            alert = Alert("info", tr("Stopped: not all of the file was converted."), ("reload",))
            self._stop_growing(self._active, self._active.state.conversion, alert)
            return True
        return False

    def _stop_reading(self, active: ActiveRun) -> None:
        if isinstance(active.state, WholeRun) and active.state.task.busy:
            active.state.task.stop()
            self._answer(active.run.number, Alert("info", active.state.task.stopped_words, ("reload",)))
            self._answer(active.run.number, WorkEnded())

    # ---- opening and closing ------------------------------------------------------------------------
    def start_opening(self, number: int, request: Open, ticket: int) -> None:
        """Open a log at once; have a foreign file converted first, while the open run stays.

        Raises:
            ReplayError: the file cannot be read, or is an invalid log; the open run stays.
        """
        if self._import is not None:  # its progress is over, even if the next file cannot be opened
            replaced = self._import.conversion.number
            self._drop_import()
            self._answer(replaced, WorkEnded())
        path, run_name = split_run(request.path)
        file = open_file(path)
        if isinstance(file, EventLog):
            run = open_log_run(number, path, self._cache, partial(self._warn, number), file, values=self._values)
            self._show_whole(run, request, ticket)
            return
        # A warm worker begins half a second sooner; if it is busy, the import does not wait for it.
        pool = self._pool if self._pool.is_idle else self._importers
        conversion = ConversionController(
            pool,
            self._cache,
            number,
            path,
            partial(self._on_worker_message, number),
            on_result=self._on_conversion_result,
            stamp=file,
            run=run_name,
            format=request.format,
        )
        self._import = PendingImport(conversion, request)
        self._answer(number, conversion.progress)

    def close(self) -> None:
        """End the work under way, and close the run."""
        self._drop_import()
        if self._active is not None:
            active, self._active = self._active, None
            active.stop()
            self._values.forget_last()

    def _drop_import(self) -> None:
        if self._import is not None:
            self._import.conversion.stop()
            self._import = None

    def _show_whole(self, run: OpenRun, request: Open, ticket: int) -> None:
        """Show a run whose log is whole, and begin to index and verify it."""
        self._begin_reading(self._replace(run, request, ticket), paired=request.paired)

    def _begin_reading(self, active: ActiveRun, built: BuiltIndex | None = None, paired: bool = False) -> None:
        task = ReadingTask(
            self._pool,
            active.run,
            self._answer,
            partial(self._on_worker_message, active.run.number),
            partial(self._answer_last_seek, active),
            built=built,
            paired=paired,
        )
        active.state = WholeRun(task)

    def _replace(self, run: OpenRun, request: Open, ticket: int, state: RunState | None = None) -> ActiveRun:
        """Close the open run, and show this one, with the state at the position to begin at."""
        start = request.start_of(run.facts.run_id)
        try:
            state_at_start = self._first_state(run, start)
        except BaseException:  # an error of the program: the open run stays
            run.close()
            raise
        self.close()
        active = self._active = ActiveRun(
            run,
            state or IncompleteRun(),
            pool=self._pool,
            searchers=self._searchers,
            answer=self._answer,
            on_worker_message=partial(self._on_worker_message, run.number),
        )
        active.last_seek = ticket, Position(min(start, run.index.count))
        opened_run = RunOpened(run.facts, run.index, state_at_start, start, request.format)
        _log.info("%s: opened as %s, %d events indexed", run.facts.path, run.facts.format, run.index.count)
        self._answer(run.number, opened_run, ticket)
        self._answer_notes(run)
        return active

    @staticmethod
    def _first_state(run: OpenRun, start: Position) -> PositionState | None:
        """Return the state to show first; None if it cannot be read: a later seek reports why."""
        try:
            return run.position_state(start)
        except ReplayError:
            return None

    def _answer_notes(self, run: OpenRun) -> None:
        """Report which parts of the run are missing; the other notes are in its facts."""
        gaps = missing_notes(run.facts.notes)
        if gaps:
            text = tr("Parts of the file are missing in this run: {parts}", parts="; ".join(map(sentence_text, gaps)))
            self._answer(run.number, Alert("info", text))

    def _warn(self, number: int, text: str) -> None:
        self._answer(number, Alert("warning", text))

    # ---- conversions --------------------------------------------------------------------------------
    def _on_conversion_result(
        self, conversion: ConversionController, result: Progress | Conversion | JobFailed
    ) -> None:
        """Handle a result of the conversion of the next run, or of the open one; no other is under way."""
        if self._import is not None and self._import.conversion is conversion:
            self._on_import_result(self._import, result)
        elif self._active is not None:
            self._on_growth_result(self._active, conversion, result)

    def _on_import_result(self, importing: PendingImport, result: Progress | Conversion | JobFailed) -> None:
        """Handle a result of the conversion of the next run, which is shown once its first events are there."""
        conversion, number = importing.conversion, importing.conversion.number
        match result:
            case Progress():
                self._answer(number, result)
            case JobFailed(text=text, kind=kind):
                self._drop_import()
                self._answer(number, WorkEnded())
                is_refused = kind in (ImportRefused.__name__, FormatUnknown.__name__)
                actions = (OPEN_AS, SHOW_TEXT) if is_refused else ()
                if kind == "died":  # other reasons include the file
                    text = tr("{file}: not read: {reason}", file=conversion.path, reason=text)
                self._answer(number, Alert("error", text, actions, conversion.path if is_refused else ""))
            case Conversion() if conversion.is_over:
                self._drop_import()
                self._answer(number, WorkEnded())
                self._show_whole(self._opened(conversion, result, growing=False), importing.request, 0)
            case Conversion():
                self._show_growing(importing, result)
            case _:
                assert_never(result)

    def _show_growing(self, importing: PendingImport, made: Conversion) -> None:
        conversion = importing.conversion
        try:
            run = self._opened(conversion, made, growing=True)
        except LogUnreadable:  # it became whole and was moved; the next message has its path
            return
        self._import = None  # so that it is not stopped together with the open run
        conversion.shown = True
        active = self._replace(run, importing.request, 0, GrowingRun(conversion))
        self._answer(run.number, conversion.progress)
        self._grow(active, made)

    def _opened(self, conversion: ConversionController, made: Conversion, *, growing: bool) -> OpenRun:
        return open_converted_run(
            conversion.number,
            conversion.path,
            made,
            self._cache,
            partial(self._warn, conversion.number),
            values=self._values,
            stamp=conversion.stamp,
            growing=conversion.index if growing else None,
        )

    # ---- a run whose log is still being written -----------------------------------------------------
    def _on_growth_result(
        self, active: ActiveRun, conversion: ConversionController, result: Progress | Conversion | JobFailed
    ) -> None:
        match result:
            case Progress():
                self._answer(active.run.number, result)
            case JobFailed(text=text):
                reason = tr("Not all of the file was converted: {reason}.", reason=text)
                self._stop_growing(active, conversion, Alert("error", reason, ("reload",)))
            case Conversion() if conversion.is_over:
                self._settle(active, conversion, result)
            case Conversion():
                self._grow(active, result)
            case _:
                assert_never(result)

    def _grow(self, active: ActiveRun, made: Conversion) -> None:
        assert made.built is not None, "a log that grows has an index that grows with it"
        active.run.grow(made.built, complete=False)
        self._answer(active.run.number, IndexGrew(active.run.index))

    def _settle(self, active: ActiveRun, conversion: ConversionController, made: Conversion) -> None:
        """The log is whole: its facts are complete now, and it can be verified."""
        assert made.built is not None, "a log that grew has an index that grew with it"
        run, log = active.run, EventLog.open(made.path)
        run.finish_growing(log, facts_of(log, conversion.path, conversion.stamp[2], made), made.own_hashes)
        self._answer(run.number, FactsChanged(run.facts))
        self._answer_notes(run)
        self._begin_reading(active, made.built)
        active.totals.begin_if_requested()

    def _stop_growing(self, active: ActiveRun, conversion: ConversionController, alert: Alert) -> None:
        """Keep the part of the run that was read on the screen, marked as incomplete."""
        conversion.stop()
        active.state = IncompleteRun()
        self._answer(conversion.number, alert)
        self._answer(conversion.number, WorkEnded())
        active.totals.begin_if_requested()
