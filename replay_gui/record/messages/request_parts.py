"""Requests to models, whose messages are stored once.

An agent sends the whole conversation with every request. Each part of a request (a message, a tool's definition, a
long text) is written to the log when it is first sent, and gets the next number; a request then names its parts by
their numbers. So the log grows with the conversation and not with its square, and a request can be put together again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from replay_gui.core.log.canonical import encode_all, encode_decoded, encode_sorted
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
_SPLIT = (str, list, dict)  # a tuple, since a union would be made anew each time


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
class _LastList:
    """A member of the last request that is a list.

    Attributes:
        raw: the canonical bytes of its items, joined. count: of the items. spans: their numbers.
    """

    raw: bytes
    count: int
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _LastWhole:
    """What the last request held beside its parts.

    Attributes:
        raw: its canonical bytes. learnings: of the secrets at that time. clean: as it was written.
    """

    raw: bytes
    learnings: int
    clean: dict[str, Any]


_NO_LIST, _NO_WHOLE = _LastList(b"", 0, ()), _LastWhole(b"", -1, {})


class RequestParts:
    """The parts that requests were made of so far."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._numbers: dict[bytes, int] = {}  # by the hash of a part, with its secrets and ids
        self._keys: dict[bytes, bytes] = {}  # by the same: the hash without them
        self._last: dict[str, _LastList] = {}
        self._last_whole = _NO_WHOLE

    def split(self, value: dict[str, Any], on_new_part: Callable[[RequestPart], None]) -> dict[str, Any]:
        """Return a request with the numbers of its parts in their places; tell `on_new_part` of new ones, in order."""
        whole, split = dict[str, Any](), list[tuple[str, Any]]()
        for name, member in value.items():
            if _is_split(name, member):
                split.append((name, member))
            else:
                whole[name] = member
        result = {**self._clean_whole(whole)}
        for name, member in sorted(split, key=itemgetter(0)):
            if isinstance(member, list):
                result[name] = {LIST: [*self._list(name, member, on_new_part)]}
            else:
                result[name] = {SINGLE: self._number(name, member, on_new_part)}
        return result

    def key(self, value: dict[str, Any]) -> bytes:
        """Return a hash of a request without its secrets and ids: equal for equal ones."""
        whole = {name: member for name, member in value.items() if not _is_split(name, member)}
        clean = without_ids(self._secrets.hide(whole))[0]
        keys = {name: _member_key(member) for name, member in clean.items()}
        for name in value.keys() - whole.keys():
            member = value[name]
            keys[name] = [*map(self._key, member)] if isinstance(member, list) else self._key(member)
        return digest(encode_decoded(keys))

    def _clean_whole(self, whole: dict[str, Any]) -> dict[str, Any]:
        """Return what is not split as it is written; it is mostly that of the request before."""
        raw, last = encode_sorted(whole), self._last_whole
        if raw != last.raw or last.learnings != self._secrets.learnings:
            learnings = self._secrets.learnings
            last = self._last_whole = _LastWhole(raw, learnings, without_ids(self._secrets.hide(whole))[0])
        return last.clean

    def _list(
        self, member: str, items: list[Any], on_new_part: Callable[[RequestPart], None]
    ) -> tuple[tuple[int, int], ...]:
        """Return the numbers of the parts of a list; it mostly begins with that of the request before."""
        raw, last = encode_all(items), self._last.get(member, _NO_LIST)
        before = last if raw.startswith(last.raw) else _NO_LIST
        new = (self._number(member, item, on_new_part) for item in items[before.count :])
        now = self._last[member] = _LastList(raw, len(items), _spans(new, before.spans))
        return now.spans

    def _number(self, member: str, value: Any, on_new_part: Callable[[RequestPart], None]) -> int:
        raw = encode_decoded(value)
        raw_key = digest(raw)
        number = self._numbers.get(raw_key)
        if number is None:
            number = self._numbers[raw_key] = len(self._numbers)
            on_new_part(RequestPart(number, member, *self._clean(value, raw)))
        return number

    def _key(self, value: Any) -> bytes:
        raw = encode_decoded(value)
        raw_key = digest(raw)
        key = self._keys.get(raw_key)
        if key is None:
            key = self._keys[raw_key] = digest(encode_decoded(self._clean(value, raw)[0]))
        return key

    def _clean(self, value: Any, raw: bytes) -> tuple[Any, dict[str, str]]:
        return without_ids(self._secrets.hide(value) if self._secrets.may_be_in(raw) else value)


def key_of_joined(value: dict[str, Any]) -> bytes:
    """Return the key of a request that was put together again; see `RequestParts.key`."""
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
    return isinstance(member, _SPLIT) and (name in CONVERSATION or len(encode_sorted(member)) > _MAX_INLINE)


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


def _spans(numbers: Iterable[int], before: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Return (first, count) for each stretch of numbers that follow one another, after those of `before`."""
    spans = [*before]
    for number in numbers:
        first, count = spans[-1] if spans else (-1, 0)
        if number == first + count:
            spans[-1] = first, count + 1
        else:
            spans.append((number, 1))
    return tuple(spans)


def _numbers(spans: list[Any]) -> Iterator[int]:
    left = _MAX_PARTS
    for first, count in spans:
        left -= count
        if count < 0 or left < 0:
            raise ValueError(f"a request of more than {_MAX_PARTS:,} parts")
        yield from range(first, first + count)
