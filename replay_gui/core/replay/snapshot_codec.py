"""Encode states: completely (a keyframe), or as the difference from an earlier state.

msgpack, with extension types of this program (logs have none) for large members of the root. A keyframe begins with
*parts*: pages of large maps (1), in the order of their keys, and packs of long lists (2). The root follows, with the
position and the BLAKE3 of each part; the last bytes are the length of the root. A difference has no parts; in it the
members that were large before are differences, too (3 of a map, 4 of a list). Decoded states leave the parts in the
file until they are read: of a million leaves, a seek reads a few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any, TypeAlias

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
from replay_gui.core.state.stored_parts import PagedMap, ReadAt, StoredPart

_MAP, _LIST, _MAP_DIFFERENCE, _LIST_DIFFERENCE = 1, 2, 3, 4
_PAGE_MEMBERS = 64
_MAX_PAGE_BYTES = 1 << 14  # of a page with more than one member
_ROOT_LENGTH_BYTES = 8
_EXTENSIONS = frozenset((*range(0xC7, 0xCA), *range(0xD4, 0xD9)))  # first bytes
_Ext = msgspec.msgpack.Ext
_DecodeMembers: TypeAlias = Callable[[Any], Any]


def _packed(value: Any) -> Any:
    if isinstance(value, OverlayMap | GrowList):
        return value.packed()
    raise TypeError(f"no state holds a {type(value).__name__}")


_encode = msgspec.msgpack.Encoder(enc_hook=_packed).encode
_decode_any = msgspec.msgpack.decode
_decode_members = msgspec.msgpack.Decoder(dict[str, Any]).decode  # extension types unchanged
_decode_map = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode
_decode_raws = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode
_decode_paged_map = msgspec.msgpack.Decoder(tuple[int, int, list[str], list[int], bytes]).decode
_decode_paged_list = msgspec.msgpack.Decoder(tuple[int, list[int], bytes, msgspec.Raw]).decode
_decode_map_difference = msgspec.msgpack.Decoder(tuple[int, msgspec.Raw, list[str]]).decode


def large_members(root: dict[str, Any]) -> dict[str, int]:
    """Return the length of each large member; `encode_difference` needs it for the next state."""
    return {name: len(member) for name, member in root.items() if _is_large(member)}


def encode_keyframe(root: dict[str, Any]) -> bytes:
    """Return the bytes of the whole state."""
    parts: list[bytes] = []
    begin, members = 0, {}
    for name, member in root.items():
        members[name] = member
        if _is_large(member):
            encode_parts = _paged_map if isinstance(member, MAPS) else _paged_list
            members[name], more = encode_parts(member, begin)
            parts += more
            begin += sum(map(len, more))
    raw = _encode(members)
    return b"".join((*parts, raw, len(raw).to_bytes(_ROOT_LENGTH_BYTES, "big")))


def _paged_map(member: Any, begin: int) -> tuple[Any, list[bytes]]:
    members = member if isinstance(member, dict) else member.packed()
    keys = sorted(members)
    pages, firsts = [], []
    for first in range(0, len(keys), _PAGE_MEMBERS):
        for page_keys, raw in _pages(members, keys[first : first + _PAGE_MEMBERS]):
            pages.append(raw)
            firsts.append(page_keys[0])
    return _Ext(_MAP, _encode((len(keys), begin, firsts, [*map(len, pages)], b"".join(digests(pages))))), pages


def _pages(members: dict[str, Any], keys: list[str]) -> Iterator[tuple[list[str], bytes]]:
    """Yield (keys, bytes) of one page, or of several if their values are long."""
    raw = _encode({key: members[key] for key in keys})
    if len(raw) <= _MAX_PAGE_BYTES or len(keys) == 1:
        yield keys, raw
        return
    middle = len(keys) // 2
    yield from _pages(members, keys[:middle])
    yield from _pages(members, keys[middle:])


def _paged_list(member: Any, begin: int) -> tuple[Any, list[bytes]]:
    items = member if isinstance(member, list) else member.packed()
    whole = len(items) - len(items) % PACK_ITEMS
    packs = [_encode(items[first : first + PACK_ITEMS]) for first in range(0, whole, PACK_ITEMS)]
    return _Ext(_LIST, _encode((begin, [*map(len, packs)], b"".join(digests(packs)), items[whole:]))), packs


def encode_difference(root: dict[str, Any], large: dict[str, int], changed: ChangedKeys) -> bytes:
    """Return the bytes of the difference from an earlier state with these `large` members; `changed`: since then."""
    return _encode({name: _member(name, member, large, changed) for name, member in root.items()})


def _member(name: str, member: Any, large: dict[str, int], changed: ChangedKeys) -> Any:
    keys = changed.get(name)
    if name not in large or keys is ALL_KEYS:
        return member
    if isinstance(member, MAPS) and keys is not None:
        kept = {key: member[key] for key in keys if key in member}
        return _Ext(_MAP_DIFFERENCE, _encode((len(member), kept, [key for key in keys if key not in member])))
    if isinstance(member, LISTS):
        return _Ext(_LIST_DIFFERENCE, _encode(member[large[name] :]))
    return member


def _is_large(member: Any) -> bool:
    return isinstance(member, MAPS + LISTS) and len(member) > MIN_OVERLAY_MEMBERS


def merge_differences(first: bytes, second: bytes) -> bytes:
    """Return one difference equal to `first` followed by `second`."""
    earlier, later = _decode_members(first), _decode_members(second)
    return _encode({name: _merged(earlier.get(name), member) for name, member in later.items()})


def _merged(first: Any, second: Any) -> Any:
    """Return a member of a merged difference: the second, applied to the first if it is a difference itself."""
    if not isinstance(second, _Ext):
        return second
    if second.code == _LIST_DIFFERENCE:
        items = _decode_raws(second.data)
        if not isinstance(first, _Ext):
            return [*first, *items]
        return _Ext(_LIST_DIFFERENCE, _encode(_decode_raws(first.data) + items))
    length, packed, removed = _decode_map_difference(second.data)
    if not isinstance(first, _Ext):
        return _without({**first, **_decode_map(packed)}, removed)
    _, packed_before, removed_before = _decode_map_difference(first.data)
    kept = _decode_map(packed)
    gone = {*removed_before, *removed} - kept.keys()
    return _Ext(_MAP_DIFFERENCE, _encode((length, _without(_decode_map(packed_before) | kept, removed), list(gone))))


def _without(members: dict[str, Any], removed: list[str]) -> dict[str, Any]:
    gone = set(removed)
    return {key: value for key, value in members.items() if key not in gone}


def decode_keyframe(read_at: ReadAt, size: int, values: LargeValues | None = None) -> State:
    """Return the state of a keyframe; raise NotCanonical if the bytes are invalid.

    Args:
        read_at: reads from the file, from the keyframe's begin on. size: bytes of the keyframe.
        values: decodes large values.
    """
    end = size - _ROOT_LENGTH_BYTES
    length = int.from_bytes(read_at(end, _ROOT_LENGTH_BYTES), "big") if end >= 0 else -1
    if not 0 <= length <= end:
        raise NotCanonical("not a snapshot: too short")

    def decoded(members: dict[str, Any]) -> dict[str, Any]:
        return {name: _keyframe_member(member, read_at, end - length, values) for name, member in members.items()}

    return _state_of(read_at(end - length, length), values, decoded)


def decode_differences(raws: Sequence[bytes], earlier: State, values: LargeValues | None = None) -> State:
    """Return the state after one or more consecutive differences from `earlier`; raise NotCanonical as above."""
    before = [_packed_members(raw, values, _decode_map) for raw in raws[:-1]]

    def decoded(members: dict[str, Any]) -> dict[str, Any]:
        return {
            name: _changed_member(name, [*(one.get(name) for one in before), member], earlier, values)
            if _is_extension(member)
            else _decoded(member)
            for name, member in members.items()
        }

    return _state_of(raws[-1], values, decoded)


def _state_of(raw: bytes, values: LargeValues | None, decode: Callable[[dict[str, Any]], dict[str, Any]]) -> State:
    try:
        root = decode(_packed_members(raw, values, _decode_map))
    except (msgspec.MsgspecError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as why:
        raise NotCanonical(f"not a snapshot: {why}") from None
    return State(root, frozenset((name,) for name, member in root.items() if isinstance(member, OverlayMap | GrowList)))


def _keyframe_member(member: Any, read_at: ReadAt, end: int, values: LargeValues | None) -> Any:
    """Return a member of a keyframe's root; `end`: the end of its parts."""
    value = _decoded(member)
    if not isinstance(value, _Ext):
        return value
    if value.code == _MAP:
        length, begin, firsts, sizes, hashes = _decode_paged_map(value.data)
        pages = _parts(read_at, (begin, end), (sizes, hashes), values, _decode_map)
        if len(firsts) != len(pages):
            raise NotCanonical("a snapshot has a page without a first key")
        return OverlayMap(PagedMap(firsts, pages, length))
    if value.code == _LIST:
        begin, sizes, hashes, rest = _decode_paged_list(value.data)
        packs = _parts(read_at, (begin, end), (sizes, hashes), values, _decode_raws)
        return GrowList(_packed_members(rest, values, _decode_raws), packs=packs)
    raise NotCanonical("a snapshot has a member of an unknown form")


def _parts(
    read_at: ReadAt,
    bounds: tuple[int, int],
    table: tuple[list[int], bytes],
    values: LargeValues | None,
    decode: _DecodeMembers,
) -> list[Any]:
    """Return the consecutive parts within `bounds` (first byte, end); large ones are decoded now, in steps.

    `table`: the size of each, and their hashes, joined.
    """
    sizes, hashes = table
    ends = [*accumulate(sizes, initial=bounds[0])]
    if len(hashes) != len(sizes) * HASH_BYTES or min(sizes, default=0) < 0 or bounds[0] < 0 or ends[-1] > bounds[1]:
        raise NotCanonical("a snapshot has parts that are not in it")
    parts: list[Any] = [
        StoredPart(read_at, begin, size, hashes[at * HASH_BYTES : (at + 1) * HASH_BYTES])
        for at, (begin, size) in enumerate(zip(ends, sizes, strict=False))
    ]
    if values is not None:
        for at, size in enumerate(sizes):
            if size > LARGE_BYTES:
                parts[at] = _packed_members(parts[at].read(), values, decode)
    return parts


def _changed_member(name: str, line: list[Any], earlier: State, values: LargeValues | None) -> Any:
    """Return a member that has changed; `line`: its value in each difference, None if absent."""
    whole = len(line)
    while whole and _is_extension(line[whole - 1]):
        whole -= 1
    base = _decoded(line[whole - 1]) if whole else earlier.root[name]
    changes: dict[str, Any] = {}
    items: list[Any] = []
    length = len(base)
    for member in line[whole:]:
        value = _decoded(member)
        if value.code == _MAP_DIFFERENCE and isinstance(base, MAPS):
            length, packed, removed = _decode_map_difference(value.data)
            changes.update(_packed_members(packed, values, _decode_map))
            changes.update(dict.fromkeys(removed, ABSENT))
        elif value.code == _LIST_DIFFERENCE and isinstance(base, LISTS):
            items += _packed_members(value.data, values, _decode_raws)
        else:
            raise NotCanonical("a snapshot has a member of an unknown form")
    if isinstance(base, MAPS):
        return (base if isinstance(base, OverlayMap) else OverlayMap(base)).with_difference(changes, length)
    return (base if isinstance(base, GrowList) else GrowList(base)).with_more(items)


def _is_extension(member: Any) -> bool:
    return type(member) is msgspec.Raw and memoryview(member)[0] in _EXTENSIONS


def _decoded(member: Any) -> Any:
    """Decode a member; large ones are already decoded, in steps."""
    return _decode_any(member) if type(member) is msgspec.Raw else member


def _packed_members(raw: bytes | memoryview | msgspec.Raw, values: LargeValues | None, decode: _DecodeMembers) -> Any:
    """Return a map or a list whose members are still encoded; large members of a large value are decoded."""
    if values is None or memoryview(raw).nbytes <= LARGE_BYTES:
        return decode(raw)
    return values.decode_members(bytes(raw))
