"""Parts of a large state that stay in a file until they are read: pages of a map, packs of a list."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from blake3 import blake3
from msgspec import Raw, msgpack

from replay_gui.core.errors import LogChanged, NotCanonical
from replay_gui.core.translation.messages import tr

ReadAt: TypeAlias = Callable[[int, int], bytes]
"""Takes (offset, number of bytes), and returns these bytes of a file."""

_decode_page = msgpack.Decoder(dict[str, Raw]).decode


class Absent:
    """The type of ABSENT."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()
"""Means that there is no value at a path."""


class StoredPart:
    """Bytes in a file, which are read on demand and checked by their BLAKE3."""

    __slots__ = ("_offset", "_read_at", "_size", "digest")

    def __init__(self, read_at: ReadAt, offset: int, size: int, digest: bytes) -> None:
        self._read_at = read_at
        self._offset, self._size, self.digest = offset, size, digest

    def read(self) -> bytes:
        """Return the bytes; raise LogChanged if they have changed since the state was loaded."""
        raw = self._read_at(self._offset, self._size)
        if blake3(raw).digest() != self.digest:
            raise LogChanged(tr("a kept state was changed on disk while it was shown; reload the run"))
        return raw


class PagedMap:
    """A large map of a stored snapshot: pages of members in the order of their keys, and the differences from them.

    Its members never change; reading one only replaces its encoded form by the decoded value.
    """

    __slots__ = ("_changes", "_first_keys", "_length", "_pages")

    def __init__(
        self,
        first_keys: list[str],
        pages: list[StoredPart | dict[str, Any]],
        length: int,
        changes: Mapping[str, Any] | None = None,
    ) -> None:
        """`first_keys`: of each page. `length`: with the `changes`, in which ABSENT means a removed member."""
        self._first_keys, self._pages, self._length = first_keys, pages, length
        self._changes: dict[str, Any] = {} if changes is None else {**changes}

    def with_changes(self, changes: Mapping[str, Any], length: int) -> PagedMap:
        """Return this map with changed members, ABSENT for removed ones; the pages are shared."""
        return PagedMap(self._first_keys, self._pages, length, {**self._changes, **changes})

    def get(self, key: str, default: Any = None) -> Any:
        """Return the decoded value of a key, or `default` if it is absent."""
        holder = self._changes if key in self._changes else self._page_of(key)
        value = holder.get(key, ABSENT)
        if type(value) is Raw:
            value = holder[key] = msgpack.decode(value)
        return default if value is ABSENT else value

    def __contains__(self, key: str) -> bool:
        holder = self._changes if key in self._changes else self._page_of(key)
        return holder.get(key, ABSENT) is not ABSENT

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[str]:
        changes, met = self._changes, set[str]()
        for number in range(len(self._pages)):
            for key in self._page(number):
                if key in changes:
                    met.add(key)
                if changes.get(key) is not ABSENT:
                    yield key
        yield from (key for key, value in changes.items() if value is not ABSENT and key not in met)

    def copy(self) -> dict[str, Any]:
        """Return all members in a dict; unread ones are still encoded."""
        members: dict[str, Any] = {}
        for number in range(len(self._pages)):
            members.update(self._page(number))
        members.update(self._changes)
        if len(members) != self._length:
            members = {key: value for key, value in members.items() if value is not ABSENT}
        if len(members) != self._length:
            raise NotCanonical("a snapshot has a map with a wrong number of members")
        return members

    def keys_in_order(self) -> Iterator[str]:
        """Yield the keys of the pages, ascending, without those that have changed."""
        for number in range(len(self._pages)):
            yield from (key for key in self._page(number) if key not in self._changes)

    @property
    def changes(self) -> Mapping[str, Any]:
        """The differences from the pages; ABSENT for removed members."""
        return self._changes

    def _page(self, number: int) -> dict[str, Any]:
        """Return a page, without caching it if it has to be read: a pass over all would cache the whole map."""
        page = self._pages[number]
        if not isinstance(page, StoredPart):
            return page
        found = _decode_page(page.read())
        first, *following = self._first_keys[number : number + 2]
        keys = [*found, *following]  # bounds; the following page's must be the last
        if keys != sorted({*keys}) or keys[:1] != [first]:
            raise NotCanonical("a snapshot has a page whose keys are not in order")
        return found

    def _page_of(self, key: str) -> dict[str, Any]:
        number = bisect_right(self._first_keys, key) - 1
        if number < 0:
            return {}
        page = self._pages[number] = self._page(number)
        return page
