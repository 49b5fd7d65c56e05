"""The open calls, and the one inside which the current code runs."""

from __future__ import annotations

import contextlib
import itertools
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar, Token
from dataclasses import dataclass
from types import FrameType
from typing import Any, Protocol

from replay_gui.record.calls.call import CallAnswer, CallRequest


class OpenCall(Protocol):
    """A call that was begun.

    Attributes:
        seq: of the request's event.
        answer: the answer from the log; None if the call must be made.
        changes: new values for members of the request's body, if it is made; usually none.
    """

    @property
    def changes(self) -> Mapping[str, Any]:
        """New values for members of the request's body, if it is made."""
        ...

    @property
    def seq(self) -> int:
        """The seq of the request's event."""
        ...

    @property
    def answer(self) -> CallAnswer | None:
        """The answer from the log; None if the call must be made."""
        ...

    def is_same(self, request: CallRequest) -> bool:
        """Return whether this request is the one that began this call, seen by a second hook."""
        ...

    def finish(self, answer: CallAnswer) -> None:
        """Record the answer, once; for a call that is answered from the log, record that."""
        ...

    async def finish_async(self, answer: CallAnswer) -> None:
        """Record the answer as `finish`, without blocking the event loop."""
        ...


class SameCall:
    """A call that an outer hook has begun already: the outer one records it. See OpenCall."""

    answer: CallAnswer | None = None
    changes: Mapping[str, Any] = {}

    def __init__(self, outer: OpenCall) -> None:
        self._outer = outer

    @property
    def seq(self) -> int:
        """The seq of the request's event."""
        return self._outer.seq

    def is_same(self, request: CallRequest) -> bool:
        """Return whether this request is the same again."""
        return self._outer.is_same(request)

    def finish(self, answer: CallAnswer) -> None:
        """Do nothing."""

    async def finish_async(self, answer: CallAnswer) -> None:
        """Do nothing."""


_current: ContextVar[OpenCall | None] = ContextVar("replay_gui_current_call", default=None)


current_call: Callable[[], OpenCall | None] = _current.get
"""Returns the innermost call inside which the code runs, or None; without a function of Python in between."""

enter_call: Callable[[OpenCall | None], Token[OpenCall | None]] = _current.set
"""Enters a call in the current context; returns what `leave_call` needs."""

leave_call: Callable[[Token[OpenCall | None]], None] = _current.reset
"""Leaves a call, in the context in which it was entered."""


def current_seq() -> int | None:
    """Return the seq of the innermost call inside which the code runs, or None."""
    call = _current.get()
    return None if call is None else call.seq


class inside:  # noqa: N801  used as a function; a class, since a generator takes three times as long
    """Run the body of a call, which is the parent of the calls in it."""

    __slots__ = ("_call", "_token")

    def __init__(self, call: OpenCall | None) -> None:
        self._call = call

    def __enter__(self) -> None:
        self._token = _current.set(self._call)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


def running_task() -> object | None:
    """Return the asyncio task that runs in this thread, or None."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None or asyncio._get_running_loop() is None:
        return None
    task: object | None = asyncio.current_task()
    return task


_begun_in: ContextVar[FrameType | None] = ContextVar("replay_gui_begun_in", default=None)


@dataclass(frozen=True, slots=True)
class ThreadBegin:
    """The start of a thread or a job of a pool. `call`: to which it belongs. `frame`: of the code that began it."""

    call: OpenCall | None
    frame: FrameType

    @classmethod
    def here(cls) -> ThreadBegin:
        """Return the context for a thread that the current code starts."""
        return cls(_current.get(), sys._getframe(1))

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Run the body of the thread."""
        token = _begun_in.set(self.frame)
        try:
            with inside(self.call):
                yield
        finally:
            _begun_in.reset(token)


def calling_frames() -> Iterator[FrameType]:
    """Yield the frames of the running code, innermost first; then those of the code that began its thread."""
    for frame in (sys._getframe(1), _begun_in.get()):
        while frame is not None:
            yield frame
            frame = frame.f_back


class CallerLanes:
    """Numbers for the threads and tasks that make calls; within each, calls are sequential."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, int], int] = {}
        self._next = itertools.count()

    def current(self) -> int:
        """Return the number of the running thread or task."""
        asyncio = sys.modules.get("asyncio")
        loop = None if asyncio is None else asyncio._get_running_loop()
        key = threading.get_ident(), 0 if asyncio is None or loop is None else id(asyncio.current_task(loop))
        number = self._numbers.get(key)
        if number is None:  # no other thread has this key
            number = self._numbers[key] = next(self._next)
        return number
