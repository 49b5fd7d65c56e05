"""httpx and httpx2: every request that reaches the network, sync and async, streamed or not.

The hook is at the transport, below redirects, authentication and the client's own retries, so that each exchange is a
separate call. Bytes are passed on unchanged. An agent waits for what a hook does: so it is in few functions, of which
each costs a microsecond.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import Any

from replay_gui.record.calls.call import CallRequest
from replay_gui.record.hooks.exchanges import HttpExchange
from replay_gui.record.hooks.http_calls import HttpAnswer, answer_to_give, changed_body, http_request
from replay_gui.record.hooks.patching import patch
from replay_gui.record.sessions.call_session import CallSession, current_session, report_failure
from replay_gui.record.sessions.open_call import OpenCall, enter_call, leave_call


def install(module: ModuleType) -> None:
    """Patch the transports of ``httpx`` or ``httpx2``."""
    streams = _Streams(module)
    patch(module.HTTPTransport, "handle_request", lambda original: _sync_hook(module, streams, original))
    patch(module.AsyncHTTPTransport, "handle_async_request", lambda original: _async_hook(module, streams, original))


def _sync_hook(module: ModuleType, streams: _Streams, original: Any) -> Any:
    def handle_request(self: Any, request: Any) -> Any:
        session = current_session()
        if session is None:
            return original(self, request)
        call: OpenCall | None = None
        try:
            asked = _request(session, module, request)
            call = session.begin(asked)
        except Exception as error:  # noqa: BLE001  it is reported, and raised again in a re-run
            report_failure(session, "httpx", error)
        if call is None:
            return original(self, request)
        if call.answer is not None:
            given = _given(call)
            return _response(module, given, streams.recorded(given, call))
        if call.changes:
            request = _changed(module, request, call)
        exchange = HttpExchange(session, call, asked, "httpx")
        try:
            token = enter_call(call)
            try:
                response = original(self, request)
            finally:
                leave_call(token)
        except BaseException as error:
            exchange.fail(error)
            raise
        exchange.status, exchange.headers = response.status_code, response.headers.raw
        response.stream = streams.tee(response.stream, exchange)
        return response

    return handle_request


def _async_hook(module: ModuleType, streams: _Streams, original: Any) -> Any:
    async def handle_async_request(self: Any, request: Any) -> Any:
        session = current_session()
        if session is None:
            return await original(self, request)
        call: OpenCall | None = None
        try:
            asked = _request(session, module, request)
            call = await session.begin_async(asked)
        except Exception as error:  # noqa: BLE001  it is reported, and raised again in a re-run
            report_failure(session, "httpx", error)
        if call is None:
            return await original(self, request)
        if call.answer is not None:
            try:
                given = answer_to_give(call.answer)
            except Exception:
                await call.finish_async(call.answer)
                raise
            return _response(module, given, streams.recorded_async(given, call))
        if call.changes:
            request = _changed(module, request, call)
        exchange = HttpExchange(session, call, asked, "httpx")
        try:
            token = enter_call(call)
            try:
                response = await original(self, request)
            finally:
                leave_call(token)
        except BaseException as error:
            exchange.fail(error)
            raise
        exchange.status, exchange.headers = response.status_code, response.headers.raw
        response.stream = streams.tee_async(response.stream, exchange)
        return response

    return handle_async_request


def _given(call: OpenCall) -> HttpAnswer:
    assert call.answer is not None
    try:
        return answer_to_give(call.answer)
    except Exception:
        call.finish(call.answer)  # the exception is the answer
        raise


def _request(session: CallSession, module: ModuleType, request: Any) -> CallRequest:
    try:
        body = request.content
    except module.RequestNotRead:
        body = None
    url = request.url
    parts = getattr(url, "_uri_reference", url)  # equal for equal URLs, and compared in C
    return http_request(request.method, parts, request.headers.raw, body, session.log)


def _changed(module: ModuleType, request: Any, call: OpenCall) -> Any:
    """Return the request to make, with an edited prompt."""
    headers = [pair for pair in request.headers.multi_items() if pair[0].lower() != "content-length"]
    body = changed_body(request.content, headers, call.changes)
    return module.Request(
        request.method, request.url, headers=headers, content=body, extensions=dict(request.extensions)
    )


def _response(module: ModuleType, given: HttpAnswer, stream: Any) -> Any:
    return module.Response(
        given.status, headers=list(given.headers), stream=stream, extensions={"http_version": b"HTTP/1.1"}
    )


class _Streams:
    """The classes of the streams of responses, which must be derived from the module's own classes.

    Attributes:
        tee, tee_async: pass the data of a stream on, and record it at the end.
        recorded, recorded_async: streams of a recorded answer.
    """

    def __init__(self, module: ModuleType) -> None:
        self.tee, self.tee_async = _recording_streams(module)
        self.recorded, self.recorded_async = _recorded_streams(module)


def _recording_streams(module: ModuleType) -> tuple[Any, Any]:
    """Return the classes, sync and async, of streams that pass on a response and record it."""

    class TeeStream(module.SyncByteStream):  # type: ignore[name-defined, misc]
        def __init__(self, inner: Any, exchange: HttpExchange) -> None:
            self._inner, self._exchange = inner, exchange

        def __iter__(self) -> Iterator[bytes]:
            try:
                for chunk in self._inner:
                    self._exchange.chunks.append(chunk)
                    yield chunk
            except Exception as error:
                self._exchange.finish(error)
                raise
            self._exchange.finish()

        def close(self) -> None:
            self._exchange.finish()
            self._inner.close()

    class AsyncTeeStream(module.AsyncByteStream):  # type: ignore[name-defined, misc]
        def __init__(self, inner: Any, exchange: HttpExchange) -> None:
            self._inner, self._exchange = inner, exchange

        async def __aiter__(self) -> AsyncIterator[bytes]:
            try:
                async for chunk in self._inner:
                    self._exchange.chunks.append(chunk)
                    yield chunk
            except Exception as error:
                self._exchange.finish(error)
                raise
            self._exchange.finish()

        async def aclose(self) -> None:
            self._exchange.finish()
            await self._inner.aclose()

    return TeeStream, AsyncTeeStream


def _recorded_streams(module: ModuleType) -> tuple[Any, Any]:
    """Return the classes, sync and async, of streams with a recorded response."""

    class GivenStream(module.SyncByteStream):  # type: ignore[name-defined, misc]
        def __init__(self, given: HttpAnswer, call: OpenCall) -> None:
            self._given, self._call = given, call

        def __iter__(self) -> Iterator[bytes]:
            yield from self._given.chunks
            self.close()
            if self._given.error is not None:
                raise self._given.error

        def close(self) -> None:
            if self._call.answer is not None:
                self._call.finish(self._call.answer)

    class AsyncGivenStream(module.AsyncByteStream):  # type: ignore[name-defined, misc]
        def __init__(self, given: HttpAnswer, call: OpenCall) -> None:
            self._given, self._call = given, call

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for chunk in self._given.chunks:
                yield chunk
            await self.aclose()
            if self._given.error is not None:
                raise self._given.error

        async def aclose(self) -> None:
            if self._call.answer is not None:
                await self._call.finish_async(self._call.answer)

    return GivenStream, AsyncGivenStream
