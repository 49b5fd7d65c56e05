"""The proxy: each request is recorded and sent on, or answered from a log."""

from __future__ import annotations

import contextlib
import http.client
import re
from collections.abc import Iterable, Iterator

import msgspec

from replay_gui.core.errors import ReplayError
from replay_gui.record.calls.loopback_server import BodyRefused, LoopbackHandler, LoopbackServer
from replay_gui.record.hooks.exchanges import HttpExchange
from replay_gui.record.hooks.http_calls import answer_to_give, changed_body, http_request
from replay_gui.record.matcher.first_difference import DiffersFromRecord
from replay_gui.record.proxy.forwarding import forward_request
from replay_gui.record.proxy.upstreams import Upstream, target_url
from replay_gui.record.sessions.call_session import CallSession, try_to_record
from replay_gui.record.sessions.open_call import OpenCall

_MAX_BODY_BYTES = 256 << 20  # of a request
_STATUSES = range(200, 600)
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t\x20-\x7e\x80-\xff]*")
_STATUS_OK = 200
_REFUSED, _BAD_GATEWAY, _NOT_FOUND, _NO_UPGRADE = 400, 502, 404, 426


class RecordingProxy(LoopbackServer):
    """A server on loopback in front of the providers of models.

    Attributes:
        session: of the recording or the re-run. providers: by the prefix of the path.
    """

    def __init__(self, session: CallSession, providers: tuple[Upstream, ...]) -> None:
        super().__init__(0, _ProxyHandler)
        self.session = session
        self.providers = providers


def running_proxy(
    session: CallSession, providers: tuple[Upstream, ...]
) -> contextlib.AbstractContextManager[RecordingProxy]:
    """Run a proxy during a `with` block."""
    return RecordingProxy(session, providers).serving("proxy")


class _ProxyHandler(LoopbackHandler):
    server: RecordingProxy

    def do_GET(self) -> None:
        try:
            body = self.read_body(_MAX_BODY_BYTES)
        except BodyRefused as why:
            self._refuse(why.status, str(why))
            return
        url = target_url(self.path, self.server.providers)
        if url is None:
            self._refuse(_NOT_FOUND, f"there is no provider for {self.path}")
            return
        if "upgrade" in self.headers:  # to a web socket; the program then uses HTTP
            self._refuse(_NO_UPGRADE, "web sockets are not supported here; use HTTP")
            return
        session = self.server.session
        if self.command == "HEAD":  # Claude Code sometimes checks whether the provider is reachable: not a call
            if session.is_rerun:
                self._send(_STATUS_OK, (), ())
            else:
                self._forward(url, body, None)
            return
        try:
            asked = http_request(self.command, url, self.headers.items(), body, session.log)
            call = try_to_record(session, "proxy", lambda: session.begin(asked))
        except (DiffersFromRecord, ReplayError) as error:
            self._refuse(_REFUSED, str(error))
            return
        if call is not None and call.answer is not None:
            self._send_recorded(call)
            return
        if call is not None and call.changes:
            body = changed_body(body, self.headers.items(), call.changes)
        exchange = None if call is None else HttpExchange(session, call, asked, "proxy")
        self._forward(url, body, exchange)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def _send_recorded(self, call: OpenCall) -> None:
        answer = call.answer
        assert answer is not None
        try:
            given = answer_to_give(answer)
        except Exception as error:  # noqa: BLE001  the recorded exception of the provider's connection
            call.finish(answer)
            self._refuse(_BAD_GATEWAY, str(error))
            return
        self._send(given.status, given.headers, given.chunks)
        call.finish(answer)

    def _forward(self, url: str, body: bytes, exchange: HttpExchange | None) -> None:
        try:
            answer = forward_request(self.command, url, self.headers.items(), body)
        except (OSError, http.client.HTTPException, ValueError) as error:  # the last: a path or header that is not HTTP
            if exchange is not None:
                exchange.fail(error)
            self._refuse(_BAD_GATEWAY, f"{type(error).__name__}: {error}")
            return
        if exchange is not None:
            exchange.status, exchange.headers = answer.status, answer.headers

        def collected() -> Iterator[bytes]:
            try:
                for chunk in answer.chunks:
                    if exchange is not None:
                        exchange.chunks.append(chunk)
                    yield chunk
            except (OSError, http.client.HTTPException) as error:  # a part must not be taken for the whole
                if exchange is not None:
                    exchange.fail(error)
                raise

        try:
            self._send(answer.status, answer.headers, collected())
        except (OSError, http.client.HTTPException):  # the provider's connection broke, or the agent's
            self.close_connection = True
        finally:
            answer.close()
            if exchange is not None:
                exchange.finish()

    def _send(self, status: int, headers: Iterable[tuple[str, str]], chunks: Iterable[bytes]) -> None:
        self.send_response_only(status if status in _STATUSES else _BAD_GATEWAY)
        for name, value in headers:  # from a log, which may be hostile
            if _HEADER.fullmatch(f"{name}: {value}"):
                self.send_header(name, value)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        if self.command == "HEAD":
            return
        for chunk in chunks:
            if chunk:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n\r\n")

    def _refuse(self, status: int, message: str) -> None:
        raw = msgspec.json.encode({"error": {"type": "replay_gui", "message": message}})
        self._send(status, [("content-type", "application/json")], [raw])
