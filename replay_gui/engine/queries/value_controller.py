"""The questions about values of the state: at most one of each kind at a time, each in a worker process."""

from __future__ import annotations

from functools import partial
from typing import assert_never

from replay_gui.engine.job_group import JobGroup, OnWorkerMessage
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobPart, JobProgress, decode_value
from replay_gui.engine.jobs.values.value_arguments import (
    ChangesArguments,
    ChangesProgress,
    OriginArguments,
    TraceArguments,
    TraceProgress,
    ValueArguments,
)
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.queries.value_messages import (
    AnyValueAnswer,
    AnyValueQuestion,
    FindValueOrigin,
    ListChanges,
    TraceValue,
    TraceWatched,
    ValueChanges,
    ValueOrigin,
    ValueQuestion,
    ValueTrace,
    WatchedTrace,
)
from replay_gui.engine.requests import SendAnswer
from replay_gui.engine.worker_pool import WorkerPool


class ValueController:
    """The questions under way in one run; a new one ends the last of its kind. Used on the engine thread alone."""

    def __init__(
        self,
        pool: WorkerPool,
        run: OpenRun,
        answer: SendAnswer,
        on_worker_message: OnWorkerMessage,
    ) -> None:
        self._run = run
        self._answer = answer
        self._jobs = {kind: JobGroup(pool, on_worker_message) for kind in _ANSWER_OF}

    def start(self, question: AnyValueQuestion) -> None:
        """Begin to answer a question; without a path, only end the last one."""
        jobs = self._jobs[type(question)]
        jobs.stop()
        arguments = _arguments(question, self._run)
        if arguments is not None:
            jobs.start(arguments, partial(self._on_message, question))

    @property
    def busy(self) -> bool:
        """Whether any question is being answered."""
        return any(jobs.busy for jobs in self._jobs.values())

    def stop(self) -> None:
        """End all work under way."""
        for jobs in self._jobs.values():
            jobs.stop()

    def _on_message(self, question: AnyValueQuestion, message: JobMessage) -> None:
        if not isinstance(message, JobProgress):
            self._answer(self._run.number, _answer(question, message))


def _arguments(question: AnyValueQuestion, run: OpenRun) -> ValueArguments | None:
    path, folder, count = str(run.log.source.path), str(run.folder), run.index.count
    match question:
        case TraceValue(keys=keys):
            return TraceArguments(path, (keys,), folder, count) if keys else None
        case TraceWatched(paths=paths):
            return TraceArguments(path, paths, folder, count) if paths else None
        case ListChanges(keys=keys):
            return ChangesArguments(path, keys, folder, count) if keys else None
        case FindValueOrigin(writer=writer, texts=texts):
            return None if writer is None else OriginArguments(path, writer, texts)
        case _:
            assert_never(question)


_ANSWER_OF: dict[type[ValueQuestion], type[AnyValueAnswer]] = {
    TraceValue: ValueTrace,
    TraceWatched: WatchedTrace,
    ListChanges: ValueChanges,
    FindValueOrigin: ValueOrigin,
}


def _answer(question: AnyValueQuestion, message: JobDone | JobPart | JobFailed) -> AnyValueAnswer:
    number, ended = question.number, not isinstance(message, JobPart)
    if isinstance(message, JobFailed):
        return _ANSWER_OF[type(question)](number=number, problem=message.text)
    match question:
        case TraceValue() | TraceWatched():
            trace = decode_value(message.value, TraceProgress)
            if isinstance(question, TraceValue):
                (indexes,) = trace.indexes
                return ValueTrace(number=number, done=trace.done, total=trace.total, ended=ended, indexes=indexes)
            return WatchedTrace(number=number, done=trace.done, total=trace.total, ended=ended, indexes=trace.indexes)
        case ListChanges():
            listed = decode_value(message.value, ChangesProgress)
            return ValueChanges(number=number, done=listed.done, total=listed.total, ended=ended, rows=listed.rows)
        case FindValueOrigin():
            from replay_gui.engine.jobs.values.origin_job import OriginResult  # not for the first picture

            return ValueOrigin(number=number, steps=decode_value(message.value, OriginResult).steps)
        case _:
            assert_never(question)
