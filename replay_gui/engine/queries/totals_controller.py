"""The sum of tokens and cost of one run, made in a worker process when it is requested."""

from __future__ import annotations

from typing import assert_never

from replay_gui.core.facts.run_highlights import highlights_of_index
from replay_gui.core.translation.messages import tr
from replay_gui.engine.answers import Alert, Totals
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage
from replay_gui.engine.jobs.evaluation.totals_job import MetaSums
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobPart, JobProgress, decode_value
from replay_gui.engine.jobs.job_types import TotalsArguments
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.requests import SendAnswer
from replay_gui.engine.worker_pool import WorkerPool


class TotalsController:
    """The totals of one run: requested, under way or known. Used on the engine thread alone."""

    def __init__(self, pool: WorkerPool, run: OpenRun, answer: SendAnswer, on_worker_message: OnWorkerMessage) -> None:
        self._run = run
        self._answer = answer
        self._jobs = JobGroup(pool, on_worker_message)
        self._is_requested = False  # and not begun, since the log is not whole

    def request(self, *, is_whole: bool) -> Totals | None:
        """Return the totals if known; else begin now, or in `begin_if_requested` once the log is whole."""
        if self._run.totals is not None:
            return self._run.totals
        self._is_requested = not is_whole
        if is_whole and not self._jobs.busy:
            self._jobs.start(TotalsArguments(str(self._run.log.source.path)), self._on_message)
        return None

    def begin_if_requested(self) -> None:
        """Begin a requested job that waits: the log is whole, or will not grow any more."""
        if self._is_requested:
            self.request(is_whole=True)

    def suspend(self) -> None:
        """Drop the totals and end their job, because the log grows; `begin_if_requested` starts again."""
        self._is_requested = self._is_requested or self._jobs.busy or self._run.totals is not None
        self._run.totals = None
        self._jobs.stop()

    def _on_message(self, message: JobMessage) -> None:
        match message:
            case JobProgress() | JobPart():
                pass  # a sum has no parts
            case JobFailed(text=text):
                words = tr("Tokens and cost were not summed up: {reason}.", reason=text)
                self._answer(self._run.number, Alert("warning", words))
            case JobDone(value=value):
                sums = decode_value(value, MetaSums)
                self._run.totals = Totals(
                    uses=sums.uses,
                    spending=sums.spending,
                    nesting=sums.nesting,
                    result=sums.result,
                    prompt=sums.prompt,
                    models=sums.models,
                    highlights=highlights_of_index(self._run.index),
                )
                self._answer(self._run.number, self._run.totals)
            case _:
                assert_never(message)

    def stop(self) -> None:
        """End the work under way."""
        self._is_requested = False
        self._jobs.stop()
