"""The clock, as the agent's own code reads it: functions of ``time``, and ``datetime``'s now, utcnow and today.

``datetime.datetime`` cannot be patched, so a subclass stands in its place from here on; its instances are the real
ones. What was imported before keeps the real class.
"""

from __future__ import annotations

import copyreg
import datetime
import time
from typing import Any

from replay_gui.record.hooks.patching import patch
from replay_gui.record.sessions.call_session import session_in_force
from replay_gui.record.surroundings.agent_code import is_used_by_agent
from replay_gui.record.surroundings.options import Surrounding

_FUNCTIONS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
_Real = datetime.datetime
_real_time_ns = time.time_ns


def install() -> None:
    """Patch the modules ``time`` and ``datetime``."""
    for name in _FUNCTIONS:
        patch(time, name, _hook_of(f"time.{name}"))
    if datetime.datetime is _Real:
        datetime.datetime = _RecordedDatetime  # type: ignore[misc]
        copyreg.pickle(_Real, _reduced)


def _hook_of(source: str) -> Any:
    def make(original: Any) -> Any:
        def read() -> Any:
            session = session_in_force()
            if session is None or Surrounding.CLOCK not in session.log.surroundings or not is_used_by_agent(__file__):
                return original()
            return session.draw(source, original)

        return read

    return make


class _RealInstances(type):
    """Takes instances of the real class for its own."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _Real)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _Real)


class _RecordedDatetime(_Real, metaclass=_RealInstances):
    """``datetime.datetime``, whose ideas of the present are recorded."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        return _Real(*args, **kwargs)

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        """Return the time now; see datetime.datetime."""
        session = session_in_force()
        if session is None or Surrounding.CLOCK not in session.log.surroundings or not is_used_by_agent(__file__):
            return _Real.now(tz)
        microseconds = session.draw("datetime.now", lambda: _real_time_ns() // 1000)
        seconds, rest = divmod(microseconds, 1_000_000)
        return _Real.fromtimestamp(seconds, tz).replace(microsecond=rest)

    @classmethod
    def today(cls) -> Any:
        """Return the local time now; see datetime.datetime."""
        return cls.now() if is_used_by_agent(__file__) else _Real.today()

    @classmethod
    def utcnow(cls) -> Any:
        """Return the time now in UTC, without a zone; see datetime.datetime."""
        return cls.now(datetime.UTC).replace(tzinfo=None)


# The names of the real class: what looks a class up by its name, as pickle does, finds this one.
_RecordedDatetime.__module__ = _RecordedDatetime.__name__ = _RecordedDatetime.__qualname__ = "datetime"


def _reduced(moment: datetime.datetime) -> tuple[type, tuple[Any, ...]]:
    """Return a moment as pickle wants it: pickle refuses a class that is not found under its name."""
    reduced: Any = moment.__reduce_ex__(4)
    return _RecordedDatetime, reduced[1]
