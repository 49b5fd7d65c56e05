"""The making of a report on what is open: one at a time, in a worker process.

A state machine without threads: all methods are called on the engine thread.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from replay_gui.core.report.model import Report
from replay_gui.engine.answers import Reported
from replay_gui.engine.frames import Message
from replay_gui.engine.job_group import JobGroup
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.report_task import ReportedRun, ReportTask
from replay_gui.engine.requests import MakeReport
from replay_gui.engine.worker_pool import WorkerPool
from replay_gui.version import VERSION

REPORT = "report"


class ReportController:
    """At most one report at a time; a newer one takes the place of what is under way.

    `runs()` gives the runs open in seats A and B. `answer(run, value)` hears what is to be said of run A.
    `on_worker(run, purpose, message)` is called on threads of the pool, and is to bring the message back to `hear`.
    """

    def __init__(
        self,
        pool: WorkerPool,
        runs: Callable[[], tuple[OpenRun | None, OpenRun | None]],
        answer: Callable[[int, object], None],
        on_worker: Callable[[int, str, Message], None],
    ) -> None:
        self._pool = pool
        self._runs = runs
        self._answer = answer
        self._on_worker = on_worker
        self._work: JobGroup | None = None
        self._number = 0

    def start(self, run: int, question: MakeReport) -> None:
        """Begins the report on run number `run` of seat A, and on that of seat B where two are asked for."""
        self.stop()
        wanted = self._runs()[: len(question.verifications)]
        runs = [
            ReportedRun(str(one.log.source.path), one.facts.given, one.facts.format, one.facts.size, verification)
            for one, verification in zip(wanted, question.verifications, strict=True)
            if one is not None
        ]
        self._number = question.number
        if len(runs) < len(wanted) or wanted[0] is None or wanted[0].number != run:
            self._answer(run, Reported(question.number, 0, 0, problem="the run is no longer open"))
            return
        if any(one is not None and one.growing for one in wanted):
            problem = "the run is not whole: its file has not been converted to its end"
            self._answer(run, Reported(question.number, 0, 0, problem=problem))
            return
        task = ReportTask(tuple(runs), question.rules, question.anchors, VERSION, question.made, question.command)
        self._work = JobGroup(self._pool, partial(self._on_worker, run))
        self._work.start(REPORT, REPORT, {"task": task})

    def on_worker_message(self, run: int, message: Message) -> None:
        """Takes in what the worker says."""
        if self._work is None or not self._work.accepts(REPORT, message):
            return
        match message["type"]:
            case "progress":
                self._answer(run, Reported(self._number, message["done"], message["total"]))
            case "failed":
                self._answer(run, Reported(self._number, 0, 0, problem=message["text"]))
            case "done":
                self._answer(run, Reported(self._number, 1, 1, msgspec.convert(message["value"], Report)))

    def stop(self) -> None:
        """Ends the work under way."""
        if self._work is not None:
            self._work.stop()
            self._work = None
