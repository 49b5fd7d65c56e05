"""Decode and free large values in steps.

Decoding a million members at once takes C code half a second, and freeing them a tenth. Meanwhile no other Python
thread runs, and a window freezes. Between two steps, other threads can run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import msgpack
import msgspec

from replay_gui.core.errors import NotCanonical
from replay_gui.core.log.canonical import MAX_DEPTH, MAX_KEY_BYTES, check_limits, decode, decode_shallow_value
from replay_gui.core.log.deep_msgpack import InvalidValue, MsgpackReader, decode_without_recursion

LARGE_BYTES = 1 << 17
"""A value of more bytes is large; a smaller one is decoded at once, in about 3 ms."""

_STEP_BYTES = 1 << 16
_STEP_MEMBERS = 4096  # members that are freed at a time
_MAX_STEPPED_DEPTH = 32  # levels of nested large values; a slower reader decodes deeper ones
_MAP, _ARRAY = b"\xdf", b"\xdd"  # containers with up to 2^32 members
_EXTENSIONS = {0xC7: 1, 0xC8: 2, 0xC9: 4}  # bytes of their length field
_UNUSED_REFERENCES = 2  # to a container that nobody uses any more: the list of all, and an argument

_decode_raw_map = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode
_decode_raw_list = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode


class LargeValues:
    """Decode values, large ones in steps, and hold their containers until no other code does. For one thread."""

    def __init__(self, pause: Callable[[], None]) -> None:
        """`pause` is called between two steps."""
        self._pause = pause
        self._containers: list[Any] = []
        self._last: tuple[bytes, Any] = b"", None

    def decode(self, raw: bytes) -> Any:
        """Return the result of `canonical.decode`, or raise NotCanonical if that does, perhaps with another message.

        The last decoded large value is cached.
        """
        if len(raw) <= LARGE_BYTES:
            return decode(raw)
        if raw != self._last[0]:
            self._last = b"", None
            self._last = raw, self._decode_large(raw)
        return self._last[1]

    def _decode_large(self, raw: bytes) -> Any:
        try:
            return _Steps(raw, self._pause, self._containers).read()
        except NotCanonical:
            value = decode_without_recursion(raw, MAX_DEPTH)
        check_limits(value)
        return value

    def decode_members(self, raw: bytes) -> Any:
        """Return the map or list that `raw` encodes, with members still encoded (msgspec.Raw), except for large ones.

        Large extensions also stay encoded. Raises NotCanonical if it is neither map nor list.
        """
        return _Steps(raw, self._pause, self._containers, packed=True).read()

    def forget_last(self) -> None:
        """Drop the cached value."""
        self._last = b"", None

    def release(self) -> None:
        """Free, in steps, the containers that are no longer used."""
        for at in reversed(range(len(self._containers))):  # inner containers are before their outer ones
            if sys.getrefcount(self._containers[at]) == _UNUSED_REFERENCES:
                self._free(self._containers.pop(at))

    def _free(self, container: Any) -> None:
        while container:
            if isinstance(container, list):
                del container[-_STEP_MEMBERS:]
            else:
                for _ in range(min(_STEP_MEMBERS, len(container))):
                    container.popitem()
            self._pause()


class _Steps:
    """Reads one value in steps; raise NotCanonical if it is not msgpack, or has data that need a slower reader."""

    def __init__(self, raw: bytes, pause: Callable[[], None], containers: list[Any], packed: bool = False) -> None:
        """`containers`: containers read in steps are added to it. `packed`: whether the members stay encoded."""
        self._raw = raw
        self._reader = MsgpackReader(raw)
        self._pause = pause
        self._containers = containers
        self._packed = packed

    def read(self) -> Any:
        value = self._read(0, self._packed)
        if not self._reader.is_at_end:
            raise NotCanonical("bytes follow the value")
        return value

    def _read(self, depth: int, packed: bool) -> Any:
        form, value = self._reader.read_head()
        if depth > _MAX_STEPPED_DEPTH or isinstance(value, InvalidValue) or (packed and form == "value"):
            raise NotCanonical("a value for a slower reader")
        if form == "value":
            return value
        container: Any = {} if form == "map" else []
        while value:
            value -= self._read_members(container, value, depth, packed)
            self._pause()
        self._containers.append(container)
        return container

    def _read_members(self, container: Any, missing: int, depth: int, packed: bool) -> int:
        """Add as many of the missing members as one step may read; return their number."""
        is_map = isinstance(container, dict)
        count, size = self._step(2 if is_map else 1, missing)
        if not count:  # the next one is larger than a step
            if is_map:
                key = self._key()
                container[key] = self._large_member(depth, packed)
            else:
                container.append(self._large_member(depth, packed))
            return 1
        end = self._reader.at + size
        part = (_MAP if is_map else _ARRAY) + count.to_bytes(4, "big") + self._raw[self._reader.at : end]
        self._reader.at = end
        if is_map:
            container.update(_decoded_part(_decode_raw_map, part) if packed else decode_shallow_value(part))
        else:
            container.extend(_decoded_part(_decode_raw_list, part) if packed else decode_shallow_value(part))
        return count

    def _large_member(self, depth: int, packed: bool) -> Any:
        """Read a member that is larger than a step; among packed ones, an extension stays encoded."""
        at = self._reader.at
        width = _EXTENSIONS.get(self._raw[at], 0) if packed and at < len(self._raw) else 0
        if not width:
            try:
                return self._read(depth + 1, False)
            except NotCanonical:
                if not packed:
                    raise
            self._reader.at = at
            self._reader.skip(1)
            return decode_without_recursion(self._raw[at : self._reader.at], MAX_DEPTH)
        end = at + 2 + width + int.from_bytes(self._raw[at + 1 : at + 1 + width], "big")
        if end > len(self._raw):
            raise NotCanonical("cut short")
        self._reader.at = end
        return msgspec.Raw(self._raw[at:end])

    def _key(self) -> str:
        form, key = self._reader.read_head()
        if form != "value" or not isinstance(key, str) or len(key.encode()) > MAX_KEY_BYTES:
            raise NotCanonical("a key for a slower reader")
        return key

    def _step(self, values: int, missing: int) -> tuple[int, int]:
        """Return (number of members, of `values` values each, that are complete within a step; their bytes)."""
        at = self._reader.at
        unpacker = msgpack.Unpacker(max_buffer_size=_STEP_BYTES)
        unpacker.feed(self._raw[at : at + _STEP_BYTES])
        count = size = 0
        try:
            while count < missing:
                for _ in range(values):
                    unpacker.skip()
                count, size = count + 1, unpacker.tell()
        except (msgpack.OutOfData, ValueError):  # the next member is incomplete, or not msgpack
            pass
        return count, size


def _decoded_part(decode_part: Callable[[bytes], Any], part: bytes) -> Any:
    try:
        return decode_part(part)
    except (msgspec.MsgspecError, UnicodeDecodeError) as why:
        raise NotCanonical(f"not msgpack: {why}") from None
