"""JSON bodies of requests to models: what a body has in common with one before is not decoded again.

An agent sends the whole conversation with every request, and adds a few messages to it. Where a body begins as the one
before, up to the end of a message, and ends as it did, from the end of the list of messages on, then it differs by the
messages between alone, whatever they are. So a long request costs as much as is new of it, and a comparison of bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from replay_gui.core.importers.json_lines import NotJson
from replay_gui.record.calls.json_bodies import json_value

_LISTS = ("messages", "input", "contents")
_MIN_BYTES, _MAX_BYTES = 256, 16 << 20  # of a body that is kept
_KEPT = 4  # bodies: parallel conversations
_CHANGED = 3  # messages at the end of a body that may be others in the next: marks for caches wander
_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_items = msgspec.json.Decoder(list[msgspec.Raw]).decode


class _Body:
    """A body that was decoded.

    Attributes:
        value: that it is. name: of the member that is the list of messages. ends: where each of these ends.
        prefix: the bytes up to the end of the last one. rest: those after it.
    """

    __slots__ = ("ends", "name", "prefix", "rest", "value")

    def __init__(self, body: bytes, value: dict[str, Any], name: str, ends: Sequence[int]) -> None:
        self.value, self.name, self.ends = value, name, ends
        self.prefix, self.rest = body[: ends[-1]], body[ends[-1] :]

    def continued(self, body: bytes) -> _Body | None:
        """Return what `body` is, if it differs from this one by the last messages alone."""
        if not body.endswith(self.rest):
            return None
        count = len(self.ends)
        if not body.startswith(self.prefix):
            count -= _CHANGED
            if count <= 0 or not body.startswith(self.prefix[: self.ends[count - 1]]):
                return None
        begin, end = self.ends[count - 1], len(body) - len(self.rest)
        if begin == end and count == len(self.ends):
            return self
        added = body[begin:end].lstrip()
        if not added.startswith(b","):
            return None
        try:
            new = _ends_of_items(b"[%s]" % added[1:], begin + (end - begin - len(added)))
            items = json_value(b"[%s]" % added[1:])
        except (NotJson, msgspec.MsgspecError, UnicodeError):
            return None
        if not items:
            return None
        value = {**self.value, self.name: self.value[self.name][:count] + items}
        return _Body(body, value, self.name, [*self.ends[:count], *new])


class RequestBodies:
    """Decodes bodies, and keeps the last few. Safe from any thread; the values are shared: do not change them."""

    def __init__(self) -> None:
        self._kept: tuple[_Body, ...] = ()

    def value(self, body: bytes) -> Any:
        """Return the value of a JSON text; NotJson as `json_value` raises it."""
        if not _MIN_BYTES <= len(body) <= _MAX_BYTES:
            return json_value(body)
        for known in self._kept:
            if (now := known.continued(body)) is not None:
                self._keep(now, known)
                return now.value
        value = json_value(body)
        lists = (name for name in _LISTS if isinstance(value, dict) and isinstance(value.get(name), list))
        if (name := next(lists, None)) is not None and (ends := _ends_of_list(body, name)):
            self._keep(_Body(body, value, name, ends), None)
        return value

    def _keep(self, body: _Body, before: _Body | None) -> None:
        others = [kept for kept in self._kept if kept is not before]
        self._kept = (body, *others[: _KEPT - 1])


def _ends_of_list(body: bytes, name: str) -> list[int]:
    """Return the end of each item of a member; [] if that is not certain."""
    text = bytes(_members(body)[name])
    begin = body.find(text)
    if text[:1] != b"[" or body.rfind(text) != begin:
        return []
    return _ends_of_items(text, begin)


def _ends_of_items(text: bytes, begin: int) -> list[int]:
    """Return the end of each item of the list at `begin`."""
    ends, at = list[int](), 1
    for item in _items(text):
        raw = bytes(item)
        at = text.index(raw, at) + len(raw)  # between two items, there is but a comma and space
        ends.append(begin + at)
    return ends
