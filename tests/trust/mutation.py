"""Makes damaged inputs out of sound ones: bytes anywhere, and values and lines of JSON."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

_TOKENS = (
    *(b"\x00", b"\xff", b"\xc1", b"\x94\xc4", b"\x92\xc4", b"\xdf\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff"),
    *(b"[" * 300, b'{"a":' * 300, b"1e999", b"-0", b"NaN", b"1" * 5000, b'"\\ud800"', b"null", b"\n", b"\r\n", b'"'),
    *(b"\xef\xbb\xbf", b"\xe2\x80\xae", b"{}", b"[]", b",", b":"),
)
_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**53 + 1, 2**64, -(2**63) - 1, 10**400, 1e308, -0.0, "", "\x00", "\ud800", "\u202e"),
    *(
        "a" * 5000,
        [],
        {},
        [[]],
        {"": None},
        [{}],
        {"type": "text"},
        {"role": "tool"},
        "2024-13-45T99:99:99Z",
        "9" * 400,
    ),
)


_OTHER_TYPES: tuple[Any, ...] = (None, True, 7, 1e308, "x", [], {}, [{}], ["a"], [None], {"a": None})
_GONE = object()


def each_member_changed(data: bytes) -> Iterator[bytes]:
    """Yield an input, JSON or lines of JSON, with each member removed, and replaced by each of _OTHER_TYPES."""
    try:
        documents, lines = [json.loads(data)], None
    except ValueError:
        lines = data.split(b"\n")
        documents = [_decoded(line) for line in lines]
    for at, document in enumerate(documents):
        for changed in _changed_members(document):
            raw = json.dumps(changed).encode()
            yield raw if lines is None else b"\n".join([*lines[:at], raw, *lines[at + 1 :]])


def _decoded(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _changed_members(value: Any) -> Iterator[Any]:
    """Yield the value with each member changed, also those within its members."""
    keys: Sequence[Any] = (
        list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        before, after = value[key], (_GONE, *_OTHER_TYPES)
        for other in chain(after, _changed_members(before)):
            changed = dict(value) if isinstance(value, dict) else list(value)
            if other is _GONE:
                del changed[key]
            else:
                changed[key] = other
            yield changed


class Mutator:
    """Damages inputs; the same seed damages them the same way."""

    def __init__(self, seed: int, corpus: Sequence[bytes]) -> None:
        self._random = random.Random(seed)
        self._corpus = corpus

    def inputs(self, count: int) -> Iterator[bytes]:
        """So many inputs."""
        return (self.next() for _ in range(count))

    def next(self) -> bytes:
        """One more input."""
        data = self._random.choice(self._corpus)
        ways: list[Callable[[bytes], bytes]] = [self._of_bytes, self._of_lines, self._of_values]
        for _ in range(self._random.randint(1, 4)):
            data = self._random.choice(ways)(data)
        return data

    def _of_bytes(self, data: bytes) -> bytes:
        r = self._random
        a, b = sorted((r.randrange(len(data) + 1), r.randrange(len(data) + 1)))
        match r.randrange(6):
            case 0 if data:
                damaged = bytearray(data)
                for _ in range(r.randint(1, 8)):
                    damaged[r.randrange(len(data))] ^= 1 << r.randrange(8)
                return bytes(damaged)
            case 1:
                return data[:a] + data[b:]
            case 2:
                return data[:a] + data[a:b] * 2 + data[b:]
            case 3:
                other = r.choice(self._corpus)
                at = r.randrange(len(other) + 1)
                return data[:a] + other[at : at + r.randrange(400)] + data[a:]
            case 4:
                return data[:a]
        return data[:a] + r.choice(_TOKENS) + data[b if r.random() < 0.5 else a :]

    def _of_lines(self, data: bytes) -> bytes:
        r, lines = self._random, data.split(b"\n")
        at, other = r.randrange(len(lines)), r.randrange(len(lines))
        match r.randrange(3):
            case 0:
                lines[at], lines[other] = lines[other], lines[at]
            case 1:
                lines.insert(at, lines[other])
            case _:
                del lines[at]
        return b"\n".join(lines)

    def _of_values(self, data: bytes) -> bytes:
        """Another value somewhere in the JSON, or in one of its lines."""
        lines = data.split(b"\n")
        at = self._random.randrange(len(lines))
        whole = len(lines) < 3
        try:
            value = json.loads(data if whole else lines[at])
        except (ValueError, RecursionError):
            return self._of_bytes(data)
        for _ in range(self._random.randint(1, 3)):
            value = self._changed(value)
        try:
            raw = json.dumps(value).encode()
        except (ValueError, RecursionError):
            return data
        if whole:
            return raw
        lines[at] = raw
        return b"\n".join(lines)

    def _changed(self, value: Any, depth: int = 0) -> Any:
        r = self._random
        if not isinstance(value, dict | list) or not value or (depth > 1 and r.random() < 0.2):
            return r.choice(_ODD)
        key: Any = r.choice(list(value)) if isinstance(value, dict) else r.randrange(len(value))
        if isinstance(value, dict):
            value = dict(value)
            match r.randrange(8):
                case 0:
                    del value[key]
                case 1:
                    value[r.choice(list(value))] = value[key]
                case _:
                    value[key] = self._changed(value[key], depth + 1)
            return value
        value = list(value)
        match r.randrange(8):
            case 0:
                del value[key]
            case 1:
                value.insert(key, value[key])
            case _:
                value[key] = self._changed(value[key], depth + 1)
        return value
