"""One of the engine's seats: opens the run that sits there, has it indexed and verified, and answers for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from replay_gui.core.errors import LogUnreadable
from replay_gui.core.importers.run_choice import split
from replay_gui.core.index.index_builder import Built
from replay_gui.core.index.index_cache import IndexCache
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.verification.verification import VerificationReport
from replay_gui.engine.answers import Alert, FactsChanged, IndexGrew, Progress, RunOpened, Totals
from replay_gui.engine.conversion_controller import CONVERT, ConversionController
from replay_gui.engine.frames import Message
from replay_gui.engine.job_group import JobGroup
from replay_gui.engine.jobs.totals_job import MetaSums
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.opening import Conversion, facts_of, is_foreign, opened, opened_conversion
from replay_gui.engine.progress_throttle import ProgressThrottle
from replay_gui.engine.requests import CheckFile, Find, GetRows, GetTotals, RequestBody, Seek, StopWork, WorkEnded
from replay_gui.engine.search_controller import FIND, SearchController
from replay_gui.engine.verification_controller import VerificationController
from replay_gui.engine.worker_pool import WorkerPool

INDEX, JOIN, TOTALS = "index", "join", "totals"
_SHARED = 32 << 20  # bytes; the index of a larger log is made by two workers
_MISSING = {INDEX: "Not all events were read", JOIN: "The run can be neither compared nor verified"}
_PARTLY = "not all of the file was converted"


class RunController:
    """The run in one seat, and the one that is about to replace it. Lives on the engine thread alone.

    `answer(run, value, ticket)` hears what is to be said. `on_worker(run, purpose, message)` is called on threads of
    the pool, and is to bring the message back to `hear`.

    Attributes:
        open: the run that is open here, or None.
    """

    def __init__(
        self,
        pool: WorkerPool,
        cache: IndexCache,
        answer: Callable[[int, object, int], None],
        on_worker: Callable[[int, str, Message], None],
        searchers: WorkerPool,
        importers: WorkerPool,
    ) -> None:
        self.open: OpenRun | None = None
        self._pool = pool
        self._cache = cache
        self._answer_ticket = answer
        self._on_worker = on_worker
        self._verifying: VerificationController | None = None
        self._pace = ProgressThrottle("Verifying")
        self._importers = importers
        self._converting: ConversionController | None = None  # of the run that is to come
        self._to_come: tuple[str, ...] = ()  # the jobs that the index still waits for, one after another
        self._growing: ConversionController | None = None  # of the open run, while its log is still being written
        self._totals_wanted = False  # once the log is whole
        self._background: JobGroup | None = None
        self._searchers = searchers
        self._finding: SearchController | None = None
        self._summing: JobGroup | None = None
        self._sought: tuple[int, int] | None = None  # ticket and position of the last Seek

    def reply(self, number: int, question: RequestBody, ticket: int) -> None:
        """Answers a question about run `number`; one about a run that is not here any more is stale."""
        run = self.open
        if self._converting is not None and isinstance(question, StopWork):
            self._give_up_converting(self._converting)
            return
        if self._growing is not None and isinstance(question, StopWork):
            self._stop_growing(self._growing, Alert("info", f"Stopped: {_PARTLY}.", "reload"))
            return
        if run is None or run.number != number:
            return
        match question:
            case Seek(position):
                self._sought = ticket, position
                self._show_moment(run)
            case GetRows(start, stop):
                self._answer(run.number, run.rows(start, stop), ticket)
            case Find() if self._finding is not None:
                self._finding.start(question)
            case StopWork():
                self._stop_work(run)
            case GetTotals():
                self._start_totals(run)
            case CheckFile() if run.changed_on_disk():
                self._answer(run.number, Alert("warning", "The file has changed on disk.", "reload"))

    def _answer(self, run: int, value: object, ticket: int = 0) -> None:
        self._answer_ticket(run, value, ticket)

    def _complain(self, run: int, text: str) -> None:
        self._answer(run, Alert("warning", text))

    def _show_moment(self, run: OpenRun) -> None:
        if self._sought is not None:
            ticket, position = self._sought
            self._answer(run.number, run.position_state(min(max(position, 0), run.index.count)), ticket)

    # ---- opening and closing ---------------------------------------------------------------------
    def start_opening(self, run: int, given: str, ticket: int, format: str | None = None) -> None:
        """Opens a log at once; has anything else converted to one first, while the old run stays.

        `given`: a path, or FILE#RUN. `format`: an importer's name, for what is no log; None: judged from the content.
        """
        self._stop_converting()
        path, chosen = split(given)
        if not is_foreign(path):
            self._take_over(opened(run, path, self._cache, partial(self._complain, run)), ticket)
            return
        on_worker = partial(self._on_worker, run)
        # A worker that is warm begins half a second sooner; where it is busy, the import does not wait for it.
        pool = self._pool if self._pool.is_idle else self._importers
        self._converting = ConversionController(pool, self._cache, run, path, chosen, format, on_worker)
        self._answer(run, self._converting.progress)

    def _on_import_message(self, converting: ConversionController, message: Message) -> None:
        """Of the run that is to come: once the first of its events are there, it has come."""
        number, said = converting.number, converting.on_worker_message(message)
        match said:
            case Progress():
                self._answer(number, said)
            case str():
                self._stop_converting()
                self._answer(number, WorkEnded())
                self._answer(number, Alert("error", said))
            case Conversion() if converting.is_over:
                self._stop_converting()
                self._answer(number, WorkEnded())
                self._take_over(self._opened(converting, said, growing=False), 0)
            case Conversion():
                try:
                    run = self._opened(converting, said, growing=True)
                except LogUnreadable:  # it has become whole since, and has moved: what comes next says where to
                    return
                self._converting = None  # it is not to be stopped with what is open
                converting.shown = True
                self._seat(run, 0)
                self._answer(number, converting.progress)
                self._growing = converting
                self._grow(run, said)

    def _opened(self, converting: ConversionController, made: Conversion, growing: bool) -> OpenRun:
        number, complain = converting.number, partial(self._complain, converting.number)
        index = converting.index if growing else None
        return opened_conversion(number, converting.path, converting.stamp, made, self._cache, complain, index)

    def _give_up_converting(self, converting: ConversionController) -> None:
        """The run that was open before, if any, stays."""
        self._stop_converting()
        self._answer(converting.number, WorkEnded())
        self._answer(converting.number, Alert("info", f"Stopped: {converting.path} was not imported."))

    def _stop_converting(self) -> None:
        if self._converting is not None:
            self._converting.stop()
            self._converting = None

    # ---- a run that is shown while its file is being converted --------------------------------------
    def _hear_growing(self, growing: ConversionController, run: OpenRun, message: Message) -> None:
        said = growing.on_worker_message(message)
        match said:
            case Progress():
                self._answer(run.number, said)
            case str():
                self._stop_growing(growing, Alert("error", f"{_PARTLY[0].upper()}{_PARTLY[1:]}: {said}.", "reload"))
            case Conversion() if growing.is_over:
                self._growing = None
                self._settle(run, growing, said)
            case Conversion():
                self._grow(run, said)

    def _grow(self, run: OpenRun, made: Conversion) -> None:
        assert made.built is not None, "a log that grows has an index that grows with it"
        run.grow(made.built, complete=False)
        self._answer(run.number, IndexGrew(run.index))

    def _settle(self, run: OpenRun, growing: ConversionController, made: Conversion) -> None:
        """The log is whole: what could not be known before is known now, and it can be verified."""
        assert made.built is not None, "a log that grew has an index that grew with it"
        log = EventLog.open(made.path)
        run.settle(log, facts_of(log, growing.path, growing.stamp[2], made), made.own_hashes)
        self._answer(run.number, FactsChanged(run.facts))
        self._tell_notes(run)
        self._begin_verifying(run).start_beside_index()
        self._to_come = ()
        self._index_grew(run, made.built)
        if self._finding is not None:
            self._finding.path = log.source.path
        if self._totals_wanted:
            self._start_totals(run)

    def _stop_growing(self, growing: ConversionController, why: Alert) -> None:
        """What there is of the run stays to be looked at; nobody takes it for the whole."""
        growing.stop()
        self._growing = None
        self._answer(growing.number, why)
        self._answer(growing.number, WorkEnded())
        if self._totals_wanted and self.open is not None:
            self._start_totals(self.open)

    # ---- the run in the seat ------------------------------------------------------------------------
    def _take_over(self, run: OpenRun, ticket: int) -> None:
        """The new run is sound enough to be shown, so the old one goes."""
        self._seat(run, ticket)
        verifying = self._begin_verifying(run)
        if run.index.complete:  # from the cache, on which no verdict may rest
            verifying.start_with_snapshots(run.built, str(run.folder), run.index.offset)
        elif self._background is not None:
            path, folder = str(run.log.source.path), str(run.folder)
            # Of a large log's index, the worker that checks it makes some, too.
            shared = run.log.source.size > _SHARED
            self._to_come = (INDEX, JOIN) if shared else (INDEX,)
            self._background.start(INDEX, INDEX, {"path": path, "folder": folder, "whole": not shared})
            verifying.start_beside_index(columns=folder if shared else None)

    def _seat(self, run: OpenRun, ticket: int) -> None:
        self.close()
        self.open = run
        self._finding = SearchController(self._searchers, run.log.source.path, partial(self._on_worker, run.number))
        self._answer(run.number, RunOpened(run.facts, run.index), ticket)
        self._tell_notes(run)

    def _tell_notes(self, run: OpenRun) -> None:
        if run.facts.notes:
            self._answer(run.number, Alert("info", f"As imported: {'; '.join(run.facts.notes)}"))

    def _begin_verifying(self, run: OpenRun) -> VerificationController:
        work = self._background = JobGroup(self._pool, partial(self._on_worker, run.number))
        verifying = self._verifying = VerificationController(run.log, work.start)
        self._pace = ProgressThrottle("Verifying")
        self._answer(run.number, self._pace.progress(0, verifying.total))
        return verifying

    def close(self) -> None:
        """Ends the work under way and closes the run."""
        self._stop_converting()
        if self._growing is not None:
            self._growing.stop()
        if self._background is not None:
            self._background.stop()
        if self._finding is not None:
            self._finding.stop()
        if self._summing is not None:
            self._summing.stop()
            self._summing = None
        if self.open is not None:
            self.open.close()
        self._finding = self._growing = None
        self._totals_wanted = False
        self.open = self._background = self._verifying = self._sought = None

    # ---- background work ---------------------------------------------------------------------------
    def on_worker_message(self, number: int, purpose: str, message: Message) -> None:
        """Takes in what a worker says of run `number`."""
        if self._converting is not None and self._converting.number == number:
            self._on_import_message(self._converting, message)
            return
        if purpose == CONVERT and self._growing is not None and self.open is not None:
            self._hear_growing(self._growing, self.open, message)
            return
        run, work, verifying = self.open, self._background, self._verifying
        if run is None or run.number != number:
            return
        if purpose == FIND and self._finding is not None:
            if (found := self._finding.on_worker_message(message)) is not None:
                self._answer(number, found)
            return
        if purpose == TOTALS:
            self._hear_totals(run, message)
            return
        if work is None or verifying is None or not work.accepts(purpose, message):
            return
        match message["type"], purpose:
            case "failed", _:
                missing = _MISSING.get(purpose, "The run was not verified")
                self._answer(number, Alert("error", f"{missing}: {message['text']}.", "reload"))
            case "part", "index":
                self._index_grew(run, msgspec.convert(message["value"], Built))
            case "done", ("index" | "join"):
                self._to_come = self._to_come[1:]
                self._index_grew(run, msgspec.convert(message["value"], Built))
                self._join(run, work, verifying)
            case _:
                self._conclude(run, verifying.on_worker_message(purpose, message))
                if message["type"] == "done":
                    self._join(run, work, verifying)
        if message["type"] == "progress":
            self._answer(number, self._pace.progress(verifying.done, max(verifying.done, verifying.total)))
        elif not work.busy:
            self._answer(number, WorkEnded())

    def _join(self, run: OpenRun, work: JobGroup, verifying: VerificationController) -> None:
        """Once both passes that make the index are through; as long as the one over the records is not, it leads."""
        if self._to_come != (JOIN,) or work.runs(JOIN):
            return
        if verifying.integrity_done:
            args = {"path": str(run.log.source.path), "folder": str(run.folder), "built": run.built}
            work.start(JOIN, JOIN, args)
        else:
            self._index_grew(run, run.built)

    def _index_grew(self, run: OpenRun, built: Built) -> None:
        verifying, complete = self._verifying, not self._to_come
        led = None if verifying is None or JOIN not in self._to_come else verifying.checked(built.count)
        run.grow(built, complete, led)
        self._answer(run.number, IndexGrew(run.index))
        if complete and verifying is not None:
            self._conclude(run, verifying.index_built(built, str(run.folder), run.index.offset))

    def _start_totals(self, run: OpenRun) -> None:
        """Where they are not known yet, and nobody is at it."""
        self._totals_wanted = self._growing is not None
        if self._totals_wanted:
            return
        if run.totals is not None:
            self._answer(run.number, run.totals)
        elif self._summing is None:
            self._summing = JobGroup(self._pool, partial(self._on_worker, run.number))
            self._summing.start(TOTALS, TOTALS, {"path": str(run.log.source.path)})

    def _hear_totals(self, run: OpenRun, message: Message) -> None:
        if self._summing is None or not self._summing.accepts(TOTALS, message) or message["type"] == "progress":
            return
        self._summing = None
        if message["type"] == "failed":
            self._answer(run.number, Alert("warning", f"Tokens and cost were not summed up: {message['text']}."))
        else:
            sums = msgspec.convert(message["value"], MetaSums)
            run.totals = Totals(sums.uses, sums.spending, sums.nesting)
            self._answer(run.number, run.totals)

    def _conclude(self, run: OpenRun, report: VerificationReport | None) -> None:
        if report is not None:
            report = run.judged(report)
            run.broken_from = report.first_broken
            self._answer(run.number, report)
            if run.broken_from is not None:
                self._show_moment(run)

    def _stop_work(self, run: OpenRun) -> None:
        if self._background is not None and self._background.busy:
            self._background.stop()
            missing = "not all events were read" if INDEX in self._to_come else "the run is not verified"
            self._answer(run.number, Alert("info", f"Stopped: {missing}.", "reload"))
            self._answer(run.number, WorkEnded())
