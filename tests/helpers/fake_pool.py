"""A pool whose workers run a job in this process, and send its messages one at a time, on request."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeAlias

from replay_gui.engine.jobs.job import JobCache, decode_arguments
from replay_gui.engine.jobs.job_messages import JobDone, JobFailed, JobMessage, JobPart, JobProgress, encode_value
from replay_gui.engine.jobs.registry import JOBS
from replay_gui.engine.worker_pool import OnJobMessage

Messages: TypeAlias = Generator[JobMessage, None, None]
RunJob: TypeAlias = Callable[[str, Any], Messages]


class FakeHandle:
    """A job; live until it was cancelled or has sent its last message."""

    def __init__(self, messages: Messages, on_message: OnJobMessage) -> None:
        self._messages = messages
        self._on_message = on_message
        self.is_live = True

    def send_next(self) -> None:
        """Send the next message of the job."""
        self._send(next(self._messages))

    def fail(self) -> None:
        """Send a failure of the job instead of its next message."""
        self._send(JobFailed(0, "the worker process ended", "died"))

    def cancel(self) -> None:
        self.is_live = False
        self._messages.close()

    def _send(self, message: JobMessage) -> None:
        assert self.is_live
        self.is_live = not isinstance(message, JobDone | JobFailed)
        if not self.is_live:
            self._messages.close()
        self._on_message(message)


class FakePool:
    """Has as many workers as there are jobs. `run_job(job, arguments)` yields the messages of a job."""

    def __init__(self, run_job: RunJob | None = None) -> None:
        self._run_job = run_job or real_messages
        self.handles: list[FakeHandle] = []

    @property
    def is_idle(self) -> bool:
        return not self.live

    @property
    def live(self) -> list[FakeHandle]:
        return [handle for handle in self.handles if handle.is_live]

    def warm(self, job: str = "") -> None:
        """Do nothing: the workers are always warm."""

    def submit(self, job: str, arguments: object, on_message: OnJobMessage) -> FakeHandle:
        sent = decode_arguments(JOBS[job], encode_value(arguments))
        self.handles.append(FakeHandle(self._run_job(job, sent), on_message))
        return self.handles[-1]


class MessageList:
    """The context of a job, which keeps the messages that the job sends."""

    def __init__(self) -> None:
        self.messages: list[JobProgress | JobPart] = []
        self.cache = JobCache()

    def progress(self, done: int, total: int) -> None:
        self.messages.append(JobProgress(0, done, total))

    def part(self, value: Any) -> None:
        self.messages.append(JobPart(0, encode_value(value)))


def real_messages(job: str, arguments: Any) -> Messages:
    """Yield the messages of the real job, which is run at the first one."""
    context = MessageList()
    try:
        result = JOBS[job](arguments, context)
    except Exception as error:  # noqa: BLE001  as a worker does
        yield from context.messages
        yield JobFailed(0, str(error), type(error).__name__)
        return
    yield from context.messages
    yield JobDone(0, encode_value(result))
