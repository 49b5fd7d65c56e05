"""One of the engine's seats: opens the run that sits there, has it indexed and verified, and answers for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import msgspec

from replay_gui.core.importers.run_choice import split
from replay_gui.core.index_builder import Built
from replay_gui.core.index_cache import IndexCache
from replay_gui.core.run_totals import ModelUse
from replay_gui.core.verification import VerificationReport
from replay_gui.engine.answers import IndexGrew, Progress, RunOpened, Totals, Trouble
from replay_gui.engine.background import Background
from replay_gui.engine.finding import FIND, Finding
from replay_gui.engine.frames import Message
from replay_gui.engine.open_run import OpenRun, Stamp
from replay_gui.engine.opening import (
    Conversion,
    conversion_cache,
    file_stamp,
    is_foreign,
    opened,
    opened_conversion,
    user_mappings,
)
from replay_gui.engine.pace import Pace
from replay_gui.engine.processes import WorkerPool
from replay_gui.engine.requests import CheckFile, Find, GetRows, GetTotals, Question, Seek, StopWork, WorkEnded
from replay_gui.engine.verifying import Verifying

INDEX, CONVERT, TOTALS = "index", "convert", "totals"


@dataclass(frozen=True, slots=True)
class _Converting:
    """A foreign file that is being made into a log, to be opened as run `run`."""

    run: int
    path: str
    stamp: Stamp
    work: Background
    pace: Pace


class RunKeeper:
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
    ) -> None:
        self.open: OpenRun | None = None
        self._pool = pool
        self._cache = cache
        self._answer_ticket = answer
        self._on_worker = on_worker
        self._verifying: Verifying | None = None
        self._pace = Pace("Verifying")
        self._converting: _Converting | None = None
        self._background: Background | None = None
        self._searchers = searchers
        self._finding: Finding | None = None
        self._summing: Background | None = None
        self._sought: tuple[int, int] | None = None  # ticket and position of the last Seek

    def reply(self, number: int, question: Question, ticket: int) -> None:
        """Answers a question about run `number`; one about a run that is not here any more is stale."""
        run = self.open
        if self._converting is not None and isinstance(question, StopWork):
            self._give_up_converting(self._converting)
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
                self._answer(run.number, Trouble("warning", "The file has changed on disk.", "reload"))

    def _answer(self, run: int, value: object, ticket: int = 0) -> None:
        self._answer_ticket(run, value, ticket)

    def _complain(self, run: int, text: str) -> None:
        self._answer(run, Trouble("warning", text))

    def _show_moment(self, run: OpenRun) -> None:
        if self._sought is not None:
            ticket, position = self._sought
            self._answer(run.number, run.moment(min(max(position, 0), run.index.count)), ticket)

    # ---- opening and closing ---------------------------------------------------------------------
    def start_opening(self, run: int, given: str, ticket: int, format: str | None = None) -> None:
        """Opens a log at once; has anything else converted to one first, while the old run stays.

        `given`: a path, or FILE#RUN. `format`: an importer's name; None: judged from the content.
        """
        self._stop_converting()
        path, chosen = split(given)
        if format is None and not is_foreign(path):
            self._take_over(opened(run, path, self._cache, partial(self._complain, run)), ticket)
            return
        work = Background(self._pool, partial(self._on_worker, run))
        self._converting = _Converting(run, path, file_stamp(path), work, Pace("Importing"))
        self._answer(run, Progress("Importing", 0, 0, None))
        folder, mappings = str(conversion_cache()), str(user_mappings())
        args = {"path": path, "cache": folder, "run": chosen, "format": format, "mappings": mappings}
        work.start(CONVERT, CONVERT, args)

    def _hear_converting(self, converting: _Converting, message: Message) -> None:
        if not converting.work.accepts(CONVERT, message):
            return
        number, path = converting.run, converting.path
        if message["type"] == "progress":
            self._answer(number, converting.pace.progress(message["done"], message["total"]))
            return
        self._converting = None
        self._answer(number, WorkEnded())
        if message["type"] == "failed":
            self._answer(number, Trouble("error", message["text"]))
        else:
            made = msgspec.convert(message["value"], Conversion)
            complain = partial(self._complain, number)
            self._take_over(opened_conversion(number, path, converting.stamp, made, self._cache, complain), 0)

    def _give_up_converting(self, converting: _Converting) -> None:
        """The run that was open before, if any, stays."""
        self._stop_converting()
        self._answer(converting.run, WorkEnded())
        self._answer(converting.run, Trouble("info", f"Stopped: {converting.path} was not imported."))

    def _stop_converting(self) -> None:
        if self._converting is not None:
            self._converting.work.stop()
            self._converting = None

    def _take_over(self, run: OpenRun, ticket: int) -> None:
        """The new run is sound enough to be shown, so the old one goes."""
        self.close()
        self.open = run
        work = self._background = Background(self._pool, partial(self._on_worker, run.number))
        verifying = self._verifying = Verifying(run.log, work.start)
        self._finding = Finding(self._searchers, run.log.source.path, partial(self._on_worker, run.number))
        self._pace = Pace("Verifying")
        self._answer(run.number, RunOpened(run.facts, run.index), ticket)
        self._answer(run.number, self._pace.progress(0, verifying.total))
        if run.index.complete:  # from the cache, on which no verdict may rest
            verifying.start_with_snapshots(run.built, str(run.folder), run.index.offset)
        else:
            work.start(INDEX, INDEX, {"path": str(run.log.source.path), "folder": str(run.folder)})
            verifying.start_beside_index()

    def close(self) -> None:
        """Ends the work under way and closes the run."""
        self._stop_converting()
        if self._background is not None:
            self._background.stop()
        if self._finding is not None:
            self._finding.stop()
        if self._summing is not None:
            self._summing.stop()
            self._summing = None
        if self.open is not None:
            self.open.close()
        self._finding = None
        self.open = self._background = self._verifying = self._sought = None

    # ---- background work ---------------------------------------------------------------------------
    def hear(self, number: int, purpose: str, message: Message) -> None:
        """Takes in what a worker says of run `number`."""
        if self._converting is not None and self._converting.run == number:
            self._hear_converting(self._converting, message)
            return
        run, work, verifying = self.open, self._background, self._verifying
        if run is None or run.number != number or work is None or verifying is None:
            return
        if purpose == FIND and self._finding is not None:
            if (found := self._finding.hear(message)) is not None:
                self._answer(number, found)
            return
        if purpose == TOTALS:
            self._hear_totals(run, message)
            return
        if not work.accepts(purpose, message):
            return
        match message["type"], purpose:
            case "failed", _:
                missing = "Not all events were read" if purpose == INDEX else "The run was not verified"
                self._answer(number, Trouble("error", f"{missing}: {message['text']}.", "reload"))
            case ("part" | "done") as kind, "index":
                run.grow(msgspec.convert(message["value"], Built), complete=kind == "done")
                self._answer(number, IndexGrew(run.index))
                if kind == "done":
                    verifying.index_built(run.built, str(run.folder), run.index.offset)
            case _:
                self._conclude(run, verifying.hear(purpose, message))
        if message["type"] == "progress":
            self._answer(number, self._pace.progress(verifying.done, max(verifying.done, verifying.total)))
        elif not work.busy:
            self._answer(number, WorkEnded())

    def _start_totals(self, run: OpenRun) -> None:
        """Where they are not known yet, and nobody is at it."""
        if run.totals is not None:
            self._answer(run.number, run.totals)
        elif self._summing is None:
            self._summing = Background(self._searchers, partial(self._on_worker, run.number))
            self._summing.start(TOTALS, TOTALS, {"path": str(run.log.source.path)})

    def _hear_totals(self, run: OpenRun, message: Message) -> None:
        if self._summing is None or not self._summing.accepts(TOTALS, message) or message["type"] == "progress":
            return
        self._summing = None
        if message["type"] == "failed":
            self._answer(run.number, Trouble("warning", f"Tokens and cost were not summed up: {message['text']}."))
        else:
            run.totals = Totals(tuple(msgspec.convert(message["value"], list[ModelUse])))
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
            missing = "the run is not verified" if run.index.complete else "not all events were read"
            self._answer(run.number, Trouble("info", f"Stopped: {missing}.", "reload"))
            self._answer(run.number, WorkEnded())
