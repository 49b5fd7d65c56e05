"""Encode states as snapshots of one file, completely (a keyframe) or as the difference from an earlier snapshot.

A snapshot is msgpack with extension types of this program (logs have none) for large members of the root: tables of
*parts*, which lie before it in the file. Parts are pages of large maps, in the order of their keys, and packs of long
lists. A table has the place and the BLAKE3 of each part, so decoded states leave the parts in the file until they are
read: of a million leaves, a seek reads a few. A pack never changes, since lists mostly grow at their end: each is
written once, and the tables of later snapshots have it, too.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from itertools import accumulate
from operator import add
from typing import Any, NamedTuple, TypeAlias

import msgspec

from replay_gui.core.errors import NotCanonical
from replay_gui.core.log.chain import HASH_BYTES, digests
from replay_gui.core.log.large_values import LARGE_BYTES, LargeValues
from replay_gui.core.state.bulk_effects import ALL_KEYS, ChangedKeys
from replay_gui.core.state.state import (
    ABSENT,
    LISTS,
    MAPS,
    MIN_OVERLAY_MEMBERS,
    PACK_ITEMS,
    GrowList,
    OverlayMap,
    State,
)
from replay_gui.core.state.stored_parts import MapLayer, PagedMap, PageRun, PartTable, ReadAt, key_numbers

_PAGE_MEMBERS = 32
_MAX_PAGE_BYTES = 1 << 14  # of a page with more than one member
_MAX_UNPAGED_MEMBERS = 1024  # changed members of a map that a difference has in itself, and not in pages
_EXTENSIONS = frozenset((*range(0xC7, 0xCA), *range(0xD4, 0xD9)))  # first bytes
_Ext = msgspec.msgpack.Ext
_DecodeMembers: TypeAlias = Callable[[Any], Any]
_Pages: TypeAlias = tuple[int, list[str], list[int], bytes]
"""Of consecutive pages: the offset of the first, the first key and the size of each, and their hashes, joined."""
_Packs: TypeAlias = tuple[list[int], list[int], bytes]
"""Of packs: the offset and the size of each, and their hashes, joined."""


class _Form(IntEnum):
    """The extension types."""

    MAP = 1
    LIST = 2
    MAP_DIFFERENCE = 3
    LIST_DIFFERENCE = 4
    PAGED_MAP_DIFFERENCE = 5


def _packed(value: Any) -> Any:
    if isinstance(value, OverlayMap | GrowList):
        return value.packed()
    raise TypeError(f"no state holds a {type(value).__name__}")


_encode = msgspec.msgpack.Encoder(enc_hook=_packed).encode
_decode_any = msgspec.msgpack.decode
_decode_map = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode
_decode_raws = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode
_decode_paged_map = msgspec.msgpack.Decoder(tuple[int, _Pages]).decode
_decode_list = msgspec.msgpack.Decoder(tuple[int, _Packs, msgspec.Raw]).decode
_decode_map_difference = msgspec.msgpack.Decoder(tuple[int, msgspec.Raw, list[str]]).decode
_decode_paged_map_difference = msgspec.msgpack.Decoder(tuple[int, _Pages, list[str], bytes]).decode


def _extension(form: _Form, value: Any) -> msgspec.msgpack.Ext:
    return _Ext(int(form), _encode(value))


def large_members(root: dict[str, Any]) -> dict[str, int]:
    """Return the length of each large member; a difference from this state needs it."""
    return {name: len(member) for name, member in root.items() if _is_large(member)}


def _is_large(member: Any) -> bool:
    return isinstance(member, MAPS + LISTS) and len(member) > MIN_OVERLAY_MEMBERS


class EncodedSnapshot(NamedTuple):
    """A state in bytes.

    Attributes:
        parts: its new parts, joined. table: the snapshot itself, which follows them in the file.
        new_packs_bytes: bytes of the packs among `parts`.
    """

    parts: bytes
    table: bytes
    new_packs_bytes: int


class _Pack(NamedTuple):
    """A pack in the file."""

    offset: int
    size: int
    digest: bytes


class SnapshotEncoder:
    """Encodes the states of one run, one after another, for one file."""

    def __init__(self) -> None:
        self._packs: dict[str, list[_Pack]] = {}  # in the file, of the members of the last state
        self._encoded: dict[str, dict[str, msgspec.Raw]] = {}  # of large maps, what changed since one was written whole
        self._parts: list[bytes] = []  # of the present snapshot
        self._end = 0  # of these parts in the file

    @property
    def packs_bytes(self) -> int:
        """The bytes of all packs of the last state."""
        return sum(pack.size for packs in self._packs.values() for pack in packs)

    def encode(
        self,
        root: dict[str, Any],
        offset: int,
        *,
        since_last: ChangedKeys,
        base: tuple[Mapping[str, int], ChangedKeys] | None = None,
    ) -> EncodedSnapshot:
        """Return the bytes of a state, which must be written to the file.

        Args:
            offset: where its first byte will be in the file. since_last: the changes since the last encoded state.
            base: the large members of an earlier encoded state, and the changes since then; None for a keyframe.
        """
        self._parts, self._end = [], offset
        packs = self._packs
        self._packs = {name: packs[name] for name in root if name in packs and since_last.get(name) is not ALL_KEYS}
        encoded = self._encoded
        self._encoded = {}
        lengths, changed = ({}, {}) if base is None else base
        new = 0
        members = {}
        for name, member in root.items():
            length = lengths.get(name) if changed.get(name) is not ALL_KEYS else None
            if not _is_large(member):
                members[name] = member
            elif isinstance(member, MAPS):
                keys = None if length is None else changed.get(name)
                if keys is None:
                    members[name], self._encoded[name] = self._whole_map(member), {}
                else:  # each change is in several differences, and encoded once
                    self._encoded[name] = encoded[name]
                    self._encoded[name].update(_encoded_members(member, since_last[name]))
                    members[name] = self._map_difference(member, keys, self._encoded[name])
            else:
                begin = self._end
                members[name] = self._list(name, member, length)
                new += self._end - begin
        return EncodedSnapshot(b"".join(self._parts), _encode(members), new)

    def move_packs(self, moved: Mapping[int, int]) -> None:
        """Use the new offsets of the packs; those that were left out are written again. `moved`: new by old ones."""
        for name, packs in self._packs.items():
            kept = next((at for at, pack in enumerate(packs) if pack.offset not in moved), len(packs))
            self._packs[name] = [pack._replace(offset=moved[pack.offset]) for pack in packs[:kept]]

    def _whole_map(self, member: Any) -> Any:
        members = member if isinstance(member, dict) else member.packed()
        return _extension(_Form.MAP, (len(members), self._add_pages(members, sorted(members))))

    def _map_difference(self, member: Any, keys: set[str], encoded: dict[str, msgspec.Raw]) -> Any:
        kept = sorted(filter(member.__contains__, keys))
        removed = [] if len(kept) == len(keys) else [key for key in keys if key not in member]
        if len(kept) <= _MAX_UNPAGED_MEMBERS:
            return _extension(_Form.MAP_DIFFERENCE, (len(member), {key: encoded[key] for key in kept}, removed))
        table = (
            len(member),
            self._add_pages(encoded, kept),
            removed,
            _little_endian(key_numbers(kept)).tobytes(),
        )
        return _extension(_Form.PAGED_MAP_DIFFERENCE, table)

    def _add_pages(self, members: Any, keys: list[str]) -> _Pages:
        begin, firsts, pages = self._end, [], []
        for first in range(0, len(keys), _PAGE_MEMBERS):
            for page_keys, raw in _pages(members, keys[first : first + _PAGE_MEMBERS]):
                pages.append(raw)
                firsts.append(page_keys[0])
        return begin, firsts, [*map(len, pages)], b"".join(self._add_parts(pages))

    def _add_parts(self, parts: list[bytes]) -> list[bytes]:
        """Add parts, and return their hashes."""
        self._parts += parts
        self._end += sum(map(len, parts))
        return digests(parts)

    def _list(self, name: str, member: Any, length: int | None) -> Any:
        """Write the new packs of a list, and return its table.

        `length`: of the list at the base; None for the whole list.
        """
        packs = self._packs.setdefault(name, [])
        whole = len(member) // PACK_ITEMS
        begin = len(packs) * PACK_ITEMS  # of the items that are in no pack of the file
        items = member[begin:] if isinstance(member, list) else member.packed(begin)
        raws = [_encode(items[at : at + PACK_ITEMS]) for at in range(0, whole * PACK_ITEMS - begin, PACK_ITEMS)]
        offsets = accumulate(map(len, raws), initial=self._end)
        packs += map(_Pack, offsets, map(len, raws), self._add_parts(raws))
        kept = 0 if length is None else length // PACK_ITEMS
        if length is not None and kept == whole:
            return _extension(_Form.LIST_DIFFERENCE, (length, ([], [], b""), items[length - begin :]))
        more = packs[kept:whole]
        table = [pack.offset for pack in more], [pack.size for pack in more], b"".join(pack.digest for pack in more)
        form = _Form.LIST if length is None else _Form.LIST_DIFFERENCE
        return _extension(form, (kept * PACK_ITEMS, table, items[whole * PACK_ITEMS - begin :]))


def _encoded_members(member: Any, keys: set[str]) -> dict[str, msgspec.Raw]:
    """Return those of the keys that a map has, with encoded values."""
    return {key: msgspec.Raw(_encode(member[key])) for key in keys if key in member}


def _pages(members: Any, keys: list[str]) -> Iterator[tuple[list[str], bytes]]:
    """Yield (keys, bytes) of one page, or of several if their values are long."""
    raw = _encode({key: members[key] for key in keys})
    if len(raw) <= _MAX_PAGE_BYTES or len(keys) == 1:
        yield keys, raw
        return
    middle = len(keys) // 2
    yield from _pages(members, keys[:middle])
    yield from _pages(members, keys[middle:])


def _little_endian(numbers: array[int]) -> array[int]:
    """Return numbers of the other byte order as those of this machine's, and the reverse."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def with_moved_parts(table: bytes, move: Callable[[int, int], int]) -> bytes:
    """Return a snapshot whose parts were moved in the file; `move`: takes an offset and a size, returns the offset."""
    members = _decode_map(table)
    return _encode(
        {name: _moved(member, move) if _is_extension(member) else member for name, member in members.items()}
    )


def _moved(member: msgspec.Raw, move: Callable[[int, int], int]) -> Any:
    extension = _decode_any(member)
    match extension.code:
        case _Form.MAP | _Form.PAGED_MAP_DIFFERENCE as form:
            decode: Any = _decode_paged_map if form == _Form.MAP else _decode_paged_map_difference
            length, (begin, firsts, sizes, hashes), *more = decode(extension.data)
            return _extension(form, (length, (move(begin, sum(sizes)), firsts, sizes, hashes), *more))
        case _Form.LIST | _Form.LIST_DIFFERENCE as form:
            kept, (offsets, sizes, hashes), items = _decode_list(extension.data)
            return _extension(form, (kept, ([*map(move, offsets, sizes)], sizes, hashes), items))
        case _:
            return extension


def decode_snapshot(
    table: bytes,
    earlier: State | None,
    read_at: ReadAt,
    end: int,
    values: LargeValues | None = None,
    *,
    is_base: bool = False,
) -> State:
    """Return the state of a snapshot; raise NotCanonical if the bytes are invalid.

    Args:
        earlier: the state that it is a difference from; None for a keyframe.
        read_at: reads from the file. end: of the parts in it, where the snapshot itself begins.
        values: decodes large values.
        is_base: only large members are needed, since the state is one that another is the difference from.
    """
    decoder = _Decoder(earlier, read_at, end, values)
    try:
        members = _packed_members(table, values, _decode_map)
        if is_base:
            members = {name: member for name, member in members.items() if _is_extension(member)}
        root = {name: decoder.member(name, member) for name, member in members.items()}
    except (msgspec.MsgspecError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as why:
        raise NotCanonical(f"not a snapshot: {why}") from None
    return State(root, frozenset((name,) for name, member in root.items() if isinstance(member, OverlayMap | GrowList)))


class _Decoder:
    """Decodes the members of one snapshot; raises NotCanonical and other errors if it is invalid."""

    def __init__(self, earlier: State | None, read_at: ReadAt, end: int, values: LargeValues | None) -> None:
        self._earlier = {} if earlier is None else earlier.root
        self._read_at = read_at
        self._end = end
        self._values = values

    def member(self, name: str, member: Any) -> Any:
        """Return a member of the root; large plain ones are already decoded, in steps."""
        value = _decode_any(member) if type(member) is msgspec.Raw else member
        if not isinstance(value, _Ext):
            return value
        match value.code:
            case _Form.MAP:
                length, pages = _decode_paged_map(value.data)
                return OverlayMap(PagedMap([self._run(pages, None)], length))
            case _Form.LIST:
                kept, packs, items = _decode_list(value.data)
                return GrowList([]).with_packs(kept, self._packs(packs), self._items(items))
            case _Form.MAP_DIFFERENCE:
                length, packed, removed = _decode_map_difference(value.data)
                layers: list[MapLayer] = [
                    _packed_members(packed, self._values, _decode_map) | dict.fromkeys(removed, ABSENT)
                ]
                return self._earlier_map(name).with_layers(layers, length, bool(removed))
            case _Form.LIST_DIFFERENCE:
                kept, packs, items = _decode_list(value.data)
                return self._longer_list(name, kept, self._packs(packs), self._items(items))
            case _Form.PAGED_MAP_DIFFERENCE:
                length, pages, removed, numbers = _decode_paged_map_difference(value.data)
                run = self._run(pages, _little_endian(array("I", numbers)))
                layers = [dict.fromkeys(removed, ABSENT), run] if removed else [run]
                return self._earlier_map(name).with_layers(layers, length, bool(removed))
            case _:
                raise NotCanonical("a snapshot has a member of an unknown form")

    def _earlier_map(self, name: str) -> OverlayMap:
        earlier = self._earlier[name]
        if not isinstance(earlier, OverlayMap):
            raise NotCanonical("a snapshot has the difference from a map that is none")
        return earlier

    def _longer_list(self, name: str, kept: int, packs: list[Any], items: list[Any]) -> GrowList:
        earlier = self._earlier[name]
        if not isinstance(earlier, GrowList):
            raise NotCanonical("a snapshot has the difference from a list that is none")
        if packs:
            return earlier.with_packs(kept, packs, items)
        if kept != len(earlier):
            raise NotCanonical("a snapshot has items that do not follow those of the list before")
        return earlier.with_more(items)

    def _items(self, raw: msgspec.Raw) -> list[Any]:
        items: list[Any] = _packed_members(raw, self._values, _decode_raws)
        return items

    def _run(self, pages: _Pages, numbers: array[int] | None) -> PageRun:
        begin, firsts, sizes, hashes = pages
        *offsets, _ = accumulate(sizes, initial=begin)
        if len(firsts) != len(sizes):
            raise NotCanonical("a snapshot has a page without a first key")
        table = self._checked(PartTable(self._read_at, offsets, sizes, hashes))
        return PageRun(firsts, table, numbers, self._large_parts(table, _decode_map))

    def _packs(self, packs: _Packs) -> list[Any]:
        table = self._checked(PartTable(self._read_at, *packs))
        large = self._large_parts(table, _decode_raws)
        return [large[number] if number in large else table.part(number) for number in range(len(table.sizes))]

    def _checked(self, table: PartTable) -> PartTable:
        """Return a table; raise NotCanonical if it is incomplete, or has parts that are not before the snapshot."""
        offsets, sizes = table.offsets, table.sizes
        if not len(offsets) * HASH_BYTES == len(sizes) * HASH_BYTES == len(table.hashes):
            raise NotCanonical("a snapshot has a part without a place or a hash")
        ends = map(add, offsets, sizes)
        if min(offsets, default=0) < 0 or min(sizes, default=0) < 0 or max(ends, default=0) > self._end:
            raise NotCanonical("a snapshot has a part that is not before it")
        return table

    def _large_parts(self, table: PartTable, decode: _DecodeMembers) -> dict[int, Any]:
        """Return the large parts by number: they are read and decoded now, in steps."""
        values = self._values
        if values is None or max(table.sizes, default=0) <= LARGE_BYTES:
            return {}
        large = [number for number, size in enumerate(table.sizes) if size > LARGE_BYTES]
        return {number: _packed_members(table.part(number).read(), values, decode) for number in large}


def _is_extension(member: Any) -> bool:
    return type(member) is msgspec.Raw and memoryview(member)[0] in _EXTENSIONS


def _packed_members(raw: bytes | memoryview | msgspec.Raw, values: LargeValues | None, decode: _DecodeMembers) -> Any:
    """Return a map or a list whose members are still encoded; large members of a large value are decoded."""
    if values is None or memoryview(raw).nbytes <= LARGE_BYTES:
        return decode(raw)
    return values.decode_members(bytes(raw))
