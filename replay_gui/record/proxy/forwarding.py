"""Forward a request to a provider, and pass its answer back as it comes."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

_TIMEOUT_S = 600.0  # seconds without a byte
_READ_BYTES = 1 << 16
_HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding")
) | {"upgrade", "host", "content-length"}

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ForwardedAnswer:
    """An answer of a provider, which must be closed.

    Attributes:
        headers: without those for one connection only. chunks: as they come; OSError or HTTPException if the connection
            ends before the answer.
    """

    status: int
    headers: Headers
    chunks: Iterator[bytes]
    close: Callable[[], None]


def passed_on(headers: Headers) -> list[tuple[str, str]]:
    """Return the headers that are not for one connection only."""
    return [(name, value) for name, value in headers if name.lower() not in _HOP_BY_HOP]


def forward_request(method: str, url: str, headers: Headers, body: bytes) -> ForwardedAnswer:
    """Send a request; return its answer, whose body is read by `chunks`. Raises OSError, HTTPException on failure."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.putrequest(method, path or "/", skip_accept_encoding=True)
        for name, value in passed_on(headers):
            connection.putheader(name, value)
        connection.putheader("content-length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
    except BaseException:
        connection.close()
        raise
    return ForwardedAnswer(response.status, passed_on(response.getheaders()), _chunks(response), connection.close)


def _chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while chunk := response.read1(_READ_BYTES):
        yield chunk
    if response.length:  # read1 does not report a connection that ends too early
        raise http.client.IncompleteRead(b"", response.length)
