"""Requests to models, whose messages are stored once.

An agent sends the whole conversation with every request. Each part of a request (a message, a tool's definition, a
long text) is written to the log when it is first sent, and gets the next number; a request then refers to its parts by
number. So the log grows with the conversation and not with its square, and a request can be assembled again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import is_, itemgetter
from typing import Any

from replay_gui.core.errors import EventInvalid
from replay_gui.core.log.canonical import encode_decoded, encode_sorted
from replay_gui.core.log.chain import digest
from replay_gui.record.calls.secrets import Secrets
from replay_gui.record.messages.provider_ids import in_call_order, split_session, without_cache_marks, without_ids

LIST, SINGLE = "$parts", "$part"
CONVERSATION = frozenset(
    ("messages", "input", "contents", "prompt", "system", "instructions", "system_instruction", "systemInstruction")
)
"""Members of requests with the input of the model."""

_MAX_ASSEMBLED_BYTES = 1_000_000  # of a member that is assembled again
_MAX_INLINE_BYTES = 256  # of a member that stays in the request
_SHORT_CHARACTERS = (_MAX_INLINE_BYTES - 2) // 4  # a text of so many stays, with any characters
_SPLIT = frozenset((str, list, dict))


@dataclass(frozen=True, slots=True)
class RequestPart:
    """A part of a request that was sent for the first time.

    Attributes:
        number: from 0. member: the request's member that has it, such as "messages".
        value: plain value, without secrets and ids. ids: for `with_ids`.
    """

    number: int
    member: str
    value: Any
    ids: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Split:
    """A member of a request that was split.

    Attributes:
        member: its value; if the next request has the same object, it has the same numbers.
        size: of the value at that time: a list may have grown in place.
        numbers: of its parts. form: its written form.
    """

    member: Any
    size: int
    numbers: list[int]
    form: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _LastWhole:
    """The rest of the last request, without its parts.

    Attributes:
        raw: its canonical bytes. learnings: the version of the secrets at that time. clean: its written form.
    """

    raw: bytes
    learnings: int
    clean: dict[str, Any]


_NO_SPLIT, _NO_WHOLE = _Split([], 0, [], {}), _LastWhole(b"", -1, {})


class RequestParts:
    """The parts of all requests so far."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._numbers: dict[bytes, int] = {}  # by the hash of a part, with its secrets and ids
        self._count = 0  # of parts
        self._keys: dict[bytes, bytes] = {}  # by the same key: the hash without secrets and ids
        self._last: dict[str, _Split] = {}
        self._last_whole = _NO_WHOLE
        self._is_numbering = False

    def split(self, value: dict[str, Any], on_new_part: Callable[[RequestPart], None]) -> dict[str, Any]:
        """Return a request with its parts replaced by their numbers; call `on_new_part` for new parts, in order.

        Raises EventInvalid for new parts in code that interrupts the numbering of others (as the handler of a signal).
        """
        whole: dict[str, Any] = {}  # not `dict[str, Any]()`, which makes a type at each call
        forms: dict[str, Any] = {}
        new: list[tuple[str, Any]] = []
        for name, member in value.items():
            kind = type(member)
            if kind not in _SPLIT or (kind is str and len(member) <= _SHORT_CHARACTERS and name not in CONVERSATION):
                whole[name] = member  # as `_is_split` would find, but most members are such
                continue
            last = self._last.get(name)
            if last is not None and last.member is member and len(member) == last.size:
                forms[name] = last.form
            elif _is_split(name, member):
                new.append((name, member))
            else:
                whole[name] = member
        if new:
            if self._is_numbering:
                raise EventInvalid("no part of a request can be written inside the writing of another")
            self._is_numbering = True
            try:
                for name, member in sorted(new, key=itemgetter(0)):
                    split = self._last[name] = self._split_member(name, member, on_new_part)
                    forms[name] = split.form
            finally:
                self._is_numbering = False
        raw, last_whole = encode_sorted(whole), self._last_whole
        if raw != last_whole.raw or last_whole.learnings != self._secrets.learnings:
            learnings = self._secrets.learnings
            last_whole = _LastWhole(raw, learnings, without_ids(self._secrets.hide(whole))[0])
            self._last_whole = last_whole
        return {**last_whole.clean, **forms}

    def key(self, value: dict[str, Any]) -> bytes:
        """Return a hash of a request without its secrets and ids: equal for equal ones."""
        whole = {name: member for name, member in value.items() if not _is_split(name, member)}
        clean = without_ids(self._secrets.hide(whole))[0]
        keys = {name: _member_key(member) for name, member in clean.items()}
        for name in value.keys() - whole.keys():
            member = value[name]
            keys[name] = [*map(self._key, member, [None, *member])] if isinstance(member, list) else self._key(member)
        return digest(encode_decoded(keys))

    def _split_member(self, name: str, member: Any, on_new_part: Callable[[RequestPart], None]) -> _Split:
        if not isinstance(member, list):
            number = self._number(name, member, None, on_new_part)
            return _Split(member, len(member), [number], {SINGLE: number})
        last = self._last.get(name, _NO_SPLIT)
        before = last.member if isinstance(last.member, list) else []
        shared = sum(takewhile(bool, map(is_, before, member)))  # messages that were decoded once, see RequestBodies
        numbers = last.numbers[:shared]
        same = len(numbers)  # fewer, if the list has grown in place
        spans = last.form[LIST] if same and same == len(last.numbers) else ()
        for place in range(same, len(member)):
            previous = member[place - 1] if place else None
            numbers.append(self._number(name, member[place], previous, on_new_part))
        return _Split(member, len(member), numbers, {LIST: _spans(numbers[same:] if spans else numbers, spans)})

    def _number(self, name: str, value: Any, before: Any, on_new_part: Callable[[RequestPart], None]) -> int:
        raw = encode_decoded(value)
        key = digest(raw)
        number = self._numbers.get(key)
        if number is None:
            bare = without_cache_marks(value)
            bare_key = key if bare is value else digest(encode_decoded(bare))
            number = self._numbers.get(bare_key)
            if number is None:
                number = self._count
                on_new_part(RequestPart(number, name, *self._clean(value, raw, before)))
                self._count += 1
                self._numbers[bare_key] = number  # only now, because a part that could not be written has no number
            self._numbers[key] = number
        return number

    def _key(self, value: Any, before: Any = None) -> bytes:
        raw = encode_decoded(value)
        raw_key = digest(raw)
        key = self._keys.get(raw_key)
        if key is None:
            key = self._keys[raw_key] = digest(encode_decoded(self._clean(value, raw, before)[0]))
        return key

    def _clean(self, value: Any, raw: bytes, before: Any) -> tuple[Any, dict[str, Any]]:
        ordered = in_call_order(value, before)
        return without_ids(self._secrets.hide(ordered) if self._secrets.may_be_in(raw) else ordered)


def clean_request(value: dict[str, Any], secrets: Secrets) -> dict[str, Any]:
    """Return a request without secrets and ids, in the form read back from a log."""
    ordered = {
        name: [*map(in_call_order, member, [None, *member])] if isinstance(member, list) else member
        for name, member in value.items()
    }
    clean: dict[str, Any] = without_ids(secrets.hide(ordered))[0]
    return clean


def key_of_joined(value: dict[str, Any]) -> bytes:
    """Return the key of a request that was assembled again; see `RequestParts.key`."""
    known: dict[int, bytes] = {}  # by identity: a part with many references is one object
    return digest(encode_decoded({name: _member_key(member, known) for name, member in value.items()}))


def joined(value: dict[str, Any], parts: Mapping[int, Any]) -> dict[str, Any]:
    """Return the original request before the split, without secrets and ids; `parts`: values by number.

    Raises KeyError if a part is missing, ValueError if it has more parts than any conversation.
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
    return split_session(result)[0]  # older recordings have it here


def _is_split(name: str, member: Any) -> bool:
    return type(member) in _SPLIT and (name in CONVERSATION or len(encode_sorted(member)) > _MAX_INLINE_BYTES)


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


def _spans(numbers: Iterable[int], before: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return (first, count) for each range of consecutive numbers, after those of `before`."""
    spans = [*before]
    for number in numbers:
        first, count = spans[-1] if spans else (-1, 0)
        if number == first + count:
            spans[-1] = first, count + 1
        else:
            spans.append((number, 1))
    return spans


def _numbers(spans: list[Any]) -> Iterator[int]:
    left = _MAX_ASSEMBLED_BYTES
    for first, count in spans:
        left -= count
        if count < 0 or left < 0:
            raise ValueError(f"a request of more than {_MAX_ASSEMBLED_BYTES:,} parts")
        yield from range(first, first + count)
