"""Lists known sessions and formats, and takes samples of JSON Lines files, in a separate worker process."""

from __future__ import annotations

from typing import Any, assert_never

from replay_gui.core.facts.known_sessions import KnownSession
from replay_gui.engine.answers import Formats, Sampled
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage, StartedJob
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobPart, JobProgress, decode_value
from replay_gui.engine.jobs.job_types import FormatsArguments, SampleArguments, SessionsArguments
from replay_gui.engine.requests import ListFormats, SendAnswer, TakeSample
from replay_gui.engine.sessions_messages import ListSessions, SessionsListed
from replay_gui.engine.worker_pool import WorkerPool


class SourceController:
    """At most one list of sessions, one sample and one list of formats at a time; a newer one ends the one under way.

    Used on the engine thread alone.
    """

    def __init__(self, pool: WorkerPool, answer: SendAnswer, on_worker_message: OnWorkerMessage) -> None:
        self._answer = answer
        self._sessions = JobGroup(pool, on_worker_message)
        self._samples = JobGroup(pool, on_worker_message)
        self._formats = JobGroup(pool, on_worker_message)
        self._sample_number = 0

    def start(self, request: ListSessions | TakeSample | ListFormats) -> None:
        """Begin a request, and end the one of the same kind under way."""
        match request:
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
            case _:
                assert_never(request)

    def on_worker_message(self, job: StartedJob, message: JobMessage) -> None:
        """Send the answer in a message of the worker."""
        if isinstance(message, JobProgress):
            return
        match job.arguments:
            case SessionsArguments() if self._sessions.accepts(job, message):
                self._answer(0, _sessions(message))
            case SampleArguments() if self._samples.accepts(job, message):
                from replay_gui.engine.files.user_files import with_saved_mapping  # few need it

                self._answer(0, with_saved_mapping(self._sampled(message)))
            case FormatsArguments() if self._formats.accepts(job, message) and isinstance(message, JobDone):
                self._answer(0, Formats(decode_value(message.value, tuple[tuple[str, str], ...])))

    def _sampled(self, message: JobPart | JobDone | JobFailed) -> Sampled:
        if isinstance(message, JobFailed):
            return Sampled(self._sample_number, (), message.text)
        return Sampled(self._sample_number, decode_value(message.value, tuple[dict[str, Any], ...]))

    def stop(self) -> None:
        """End the work under way."""
        for group in (self._sessions, self._samples, self._formats):
            group.stop()


def _sessions(message: JobPart | JobDone | JobFailed) -> SessionsListed:
    if isinstance(message, JobFailed):
        return SessionsListed((), message.text)
    return SessionsListed(decode_value(message.value, tuple[KnownSession, ...]))
