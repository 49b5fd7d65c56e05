"""Differences of two JSON-like values, path by path.

Shared parts are not visited, and members that are stored packed (msgpack bytes) and equal are not decoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any

import numpy as np
from msgspec import Raw, msgpack

from replay_gui.core.divergence.alignment.id_intersection import Ids
from replay_gui.core.divergence.alignment.matching import match_ids
from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.state.state import ABSENT, LISTS, MAPS, GrowList, OverlayMap
from replay_gui.core.text.json_pointer import escape_token

_MAX_ALIGNED_ITEMS = 1 << 15  # of the longer list; longer lists are compared index by index


def find_differences(a: Any, b: Any, path: str = "") -> Iterator[Difference]:
    """Yield the differences of two values, in the order of their paths.

    Maps are compared by key. Lists are aligned, so that inserted and removed items are recognised: the path of an
    inserted item is its path in b, any other path is that in a.

    Args:
        a, b: JSON values; members may be packed (msgspec.Raw).
        path: JSON Pointer of the values themselves.
    """
    if isinstance(a, MAPS) and isinstance(b, MAPS):
        yield from _of_maps(_members(a), _members(b), path)
    elif isinstance(a, LISTS) and isinstance(b, LISTS):
        start = a.shared_start(b) if isinstance(a, GrowList) and isinstance(b, GrowList) else 0
        yield from _of_lists(_items(a, start), _items(b, start), start, path)
    elif not _equal(a, b):
        yield Difference(path, a, b)


def _of_maps(a: dict[str, Any], b: dict[str, Any], path: str) -> Iterator[Difference]:
    if a is b:
        return
    differing = [key for key, value in a.items() if not _is_plainly_equal(value, b.get(key, ABSENT))]
    differing += [key for key in b if key not in a]
    for key in sorted(differing):
        yield from _of_pair(a.get(key, ABSENT), b.get(key, ABSENT), f"{path}/{escape_token(key)}")


def _of_lists(a: list[Any], b: list[Any], begin: int, path: str) -> Iterator[Difference]:
    """Compare two lists, or their rests after a shared beginning of `begin` items."""
    if a is b:
        return
    if len(a) == len(b):
        for i, (item_a, item_b) in enumerate(zip(a, b, strict=True), begin):
            if not _is_plainly_equal(item_a, item_b):
                yield from _of_pair(item_a, item_b, f"{path}/{i}")
        return
    head = _shared_length(a, b)
    tail = _shared_length(reversed(a[head:]), reversed(b[head:]))
    a, b, begin = a[head : len(a) - tail], b[head : len(b) - tail], begin + head
    begin_a = begin_b = 0
    if max(len(a), len(b)) <= _MAX_ALIGNED_ITEMS:
        for end_a, end_b in zip(*(at.tolist() for at in match_ids(*_ids(a, b))), strict=True):
            gap_a, gap_b = a[begin_a:end_a], b[begin_b:end_b]
            yield from _of_gap(gap_a, gap_b, begin_a=begin + begin_a, begin_b=begin + begin_b, path=path)
            begin_a, begin_b = end_a + 1, end_b + 1
    yield from _of_gap(a[begin_a:], b[begin_b:], begin_a=begin + begin_a, begin_b=begin + begin_b, path=path)


def _shared_length(a: Iterable[Any], b: Iterable[Any]) -> int:
    """Return the number of items at the beginning that both have."""
    return sum(1 for _ in takewhile(lambda pair: _is_plainly_equal(*pair), zip(a, b, strict=False)))


def _of_gap(a: list[Any], b: list[Any], *, begin_a: int, begin_b: int, path: str) -> Iterator[Difference]:
    """Compare the items between two equal ones: in pairs while both sides have items, the rest is one-sided."""
    both = min(len(a), len(b))
    for i in range(both):
        if not _is_plainly_equal(a[i], b[i]):
            yield from _of_pair(a[i], b[i], f"{path}/{begin_a + i}")
    for i in range(both, len(a)):
        yield Difference(f"{path}/{begin_a + i}", _unpack(a[i]), ABSENT)
    for i in range(both, len(b)):
        yield Difference(f"{path}/{begin_b + i}", ABSENT, _unpack(b[i]))


def _of_pair(a: Any, b: Any, path: str) -> Iterator[Difference]:
    if a is ABSENT or b is ABSENT:
        yield Difference(path, _unpack(a), _unpack(b))
    else:
        yield from find_differences(_unpack(a), _unpack(b), path)


def _members(value: Any) -> dict[str, Any]:
    return value.packed() if isinstance(value, OverlayMap) else value


def _items(value: Any, first_item: int = 0) -> list[Any]:
    """Return the items; of a GrowList, those from `first_item` on."""
    return value.packed(first_item) if isinstance(value, GrowList) else value


def _unpack(value: Any) -> Any:
    return msgpack.decode(value) if type(value) is Raw else value


def _is_plainly_equal(a: Any, b: Any) -> bool:
    """Whether the values are equal, as far as can be decided without visiting maps and lists or decoding."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if type(a) is Raw:
        return bytes(a) == bytes(b)
    return not isinstance(a, MAPS) and not isinstance(a, LISTS) and _equal(a, b)


def _equal(a: Any, b: Any) -> bool:
    """Whether two scalars are the same value: 1, 1.0 and true differ, as do 0.0 and -0.0; NaN equals NaN."""
    if type(a) is not type(b):
        return False
    return repr(a) == repr(b) if isinstance(a, float) else bool(a == b)


def _ids(a: list[Any], b: list[Any]) -> tuple[Ids, Ids]:
    """Return a number for each item, equal for equal items."""
    number: dict[Any, int] = {}
    ids_a = [number.setdefault(_hashable(item), len(number)) for item in a]
    ids_b = [number.setdefault(_hashable(item), len(number)) for item in b]
    return np.array(ids_a, np.uint64), np.array(ids_b, np.uint64)


def _hashable(value: Any) -> Any:
    """Return a hashable form of a value; two are equal only if the values are."""
    value = _unpack(value)
    if isinstance(value, MAPS):
        return (dict, frozenset((key, _hashable(member)) for key, member in _members(value).items()))
    if isinstance(value, LISTS):
        return (list, tuple(map(_hashable, _items(value))))
    return (type(value), repr(value) if isinstance(value, float) else value)
