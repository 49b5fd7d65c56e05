"""An exchange whose response is arriving: the bytes are collected while they are passed on, and recorded at the end."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator

from replay_gui.record.calls.call import CallRequest
from replay_gui.record.calls.request_heads import Header
from replay_gui.record.hooks.http_calls import broken_off, http_answer
from replay_gui.record.hooks.tool_calls import failed_answer
from replay_gui.record.sessions.call_session import CallSession, report_failure, try_to_record
from replay_gui.record.sessions.open_call import OpenCall


class HttpExchange:
    """A call over HTTP that is made for real.

    Attributes:
        status, headers: of the answer; 0 and none before it begins.
        chunks: the part of the body that has arrived.
    """

    _is_finished = _is_reading = False
    status = 0
    headers: Collection[Header] = ()

    def __init__(self, session: CallSession, call: OpenCall, asked: CallRequest, library: str) -> None:
        self._session, self._call, self._asked, self._library = session, call, asked, library
        self.chunks: list[bytes] = []

    def finish(self, error: BaseException | None = None) -> None:
        """Record the answer that has arrived, and the error that broke it off; only the first call has an effect."""
        if self._is_finished or (self._is_reading and error is None):
            return
        self._is_finished = True
        try:
            answer = http_answer(self._asked, self.status, self.headers, self.chunks, self._session.log.secrets)
            self._call.finish(answer if error is None else broken_off(answer, error))
        except Exception as failure:  # noqa: BLE001  it is reported, and raised again in a re-run
            report_failure(self._session, self._library, failure)

    def fail(self, error: BaseException) -> None:
        """Record that the exchange failed, unless it was finished before."""
        if not self._is_finished:
            self._is_finished = True
            try_to_record(self._session, self._library, lambda: self._call.finish(failed_answer(error)))

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Read more of the answer in a block; an error breaks it off, even if the library closes the response first."""
        self._is_reading = True
        try:
            yield
        except Exception as error:
            self.finish(error)
            raise
        finally:
            self._is_reading = False
