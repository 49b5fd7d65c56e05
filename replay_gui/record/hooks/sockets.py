"""Connections and processes that no hook covers: counted in a recording, refused in a re-run.

Python reports each connection by audit events (PEP 578). Code in C that connects without Python's socket module (gRPC)
is not detected.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from replay_gui.record.sessions.call_session import current_session, is_forked_from_rerun
from replay_gui.record.sessions.open_call import current_call

_CONNECTIONS = frozenset(("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"))
_STARTED, _FORKED = "a program that was started", "a process that was forked"
_PROCESSES = {
    "subprocess.Popen": _STARTED,
    "os.system": _STARTED,
    "os.posix_spawn": _STARTED,
    "os.fork": _FORKED,
    "os.forkpty": _FORKED,
}

_HARMLESS = frozenset(("uname", "ldconfig", "/sbin/ldconfig", "lsb_release"))  # used by libraries to examine the system


class SocketRefused(ConnectionRefusedError):
    """A connection was refused in a re-run, in which all answers come from the log."""


class _Watch:
    """Whether the audit hook is installed: it cannot be removed, so there is at most one."""

    is_on = False


def watch_sockets() -> None:
    """Watch the connections and processes of this process from here on."""
    if not _Watch.is_on:
        _Watch.is_on = True
        sys.addaudithook(_on_event)


def _is_harmless(program: str, words: Any) -> bool:
    """Return whether a library examines the system by this program, rather than the agent using it."""
    if program == "file":  # platform.architecture(), called by some versions of openai, examines Python itself
        return isinstance(words, list) and words[1:] == ["-b", os.path.realpath(sys.executable)]
    return program in _HARMLESS


def _on_event(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _CONNECTIONS and event not in _PROCESSES:
        return
    if event == "subprocess.Popen" and _is_harmless(str(arguments[0]), arguments[1]):
        return
    if event == "os.posix_spawn" and sys._getframe(1).f_globals.get("__name__") == "subprocess":
        return  # the second event of one start, which Popen usually makes in this way from Python 3.13 on
    session = current_session()
    if session is None and event in _CONNECTIONS and is_forked_from_rerun():
        raise SocketRefused(f"{event}: a re-run opens no connection, nor does a process that is forked from it")
    if session is None or ((current := current_call()) is not None and current.answer is None):
        return  # inside a call that is made for real
    session.note_unseen(_PROCESSES.get(event, "a connection"))
    if session.is_rerun and event in _CONNECTIONS:
        raise SocketRefused(f"{event}: a re-run opens no connection; its call was not recorded, or needs --live")
