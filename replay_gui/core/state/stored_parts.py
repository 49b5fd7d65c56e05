"""Parts of a large state that stay in a file until they are read: pages of a map, packs of a list."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from itertools import groupby
from typing import Any, Final, NamedTuple, TypeAlias
from zlib import crc32

from blake3 import blake3
from msgspec import MsgspecError, Raw, msgpack

from replay_gui.core.errors import LogChanged, LogUnreadable, SnapshotDamaged
from replay_gui.core.log.chain import HASH_BYTES
from replay_gui.core.translation.messages import tr

ReadAt: TypeAlias = Callable[[int, int], bytes]
"""Takes (offset, number of bytes), and returns these bytes of a file."""

_decode_page = msgpack.Decoder(dict[str, Raw]).decode
_decode_value = msgpack.Decoder().decode


def unpacked_value(raw: Raw) -> Any:
    """Return a value of a snapshot; raise SnapshotDamaged if it cannot be decoded."""
    try:
        return _decode_value(raw)
    except (MsgspecError, ValueError, TypeError, RecursionError) as why:
        raise SnapshotDamaged(f"a snapshot has a value that is not msgpack: {why}") from None


class Absent:
    """The type of ABSENT."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()
"""Means that there is no value at a path."""

_UNKNOWN: Final = Absent()  # a layer has no entry for a key; ABSENT is an entry, of a removed member
_NO_MEMBERS: dict[str, Any] = {}


class StoredPart:
    """Bytes in a file, which are read on demand and checked by their BLAKE3."""

    __slots__ = ("_offset", "_read_at", "_size", "digest")

    def __init__(self, read_at: ReadAt, offset: int, size: int, digest: bytes) -> None:
        self._read_at = read_at
        self._offset, self._size, self.digest = offset, size, digest

    def read(self) -> bytes:
        """Return the bytes; raise SnapshotDamaged if they are not those that were written."""
        try:
            raw = self._read_at(self._offset, self._size)
        except (LogChanged, LogUnreadable) as why:
            raise SnapshotDamaged(str(why)) from None
        if blake3(raw).digest() != self.digest:
            raise SnapshotDamaged(tr("a cached state is damaged on disk; reload the run"))
        return raw


class PartTable(NamedTuple):
    """Places of some parts of a file.

    Attributes:
        read_at: reads from the file. offsets, sizes: of the parts, in bytes. hashes: their BLAKE3 hashes, joined.
    """

    read_at: ReadAt
    offsets: list[int]
    sizes: list[int]
    hashes: bytes

    def part(self, number: int) -> StoredPart:
        """Return one of the parts."""
        digest = self.hashes[number * HASH_BYTES : (number + 1) * HASH_BYTES]
        return StoredPart(self.read_at, self.offsets[number], self.sizes[number], digest)


def key_number(key: str) -> int:
    """Return a number of 32 bits: equal keys have equal ones, and other keys mostly have others."""
    return crc32(key.encode("utf-8", "surrogatepass"))  # a key that is looked up may be no text that a log can have


def key_numbers(keys: Sequence[str]) -> array[int]:
    """Return the key_number of each key of a state, ascending."""
    return array("I", sorted(map(crc32, map(str.encode, keys))))


class PageRun:
    """Members of a map in pages, in the order of their keys. A page stays in its file until one of its keys is read."""

    __slots__ = ("_first_keys", "_numbers", "_pages", "_table")

    def __init__(
        self,
        first_keys: list[str],
        table: PartTable,
        numbers: array[int] | None = None,
        pages: dict[int, dict[str, Any]] | None = None,
    ) -> None:
        """Begin with a run that the file has.

        Args:
            first_keys: of each page. table: of the pages.
            numbers: key_number of each key, ascending, so that most absent keys need no page.
            pages: by number, those that were already read.
        """
        self._first_keys, self._table, self._numbers = first_keys, table, numbers
        self._pages: dict[int, dict[str, Any]] = {} if pages is None else pages

    def holder(self, key: str, number: int, cache: bool = True) -> dict[str, Any]:
        """Return the page that has a key if any page has it; `number`: key_number of it.

        `cache`: whether to keep the page in memory.
        """
        numbers = self._numbers
        if numbers is not None:
            at = bisect_left(numbers, number)
            if at == len(numbers) or numbers[at] != number:
                return _NO_MEMBERS
        page_number = bisect_right(self._first_keys, key) - 1
        if page_number < 0:
            return _NO_MEMBERS
        return self._cached(page_number) if cache else self._page(page_number)

    def keys_in_order(self) -> Iterator[str]:
        """Yield all keys, ascending; pages are cached as far as it gets."""
        for page_number in range(len(self._first_keys)):
            yield from self._cached(page_number)

    def first_page(self) -> dict[str, Any]:
        """Return the members with the first keys, and keep them in memory; none if there are no pages."""
        return self._cached(0) if self._first_keys else {}

    def pages(self) -> Iterator[dict[str, Any]]:
        """Yield every page, without caching those that have to be read: a pass would cache the whole map."""
        return map(self._page, range(len(self._first_keys)))

    def _cached(self, page_number: int) -> dict[str, Any]:
        page = self._pages[page_number] = self._page(page_number)
        return page

    def _page(self, page_number: int) -> dict[str, Any]:
        page = self._pages.get(page_number)
        if page is not None:
            return page
        try:
            found = _decode_page(self._table.part(page_number).read())
        except (MsgspecError, ValueError) as why:
            raise SnapshotDamaged(f"a snapshot has a page that is no map: {why}") from None
        first, *following = self._first_keys[page_number : page_number + 2]
        keys = [*found, *following]  # bounds; the following page's must be the last
        if keys != sorted({*keys}) or keys[:1] != [first]:
            raise SnapshotDamaged("a snapshot has a page whose keys are not in order")
        return found


MapLayer: TypeAlias = PageRun | dict[str, Any]
"""Members of a map, ABSENT for removed ones, which replace those of the layers below. A dict is never changed."""


class PagedMap:
    """A large map of a stored snapshot: layers of members, each of which replaces members of those below.

    Its members never change; reading one only replaces its encoded form by the decoded value.
    """

    __slots__ = ("_has_removed", "_layers", "_length")

    def __init__(self, layers: Sequence[MapLayer], length: int, has_removed: bool = False) -> None:
        """Begin with layers, the uppermost first.

        `length`: number of members of the map. `has_removed`: whether a layer may have a removed member.
        """
        self._layers, self._length, self._has_removed = layers, length, has_removed

    def with_layers(self, layers: Sequence[MapLayer], length: int, has_removed: bool) -> PagedMap:
        """Return this map with further layers above its own, which are shared; see `__init__`."""
        *more, lowest = layers
        uppermost, *others = self._layers
        has_removed |= self._has_removed
        if isinstance(lowest, dict) and isinstance(uppermost, dict) and len(uppermost) <= 2 * len(lowest):
            # One layer in place of two; of many small ones, each member is copied only a few times.
            return PagedMap([*more, {**uppermost, **lowest}, *others], length, has_removed)
        return PagedMap([*layers, uppermost, *others], length, has_removed)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the decoded value of a key, or `default` if it is absent."""
        number = key_number(key)
        for layer in self._layers:
            holder = layer if isinstance(layer, dict) else layer.holder(key, number)
            value = holder.get(key, _UNKNOWN)
            if value is not _UNKNOWN:
                if type(value) is Raw:
                    value = holder[key] = unpacked_value(value)
                return default if value is ABSENT else value
        return default

    def __contains__(self, key: str) -> bool:
        number = key_number(key)
        for layer in self._layers:
            # A replay asks for each key that it writes: the pages of all of them would fill the memory.
            holder = layer if isinstance(layer, dict) else layer.holder(key, number, cache=False)
            value = holder.get(key, _UNKNOWN)
            if value is not _UNKNOWN:
                return value is not ABSENT
        return False

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[str]:
        """Yield the keys in the order of `copy`; the first few, which a preview shows, need one page alone."""
        lowest = self._layers[-1]
        first = {} if isinstance(lowest, dict) else lowest.first_page()
        begun = 0
        for key in first:
            if not self._has_removed or key in self:
                begun += 1
                yield key
        if begun < self._length:
            yield from (key for key in self.copy() if key not in first)

    def copy(self) -> dict[str, Any]:
        """Return all members in a dict; unread ones are still encoded."""
        members: dict[str, Any] = {}
        for layer in reversed(self._layers):
            for page in (layer,) if isinstance(layer, dict) else layer.pages():
                members.update(page)
        if len(members) != self._length:
            members = {key: value for key, value in members.items() if value is not ABSENT}
        if len(members) != self._length:
            raise SnapshotDamaged("a snapshot has a map with a wrong number of members")
        return members

    def keys_in_order(self) -> Iterator[str]:
        """Yield the keys, ascending; pages are cached as far as it gets."""
        layers = (sorted(layer) if isinstance(layer, dict) else layer.keys_in_order() for layer in self._layers)
        keys = (key for key, _ in groupby(merge(*layers)))
        return (key for key in keys if key in self) if self._has_removed else keys
