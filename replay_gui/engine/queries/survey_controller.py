"""Lists the runs of a folder or a file, samples of JSON Lines files, and formats, in a worker process of its own."""

from __future__ import annotations

import os
import time
from typing import Any

from replay_gui.core.facts.known_sessions import KnownSession
from replay_gui.core.facts.surveyed_run import SurveyedRun, SurveyFolders
from replay_gui.engine.answers import Formats, Sampled, Surveyed
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage, StartedJob
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobPart, JobProgress, decode_value
from replay_gui.engine.jobs.job_types import (
    FormatsArguments,
    SampleArguments,
    SessionsArguments,
    SurveyArguments,
    SurveyProgress,
)
from replay_gui.engine.opening import conversion_cache, survey_cache, user_mappings
from replay_gui.engine.requests import ListFormats, ListRuns, SendAnswer, TakeSample
from replay_gui.engine.sessions_messages import ListSessions, SessionsListed
from replay_gui.engine.worker_pool import WorkerPool

_ANSWER_INTERVAL = 0.1  # seconds
_MAX_DEATHS = 20  # workers of one survey that may die; each costs a second


class SurveyController:
    """At most one survey, one sample and one list at a time; a newer one takes the place of what is under way.

    Used on the engine thread alone.
    """

    def __init__(self, pool: WorkerPool, answer: SendAnswer, on_worker_message: OnWorkerMessage) -> None:
        self._answer = answer
        self._surveys = JobGroup(pool, on_worker_message)
        self._sessions = JobGroup(pool, on_worker_message)
        self._samples = JobGroup(pool, on_worker_message)
        self._formats = JobGroup(pool, on_worker_message)
        self._survey_number = 0
        self._last: SurveyProgress | None = None  # of the survey under way
        self._found: list[SurveyedRun] = []  # since the last answer
        self._next_answer = 0.0
        self._deaths = 0
        self._sample_number = 0

    def start(self, request: ListRuns | ListSessions | TakeSample | ListFormats) -> None:
        """Begin; a survey of no path only ends the last."""
        match request:
            case ListRuns(number, path):
                self._surveys.stop()
                self._survey_number, self._last, self._deaths = number, None, 0
                self._found, self._next_answer = [], 0.0
                if path:
                    folders = SurveyFolders(str(conversion_cache()), str(survey_cache()), str(user_mappings()))
                    self._surveys.start(SurveyArguments(path, folders))
            case ListSessions(folders):
                self._sessions.stop()
                self._sessions.start(SessionsArguments(folders))
            case TakeSample(number, path):
                self._samples.stop()
                self._sample_number = number
                self._samples.start(SampleArguments(path))
            case ListFormats():
                self._formats.stop()
                self._formats.start(FormatsArguments())

    def on_worker_message(self, job: StartedJob, message: JobMessage) -> None:
        """Answer what follows from a message of the worker."""
        if isinstance(message, JobProgress):
            return
        match job.arguments:
            case SurveyArguments() as arguments if self._surveys.accepts(job, message):
                surveyed = self._surveyed(arguments, message)
                if surveyed is not None:
                    self._answer(0, surveyed)
            case SessionsArguments() if self._sessions.accepts(job, message):
                self._answer(0, _sessions(message))
            case SampleArguments() if self._samples.accepts(job, message):
                from replay_gui.engine.files.user_files import with_saved_mapping  # few need it

                self._answer(0, with_saved_mapping(self._sampled(message)))
            case FormatsArguments() if self._formats.accepts(job, message) and isinstance(message, JobDone):
                self._answer(0, Formats(decode_value(message.value, tuple[tuple[str, str], ...])))

    def _surveyed(self, arguments: SurveyArguments, message: JobPart | JobDone | JobFailed) -> Surveyed | None:
        number = self._survey_number
        if isinstance(message, JobFailed):
            return self._survived(arguments, message) or Surveyed(
                number=number, runs=(), done=0, total=0, ended=True, problem=message.text
            )
        self._last = last = decode_value(message.value, SurveyProgress)
        self._found += last.runs
        ended = isinstance(message, JobDone)
        if not ended and time.monotonic() < self._next_answer:
            return None
        return self._take_found(last, ended=ended)

    def _take_found(self, last: SurveyProgress, *, ended: bool) -> Surveyed:
        runs, self._found = tuple(self._found), []
        self._next_answer = time.monotonic() + _ANSWER_INTERVAL
        return Surveyed(number=self._survey_number, runs=runs, done=last.done, total=last.total, ended=ended)

    def _survived(self, arguments: SurveyArguments, message: JobFailed) -> Surveyed | None:
        """Go on behind the file of which a worker has died; None where no file is known, or too many were too much.

        That file is listed with the reason, and not tried again.
        """
        last = self._last
        self._deaths += 1
        if message.kind != "died" or last is None or not last.current or self._deaths > _MAX_DEATHS:
            return None
        name = os.path.relpath(last.current, arguments.path)
        problem = f"{last.current}: not read: {message.text}"
        self._found.append(SurveyedRun(given=last.current, name=name, format="", problem=problem))
        self._surveys.start(SurveyArguments(arguments.path, arguments.folders, last.done + 1))
        self._last = None
        return self._take_found(last, ended=False)

    def _sampled(self, message: JobPart | JobDone | JobFailed) -> Sampled:
        if isinstance(message, JobFailed):
            return Sampled(self._sample_number, (), message.text)
        return Sampled(self._sample_number, decode_value(message.value, tuple[dict[str, Any], ...]))

    def stop(self) -> None:
        """End the work under way."""
        for group in (self._surveys, self._sessions, self._samples, self._formats):
            group.stop()


def _sessions(message: JobPart | JobDone | JobFailed) -> SessionsListed:
    if isinstance(message, JobFailed):
        return SessionsListed((), message.text)
    return SessionsListed(decode_value(message.value, tuple[KnownSession, ...]))
