"""The heads of HTTP requests: targets and headers, each read once, since most requests have those of the one before."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

from replay_gui.record.calls.secrets import HIDDEN, Secrets, is_secret_member

Header: TypeAlias = tuple[str, str] | tuple[bytes, bytes]
"""Name and value; bytes as they are on the network."""

CONTENT_ENCODING = "content-encoding"

_LOOPBACK = ("127.0.0.1", "localhost", "::1", "0.0.0.0")
_SECRET_QUERIES = frozenset(
    (
        *("key", "apikey", "token", "sig", "signature", "auth", "x-amz-signature", "x-amz-security-token"),
        *("x-amz-credential", "x-goog-signature", "x-goog-credential"),
    )
)
_KEPT = frozenset(
    (CONTENT_ENCODING, "content-type", "accept", "anthropic-version", "anthropic-beta", "openai-beta"),
)
_PLAIN = frozenset(("host", "accept-encoding", "connection", "user-agent", "content-length")) | _KEPT
"""Headers whose names say that they are not secrets: they need not be looked at."""

_MAX_REMEMBERED = 1_000  # targets, and headers


class RequestTarget(Struct, frozen=True, kw_only=True):
    """What the method and the URL of a request say.

    Attributes:
        path: of the URL. query: its members, without secrets.
        host: with its port. tool_host: the host in the name of a tool; "localhost" for a server on this computer, whose
            port often differs between runs.
        endpoint: of a model: the method and the path, without secrets.
        learnings: the number of times that secrets had been learned when this was read.
    """

    path: str
    query: dict[str, Any]
    host: str
    tool_host: str
    endpoint: str
    learnings: int


class _ReadHeaders(dict[Header, Any]):
    """Headers that were read: name and value as text of those that are kept, () for others. Looking one up reads it."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def __missing__(self, header: Header) -> Any:
        name, value = map(header_text, header)
        name = name.lower()
        if name not in _PLAIN:
            self._secrets.learn(((name, value),))
        if len(self) >= _MAX_REMEMBERED:
            self.clear()
        # Remembered last, because another thread does not look at a header that is remembered.
        text = self[header] = (name, value) if name in _KEPT else ()
        return text


class RequestHeads:
    """Reads the heads of requests; the secrets learn those in headers and URLs. Thread-safe."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._targets: dict[tuple[str, Hashable], RequestTarget] = {}
        self._header = _ReadHeaders(secrets).__getitem__

    def target(self, method: str, url: Hashable) -> RequestTarget:
        """Return what method and URL (a text, or a value whose text it is) say; it is shared: do not change it."""
        known = self._targets.get((method, url))
        if known is not None and known.learnings == self._secrets.learnings:
            return known
        if len(self._targets) >= _MAX_REMEMBERED:
            self._targets.clear()
        target = self._targets[method, url] = self._read_target(method, str(url))
        return target

    def headers(self, headers: Iterable[Header]) -> dict[str, str]:
        """Return those headers that are on the allow-list or encode the body, with names in lower case."""
        return dict(filter(None, map(self._header, headers)))

    def _read_target(self, method: str, url: str) -> RequestTarget:
        parts = urlsplit(url)
        query = self._query(parts.query) if parts.query else {}
        learnings = self._secrets.learnings
        host = parts.netloc.rpartition("@")[2]
        return RequestTarget(
            path=parts.path,
            query=query,
            host=host,
            tool_host="localhost" if parts.hostname in _LOOPBACK else host,
            endpoint=self._secrets.hide_text(f"{method} {parts.path}"),
            learnings=learnings,
        )

    def _query(self, text: str) -> dict[str, Any]:
        query = form_members(text)
        hidden = {name for name in query if name.lower() in _SECRET_QUERIES or is_secret_member(name)}
        self._secrets.learn(("token", str(query[name])) for name in hidden)
        return {name: HIDDEN if name in hidden else value for name, value in query.items()}


def form_members(text: str) -> dict[str, Any]:
    """Return the members of a query or a form; a list of the values of a name that is repeated."""
    members: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        before = members.get(name)
        members[name] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
    return members


def header_text(value: str | bytes) -> str:
    """Return the name or the value of a header as text; bytes that are not UTF-8 are Latin-1."""
    if isinstance(value, str):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
