"""The interface of a session for hooks. At most one session is in force in a process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from replay_gui.core.diagnostics import Topic, error_location, topic_logger
from replay_gui.record.calls.call import CallRequest
from replay_gui.record.calls.secrets import Secrets
from replay_gui.record.sessions.call_log import CallLog
from replay_gui.record.sessions.forks import FORKS
from replay_gui.record.sessions.open_call import OpenCall

_log = topic_logger(Topic.RECORD)
_T = TypeVar("_T")


class CallSession(Protocol):
    """A recording or a re-run.

    Attributes:
        secrets: to be replaced before anything is written.
        log: of the calls.
        is_rerun: whether calls are answered from a log.
        is_commanded: whether a command began the session, and ends it.
    """

    is_rerun: bool
    is_commanded: bool

    @property
    def log(self) -> CallLog:
        """The log of the calls."""
        ...

    @property
    def secrets(self) -> Secrets:
        """The secrets to be replaced before anything is written."""
        ...

    def begin(self, request: CallRequest) -> OpenCall:
        """Begin a call; in a re-run, raise DiffersFromRecord if the recorded run has no such request."""
        ...

    async def begin_async(self, request: CallRequest) -> OpenCall:
        """Begin a call as `begin`, without blocking the event loop."""
        ...

    def draw(self, source: str, real: Callable[[], _T]) -> _T:
        """Return a value of the agent's surroundings, such as the time: record `real`, or return the recorded one."""
        ...

    def note_unseen(self, what: str) -> None:
        """Count an action of the agent that no hook records, such as ``a connection``."""
        ...

    def report_failure(self, where: str, error: Exception) -> None:
        """Report the failure of a hook. In a recording, the agent's call continues without being recorded."""
        ...


class _Process:
    """The session of this process, or of the process from which it was forked."""

    session: CallSession | None = None


def current_session() -> CallSession | None:
    """Return the session of this process, or None."""
    session = _Process.session
    if FORKS and session is not None and session.log.is_inherited:
        return None
    return session


def is_forked_from_rerun() -> bool:
    """Return whether this process was forked from one that is being run again: it has no session and no answers."""
    session = _Process.session
    return session is not None and session.is_rerun and session.log.is_inherited


def set_current_session(session: CallSession | None) -> None:
    """Make this the session of the process; None: no session."""
    _Process.session = session


def try_to_record(session: CallSession, where: str, action: Callable[[], _T]) -> _T | None:
    """Return the result of `action`; None if it fails in a recording, so that the agent continues without the hook."""
    try:
        return action()
    except Exception as error:  # noqa: BLE001  it is reported, and raised again in a re-run
        report_failure(session, where, error)
        return None


async def try_to_begin_async(session: CallSession, where: str, request: CallRequest) -> OpenCall | None:
    """Return the call that `begin_async` begins; None if that fails in a recording."""
    try:
        return await session.begin_async(request)
    except Exception as error:  # noqa: BLE001  it is reported, and raised again in a re-run
        report_failure(session, where, error)
        return None


def report_failure(session: CallSession, where: str, error: Exception) -> None:
    """Report that a hook failed, in the handler of its exception; in a re-run, raise that again."""
    session.report_failure(where, error)
    if session.is_rerun:
        raise error


def log_failure(where: str, error: Exception) -> None:
    """Log that a hook failed, without the error's text, which may contain data of the agent."""
    _log.warning("hook %s failed: %s", where, error_location(error))
