"""A decoder of msgpack without recursion, for input that the decoder in C refuses: deep nesting, or odd keys.

Such input is never canonical. But the last of several equal keys counts, and the overwritten values are not examined
(log-format.md, Verification), so unusual data may disappear when a record is decoded.
"""

from __future__ import annotations

import struct
from typing import Any, TypeAlias

from replay_gui.core.errors import NotCanonical

_SIZED = {  # first byte: (what follows, bytes of its length)
    0xC4: ("bin", 1), 0xC5: ("bin", 2), 0xC6: ("bin", 4), 0xC7: ("ext", 1), 0xC8: ("ext", 2), 0xC9: ("ext", 4),
    0xD9: ("str", 1), 0xDA: ("str", 2), 0xDB: ("str", 4), 0xDC: ("array", 2), 0xDD: ("array", 4),
    0xDE: ("map", 2), 0xDF: ("map", 4),
}  # fmt: skip
_NUMBERS = {
    0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
    0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
}  # fmt: skip
_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}
_FIXED_EXTENSIONS = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}


class InvalidValue:
    """The placeholder of a value that no log may have; `why` describes it."""

    __slots__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why = why


MsgpackHead: TypeAlias = tuple[str, Any]
"""What begins at a byte: "value" with a value, or "array" or "map" with the number of their members."""


class _Container:
    """An array or a map whose members are being read."""

    __slots__ = ("_is_map", "_key", "missing", "value")

    def __init__(self, is_map: bool, count: int) -> None:
        self._is_map = is_map
        self._key: Any = self  # means none
        self.missing = 2 * count if is_map else count
        self.value: Any = {} if is_map else []

    def add(self, value: Any) -> None:
        self.missing -= 1
        if not self._is_map:
            self.value.append(value)
        elif self._key is self:
            self._key = value
            if type(value) is not str:
                self.value = InvalidValue("a key is not a string")
        else:
            if type(self.value) is dict:
                self.value[self._key] = value
            self._key = self


def decode_without_recursion(raw: bytes, max_depth: int) -> Any:
    """Return the value of `raw`, with an InvalidValue for each invalid value; raise NotCanonical if it is not msgpack.

    Containers deeper than `max_depth` are skipped, and the memory needed does not depend on their depth.
    """
    reader = MsgpackReader(raw)
    open_containers: list[_Container] = []
    while True:
        form, value = reader.read_head()
        if form != "value":
            container = _Container(form == "map", value)
            if len(open_containers) >= max_depth:
                reader.skip(container.missing)
                value = InvalidValue(f"nested deeper than {max_depth}")
            elif container.missing:
                open_containers.append(container)
                continue
            else:
                value = container.value
        while open_containers:
            innermost = open_containers[-1]
            innermost.add(value)
            if innermost.missing:
                break
            value = open_containers.pop().value
        else:
            if not reader.is_at_end:
                raise NotCanonical("not msgpack: bytes follow the value")
            return value


class MsgpackReader:
    """Reads the heads of values, one after another; a value that is not a container is read completely.

    Attributes:
        at: the byte at which the next value begins.
    """

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self.at = 0

    @property
    def is_at_end(self) -> bool:
        """Whether no byte is left."""
        return self.at == len(self._raw)

    def read_head(self) -> MsgpackHead:
        """Return the head, and continue behind it; raise NotCanonical if there is none."""
        first = self._take(1)[0]
        if first < 0x80 or first >= 0xE0:
            return "value", first if first < 0x80 else first - 256
        if first < 0xA0:
            return ("map" if first < 0x90 else "array"), first & 0x0F
        if first < 0xC0:
            return "value", self._text(first & 0x1F)
        if first in _CONSTANTS:
            return "value", _CONSTANTS[first]
        if first in _NUMBERS:
            form = _NUMBERS[first]
            return "value", struct.unpack(form, self._take(struct.calcsize(form)))[0]
        if first in _FIXED_EXTENSIONS:
            return "value", self._extension(_FIXED_EXTENSIONS[first])
        if first not in _SIZED:
            raise NotCanonical(f"not msgpack: no value begins with the byte {first:#x}")
        form, width = _SIZED[first]
        size = int.from_bytes(self._take(width), "big")
        if form in ("array", "map"):
            return form, size
        return "value", self._text(size) if form == "str" else self._take(size) if form == "bin" else self._extension(
            size
        )

    def skip(self, count: int) -> None:
        """Skip `count` values, with their contents."""
        while count:
            form, value = self.read_head()
            count += (0 if form == "value" else 2 * value if form == "map" else value) - 1

    def _take(self, size: int) -> bytes:
        end = self.at + size
        if end > len(self._raw):
            raise NotCanonical("not msgpack: cut short")
        taken = self._raw[self.at : end]
        self.at = end
        return taken

    def _text(self, size: int) -> str:
        try:
            return self._take(size).decode()
        except UnicodeDecodeError as why:
            raise NotCanonical(f"not msgpack: {why}") from None

    def _extension(self, size: int) -> InvalidValue:
        self._take(1 + size)
        return InvalidValue("an extension type")
