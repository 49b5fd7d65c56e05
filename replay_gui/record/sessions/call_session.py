"""What hooks talk to: a session, in which calls are begun. One is in force in a process at a time."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol, TypeVar

from replay_gui.core.diagnostics import Topic, error_location, topic_logger
from replay_gui.record.calls.call import CallRequest
from replay_gui.record.calls.secrets import Secrets
from replay_gui.record.sessions.call_log import CallLog
from replay_gui.record.sessions.open_call import OpenCall

_log = topic_logger(Topic.RECORD)
_T = TypeVar("_T")


class CallSession(Protocol):
    """A recording or a re-run.

    Attributes:
        secrets: what never reaches the log.
        log: where calls are written.
        is_rerun: whether calls are answered from a log.
        is_commanded: whether a command began the session, and ends it.
    """

    is_rerun: bool
    is_commanded: bool

    @property
    def log(self) -> CallLog:
        """Where calls are written."""
        ...

    @property
    def secrets(self) -> Secrets:
        """What never reaches the log."""
        ...

    def begin(self, request: CallRequest) -> OpenCall:
        """Begin a call. In a re-run: DiffersFromRecord where the recorded run has no such request."""
        ...

    async def begin_async(self, request: CallRequest) -> OpenCall:
        """Do as `begin`, without blocking the event loop."""
        ...

    def draw(self, source: str, real: Callable[[], _T]) -> _T:
        """Return a value of the agent's surroundings, such as the time: `real`, recorded, or the recorded one."""
        ...

    def note_unseen(self, what: str) -> None:
        """Take notice that the agent does something that no hook records: ``a connection``."""
        ...

    def report_failure(self, where: str, error: Exception) -> None:
        """Note the failure of a hook. In a recording, the agent's call continues without being recorded."""
        ...


class _Process:
    """The session of this process. `pid`: a forked child has the variable too, but not the log."""

    session: CallSession | None = None
    pid = 0


def session_in_force() -> CallSession | None:
    """Return the session of this process, or None."""
    session = _Process.session
    return session if session is not None and _Process.pid == os.getpid() else None


def is_forked_from_rerun() -> bool:
    """Whether this process was forked from one that is being run again: it has no session, and nothing answers it."""
    session = _Process.session
    return session is not None and session.is_rerun and _Process.pid != os.getpid()


def put_in_force(session: CallSession | None) -> None:
    """Make this the session of the process; None ends it."""
    _Process.session, _Process.pid = session, os.getpid()


def try_to_record(session: CallSession, where: str, action: Callable[[], _T]) -> _T | None:
    """Return the result of `action`; None if it fails in a recording: the agent continues as if there were no hook."""
    try:
        return action()
    except Exception as error:
        session.report_failure(where, error)
        if session.is_rerun:
            raise
        return None


async def try_to_begin_async(session: CallSession, where: str, request: CallRequest) -> OpenCall | None:
    """Return the call that `begin_async` begins; where it fails in a recording, None."""
    try:
        return await session.begin_async(request)
    except Exception as error:
        session.report_failure(where, error)
        if session.is_rerun:
            raise
        return None


def log_failure(where: str, error: Exception) -> None:
    """Log that a hook failed, without the error's text, which may quote data of the agent."""
    _log.warning("hook %s failed: %s", where, error_location(error))
