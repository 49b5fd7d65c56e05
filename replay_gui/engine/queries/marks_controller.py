"""The marks of one run, found in a worker process when they are requested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, assert_never

from replay_gui.core.effects.effect import Effect
from replay_gui.core.translation.messages import tr, trn
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobPart, JobProgress, decode_value
from replay_gui.engine.jobs.job_types import MarksArguments
from replay_gui.engine.marks_answer import EffectsCorrected, MarksFound
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.requests import SendAnswer
from replay_gui.engine.worker_pool import WorkerPool

if TYPE_CHECKING:
    from replay_gui.core.reasons.marks.kept_marks import MarksOfRun


class MarksController:
    """The search for marks under way in one run; a new one ends it. Used on the engine thread alone."""

    def __init__(self, pool: WorkerPool, run: OpenRun, answer: SendAnswer, on_worker_message: OnWorkerMessage) -> None:
        self._run = run
        self._answer = answer
        self._jobs = JobGroup(pool, on_worker_message)

    def start(self) -> MarksFound | None:
        """Return the kept marks for the present corrected effects; if there are none, begin the search and return None.

        An answer with the marks follows the search. The log must be whole, and its index complete.
        """
        from replay_gui.core.reasons.marks.kept_marks import read_kept_marks  # not for the first picture

        self.stop()
        run, corrected = self._run, self._run.effects.corrected
        kept = read_kept_marks(run.folder, corrected)
        if kept is not None:
            return _found(kept)
        arguments = MarksArguments(str(run.log.source.path), dict(corrected), str(run.folder))
        self._jobs.start(arguments, self._on_message)
        return None

    def correct(self, effects: Mapping[str, Effect]) -> EffectsCorrected:
        """Use these effects of tools from now on; end a search under way, which does not use them."""
        self.stop()
        self._run.effects.correct(effects)
        return EffectsCorrected()

    def _on_message(self, message: JobMessage) -> None:
        match message:
            case JobProgress() | JobPart():
                pass  # a search for marks has no parts
            case JobFailed(text=text):
                self._answer(self._run.number, MarksFound(problem=tr("not looked for: {reason}", reason=text)))
            case JobDone(value=value):
                from replay_gui.core.reasons.marks.kept_marks import MarksOfRun  # see `start`

                self._answer(self._run.number, _found(decode_value(value, MarksOfRun)))
            case _:
                assert_never(message)

    def stop(self) -> None:
        """End the search under way."""
        self._jobs.stop()


def _found(found: MarksOfRun) -> MarksFound:
    from replay_gui.engine.jobs.marks_job import MAX_EVENTS  # see `MarksController.start`

    problem = ""
    if found.gave_up:
        problem = trn(
            "not looked for in a run of more than {n} event",
            "not looked for in a run of more than {n} events",
            MAX_EVENTS,
        )
    return MarksFound(marks=found.marks, effects=found.effects, problem=problem)
