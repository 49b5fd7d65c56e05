"""A proxy in front of an MCP server on standard input and output: it records the calls, or answers from a log.

It replaces the server in a client's settings: ``replay-gui record --mcp -- SERVER``. Lines are passed on
unchanged, in both directions.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from replay_gui.core.errors import ReplayError, RerunRefused
from replay_gui.core.path_kinds import reason_of
from replay_gui.record.child.running import passing_on_termination
from replay_gui.record.matcher.first_difference import DiffersFromRecord
from replay_gui.record.proxy.mcp_calls import (
    answer_of,
    call_of,
    error_line,
    is_answer,
    is_request,
    line_of,
    messages_in,
    users_answer,
)
from replay_gui.record.sessions.call_of_rerun import CallOfRerun
from replay_gui.record.sessions.call_session import CallSession, try_to_record
from replay_gui.record.sessions.open_call import OpenCall
from replay_gui.record.sessions.recording_session import RecordingSession
from replay_gui.record.sessions.rerun_session import RerunSession

_STDIN, _STDOUT = 0, 1
_READ_BYTES = 1 << 16
_MAX_LINE_BYTES = 64 << 20  # bytes kept for recording; the largest size of a record
_HOOK_NAME = "MCP proxy"
_MAX_METHODS, _MAX_METHOD_LENGTH = 20, 60  # names of a server's calls that are distinguished; characters
_GRACE_S = 10.0  # seconds in which a server must end after its client is gone


class PipeChunk(NamedTuple):
    """Bytes of a pipe, in order. `is_line`: a whole line with its end; else a part of a line that is too long."""

    data: bytes
    is_line: bool


class McpCalls:
    """The calls that go through the proxy. Safe from both of its threads."""

    def __init__(self, session: CallSession) -> None:
        self._session = session
        self._open: dict[Any, OpenCall] = {}
        self._methods: set[str] = set()

    def note_from_client(self, piece: PipeChunk) -> None:
        """Record the requests in a line of the client."""
        for message in self._messages(piece, "client"):
            if is_request(message):
                call = try_to_record(self._session, _HOOK_NAME, lambda: self._session.begin(call_of(message)))  # noqa: B023
                if call is not None:
                    self._open[_key(message)] = call

    def note_from_server(self, piece: PipeChunk) -> None:
        """Record the answers in a line of the server."""
        for message in self._messages(piece, "server"):
            if is_answer(message):
                call = self._open.pop(_key(message), None)
                if call is not None:
                    try_to_record(self._session, _HOOK_NAME, lambda: call.finish(answer_of(message)))  # noqa: B023
            elif is_request(message):
                self._session.note_unseen(self._words(message["method"]))

    def _messages(self, piece: PipeChunk, whose: str) -> list[dict[str, Any]]:
        messages = messages_in(piece.data) if piece.is_line else []
        if not messages and piece.data.strip():
            self._session.note_unseen(f"what the {whose} sent that is no message")
        return messages

    def _words(self, method: str) -> str:
        name = method[:_MAX_METHOD_LENGTH]
        if name not in self._methods and len(self._methods) >= _MAX_METHODS:
            return "another request of the server"
        self._methods.add(name)
        return f"a request of the server ({name})"


def record_server(command: Sequence[str], session: RecordingSession) -> int:
    """Run an MCP server, record its calls, finish the session and return the server's exit status.

    Raises RerunRefused if it cannot be started.
    """
    try:
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    except (OSError, ValueError) as why:  # ValueError: a NUL in a word
        raise RerunRefused(f"{command[0]}: cannot be started: {reason_of(why)}") from None
    assert server.stdin is not None
    assert server.stdout is not None
    calls = McpCalls(session)
    to_server, from_server = server.stdin, server.stdout.fileno()

    def pass_requests() -> None:
        try:
            for piece in pieces_of(_STDIN):
                calls.note_from_client(piece)
                to_server.write(piece.data)
                to_server.flush()
            to_server.close()  # so that the server knows that the client is gone
        except (BrokenPipeError, ValueError):
            pass  # the server has ended; see its status

    # a daemon: if the server ends first, the client may never write again
    threading.Thread(target=pass_requests, name="mcp requests", daemon=True).start()
    try:
        with passing_on_termination(server):
            for piece in pieces_of(from_server):
                calls.note_from_server(piece)
                write_to_client(piece.data)
            status = server.wait()
    except BaseException:  # the client no longer reads, or Ctrl-C
        _end(server)
        raise
    finally:
        server.stdout.close()
        session.finish()
    return status if status >= 0 else 128 - status


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def answer_client(session: RerunSession) -> int:
    """Answer a client from the recorded run until it closes its end, finish the session, and return 0."""
    try:
        for piece in pieces_of(_STDIN):
            for message in messages_in(piece.data) if piece.is_line else ():
                if is_request(message):
                    write_to_client(_recorded_line(session, message))
    finally:
        session.finish()
    return 0


def _recorded_line(session: RerunSession, message: dict[str, Any]) -> bytes:
    try:
        call = session.begin(call_of(message))
        if call.answer is None:
            return error_line(message["id"], "this request was not recorded, and the server is not there")
        is_users = isinstance(call, CallOfRerun) and call.is_users
        answer = users_answer(message, call.answer.output) if is_users else call.answer
        answered = line_of(message["id"], answer)
        call.finish(answer)
        return answered
    except (DiffersFromRecord, ReplayError) as why:
        return error_line(message["id"], str(why))


def pieces_of(descriptor: int) -> Iterator[PipeChunk]:
    """Yield the lines of a pipe as they come, also an incomplete last one. A line that is too long comes in parts.

    Python's own buffered files are not used: a thread that waits in one keeps the process from ending.
    """
    parts, size, is_line = list[bytes](), 0, True
    while chunk := os.read(descriptor, _READ_BYTES):
        *whole, rest = chunk.split(b"\n")
        for end in whole:
            yield PipeChunk(b"".join((*parts, end, b"\n")), is_line)
            parts, size, is_line = [], 0, True
        parts.append(rest)
        size += len(rest)
        if size > _MAX_LINE_BYTES:
            is_line = False
            yield PipeChunk(b"".join(parts), is_line)
            parts, size = [], 0
    if last := b"".join(parts):
        yield PipeChunk(last, is_line)


def write_to_client(line: bytes) -> None:
    """Write all of a line to standard output; raise BrokenPipeError if its reader is gone."""
    view = memoryview(line)
    while view:
        view = view[os.write(_STDOUT, view) :]


def _key(message: dict[str, Any]) -> tuple[str, str]:
    return type(message["id"]).__name__, str(message["id"])
