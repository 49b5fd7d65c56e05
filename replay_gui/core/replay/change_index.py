"""An index of all changes of a run's state: for every part of the state the events that changed it.

It stores the *leaves*: scalars and empty containers. A value changes exactly when a leaf at its path or below it
changes, so the history of any value, at any depth, is the union of its leaves' histories. Items of a list that move
are changes of each index that then holds another item.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from replay_gui.core.log.positions import EventIndex
from replay_gui.core.replay.value_history import same_encoding
from replay_gui.core.state.state import ABSENT, LISTS, MAPS, StateChange
from replay_gui.core.text.json_pointer import escape_token, join_pointer, list_index

MAX_LEAVES = 1 << 21  # with more, the index is abandoned: making it would take more than 500 MB
MAX_CHANGES = 1 << 24  # leaves; the same
MAX_EXAMINED_MEMBERS = 1 << 27  # members that are examined; the same
_SEPARATOR = b"\xff"  # separates pointers; it does not occur in UTF-8


class ChangeIndex(msgspec.Struct, frozen=True):
    """The changes of a run; each column is compressed.

    Attributes:
        pointers: the JSON Pointers of all leaves, ascending as bytes, joined.
        counts: uint32[leaves], the number of `indexes` of each leaf.
        indexes: int32, of the events that changed each leaf, ascending.
    """

    pointers: bytes
    counts: bytes
    indexes: bytes

    def histories(self, paths: Sequence[Sequence[str]]) -> list[NDArray[np.int32]]:
        """Return for each path, given by its keys, the indexes of the events that changed its value, ascending."""
        pointers, counts, indexes = map(_decompress, (self.pointers, self.counts, self.indexes))
        leaves, starts = _Pointers(pointers), np.cumsum(np.frombuffer(counts, "<u4"), dtype=np.int64)
        return [
            _history(_encoded(join_pointer(keys)), leaves, np.append(0, starts), np.frombuffer(indexes, "<i4"))
            for keys in paths
        ]


class _Pointers:
    """Joined pointers as a sequence, without creating an object for each."""

    def __init__(self, joined: bytes) -> None:
        self._joined = joined
        self._ends = np.append(np.flatnonzero(np.frombuffer(joined, np.uint8) == _SEPARATOR[0]), len(joined))

    def __len__(self) -> int:
        return len(self._ends) if self._joined else 0

    def __getitem__(self, number: int) -> bytes:
        begin = int(self._ends[number - 1]) + 1 if number else 0
        return self._joined[begin : int(self._ends[number])]


def _history(
    pointer: bytes, pointers: _Pointers, starts: NDArray[np.int64], indexes: NDArray[np.int32]
) -> NDArray[np.int32]:
    at = bisect_left(pointers, pointer)
    own = at, at + (at < len(pointers) and pointers[at] == pointer)
    below = (bisect_left(pointers, pointer + end) for end in (b"/", b"0"))  # 0 follows /
    parts = [indexes[int(starts[first]) : int(starts[last])] for first, last in (own, tuple(below))]
    return np.unique(np.concatenate(parts)).astype(np.int32)


def _encoded(pointer: str) -> bytes:
    return pointer.encode("utf-8", "surrogatepass")


def _compress(column: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(column)


def _decompress(column: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompress(column)


class ChangeIndexBuilder:
    """Collects the changes event by event. `gave_up`: there are too many changes."""

    def __init__(self, max_changes: int = MAX_CHANGES, max_work: int = MAX_EXAMINED_MEMBERS) -> None:
        self.gave_up = False
        self._max_changes, self._work_left = max_changes, max_work
        self._numbers: dict[str, int] = {}  # of the leaves, by their pointers
        self._leaves, self._indexes = array("i"), array("i")

    def add_changes(self, index: EventIndex, changes: Sequence[StateChange]) -> None:
        """Add the changes of the event at an index; events come in order."""
        if self.gave_up:
            return
        of_changes = (self._changed(join_pointer(change.path), change.old, change.new) for change in changes)
        found = [leaf for of_change in of_changes for leaf in of_change]
        if len(changes) > 1:  # of several changes of one leaf the first old and the last new value count
            firsts: dict[str, Any] = {}
            lasts: dict[str, Any] = {}
            for pointer, old, new in found:
                firsts.setdefault(pointer, old)
                lasts[pointer] = new
            found = [(pointer, old, lasts[pointer]) for pointer, old in firsts.items()]
            found = [leaf for leaf in found if not _is_same(leaf[1], leaf[2])]
        numbers = self._numbers
        for pointer, _, _ in found:
            self._leaves.append(numbers.setdefault(pointer, len(numbers)))
            self._indexes.append(index)
        is_much = len(numbers) > MAX_LEAVES or len(self._leaves) > self._max_changes
        self.gave_up = is_much or self._work_left < 0

    def build(self) -> ChangeIndex:
        """Return the index of the added changes."""
        pointers = [_encoded(pointer) for pointer in self._numbers]
        order = np.array(sorted(range(len(pointers)), key=pointers.__getitem__), np.int64)
        ranks = np.zeros(len(pointers), np.int32)
        ranks[order] = np.arange(len(pointers))
        leaves = ranks[np.frombuffer(self._leaves, np.intc)] if len(self._leaves) else ranks
        counts = np.bincount(leaves, minlength=len(pointers)).astype("<u4")
        indexes = np.frombuffer(self._indexes, np.intc)[np.argsort(leaves, kind="stable")].astype("<i4")
        joined = _SEPARATOR.join(pointers[number] for number in order.tolist())
        return ChangeIndex(*map(_compress, (joined, counts.tobytes(), indexes.tobytes())))

    def _changed(self, pointer: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
        """Yield (pointer, old, new) of the leaves that differ; ABSENT for a side without the leaf."""
        self._work_left -= 1
        if old is new or self._work_left < 0:
            return
        if not (isinstance(old, MAPS + LISTS) and isinstance(new, MAPS + LISTS)):
            if isinstance(old, MAPS + LISTS) or isinstance(new, MAPS + LISTS):
                yield from ((leaf, value, ABSENT) for leaf, value in self._leaves_of(pointer, old))
                yield from ((leaf, ABSENT, value) for leaf, value in self._leaves_of(pointer, new))
            elif not _is_same(old, new):
                yield pointer, old, new
            return
        if isinstance(old, MAPS) != isinstance(new, MAPS) or bool(old) != bool(new):
            yield pointer, _own_leaf(old), _own_leaf(new)
        for key in (*_keys(old), *(key for key in _keys(new) if _member(old, key) is ABSENT)):
            yield from self._changed(_inner(pointer, key), _member(old, key), _member(new, key))

    def _leaves_of(self, pointer: str, value: Any) -> Iterator[tuple[str, Any]]:
        self._work_left -= 1
        if value is ABSENT or self._work_left < 0:
            return
        if not isinstance(value, MAPS + LISTS) or not value:
            yield pointer, value
            return
        for key in _keys(value):
            yield from self._leaves_of(_inner(pointer, key), _member(value, key))


def _inner(pointer: str, key: str | int) -> str:
    return f"{pointer}/{key if isinstance(key, int) else escape_token(key)}"


def _keys(container: Any) -> Iterable[str | int]:
    return range(len(container)) if isinstance(container, LISTS) else container


def _member(container: Any, key: str | int) -> Any:
    """Return the member for a token of a pointer, a key or an index; ABSENT if there is none."""
    if isinstance(container, MAPS):
        return container.get(str(key), ABSENT)
    index = key if isinstance(key, int) else list_index(key)
    return container[index] if index is not None and index < len(container) else ABSENT


def _own_leaf(container: Any) -> Any:
    """Return a mark for the container itself, which distinguishes maps from lists, and empty ones from others."""
    return [isinstance(container, LISTS), bool(container)]


def _is_same(old: Any, new: Any) -> bool:
    if old is ABSENT or new is ABSENT:
        return old is new
    return old is new or same_encoding(old, new)
