"""The types of a job: a function of its arguments, and of a context that the worker provides."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any, Protocol, TypeAlias, TypeVar, get_type_hints

import msgspec

from replay_gui.engine.jobs.job_messages import decode_value

PART_INTERVAL_S = 0.25  # seconds between two parts of an index; each costs the window a redraw

PART_GROWTH = 1 / 8  # of a job's time so far that passes before its next part, so that a long job has few

_PART_SHARE = 1 / 20  # of a job's time that making its parts may take

_T = TypeVar("_T")


class PartPacer:
    """Decides when a job sends the next part: at intervals, longer ones if a part takes long to make.

    A part of an index has all its snapshots and phases; sent at fixed intervals, a million of them would be sent again
    and again. And the longer a job takes, the less a part adds to the picture that the window draws of all.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        interval: float = PART_INTERVAL_S,
        share: float = _PART_SHARE,
        growth: float = 0.0,
    ) -> None:
        """Begin to measure the job's time.

        Args:
            clock: seconds. interval: seconds between two parts at least.
            share: of the job's time that making the parts may take.
            growth: of the job's time so far that passes between two parts at least.
        """
        self._clock, self._interval, self._share, self._growth = clock, interval, share, growth
        self._begun, self._next = clock(), 0.0

    def send(self, make_and_send: Callable[[], None]) -> None:
        """Call the function if a part is due."""
        begun = self._clock()
        if begun >= self._next:
            make_and_send()
            ended = self._clock()
            pause = self._growth * (ended - self._begun)
            self._next = ended + max(self._interval, (ended - begun) / self._share, pause)


class JobReporter(Protocol):
    """Sends the progress and the parts of a running job."""

    def progress(self, done: int, total: int) -> None:
        """Report the progress of the job, in any unit; total 0 = unknown. Cheap: most calls do not send a message."""

    def part(self, value: Any) -> None:
        """Send a part of the result, any value that msgpack can encode; every part is sent."""


class JobCache:
    """One object that a worker keeps from one job for the next."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.value: object = None

    def keep(self, value: AbstractContextManager[_T]) -> _T:
        """Close the last object, and keep the one that this context manager returns."""
        self.clear()
        kept = self._stack.enter_context(value)
        self.value = kept
        return kept

    def clear(self) -> None:
        """Close the object that is kept."""
        self.value = None
        self._stack.close()


class JobContext(JobReporter, Protocol):
    """The context of a job that keeps an object for the next job."""

    @property
    def cache(self) -> JobCache:
        """The object that the worker keeps from job to job."""


Job: TypeAlias = Callable[[Any, JobContext], object]
"""A job of (arguments, context); the type of its first parameter is what the arguments are decoded as."""


class LazyJob:
    """A job whose module is imported when it is first run, so that a worker begins in half the time."""

    def __init__(self, module: str, function: str) -> None:
        self._module, self._function = module, function

    def load(self) -> Job:
        """Import the module at the first call, and return the job."""
        job: Job = getattr(importlib.import_module(self._module), self._function)
        return job

    def __call__(self, arguments: Any, context: JobContext) -> object:
        """Run the job; raises its errors unchanged."""
        return self.load()(arguments, context)


def decode_arguments(job: Job, raw: msgspec.Raw) -> Any:
    """Decode the arguments of a job; raise msgspec.ValidationError if they are not of the job's type."""
    function = job.load() if isinstance(job, LazyJob) else job
    kind = next(iter(get_type_hints(function).values()))
    return decode_value(raw, kind)
