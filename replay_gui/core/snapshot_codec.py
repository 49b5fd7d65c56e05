"""States as bytes: whole (a keyframe), or as what differs from a keyframe.

msgpack, with extension types of our own (logs have none) for members of the root that are large: 1 a wide map, 2 a long
list, 3 and 4 the same as differences from the keyframe's. What is read back holds their members packed until somebody
looks at them: of a hundred thousand leaves, a seek looks at few.
"""

from __future__ import annotations

from typing import Any

import msgspec

from replay_gui.core.errors import NotCanonical
from replay_gui.core.quick_fold import ANY, Changed
from replay_gui.core.state import LISTS, MAPS, WIDE, GrowList, OverlayMap, State

_MAP, _LIST, _MAP_DIFFERENCE, _LIST_DIFFERENCE = 1, 2, 3, 4
_Ext = msgspec.msgpack.Ext


def _packed(value: Any) -> Any:
    if isinstance(value, OverlayMap | GrowList):
        return value.packed()
    raise TypeError(f"no state holds a {type(value).__name__}")


_encode = msgspec.msgpack.Encoder(enc_hook=_packed).encode
_decode_map = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode
_decode_list = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode
_decode_map_difference = msgspec.msgpack.Decoder(tuple[str, dict[str, msgspec.Raw], list[str]]).decode
_decode_list_difference = msgspec.msgpack.Decoder(tuple[str, list[msgspec.Raw]]).decode


def encode_keyframe(root: dict[str, Any]) -> tuple[bytes, dict[str, int]]:
    """The whole state; and of each large member its length, which differences are told by."""
    large = {name: len(member) for name, member in root.items() if _is_large(member)}
    return _encode({name: _whole_member(member) for name, member in root.items()}), large


def encode_difference(root: dict[str, Any], large: dict[str, int], changed: Changed) -> bytes:
    """What the state is beyond a keyframe with these large members, `changed` being what happened since."""
    return _encode({name: _member(name, member, large, changed) for name, member in root.items()})


def _member(name: str, member: Any, large: dict[str, int], changed: Changed) -> Any:
    keys = changed.get(name)
    if name not in large or keys is ANY:
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
    return _Ext(_MAP if isinstance(member, MAPS) else _LIST, _encode(member))


def _is_large(member: Any) -> bool:
    return isinstance(member, MAPS + LISTS) and len(member) > WIDE


def decode_keyframe(raw: bytes) -> State:
    """NotCanonical where these are no keyframe's bytes."""
    return _decoded(raw, None)


def decode_difference(raw: bytes, keyframe: State) -> State:
    """The state that was written as a difference from `keyframe`; NotCanonical where these are no such bytes."""
    return _decoded(raw, keyframe)


def _decoded(raw: bytes, keyframe: State | None) -> State:
    def hook(code: int, data: memoryview) -> Any:
        if code == _MAP:
            return OverlayMap(_decode_map(data))
        if code == _LIST:
            return GrowList(_decode_list(data))
        if code == _MAP_DIFFERENCE and keyframe is not None:
            name, kept, removed = _decode_map_difference(data)
            return keyframe.root[name].with_difference(kept, removed)
        if code == _LIST_DIFFERENCE and keyframe is not None:
            name, items = _decode_list_difference(data)
            return GrowList(keyframe.root[name].packed() + items)
        raise NotCanonical("a snapshot has a member of an unknown form")

    try:
        root = msgspec.msgpack.Decoder(dict[str, Any], ext_hook=hook).decode(raw)
    except (msgspec.MsgspecError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as why:
        raise NotCanonical(f"not a snapshot: {why}") from None
    return State(root, frozenset((name,) for name, member in root.items() if isinstance(member, OverlayMap | GrowList)))
