"""An exchange whose answer is coming in: the bytes are collected as they are passed on, and recorded at the end."""

from __future__ import annotations

from collections.abc import Iterable

from replay_gui.record.calls.call import CallRequest
from replay_gui.record.hooks.http_calls import http_answer
from replay_gui.record.hooks.tool_calls import failed_answer
from replay_gui.record.sessions.call_session import CallSession, try_to_record
from replay_gui.record.sessions.open_call import OpenCall


class HttpExchange:
    """A call over HTTP that is made for real.

    Attributes:
        chunks: the body, as far as it has come.
    """

    def __init__(self, session: CallSession, call: OpenCall, asked: CallRequest, library: str) -> None:
        self._session, self._call, self._asked, self._library = session, call, asked, library
        self._status, self._is_finished = 0, False
        self._headers: list[tuple[str, str]] = []
        self.chunks: list[bytes] = []

    def begin_answer(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """Take the beginning of the answer."""
        self._status, self._headers = status, list(headers)

    def finish(self) -> None:
        """Record what has come; only the first call counts."""
        if not self._is_finished:
            self._is_finished = True
            try_to_record(self._session, self._library, self._record)

    def fail(self, error: BaseException) -> None:
        """Record that the exchange failed, unless it was finished before."""
        if not self._is_finished:
            self._is_finished = True
            try_to_record(self._session, self._library, lambda: self._call.finish(failed_answer(error)))

    def _record(self) -> None:
        answer = http_answer(self._asked, self._status, self._headers, self.chunks, self._session.secrets)
        self._call.finish(answer)
