"""Decodes JSON bodies of requests to models; a part that an earlier body has too is not decoded again.

An agent sends the whole conversation with every request, with a few new messages at its end. If a body has the same
bytes as an earlier one up to the end of a message, and the same bytes after the list of messages, then they differ only
in the messages between. A long request then costs the decoding of its new messages, and a comparison of bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import starmap
from typing import Any

import msgspec

from replay_gui.core.importers.json_lines import NotJson
from replay_gui.record.calls.json_bodies import json_value

_LISTS = ("messages", "input", "contents")
_MIN_BYTES, _MAX_BYTES = 256, 4 << 20  # bytes of a kept body
_KEPT_BODIES = 4  # bodies: parallel conversations
_CHANGED_MESSAGES = 3  # last messages of a body that may differ in the next, because marks for caches move
_MAX_PIECES = 16
_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_items = msgspec.json.Decoder(list[msgspec.Raw]).decode


class _Body:
    """A body that was decoded.

    Attributes:
        value: the decoded body. name: the member with the list of messages. ends: the offset of each message's end.
        pieces: (bytes, offset) of the body up to the end of the last message; joining them each time would be slow.
        rest: the bytes after the last message.
    """

    __slots__ = ("ends", "name", "pieces", "rest", "value")

    def __init__(
        self, value: dict[str, Any], name: str, ends: Sequence[int], pieces: Sequence[tuple[bytes, int]], rest: bytes
    ) -> None:
        self.value, self.name, self.ends, self.rest = value, name, ends, rest
        self.pieces = pieces if len(pieces) < _MAX_PIECES else [(b"".join(piece for piece, _ in pieces), 0)]

    def continued(self, body: bytes) -> _Body | None:
        """Return `body`, decoded, if it differs from this one only by the last messages; else None."""
        if not body.endswith(self.rest):
            return None
        count, pieces = len(self.ends), self.pieces
        if not all(starmap(body.startswith, pieces)):
            count -= _CHANGED_MESSAGES
            pieces = [*_up_to(pieces, self.ends[count - 1])] if count > 0 else []
            if not pieces or not all(starmap(body.startswith, pieces)):
                return None
        begin, end = self.ends[count - 1], len(body) - len(self.rest)
        if begin == end and count == len(self.ends):
            return self
        added = body[begin:end]
        items_text = added.lstrip()
        if not items_text.startswith(b","):
            return None
        text = b"[%s]" % items_text[1:]
        try:
            new, items = _ends_of_items(text, end - len(items_text)), json_value(text)
        except (NotJson, msgspec.MsgspecError, UnicodeError):
            return None
        if not items:
            return None
        value = {**self.value, self.name: self.value[self.name][:count] + items}
        piece = added[: new[-1] - begin], begin
        return _Body(value, self.name, [*self.ends[:count], *new], [*pieces, piece], body[new[-1] :])


def _up_to(pieces: Iterable[tuple[bytes, int]], end: int) -> Iterator[tuple[bytes, int]]:
    for piece, at in pieces:
        if at < end:
            yield piece[: end - at], at


class RequestBodies:
    """Decodes bodies, and keeps the last few. Thread-safe; the values are shared: do not change them."""

    def __init__(self) -> None:
        self._kept: tuple[_Body, ...] = ()

    def value(self, body: bytes) -> Any:
        """Return the value of a JSON text; raise NotJson as `json_value`."""
        if not _MIN_BYTES <= len(body) <= _MAX_BYTES:
            return json_value(body)
        for known in self._kept:
            if (now := known.continued(body)) is not None:
                if now is not self._kept[0]:
                    self._store_body(now, known)
                return now.value
        value = json_value(body)
        lists = (name for name in _LISTS if isinstance(value, dict) and isinstance(value.get(name), list))
        if (name := next(lists, None)) is not None and (ends := _ends_of_list(body, name)):
            self._store_body(_Body(value, name, ends, [(body[: ends[-1]], 0)], body[ends[-1] :]), None)
        return value

    def _store_body(self, body: _Body, before: _Body | None) -> None:
        others = [kept for kept in self._kept if kept is not before]
        self._kept = (body, *others[: _KEPT_BODIES - 1])


def _ends_of_list(body: bytes, name: str) -> list[int]:
    """Return the offset of the end of each item of a member; [] if the member cannot be located for certain."""
    text = bytes(_members(body)[name])
    begin = body.find(text)
    if text[:1] != b"[" or body.rfind(text) != begin:
        return []
    return _ends_of_items(text, begin)


def _ends_of_items(text: bytes, begin: int) -> list[int]:
    """Return the offset of the end of each item of the list that begins at `begin`."""
    ends: list[int] = []
    at = 1
    for item in _items(text):
        raw = bytes(item)
        at = text.index(raw, at) + len(raw)  # between two items are only a comma and space
        ends.append(begin + at)
    return ends
