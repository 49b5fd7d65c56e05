"""An HTTP server for programs on this computer, which may be hostile: bodies are read within bounds."""

from __future__ import annotations

import contextlib
import re
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from replay_gui.core.errors import ReplayError

_LOOPBACK = "127.0.0.1"
_MAX_CONNECTIONS = 400  # at a time; each may need another one to a provider, and a process may have 1,024 files open
_POLL_S = 0.05  # seconds between two checks for its end
_DIGITS = re.compile(r"[0-9]{1,18}")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_MAX_LINE, _MAX_TRAILERS = 4096, 100  # bytes of a line; lines after a body
_BAD_REQUEST, _FORBIDDEN, _TOO_LARGE = 400, 403, 413
_OWN_HOST = re.compile(r"(?:[\w-]+|[0-9.]+|\[[0-9a-fA-F:.]+\]|[\w.-]+\.(?:internal|local|localhost))(?::[0-9]+)?")
"""Names by which a program reaches its own computer, or that of its container; any other is made to lead here."""


class BodyRefused(ReplayError):
    """A request whose body cannot be read. `status`: the HTTP status of the response."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class LoopbackServer(ThreadingHTTPServer):
    """A server that is reachable only from this computer.

    Broken connections are ignored, and those beyond _MAX_CONNECTIONS closed at once.
    """

    daemon_threads = True

    def __init__(self, port: int, handler: type[LoopbackHandler]) -> None:
        super().__init__((_LOOPBACK, port), handler)
        self._free = threading.BoundedSemaphore(_MAX_CONNECTIONS)

    @property
    def url(self) -> str:
        """The base URL of the server."""
        return f"http://{_LOOPBACK}:{self.server_port}"

    @contextlib.contextmanager
    def serving(self, name: str) -> Iterator[Self]:
        """Serve on a thread of this name during a `with` block; afterwards the server is closed."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": _POLL_S}, name=name)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            thread.join()
            self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer on a new thread, unless there are too many connections."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread could be started
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer a connection until it ends."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Do not report a broken connection."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class LoopbackHandler(BaseHTTPRequestHandler):
    """The handler of the requests of a LoopbackServer."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Do not log requests: standard error is the user's."""

    def read_body(self, limit: int) -> bytes:
        """Return the body of the request.

        Raises BodyRefused if it is larger than `limit` bytes, or its end is uncertain, so that the rest could be taken
        for a request, or if a page in a browser sent it. The connection is closed then.
        """
        try:
            if self._is_of_page():
                raise BodyRefused(_FORBIDDEN, "requests of web pages are refused")
            return self._body(limit)
        except BodyRefused:
            self.close_connection = True
            raise

    def _is_of_page(self) -> bool:
        """Return whether a page in a browser sent the request: any page may post to this computer.

        Browsers say whose page it is. Where they do not, the page has a name of its own that leads here.
        """
        if "origin" in self.headers or "sec-fetch-site" in self.headers:
            return True
        return not all(_OWN_HOST.fullmatch(host.strip(" \t")) for host in self.headers.get_all("host") or [])

    def _body(self, limit: int) -> bytes:
        lengths = self.headers.get_all("content-length") or []
        encodings = self.headers.get_all("transfer-encoding") or []
        if encodings:
            if lengths or [encoding.strip(" \t").lower() for encoding in encodings] != ["chunked"]:
                raise BodyRefused(_BAD_REQUEST, "the end of the body is not known")
            return self._chunks(limit)
        if not lengths:
            return b""
        length = _DIGITS.fullmatch(lengths[0].strip(" \t"))  # not the other blanks of Unicode
        if len(lengths) > 1 or length is None:
            raise BodyRefused(_BAD_REQUEST, "the length of the body is not known")
        return self._read(int(length[0]), limit)

    def _chunks(self, limit: int) -> bytes:
        parts, left = list[bytes](), limit
        while True:
            head = _CHUNK_SIZE.fullmatch(self.rfile.readline(_MAX_LINE))
            if head is None:
                raise BodyRefused(_BAD_REQUEST, "the body is not in chunks")
            size = int(head[1], 16)
            if size == 0:
                break
            parts.append(self._read(size, left))
            left -= size
            if self.rfile.readline(3) not in (b"\r\n", b"\n"):
                raise BodyRefused(_BAD_REQUEST, "a chunk of the body does not end where it should")
        for _ in range(_MAX_TRAILERS):
            line = self.rfile.readline(_MAX_LINE)
            if line in (b"\r\n", b"\n"):
                return b"".join(parts)
            if not line.endswith(b"\n"):
                break
        raise BodyRefused(_BAD_REQUEST, "the body has no end")

    def _read(self, size: int, limit: int) -> bytes:
        if size > limit:
            raise BodyRefused(_TOO_LARGE, f"more than {limit >> 20 or 1} MiB")
        data = self.rfile.read(size)
        if len(data) < size:
            raise BodyRefused(_BAD_REQUEST, "the body is cut short")
        return data
