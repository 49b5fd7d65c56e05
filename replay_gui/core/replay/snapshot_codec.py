"""States as bytes: whole (a keyframe), or as what differs from an earlier state.

msgpack, with extension types of our own (logs have none) for large members of the root: 1 a large map, 2 a long list
(its packs, and the items after them), 3 and 4 the same as differences from the earlier state's. Decoded states keep the
members of these encoded until they are read: of a hundred thousand leaves, a seek reads a few.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from replay_gui.core.errors import NotCanonical
from replay_gui.core.log.large_values import LARGE_BYTES, LargeValues
from replay_gui.core.state.bulk_effects import ALL_KEYS, ChangedKeys
from replay_gui.core.state.state import LISTS, MAPS, MIN_OVERLAY_MEMBERS, PACK_ITEMS, GrowList, OverlayMap, State

_MAP, _LIST, _MAP_DIFFERENCE, _LIST_DIFFERENCE = 1, 2, 3, 4
_PACK_HEAD = b"\xdc" + PACK_ITEMS.to_bytes(2, "big")  # msgpack's head of an array of so many items
_Ext = msgspec.msgpack.Ext
_DecodeMembers: TypeAlias = Callable[[Any], Any]


def _packed(value: Any) -> Any:
    if isinstance(value, OverlayMap | GrowList):
        return value.packed()
    raise TypeError(f"no state holds a {type(value).__name__}")


_encode = msgspec.msgpack.Encoder(enc_hook=_packed).encode
_decode_members = msgspec.msgpack.Decoder(dict[str, Any]).decode  # extension types as they are
_decode_map = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode
_decode_list = msgspec.msgpack.Decoder(tuple[list[msgspec.Raw], list[msgspec.Raw]]).decode
_decode_raws = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode
_decode_pair = msgspec.msgpack.Decoder(tuple[msgspec.Raw, msgspec.Raw]).decode
_decode_map_difference = msgspec.msgpack.Decoder(tuple[str, msgspec.Raw, list[str]]).decode
_decode_list_difference = msgspec.msgpack.Decoder(tuple[str, msgspec.Raw]).decode


def large_members(root: dict[str, Any]) -> dict[str, int]:
    """Return the length of each large member; `encode_difference` needs it for the next state."""
    return {name: len(member) for name, member in root.items() if _is_large(member)}


def encode_keyframe(root: dict[str, Any]) -> bytes:
    """Return the bytes of the whole state."""
    return _encode({name: _whole_member(member) for name, member in root.items()})


def encode_difference(root: dict[str, Any], large: dict[str, int], changed: ChangedKeys) -> bytes:
    """Return the bytes of the difference from an earlier state with these `large` members; `changed`: since then."""
    return _encode({name: _member(name, member, large, changed) for name, member in root.items()})


def _member(name: str, member: Any, large: dict[str, int], changed: ChangedKeys) -> Any:
    keys = changed.get(name)
    if name not in large or keys is ALL_KEYS:
        return _whole_member(member)
    if isinstance(member, MAPS) and keys is not None:
        kept = {key: member[key] for key in keys if key in member}
        return _Ext(_MAP_DIFFERENCE, _encode((name, kept, [key for key in keys if key not in member])))
    if isinstance(member, LISTS):
        return _Ext(_LIST_DIFFERENCE, _encode((name, member[large[name] :])))
    return _whole_member(member)


def _whole_member(member: Any) -> Any:
    if not _is_large(member):
        return member
    if isinstance(member, MAPS):
        return _Ext(_MAP, _encode(member))
    whole = len(member) - len(member) % PACK_ITEMS
    packs = [member[begin : begin + PACK_ITEMS] for begin in range(0, whole, PACK_ITEMS)]
    return _Ext(_LIST, _encode((packs, member[whole:])))


def _is_large(member: Any) -> bool:
    return isinstance(member, MAPS + LISTS) and len(member) > MIN_OVERLAY_MEMBERS


def decode_keyframe(raw: bytes, values: LargeValues | None = None) -> State:
    """Return the state of a keyframe; NotCanonical if the bytes are invalid. `values`: decodes what is large."""
    return _decoded(raw, None, values)


def decode_difference(raw: bytes, earlier: State, values: LargeValues | None = None) -> State:
    """Return the state that was encoded as a difference from `earlier`; NotCanonical if the bytes are invalid."""
    return _decoded(raw, earlier, values)


def merge_differences(first: bytes, second: bytes) -> bytes:
    """Return one difference equal to `first` followed by `second`."""
    earlier, later = _decode_members(first), _decode_members(second)
    return _encode({name: _merged(earlier.get(name), member) for name, member in later.items()})


def _merged(first: Any, second: Any) -> Any:
    """Return a member of a merged difference: the second, applied to the first if it is a difference itself."""
    if not isinstance(second, _Ext) or second.code in (_MAP, _LIST):
        return second
    if second.code == _LIST_DIFFERENCE:
        name, more = _decode_list_difference(second.data)
        items = _decode_raws(more)
        if first.code == _LIST:
            packs, rest = _decode_list(first.data)
            return _Ext(_LIST, _encode((packs, [*rest, *items])))
        return _Ext(_LIST_DIFFERENCE, _encode((name, _decode_raws(_decode_list_difference(first.data)[1]) + items)))
    name, packed, removed = _decode_map_difference(second.data)
    kept = _decode_map(packed)
    if first.code == _MAP:
        return _Ext(_MAP, _encode(_without(_decode_map(first.data) | kept, removed)))
    _, packed_before, removed_before = _decode_map_difference(first.data)
    kept_before = _decode_map(packed_before)
    gone = {*removed_before, *removed} - kept.keys()
    return _Ext(_MAP_DIFFERENCE, _encode((name, _without(kept_before | kept, removed), list(gone))))


def _without(members: dict[str, Any], removed: list[str]) -> dict[str, Any]:
    gone = set(removed)
    return {key: value for key, value in members.items() if key not in gone}


def _decoded(raw: bytes, earlier: State | None, values: LargeValues | None) -> State:
    def hook(code: int, data: memoryview) -> Any:
        if code == _MAP:
            return OverlayMap(_packed_members(data, values, _decode_map))
        if code == _LIST:
            packs, rest = (_packed_members(part, values, _decode_raws) for part in _decode_pair(data))
            if not all(map(_is_pack, packs)):
                raise NotCanonical("a snapshot has a pack with a wrong number of items")
            return GrowList(rest, packs=packs)
        if code == _MAP_DIFFERENCE and earlier is not None:
            name, kept, removed = _decode_map_difference(data)
            return earlier.root[name].with_difference(_packed_members(kept, values, _decode_map), removed)
        if code == _LIST_DIFFERENCE and earlier is not None:
            name, items = _decode_list_difference(data)
            return earlier.root[name].with_more(_packed_members(items, values, _decode_raws))
        raise NotCanonical("a snapshot has a member of an unknown form")

    try:
        decode = msgspec.msgpack.Decoder(Any, ext_hook=hook).decode
        root: Any = _packed_members(raw, values, _decode_map)
        for name, member in root.items():
            if type(member) is msgspec.Raw:
                root[name] = decode(member)
    except (msgspec.MsgspecError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as why:
        raise NotCanonical(f"not a snapshot: {why}") from None
    return State(root, frozenset((name,) for name, member in root.items() if isinstance(member, OverlayMap | GrowList)))


def _packed_members(raw: bytes | memoryview | msgspec.Raw, values: LargeValues | None, decode: _DecodeMembers) -> Any:
    """Return a map or a list whose members are still encoded; large ones of a large one are decoded."""
    if values is None or memoryview(raw).nbytes <= LARGE_BYTES:
        return decode(raw)
    return values.decode_members(bytes(raw))


def _is_pack(pack: Any) -> bool:
    if type(pack) is msgspec.Raw:
        return memoryview(pack)[: len(_PACK_HEAD)] == _PACK_HEAD
    return type(pack) is list and len(pack) == PACK_ITEMS
