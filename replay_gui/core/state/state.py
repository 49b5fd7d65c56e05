"""The state: immutable once published, shared between positions, changed by drafts that copy on write.

Small maps and lists are plain dicts and lists. Large ones are not copied at each position: a map of more than
MIN_OVERLAY_MEMBERS members becomes an OverlayMap (a shared base and the differences from it), a list that is appended
to becomes a GrowList (a shared store and a length). Both read like dicts and lists; `State.plain` returns plain ones.
Those from a stored snapshot leave most members in its file, and others encoded (msgspec.Raw), until they are read: a
seek reads only a few.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge, nsmallest
from itertools import chain, islice, zip_longest
from typing import Any, NamedTuple, TypeAlias, overload

from immutables import Map
from msgspec import MsgspecError, Raw, msgpack

from replay_gui.core.errors import SnapshotDamaged
from replay_gui.core.state.stored_parts import ABSENT as ABSENT
from replay_gui.core.state.stored_parts import MapLayer, PagedMap, StoredPart, unpacked_value

Path: TypeAlias = tuple[str | int, ...]

MIN_OVERLAY_MEMBERS = 256
PACK_ITEMS = 256  # items of a pack of a GrowList


_unpack = msgpack.Decoder(list[Raw]).decode


@dataclass(frozen=True, slots=True)
class StateChange:
    """The change by an event at one path: added (old is ABSENT), removed (new is ABSENT) or replaced."""

    path: Path
    old: Any
    new: Any


class OverlayMap:
    """A large map: a base that is never changed, and a persistent map of the differences (ABSENT: removed).

    A copy shares both, so that a copy and a change have the same cost for any number of members. Once the overlay is
    a quarter as large as the base, they are merged into a new base.
    """

    __slots__ = ("_base", "_length", "_overlay")

    def __init__(self, base: dict[str, Any] | PagedMap, overlay: Map[str, Any] | None = None, length: int = -1) -> None:
        self._base = base
        self._overlay: Map[str, Any] = Map() if overlay is None else overlay
        self._length = len(base) if length < 0 else length

    def copy(self) -> OverlayMap:
        """Return an independent copy; the base is shared, unless more than a quarter of it is overlaid."""
        if len(self._overlay) * 4 > len(self._base):
            return OverlayMap(self.packed())
        return OverlayMap(self._base, self._overlay, self._length)

    def with_layers(self, layers: Sequence[MapLayer], length: int, has_removed: bool) -> OverlayMap:
        """Return this map, which no draft has changed, with layers above its own; see PagedMap.

        Raises SnapshotDamaged if it is no map of a stored snapshot.
        """
        if not isinstance(self._base, PagedMap) or self._overlay:
            raise SnapshotDamaged("a snapshot has the difference from a map that is not stored")
        return OverlayMap(self._base.with_layers(layers, length, has_removed))

    def first_keys(self, limit: int) -> list[str]:
        """Return the first `limit` keys in ascending order."""
        base = self._base
        if not isinstance(base, PagedMap):
            return nsmallest(limit, self.packed())
        overlay = self._overlay
        unchanged = (key for key in base.keys_in_order() if key not in overlay)
        changed = sorted(key for key, value in overlay.items() if value is not ABSENT)
        return [*islice(merge(unchanged, changed), limit)]

    def keys_since(self, earlier: OverlayMap, last: str) -> tuple[list[str], list[str]] | None:
        """Return (keys added, keys removed) since `earlier`, unordered, up to `last`; None if they share no base."""
        if self._base is not earlier._base:
            return None
        if self._overlay is earlier._overlay:
            return [], []
        touched = {key for key in chain(self._overlay, earlier._overlay) if key <= last}
        return [k for k in touched if k in self and k not in earlier], [
            k for k in touched if k in earlier and k not in self
        ]

    def get(self, key: str, default: Any = None) -> Any:
        """Return the decoded value of a key, or `default` if it is absent."""
        value = self._overlay.get(key, self)
        if value is self:
            base = self._base
            value = base.get(key, default)
            if type(value) is Raw and isinstance(base, dict):
                value = base[key] = unpacked_value(value)
        elif value is ABSENT:
            return default
        return unpacked_value(value) if type(value) is Raw else value

    def __getitem__(self, key: str) -> Any:
        value = self.get(key, ABSENT)
        if value is ABSENT:
            raise KeyError(key)
        return value

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, str):
            return False
        value = self._overlay.get(key, self)
        return key in self._base if value is self else value is not ABSENT

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[str]:
        overlay, base = self._overlay, self._base
        yield from (key for key in base if overlay.get(key) is not ABSENT)
        yield from (key for key, value in overlay.items() if value is not ABSENT and key not in base)

    def keys(self) -> Iterator[str]:
        """Return the keys that are present."""
        return iter(self)

    def items(self) -> Iterator[tuple[str, Any]]:
        """Return the pairs of key and decoded value."""
        return ((key, self[key]) for key in self)

    def values(self) -> Iterator[Any]:
        """Return the decoded values."""
        return (self[key] for key in self)

    def __setitem__(self, key: str, value: Any) -> None:
        """Set a member. Only for the draft that owns this map."""
        self._length += key not in self
        self._overlay = self._overlay.set(key, value)

    def __delitem__(self, key: str) -> None:
        self[key]  # raises KeyError if it is missing
        self._length -= 1
        self._overlay = self._overlay.set(key, ABSENT) if key in self._base else self._overlay.delete(key)

    def packed(self) -> dict[str, Any]:
        """Return the members in one dict; unread ones are still encoded."""
        merged = self._base.copy()
        merged.update(self._overlay.items())  # an intermediate dict of the overlay would take twice as long
        return merged if len(merged) == self._length else {k: v for k, v in merged.items() if v is not ABSENT}

    def plain(self) -> dict[str, Any]:
        """Return a dict with every value decoded."""
        members = self.packed()
        if Raw not in set(map(type, members.values())):
            return members
        return {k: unpacked_value(v) if type(v) is Raw else v for k, v in members.items()}

    def __eq__(self, other: object) -> bool:
        if isinstance(other, OverlayMap):
            other = other.plain()
        return self.plain() == other if isinstance(other, Mapping) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self.plain())


class GrowList:
    """The first `length` items of a store to which later states may have appended.

    Before the store there may be packs of PACK_ITEMS items each, which never grow. Those of a stored
    snapshot stay in its file until one of their items is read.
    """

    __slots__ = ("_length", "_packs", "_store")

    def __init__(self, store: list[Any], length: int = -1, packs: list[Any] | None = None) -> None:
        """`length`: of packs and store together; by default all items of both."""
        self._packs = [] if packs is None else packs
        self._store = store
        self._length = len(store) + self._in_packs if length < 0 else length

    @property
    def _in_packs(self) -> int:
        return len(self._packs) * PACK_ITEMS

    def copy(self) -> GrowList:
        """Return a list of the same items in constant time; the store is shared."""
        return GrowList(self._store, self._length, self._packs)

    def with_more(self, items: list[Any]) -> GrowList:
        """Return this list with items appended, in a new store."""
        kept = self._length - self._in_packs
        if kept < 0:
            return GrowList(self.packed() + items)
        return GrowList(self._store[:kept] + items, packs=self._packs)

    def with_packs(self, kept: int, packs: Sequence[StoredPart | list[Any]], items: list[Any]) -> GrowList:
        """Return the first `kept` items, which must fill this list's packs, then those of packs, then others.

        Raises SnapshotDamaged if they do not fill whole packs.
        """
        if kept != self._in_packs or kept > self._length:
            raise SnapshotDamaged("a snapshot has packs that do not follow those of the list before")
        return GrowList(items, packs=[*self._packs, *packs])

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._length))]
        if not -self._length <= index < self._length:
            raise IndexError(index)
        index %= self._length
        store, store_index = self._store, index - self._in_packs
        if store_index < 0:
            number, store_index = divmod(index, PACK_ITEMS)
            store = self._packs[number]
            if type(store) is StoredPart:
                store = self._packs[number] = _unpacked(store)
        value = store[store_index]
        if type(value) is Raw:
            value = store[store_index] = unpacked_value(value)
        return value

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(self._length))

    def append(self, value: Any) -> None:
        """Append an item. Only for the draft that owns this list; copies the store if another state has appended."""
        if len(self._store) != self._length - self._in_packs:
            grown = self.with_more([])
            self._packs, self._store = grown._packs, grown._store
        self._store.append(value)
        self._length += 1

    def pop(self) -> None:
        """Remove the last item from this list; it stays in the store for other states."""
        self._length -= 1

    def packed(self, first_item: int = 0) -> list[Any]:
        """Return the items, unread ones still encoded; from `first_item` on, which must be a multiple of PACK_ITEMS."""
        packs = (
            _unpacked(pack) if type(pack) is StoredPart else pack for pack in self._packs[first_item // PACK_ITEMS :]
        )
        store = self._store[max(first_item - self._in_packs, 0) :]
        return [*chain.from_iterable(packs), *store][: max(self._length - first_item, 0)]

    def shared_start(self, other: GrowList) -> int:
        """Return the number of equal items at the beginning, as far as whole packs show it without reading them."""
        pairs = enumerate(zip(self._packs, other._packs, strict=False))
        other_one = (number for number, (a, b) in pairs if a is not b and not _is_same_part(a, b))
        packs = next(other_one, min(len(self._packs), len(other._packs)))
        return packs * PACK_ITEMS if packs * PACK_ITEMS <= min(self._length, other._length) else 0

    def plain(self) -> list[Any]:
        """Return a list with every item decoded."""
        items = self.packed()
        return (
            items if Raw not in set(map(type, items)) else [unpacked_value(v) if type(v) is Raw else v for v in items]
        )

    def __eq__(self, other: object) -> bool:
        if isinstance(other, GrowList):
            other = other.plain()
        return self.plain() == other if isinstance(other, list) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self.plain())


def _unpacked(pack: StoredPart) -> list[Raw]:
    try:
        items = _unpack(pack.read())
    except MsgspecError as why:
        raise SnapshotDamaged(f"a snapshot has a pack that is no list: {why}") from None
    if len(items) != PACK_ITEMS:
        raise SnapshotDamaged("a snapshot has a pack with a wrong number of items")
    return items


def _is_same_part(a: Any, b: Any) -> bool:
    return isinstance(a, StoredPart) and isinstance(b, StoredPart) and a.digest == b.digest


# Registered and not inherited: isinstance against an abstract base class costs more than the rest of a small change.
Mapping.register(OverlayMap)
Sequence.register(GrowList)

MAPS = (dict, OverlayMap)
LISTS = (list, GrowList)


class State(NamedTuple):
    """A published state: its root, and the paths (of map keys only) at which OverlayMaps and GrowLists may be."""

    root: dict[str, Any]
    grown: frozenset[tuple[str, ...]] = frozenset()

    def plain(self) -> dict[str, Any]:
        """Return the state as plain dicts and lists. Do not change them: other states share parts of them."""
        root = dict(self.root)
        fresh = {id(root)}
        for path in sorted(self.grown, key=len):
            here: Any = root
            for key in path[:-1]:
                child = here.get(key) if isinstance(here, dict) else None
                if isinstance(child, dict) and id(child) not in fresh:
                    here[key] = child = dict(child)
                    fresh.add(id(child))
                here = child
            if isinstance(here, dict) and isinstance(leaf := here.get(path[-1]), OverlayMap | GrowList):
                here[path[-1]] = leaf = leaf.plain()
                fresh.add(id(leaf))
        return root


EMPTY = State({})
_EXACT = frozenset({str, int, bool, bytes, type(None)})  # equal values of one of these types have equal bytes
_SCALARS = _EXACT | {float}


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every leaf of `value` as (path, value), one at a time; leaves as in log-format.md, State hash."""
    members = _members(value)
    if members is None:
        if path and value is not ABSENT:
            yield path, _plain_leaf(value)
        return
    waiting = [(path, members)]  # no recursion: a value may be deep, and a leaf's cost should not grow with it
    while waiting:
        here, members = waiting[-1]
        for key, child in members:
            if type(child) in _SCALARS:
                yield (*here, key), child
            elif (inner := _members(child)) is not None:
                waiting.append(((*here, key), inner))
                break
            else:
                yield (*here, key), _plain_leaf(child)
        else:
            waiting.pop()


def _plain_leaf(value: Any) -> Any:
    return value.plain() if isinstance(value, OverlayMap | GrowList) else value


def _members(value: Any) -> Iterator[tuple[str | int, Any]] | None:
    """Return (key or index, value) of each member; None for a leaf."""
    if isinstance(value, MAPS) and value:
        return iter(value.items())
    return enumerate(value) if isinstance(value, LISTS) and value else None


def differing_parts(path: Path, old: Any, new: Any) -> Iterator[tuple[Path, Any, Any]]:
    """Yield (path, old, new) of the differing parts of two values; in each pair, at least one is not a container.

    Shared parts are skipped. Parts that are equal, but not shared, may be yielded.
    """
    waiting = [iter(((path, old, new),))]
    while waiting:
        for pair in waiting[-1]:
            here, old, new = pair
            if old is new:
                continue
            if isinstance(old, MAPS) and isinstance(new, MAPS) and old and new:
                waiting.append(_pairs_of_maps(here, old, new))
                break
            if isinstance(old, LISTS) and isinstance(new, LISTS) and old and new:
                waiting.append(_pairs_of_lists(here, old, new))
                break
            if type(old) is not type(new) or type(old) not in _EXACT or old != new:
                yield pair
        else:
            waiting.pop()


def _pairs_of_maps(path: Path, old: Any, new: Any) -> Iterator[tuple[Path, Any, Any]]:
    for key, value in old.items():
        yield (*path, key), value, new.get(key, ABSENT)
    for key, value in new.items():
        if key not in old:
            yield (*path, key), ABSENT, value


def _pairs_of_lists(path: Path, old: Any, new: Any) -> Iterator[tuple[Path, Any, Any]]:
    for i, (a, b) in enumerate(zip_longest(old, new, fillvalue=ABSENT)):
        if a is not b:
            yield (*path, i), a, b
