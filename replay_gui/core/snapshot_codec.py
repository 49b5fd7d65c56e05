"""States as bytes: whole (a keyframe), or as what differs from a keyframe.

msgpack, with extension types of our own for what grew (never met in logs, which may have none): 1 a wide map, 2 a grown
list, 3 and 4 the same as differences from the keyframe's, named by its number there in the order of encoding.
"""

from __future__ import annotations

from typing import Any

import msgspec

from replay_gui.core.errors import NotCanonical
from replay_gui.core.state import GrowList, OverlayMap, State

_MAP, _LIST, _MAP_DIFFERENCE, _LIST_DIFFERENCE = 1, 2, 3, 4
_Ext = msgspec.msgpack.Ext


class Keyframe:
    """A whole state that later ones are written as differences from.

    Attributes:
        grown: its wide maps and grown lists, in the order of encoding.
    """

    def __init__(self) -> None:
        self.grown: list[OverlayMap | GrowList] = []
        self._slots: dict[int, int] = {}

    def note(self, value: OverlayMap | GrowList) -> None:
        """Takes in the next wide map or grown list."""
        self._slots[value.identity] = len(self.grown)
        self.grown.append(value.copy_exactly())

    def slot(self, value: OverlayMap | GrowList) -> int | None:
        """The number of the keyframe's map or list that `value` has grown out of, or None."""
        return self._slots.get(value.identity)


def encode_keyframe(state: State) -> tuple[bytes, Keyframe]:
    """The whole state, and what is needed to write differences from it."""
    keyframe = Keyframe()

    def hook(value: Any) -> Any:
        if isinstance(value, OverlayMap | GrowList):
            keyframe.note(value)
            return _Ext(_MAP if isinstance(value, OverlayMap) else _LIST, encoder.encode(value.plain()))
        raise TypeError(f"no state holds a {type(value).__name__}")

    encoder = msgspec.msgpack.Encoder(enc_hook=hook)
    return encoder.encode((sorted(state.grown), state.root)), keyframe


def encode_difference(state: State, keyframe: Keyframe) -> bytes:
    """What `state` is beyond its keyframe."""

    def hook(value: Any) -> Any:
        if not isinstance(value, OverlayMap | GrowList):
            raise TypeError(f"no state holds a {type(value).__name__}")
        slot = keyframe.slot(value)
        base = None if slot is None else keyframe.grown[slot]
        if isinstance(value, OverlayMap):
            if isinstance(base, OverlayMap):
                return _Ext(_MAP_DIFFERENCE, encoder.encode((slot, *value.difference(base))))
            return _Ext(_MAP, encoder.encode(value.plain()))
        if isinstance(base, GrowList) and len(value) >= len(base):
            return _Ext(_LIST_DIFFERENCE, encoder.encode((slot, value[len(base) :])))
        return _Ext(_LIST, encoder.encode(value.plain()))

    encoder = msgspec.msgpack.Encoder(enc_hook=hook)
    return encoder.encode((sorted(state.grown), state.root))


def decode_keyframe(raw: bytes) -> tuple[State, Keyframe]:
    """NotCanonical where these are no keyframe's bytes."""
    keyframe = Keyframe()

    def hook(code: int, data: memoryview) -> Any:
        slot = len(keyframe.grown)
        keyframe.grown.append(GrowList([]))  # its number is that of its beginning; what it holds comes first
        value = _whole(code, decoder.decode(data))
        keyframe.grown[slot] = value
        return value

    decoder = msgspec.msgpack.Decoder(ext_hook=hook)
    return _state(decoder, raw), keyframe


def decode_difference(raw: bytes, keyframe: Keyframe) -> State:
    """The state that was written as a difference from `keyframe`; NotCanonical where these are no such bytes."""

    def hook(code: int, data: memoryview) -> Any:
        value = decoder.decode(data)
        if code in (_MAP, _LIST):
            return _whole(code, value)
        base = keyframe.grown[value[0]]
        if code == _MAP_DIFFERENCE and isinstance(base, OverlayMap):
            return base.with_difference(*value[1:])
        if code == _LIST_DIFFERENCE and isinstance(base, GrowList):
            return GrowList(base.plain() + value[1])
        raise NotCanonical("a snapshot's difference does not fit its keyframe")

    decoder = msgspec.msgpack.Decoder(ext_hook=hook)
    return _state(decoder, raw)


def _whole(code: int, value: Any) -> OverlayMap | GrowList:
    if code == _MAP and isinstance(value, dict):
        return OverlayMap(value)
    if code == _LIST and isinstance(value, list):
        return GrowList(value)
    raise NotCanonical("a snapshot has something that is neither a map nor a list")


def _state(decoder: Any, raw: bytes) -> State:
    try:
        grown, root = decoder.decode(raw)
        if not isinstance(root, dict):
            raise NotCanonical("a snapshot's root is no map")
        return State(root, frozenset(tuple(path) for path in grown))
    except (msgspec.MsgspecError, ValueError, TypeError, LookupError, RecursionError) as why:
        raise NotCanonical(f"not a snapshot: {why}") from None
