"""States as bytes: whole (a keyframe), or as what differs from an earlier state.

msgpack, with extension types of our own (logs have none) for large members of the root: 1 a large map, 2 a long list
(its packs, and the items after them), 3 and 4 the same as differences from the earlier state's. Decoded states keep the
members of these encoded until they are read: of a hundred thousand leaves, a seek reads a few.
"""

from __future__ import annotations

from typing import Any

import msgspec

from replay_gui.core.errors import NotCanonical
from replay_gui.core.state.bulk_effects import ALL_KEYS, ChangedKeys
from replay_gui.core.state.state import LISTS, MAPS, MIN_OVERLAY_MEMBERS, PACK_ITEMS, GrowList, OverlayMap, State

_MAP, _LIST, _MAP_DIFFERENCE, _LIST_DIFFERENCE = 1, 2, 3, 4
_PACK_HEAD = b"\xdc" + PACK_ITEMS.to_bytes(2, "big")  # msgpack's head of an array of so many items
_Ext = msgspec.msgpack.Ext


def _packed(value: Any) -> Any:
    if isinstance(value, OverlayMap | GrowList):
        return value.packed()
    raise TypeError(f"no state holds a {type(value).__name__}")


_encode = msgspec.msgpack.Encoder(enc_hook=_packed).encode
_decode_members = msgspec.msgpack.Decoder(dict[str, Any]).decode  # extension types as they are
_decode_map = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode
_decode_list = msgspec.msgpack.Decoder(tuple[list[msgspec.Raw], list[msgspec.Raw]]).decode
_decode_map_difference = msgspec.msgpack.Decoder(tuple[str, dict[str, msgspec.Raw], list[str]]).decode
_decode_list_difference = msgspec.msgpack.Decoder(tuple[str, list[msgspec.Raw]]).decode


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


def decode_keyframe(raw: bytes) -> State:
    """Return the state of a keyframe; NotCanonical if the bytes are invalid."""
    return _decoded(raw, None)


def decode_difference(raw: bytes, earlier: State) -> State:
    """Return the state that was encoded as a difference from `earlier`; NotCanonical if the bytes are invalid."""
    return _decoded(raw, earlier)


def merge_differences(first: bytes, second: bytes) -> bytes:
    """Return one difference equal to `first` followed by `second`."""
    earlier, later = _decode_members(first), _decode_members(second)
    return _encode({name: _merged(earlier.get(name), member) for name, member in later.items()})


def _merged(first: Any, second: Any) -> Any:
    """Return a member of a merged difference: the second, applied to the first if it is a difference itself."""
    if not isinstance(second, _Ext) or second.code in (_MAP, _LIST):
        return second
    if second.code == _LIST_DIFFERENCE:
        name, items = _decode_list_difference(second.data)
        if first.code == _LIST:
            packs, rest = _decode_list(first.data)
            return _Ext(_LIST, _encode((packs, rest + items)))
        return _Ext(_LIST_DIFFERENCE, _encode((name, _decode_list_difference(first.data)[1] + items)))
    name, kept, removed = _decode_map_difference(second.data)
    if first.code == _MAP:
        return _Ext(_MAP, _encode(_without(_decode_map(first.data) | kept, removed)))
    _, kept_before, removed_before = _decode_map_difference(first.data)
    gone = {*removed_before, *removed} - kept.keys()
    return _Ext(_MAP_DIFFERENCE, _encode((name, _without(kept_before | kept, removed), list(gone))))


def _without(members: dict[str, Any], removed: list[str]) -> dict[str, Any]:
    gone = set(removed)
    return {key: value for key, value in members.items() if key not in gone}


def _decoded(raw: bytes, earlier: State | None) -> State:
    def hook(code: int, data: memoryview) -> Any:
        if code == _MAP:
            return OverlayMap(_decode_map(data))
        if code == _LIST:
            packs, rest = _decode_list(data)
            if any(memoryview(pack)[: len(_PACK_HEAD)] != _PACK_HEAD for pack in packs):
                raise NotCanonical("a snapshot has a pack with a wrong number of items")
            return GrowList(rest, packs=list[Any](packs))
        if code == _MAP_DIFFERENCE and earlier is not None:
            name, kept, removed = _decode_map_difference(data)
            return earlier.root[name].with_difference(kept, removed)
        if code == _LIST_DIFFERENCE and earlier is not None:
            name, items = _decode_list_difference(data)
            return earlier.root[name].with_more(items)
        raise NotCanonical("a snapshot has a member of an unknown form")

    try:
        root = msgspec.msgpack.Decoder(dict[str, Any], ext_hook=hook).decode(raw)
    except (msgspec.MsgspecError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as why:
        raise NotCanonical(f"not a snapshot: {why}") from None
    return State(root, frozenset((name,) for name, member in root.items() if isinstance(member, OverlayMap | GrowList)))
