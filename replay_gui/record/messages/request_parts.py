"""Requests to models, whose messages are stored once.

An agent sends the whole conversation with every request. Each part of a request (a message, a tool's definition, a
long text) is written to the log when it is first sent, and gets the next number; a request then names its parts by
their numbers. So the log grows with the conversation and not with its square, and a request can be put together again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from replay_gui.core.log.canonical import encode_all, encode_decoded
from replay_gui.core.log.chain import digest
from replay_gui.record.calls.secrets import Secrets
from replay_gui.record.messages.provider_ids import without_ids

LIST, SINGLE = "$parts", "$part"
CONVERSATION = frozenset(
    ("messages", "input", "contents", "prompt", "system", "instructions", "system_instruction", "systemInstruction")
)
"""Members of requests that hold what the model is told."""

_MAX_PARTS = 1_000_000  # of a member that is put together again
_MAX_INLINE = 256  # bytes of a member that stays in the request


@dataclass(frozen=True, slots=True)
class RequestPart:
    """A part of a request that was sent for the first time.

    Attributes:
        number: from 0. member: of the request that it stands in, such as "messages".
        value: plain value, without secrets and ids. ids: what `with_ids` puts back.
    """

    number: int
    member: str
    value: Any
    ids: dict[str, str]


@dataclass(frozen=True, slots=True)
class SplitRequest:
    """A request to a model.

    Attributes:
        value: with the numbers of its parts in their places. key: a hash of the whole, without secrets and ids.
    """

    value: dict[str, Any]
    key: bytes


@dataclass(frozen=True, slots=True)
class _KnownPart:
    """A part that was sent before. `number`: its number. `key`: hash of its value without secrets and ids."""

    number: int
    key: bytes


@dataclass(frozen=True, slots=True)
class _LastList:
    """A member of the last request that is a list. `raw`: the canonical bytes of its items, joined."""

    raw: bytes
    parts: tuple[_KnownPart, ...]


class RequestParts:
    """The parts that requests were made of so far."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._known: dict[bytes, _KnownPart] = {}
        self._last: dict[str, _LastList] = {}

    def split(self, value: dict[str, Any], on_new_part: Callable[[RequestPart], None]) -> SplitRequest:
        """Split a request into its parts; tell `on_new_part` of those that are new, in their order."""
        whole = {name: member for name, member in value.items() if not _is_split(name, member)}
        result: dict[str, Any] = dict(without_ids(self._secrets.hide(whole))[0])
        keys = {name: _member_key(member) for name, member in result.items()}
        for name in sorted(value.keys() - whole.keys()):
            member = value[name]
            if isinstance(member, list):
                parts = self._numbers(name, member, on_new_part)
                result[name] = {LIST: _spans([part.number for part in parts])}
                keys[name] = [part.key for part in parts]
            else:
                part = self._number(name, member, on_new_part)
                result[name] = {SINGLE: part.number}
                keys[name] = part.key
        return SplitRequest(result, digest(encode_decoded(keys)))

    def key(self, value: dict[str, Any]) -> bytes:
        """Return the key that `split` returns, without taking the parts for sent."""
        whole = {name: member for name, member in value.items() if not _is_split(name, member)}
        clean = without_ids(self._secrets.hide(whole))[0]
        keys = {name: _member_key(member) for name, member in clean.items()}
        for name in value.keys() - whole.keys():
            member = value[name]
            keys[name] = [*map(self._key, member)] if isinstance(member, list) else self._key(member)
        return digest(encode_decoded(keys))

    def _numbers(
        self, member: str, items: list[Any], on_new_part: Callable[[RequestPart], None]
    ) -> tuple[_KnownPart, ...]:
        """Return the parts of a list; what it begins with is mostly the whole list of the request before."""
        raw, last = encode_all(items), self._last.get(member)
        before = last.parts if last is not None and raw.startswith(last.raw) else ()
        parts = (*before, *(self._number(member, item, on_new_part) for item in items[len(before) :]))
        self._last[member] = _LastList(raw, parts)
        return parts

    def _number(self, member: str, value: Any, on_new_part: Callable[[RequestPart], None]) -> _KnownPart:
        raw = encode_decoded(value)
        raw_key = digest(raw)
        known = self._known.get(raw_key)
        if known is None:
            clean, ids = without_ids(self._secrets.hide(value) if self._secrets.may_be_in(raw) else value)
            known = self._known[raw_key] = _KnownPart(len(self._known), digest(encode_decoded(clean)))
            on_new_part(RequestPart(known.number, member, clean, ids))
        return known

    def _key(self, value: Any) -> bytes:
        raw = encode_decoded(value)
        known = self._known.get(digest(raw))
        if known is not None:
            return known.key
        clean = self._secrets.hide(value) if self._secrets.may_be_in(raw) else value
        return digest(encode_decoded(without_ids(clean)[0]))


def key_of_joined(value: dict[str, Any]) -> bytes:
    """Return the key that `split` returned for the request which was put together again."""
    known: dict[int, bytes] = {}  # by identity: a part that is named often is one object
    return digest(encode_decoded({name: _member_key(member, known) for name, member in value.items()}))


def joined(value: dict[str, Any], parts: Mapping[int, Any]) -> dict[str, Any]:
    """Return a request as it was before it was split, without secrets and ids; `parts`: values by number.

    KeyError where a part is missing, ValueError where it names more than any conversation has.
    """
    result: dict[str, Any] = {}
    for name, member in value.items():
        match member:
            case {"$parts": list(spans)}:
                result[name] = [parts[number] for number in _numbers(spans)]
            case {"$part": int(number)}:
                result[name] = parts[number]
            case _:
                result[name] = member
    return result


def _is_split(name: str, member: Any) -> bool:
    return isinstance(member, str | list | dict) and (name in CONVERSATION or len(encode_decoded(member)) > _MAX_INLINE)


def _member_key(clean: Any, known: dict[int, bytes] | None = None) -> Any:
    if not isinstance(clean, list):
        return digest(encode_decoded(clean))
    keys, by_identity = list[bytes](), {} if known is None else known
    for item in clean:
        key = by_identity.get(id(item))
        if key is None:
            key = by_identity[id(item)] = digest(encode_decoded(item))
        keys.append(key)
    return keys


def _spans(numbers: list[int]) -> list[list[int]]:
    """Return [first, count] for each stretch of numbers that follow one another."""
    spans: list[list[int]] = []
    following = -1
    for number in numbers:
        if number == following:
            spans[-1][1] += 1
        else:
            spans.append([number, 1])
        following = number + 1
    return spans


def _numbers(spans: list[Any]) -> Iterator[int]:
    left = _MAX_PARTS
    for first, count in spans:
        left -= count
        if count < 0 or left < 0:
            raise ValueError(f"a request of more than {_MAX_PARTS:,} parts")
        yield from range(first, first + count)
