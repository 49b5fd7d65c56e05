"""urllib3, and libraries that use it: requests, botocore and others.

The hook is at a pool's ``urlopen``; its own retries and redirects are one call.
"""

from __future__ import annotations

import io
from http.client import IncompleteRead
from types import ModuleType
from typing import Any

from replay_gui.record.calls.call import CallRequest
from replay_gui.record.hooks.exchanges import HttpExchange
from replay_gui.record.hooks.http_calls import answer_to_give, changed_body, http_request
from replay_gui.record.hooks.patching import patch
from replay_gui.record.sessions.call_session import CallSession, current_session, try_to_record
from replay_gui.record.sessions.open_call import OpenCall, current_call, inside


def install(module: ModuleType) -> None:
    """Patch the pools of ``urllib3``."""
    patch(module.connectionpool.HTTPConnectionPool, "urlopen", lambda original: _hook(module, original))


def _hook(module: ModuleType, original: Any) -> Any:
    def urlopen(
        self: Any, method: str, url: str, body: Any = None, headers: Any = None, *args: Any, **more: Any
    ) -> Any:
        session = current_session()
        if session is None or isinstance(getattr(current_call(), "http_pool", None), type(self)):
            return original(self, method, url, body, headers, *args, **more)
        given = self.headers if headers is None else headers
        asked = try_to_record(
            session, "urllib3", lambda: _request(session, self, method, url, headers=given, body=body)
        )
        call = None if asked is None else try_to_record(session, "urllib3", lambda: session.begin(asked))
        if asked is None or call is None:
            return original(self, method, url, body, headers, *args, **more)
        if call.answer is not None:
            return _given_response(module, call, method, url, more)
        if call.changes:
            sent = [pair for pair in _texts(given) if pair[0].lower() != "content-length"]
            body = changed_body(body, sent, call.changes)
            headers = {**dict(sent), "content-length": str(len(body))}
        exchange = HttpExchange(session, call, asked, "urllib3")
        try:
            with inside(_PoolCall(call, self)):
                response = original(self, method, url, body, headers, *args, **more)
        except BaseException as error:
            exchange.fail(error)
            raise
        exchange.status, exchange.headers = response.status, [*response.headers.items()]
        _tee(response, exchange, was_read=more.get("preload_content", True))
        return response

    return urlopen


class _PoolCall:
    """A call by a pool; retries and redirects inside it are not separate calls."""

    def __init__(self, call: OpenCall, pool: Any) -> None:
        self._call = call
        self.http_pool = pool

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)


def _request(session: CallSession, pool: Any, method: str, url: str, *, headers: Any, body: Any) -> CallRequest:
    if isinstance(body, str):
        body = body.encode()
    raw = body if isinstance(body, bytes) else b"" if body is None else None
    port = "" if pool.port in (None, 80, 443) else f":{pool.port}"
    whole = url if "://" in url else f"{pool.scheme}://{pool.host}{port}{url}"
    return http_request(method.upper(), whole, _texts(headers), raw, session.log)


def _texts(headers: Any) -> list[tuple[str, str]]:
    def text(value: Any) -> str:
        return value.decode("latin-1") if isinstance(value, bytes) else str(value)

    return [(text(name), text(value)) for name, value in (headers or {}).items()]


def _tee(response: Any, exchange: HttpExchange, *, was_read: bool) -> None:
    """Collect the bytes of a response that are read from here on, as they come over the network."""
    if was_read:
        exchange.headers = [h for h in exchange.headers if h[0].lower() != "content-encoding"]
        exchange.chunks.append(response.data)
        exchange.finish()
        return
    response._fp = _TeeFile(response._fp, exchange)
    if hasattr(response, "_handle_chunk"):
        _tee_chunks(response, exchange)
    close = response.close

    def close_and_finish() -> None:
        exchange.finish()
        close()

    response.close = close_and_finish


def _tee_chunks(response: Any, exchange: HttpExchange) -> None:
    """Collect the chunks of a chunked body, whose framing urllib3 reads itself."""
    handle_chunk, update_length = response._handle_chunk, response._update_chunk_length

    def collect_chunk(amount: Any) -> Any:
        with exchange.reading():
            chunk = handle_chunk(amount)
        exchange.chunks.append(chunk)
        return chunk

    def update_and_finish() -> None:
        with exchange.reading():
            update_length()
        if response.chunk_left == 0:
            exchange.finish()

    response._handle_chunk, response._update_chunk_length = collect_chunk, update_and_finish


class _TeeFile:
    """The file from which a response is read; all other members are those of the original."""

    def __init__(self, file: Any, exchange: HttpExchange) -> None:
        self._file, self._exchange = file, exchange

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, *args: Any) -> bytes:
        with self._exchange.reading():
            data = self._file.read(*args)
        return self._passed_on(data, is_last=not args or args[0] is None)

    def read1(self, *args: Any) -> bytes:
        with self._exchange.reading():
            data = self._file.read1(*args)
        return self._passed_on(data, is_last=False)

    def readinto(self, buffer: Any) -> int:
        with self._exchange.reading():
            count: int = self._file.readinto(buffer)
        self._passed_on(bytes(buffer[:count]), is_last=False)
        return count

    def close(self) -> None:
        self._exchange.finish()
        self._file.close()

    def _passed_on(self, data: bytes, *, is_last: bool) -> bytes:
        if data:
            self._exchange.chunks.append(data)
        if is_last or not data or self._file.isclosed():
            self._exchange.finish()
        return data


class _GivenFile(io.BytesIO):
    """A recorded body; it counts as closed once it was read, like a body from the network."""

    def isclosed(self) -> bool:
        return self.closed or self.tell() >= len(self.getbuffer())


class _BrokenFile(_GivenFile):
    """A recorded body that broke off: after its recorded part, it raises the error."""

    def __init__(self, body: bytes, error: Exception) -> None:
        super().__init__(body)
        # urllib3 converts errors of sockets and of http.client to its own
        self._error = error if isinstance(error, OSError) else IncompleteRead(b"")

    def isclosed(self) -> bool:
        return self.closed

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if not data:
            raise self._error
        return data


def _given_response(module: ModuleType, call: OpenCall, method: str, url: str, more: dict[str, Any]) -> Any:
    answer = call.answer
    assert answer is not None
    call.finish(answer)
    given = answer_to_give(answer)
    return module.HTTPResponse(
        body=_GivenFile(given.body) if given.error is None else _BrokenFile(given.body, given.error),
        headers=dict(given.headers),
        status=given.status,
        version=11,
        preload_content=more.get("preload_content", True),
        decode_content=more.get("decode_content", True),
        request_method=method,
        request_url=url,
    )
