"""Lists known sessions and formats, and takes samples of JSON Lines files, in a separate worker process."""

from __future__ import annotations

from functools import partial
from typing import Any, assert_never

from replay_gui.core.facts.known_sessions import KnownSession
from replay_gui.engine.answers import Formats, Sampled
from replay_gui.engine.job_group import JobGroup, OnWorkerMessage
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

    def start(self, request: ListSessions | TakeSample | ListFormats) -> None:
        """Begin a request, and end the one of the same kind under way."""
        match request:
            case ListSessions(folders):
                self._sessions.stop()
                self._sessions.start(SessionsArguments(folders), self._on_sessions)
            case TakeSample(number, path):
                self._samples.stop()
                self._samples.start(SampleArguments(path), partial(self._on_sample, number))
            case ListFormats():
                self._formats.stop()
                self._formats.start(FormatsArguments(), self._on_formats)
            case _:
                assert_never(request)

    def _on_sessions(self, message: JobMessage) -> None:
        match message:
            case JobProgress():
                pass
            case JobFailed(text=text):
                self._answer(0, SessionsListed((), text))
            case JobPart(value=value) | JobDone(value=value):
                self._answer(0, SessionsListed(decode_value(value, tuple[KnownSession, ...])))
            case _:
                assert_never(message)

    def _on_sample(self, number: int, message: JobMessage) -> None:
        from replay_gui.engine.files.user_files import with_saved_mapping  # few need it

        match message:
            case JobProgress() | JobPart():
                pass  # a sample has no parts
            case JobFailed(text=text):
                self._answer(0, with_saved_mapping(Sampled(number, (), text)))
            case JobDone(value=value):
                sampled = Sampled(number, decode_value(value, tuple[dict[str, Any], ...]))
                self._answer(0, with_saved_mapping(sampled))
            case _:
                assert_never(message)

    def _on_formats(self, message: JobMessage) -> None:
        if isinstance(message, JobDone):
            self._answer(0, Formats(decode_value(message.value, tuple[tuple[str, str], ...])))

    def stop(self) -> None:
        """End the work under way."""
        for group in (self._sessions, self._samples, self._formats):
            group.stop()
