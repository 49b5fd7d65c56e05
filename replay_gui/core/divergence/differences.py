"""What two values differ in, path by path. What they share is not walked; packed members that are equal stay packed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from msgspec import Raw, msgpack

from replay_gui.core.divergence.alignment.id_intersection import Ids
from replay_gui.core.divergence.alignment.matching import match_ids
from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.state.state import ABSENT, LISTS, MAPS, GrowList, OverlayMap
from replay_gui.core.text.json_pointer import escape_token

Same = Callable[[str, Any, Any], bool]

_MAX_ALIGNED_ITEMS = 1 << 15  # items of lists that are compared by content; longer ones item by item


def find_differences(a: Any, b: Any, same: Same | None = None, path: str = "") -> Iterator[Difference]:
    """The places at which b is not a, in the order of the paths' keys; maps and lists are gone into.

    Of lists, items that are inserted or removed are found as such; their path is that in A, for an insertion that in B.

    Args:
        same: same(path, a, b): takes two values that differ as equal all the same (a tolerance).
        path: JSON Pointer of the values themselves.
    """
    if isinstance(a, MAPS) and isinstance(b, MAPS):
        yield from _of_maps(_members(a), _members(b), same, path)
    elif isinstance(a, LISTS) and isinstance(b, LISTS):
        start = a.shared_start(b) if isinstance(a, GrowList) and isinstance(b, GrowList) else 0
        yield from _of_lists(_items(a, start), _items(b, start), start, same, path)
    elif not _equal(a, b) and (same is None or not same(path, a, b)):
        yield Difference(path, a, b)


def _of_maps(a: dict[str, Any], b: dict[str, Any], same: Same | None, path: str) -> Iterator[Difference]:
    if a is b:
        return
    suspects = [key for key, value in a.items() if not _is_plainly_equal(value, b.get(key, ABSENT))]
    suspects += [key for key in b if key not in a]
    for key in sorted(suspects):
        yield from _of_pair(a.get(key, ABSENT), b.get(key, ABSENT), same, f"{path}/{escape_token(key)}")


def _of_lists(a: list[Any], b: list[Any], begin: int, same: Same | None, path: str) -> Iterator[Difference]:
    """`begin`: the index of their first items in the lists that they are the rest of."""
    if a is b:
        return
    if len(a) == len(b):
        for i, (one, other) in enumerate(zip(a, b, strict=True), begin):
            if not _is_plainly_equal(one, other):
                yield from _of_pair(one, other, same, f"{path}/{i}")
        return
    head = next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if not _is_plainly_equal(x, y)), min(len(a), len(b))
    )
    ends = zip(reversed(a[head:]), reversed(b[head:]), strict=False)
    tail = next((i for i, (x, y) in enumerate(ends) if not _is_plainly_equal(x, y)), min(len(a), len(b)) - head)
    a, b, begin = a[head : len(a) - tail], b[head : len(b) - tail], begin + head
    begin_a = begin_b = 0
    if max(len(a), len(b)) <= _MAX_ALIGNED_ITEMS:
        for end_a, end_b in zip(*(at.tolist() for at in match_ids(*_ids(a, b))), strict=True):
            yield from _of_gap(
                a[begin_a:end_a],
                b[begin_b:end_b],
                begin_a=begin + begin_a,
                begin_b=begin + begin_b,
                same=same,
                path=path,
            )
            begin_a, begin_b = end_a + 1, end_b + 1
    yield from _of_gap(a[begin_a:], b[begin_b:], begin_a=begin + begin_a, begin_b=begin + begin_b, same=same, path=path)


def _of_gap(
    a: list[Any], b: list[Any], *, begin_a: int, begin_b: int, same: Same | None, path: str
) -> Iterator[Difference]:
    """Items between two that are equal: as far as both sides have some, they are the same ones, changed."""
    both = min(len(a), len(b))
    for i in range(both):
        if not _is_plainly_equal(a[i], b[i]):
            yield from _of_pair(a[i], b[i], same, f"{path}/{begin_a + i}")
    for i in range(both, len(a)):
        yield Difference(f"{path}/{begin_a + i}", _unpack(a[i]), ABSENT)
    for i in range(both, len(b)):
        yield Difference(f"{path}/{begin_b + i}", ABSENT, _unpack(b[i]))


def _of_pair(a: Any, b: Any, same: Same | None, path: str) -> Iterator[Difference]:
    if a is ABSENT or b is ABSENT:
        yield Difference(path, _unpack(a), _unpack(b))
    else:
        yield from find_differences(_unpack(a), _unpack(b), same, path)


def _members(value: Any) -> dict[str, Any]:
    return value.packed() if isinstance(value, OverlayMap) else value


def _items(value: Any, start: int = 0) -> list[Any]:
    """`start`: the first of a GrowList's."""
    return value.packed(start) if isinstance(value, GrowList) else value


def _unpack(value: Any) -> Any:
    return msgpack.decode(value) if type(value) is Raw else value


def _is_plainly_equal(a: Any, b: Any) -> bool:
    """Whether that can be seen without going into the values: they are one, or have the same bytes, or are scalars."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if type(a) is Raw:
        return bytes(a) == bytes(b)
    return not isinstance(a, MAPS) and not isinstance(a, LISTS) and _equal(a, b)


def _equal(a: Any, b: Any) -> bool:
    """Whether two scalars are one value: 1, 1.0 and true are not; NaN is NaN, 0.0 is not -0.0."""
    if type(a) is not type(b):
        return False
    return repr(a) == repr(b) if isinstance(a, float) else bool(a == b)


def _ids(a: list[Any], b: list[Any]) -> tuple[Ids, Ids]:
    """A number for each item, equal for equal ones."""
    number: dict[Any, int] = {}
    ids_a = [number.setdefault(_hashable(item), len(number)) for item in a]
    ids_b = [number.setdefault(_hashable(item), len(number)) for item in b]
    return np.array(ids_a, np.uint64), np.array(ids_b, np.uint64)


def _hashable(value: Any) -> Any:
    """Something that can be looked up, equal for equal values alone."""
    value = _unpack(value)
    if isinstance(value, MAPS):
        return (dict, frozenset((key, _hashable(member)) for key, member in _members(value).items()))
    if isinstance(value, LISTS):
        return (list, tuple(map(_hashable, _items(value))))
    return (type(value), repr(value) if isinstance(value, float) else value)
