"""aiohttp's client: the hook is at ``ClientSession._request``; a request and its redirects are one call."""

from __future__ import annotations

import inspect
import json as json_module
from types import ModuleType, SimpleNamespace
from typing import Any, TypeAlias
from urllib.parse import urlencode

from replay_gui.record.calls.call import CallRequest
from replay_gui.record.hooks.exchanges import HttpExchange
from replay_gui.record.hooks.http_calls import HttpAnswer, answer_to_give, changed_body, http_request
from replay_gui.record.hooks.patching import patch
from replay_gui.record.sessions.call_session import CallSession, current_session, try_to_begin_async, try_to_record
from replay_gui.record.sessions.open_call import OpenCall, inside

_BUFFER_BYTES = 1 << 16

_Exchanges: TypeAlias = dict[int, HttpExchange]
"""The open exchanges, by id() of the reader that receives the response."""


def install(module: ModuleType) -> None:
    """Patch ``aiohttp``."""
    exchanges: _Exchanges = {}
    patch(module.ClientSession, "_request", lambda original: _hook(module, exchanges, original))
    patch(module.StreamReader, "feed_data", lambda original: _feed_hook(exchanges, original))
    patch(module.StreamReader, "set_exception", lambda original: _error_hook(exchanges, original))


def _hook(module: ModuleType, exchanges: _Exchanges, original: Any) -> Any:
    async def _request(self: Any, method: str, str_or_url: Any, **more: Any) -> Any:
        session = current_session()
        if session is None:
            return await original(self, method, str_or_url, **more)
        asked = try_to_record(session, "aiohttp", lambda: _asked(session, self, method, str_or_url, more))
        call = None if asked is None else await try_to_begin_async(session, "aiohttp", asked)
        if asked is None or call is None:
            return await original(self, method, str_or_url, **more)
        if call.answer is not None:
            await call.finish_async(call.answer)
            response = _given_response(module, self, method, _url(self, str_or_url), answer_to_give(call.answer))
            await _raise_for_status(self, response, more.get("raise_for_status"))
            return response
        if call.changes:
            more = _changed(self, more, call)
        exchange = HttpExchange(session, call, asked, "aiohttp")
        try:
            with inside(call):
                response = await original(self, method, str_or_url, **{**more, "raise_for_status": False})
        except BaseException as error:
            exchange.fail(error)
            raise
        try_to_record(session, "aiohttp", lambda: _collect(response, exchange, exchanges))
        await _raise_for_status(self, response, more.get("raise_for_status"))
        return response

    return _request


def _asked(session: CallSession, client: Any, method: str, url: Any, more: dict[str, Any]) -> CallRequest:
    whole = str(_url(client, url))
    if more.get("params"):
        params = more["params"]
        whole += ("&" if "?" in whole else "?") + (params if isinstance(params, str) else urlencode(params, doseq=True))
    headers = dict(client._prepare_headers(more.get("headers")))
    body: bytes | None = b""
    if more.get("json") is not None:
        body = json_module.dumps(more["json"]).encode()
        headers.setdefault("content-type", "application/json")
    elif isinstance(data := more.get("data"), str | bytes):
        body = data.encode() if isinstance(data, str) else data
    elif isinstance(data, dict):
        body = urlencode(data, doseq=True).encode()
        headers.setdefault("content-type", "application/x-www-form-urlencoded")
    elif data is not None:
        body = None
    return http_request(method.upper(), whole, headers.items(), body, session.log)


def _changed(client: Any, more: dict[str, Any], call: OpenCall) -> dict[str, Any]:
    """Return the arguments of a request with an edited prompt."""
    if more.get("json") is not None:
        return {**more, "json": {**more["json"], **call.changes}}
    headers = client._prepare_headers(more.get("headers"))
    return {**more, "data": changed_body(more["data"], headers.items(), call.changes)}


def _url(client: Any, url: Any) -> Any:
    return client._build_url(url)


def _collect(response: Any, exchange: HttpExchange, exchanges: _Exchanges) -> None:
    """Collect the body, already unpacked by aiohttp: the part that has arrived, and the rest as it arrives."""
    exchange.status = response.status
    exchange.headers = [pair for pair in response.headers.items() if pair[0].lower() != "content-encoding"]
    reader = response.content
    exchange.chunks += [bytes(chunk) for chunk in getattr(reader, "_buffer", ())]
    key = id(reader)

    def finish() -> None:
        exchanges.pop(key, None)
        exchange.finish()

    if response._body is not None:  # read already, for example by raise_for_status
        exchange.chunks = [response._body]
        finish()
        return
    exchanges[key] = exchange
    notify = response._notify_content

    def notify_and_finish() -> None:
        finish()
        notify()

    response._notify_content = notify_and_finish
    reader.on_eof(finish)


def _feed_hook(exchanges: _Exchanges, original: Any) -> Any:
    def feed_data(self: Any, data: bytes, *more: Any) -> Any:
        exchange = exchanges.get(id(self))
        if exchange is not None and data:
            exchange.chunks.append(bytes(data))
        return original(self, data, *more)

    return feed_data


def _error_hook(exchanges: _Exchanges, original: Any) -> Any:
    def set_exception(self: Any, error: Any, *more: Any) -> Any:
        exchange = exchanges.pop(id(self), None)
        if exchange is not None:
            exchange.finish(error if isinstance(error, BaseException) else error())
        return original(self, error, *more)

    return set_exception


def _given_response(module: ModuleType, client: Any, method: str, url: Any, given: HttpAnswer) -> Any:
    headers = module.client_reqrep.CIMultiDictProxy(module.client_reqrep.CIMultiDict(given.headers))
    info = module.RequestInfo(url, method, headers, url)
    known: dict[str, Any] = {
        "writer": None,
        "continue100": None,
        "timer": module.helpers.TimerNoop(),
        "request_info": info,
        "traces": [],
        "loop": client._loop,
        "session": client,
        "stream_writer": SimpleNamespace(output_size=0),
    }
    wanted = inspect.signature(module.ClientResponse.__init__).parameters  # newer versions need more arguments
    response = module.ClientResponse(method, url, **{name: known[name] for name in wanted if name in known})
    protocol = SimpleNamespace(_reading_paused=False, resume_reading=_do_nothing, pause_reading=_do_nothing)
    reader = _reader_type(module, given)(protocol, _BUFFER_BYTES, loop=client._loop)
    for chunk in given.chunks:
        if chunk:
            reader.feed_data(chunk)
    if given.error is None:
        reader.feed_eof()
    response.status, response.reason, response.version = given.status, "", module.HttpVersion11
    response._headers, response._raw_headers, response.content = headers, (), reader
    return response


def _reader_type(module: ModuleType, given: HttpAnswer) -> Any:
    """Return the class from which a body is read; for a broken-off body, it raises the error at its end."""
    if given.error is None:
        return module.StreamReader
    error: Exception = given.error

    class BrokenReader(module.StreamReader):  # type: ignore[name-defined, misc]
        async def _wait(self, *_: Any) -> None:
            raise error

    return BrokenReader


async def _raise_for_status(client: Any, response: Any, wanted: Any) -> None:
    wanted = client._raise_for_status if wanted is None else wanted
    if callable(wanted):
        await wanted(response)
    elif wanted:
        response.raise_for_status()


def _do_nothing(*_: object, **__: object) -> None:
    """Do nothing, in place of the flow control of a connection."""
