"""The clock, as the agent's own code reads it: functions of ``time``, and ``datetime``'s now, utcnow and today.

``datetime.datetime`` is written in C and accepts no new members, so they are put into the table behind it, which
CPython 3.11 to 3.13 read at the next call. A subclass instead would differ from the class that libraries compare with.
``today`` reads ``time.time``.
"""

from __future__ import annotations

import ctypes
import datetime
import gc
import time
from collections.abc import Callable
from typing import Any

from replay_gui.core.errors import RerunRefused
from replay_gui.record.hooks.agent_use import session_of_use
from replay_gui.record.hooks.patching import patch
from replay_gui.record.sessions.call_session import CallSession
from replay_gui.record.surroundings.options import Surrounding

_FUNCTIONS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
_real_time_ns = time.time_ns


def install() -> None:
    """Patch ``time`` and ``datetime``; raise RerunRefused if this Python does not allow it."""
    for name in _FUNCTIONS:
        patch(time, name, _hook_of(f"time.{name}"))
    _put_member(datetime.datetime, "now", _now_hook)
    _put_member(datetime.datetime, "utcnow", _utcnow_hook)


def _hook_of(source: str) -> Any:
    def make(original: Any) -> Any:
        def read() -> Any:
            session = session_of_use(Surrounding.CLOCK)
            return original() if session is None else session.draw(source, original)

        return read

    return make


def _now_hook(original: Any) -> Any:
    def now(cls: type[datetime.datetime], tz: datetime.tzinfo | None = None) -> datetime.datetime:
        session = session_of_use(Surrounding.CLOCK)
        if session is None:
            real: datetime.datetime = original.__get__(None, cls)(tz)
            return real
        return _drawn(session, cls, tz)

    return now


def _utcnow_hook(original: Any) -> Any:
    def utcnow(cls: type[datetime.datetime]) -> datetime.datetime:
        session = session_of_use(Surrounding.CLOCK)
        if session is None:
            real: datetime.datetime = original.__get__(None, cls)()
            return real
        return _drawn(session, cls, datetime.UTC).replace(tzinfo=None)

    return utcnow


def _drawn(session: CallSession, cls: type[datetime.datetime], tz: datetime.tzinfo | None) -> datetime.datetime:
    seconds, microseconds = divmod(session.draw("datetime.now", lambda: _real_time_ns() // 1000), 1_000_000)
    return cls.fromtimestamp(seconds, tz).replace(microsecond=microseconds)


def _put_member(owner: type, name: str, make: Callable[[Any], Any]) -> None:
    """Replace a class method of a class that is written in C, once; `make` gets the original and returns a function."""
    original = owner.__dict__[name]
    if isinstance(original, classmethod):
        return
    (members,) = gc.get_referents(owner.__dict__)
    if isinstance(members, dict):
        members[name] = classmethod(make(original))
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(owner))
    if not isinstance(owner.__dict__[name], classmethod):
        raise RerunRefused(f"the clock cannot be recorded: {owner.__name__}.{name} of this Python cannot be replaced")
