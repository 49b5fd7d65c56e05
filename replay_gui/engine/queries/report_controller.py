"""Makes reports on the open runs: one at a time, in a worker process."""

from __future__ import annotations

from functools import partial
from typing import assert_never

from replay_gui.core.report.model import Report
from replay_gui.core.translation.messages import tr
from replay_gui.engine.job_group import JobGroup
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobPart, JobProgress, decode_value
from replay_gui.engine.jobs.report_arguments import ReportArguments, ReportedRun
from replay_gui.engine.open_run import LogGrowth, OpenRuns
from replay_gui.engine.queries.report_messages import MakeReport, NotReported, Reported, ReportProgress
from replay_gui.engine.requests import OnRunMessage, SendAnswer
from replay_gui.engine.worker_pool import WorkerPool
from replay_gui.version import VERSION


class ReportController:
    """At most one report at a time; a newer one replaces the one under way. Used on the engine thread alone.

    `runs()` returns the open runs of sides A and B. Answers are about the run of side A.
    """

    def __init__(
        self,
        pool: WorkerPool,
        runs: OpenRuns,
        answer: SendAnswer,
        on_worker_message: OnRunMessage,
    ) -> None:
        self._pool = pool
        self._runs = runs
        self._answer = answer
        self._on_worker_message = on_worker_message
        self._jobs = JobGroup(pool, partial(on_worker_message, 0))

    def start(self, run: int, request: MakeReport) -> None:
        """Begin the report on run number `run` of side A, and also on that of side B if the request is about both."""
        self.stop()
        chosen = self._runs()[: len(request.verifications)]
        open_runs = [open_run for open_run in chosen if open_run is not None]
        if len(open_runs) < len(chosen) or open_runs[0].number != run:
            self._answer(run, NotReported(request.number, tr("the run is no longer open")))
            return
        if any(open_run.growth is LogGrowth.BY_CONVERSION for open_run in open_runs):
            problem = tr("the run is incomplete: its file was not converted to its end")
            self._answer(run, NotReported(request.number, problem))
            return
        runs = tuple(
            ReportedRun(
                log=str(open_run.log.source.path),
                given=open_run.facts.given,
                format=open_run.facts.format,
                size=open_run.facts.size,
                verification=verification,
                noted=request.noted if open_run is open_runs[0] else (),
            )
            for open_run, verification in zip(open_runs, request.verifications, strict=True)
        )
        self._jobs = JobGroup(self._pool, partial(self._on_worker_message, run))
        self._jobs.start(
            ReportArguments(
                runs=runs,
                rules=request.rules,
                anchors=request.anchors,
                version=VERSION,
                made=request.made,
                command=request.command,
                rules_file=request.rules_file,
                profile=request.profile,
                in_english=request.in_english,
            ),
            partial(self._on_message, run, request.number),
        )

    def _on_message(self, run: int, number: int, message: JobMessage) -> None:
        match message:
            case JobProgress(done=done, total=total):
                self._answer(run, ReportProgress(number, done, total))
            case JobFailed(text=text):
                self._answer(run, NotReported(number, text))
            case JobDone(value=value):
                self._answer(run, Reported(number, decode_value(value, Report)))
            case JobPart():
                pass  # a report has no parts
            case _:
                assert_never(message)

    def stop(self) -> None:
        """End the work under way."""
        self._jobs.stop()
