"""Canonical msgpack: each value has exactly one encoding (log-format.md, "Canonical msgpack").

msgspec does the work in C. Its typed decoder handles the common case at once: plain values with string keys, of which
only the parts below SHALLOW_DEPTH levels are checked in Python. Other input (byte strings, very deep nesting, broken
bytes) is decoded without types, and its limits are checked afterwards.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator
from typing import Annotated, Any, NewType

import msgspec

from replay_gui.core.errors import NotCanonical
from replay_gui.core.log.deep_msgpack import InvalidValue, decode_without_recursion

MAX_DEPTH = 128
MAX_KEY_BYTES = 4096  # of UTF-8
SHALLOW_DEPTH = 8
_STATE_LEVELS = 3  # of a state, above a value of an event
_PART_MEMBERS = 4096  # of a large value that are encoded at a time
FLOAT64_FIRST_BYTE = 0xCB  # of a float's encoding

MIN_INTEGER, MAX_INTEGER = -(1 << 63), (1 << 64) - 1


_Array: Any = list  # for types that are built at run time, which no type checker can follow
_Map: Any = dict
_Pair: Any = tuple
_Named: Any = NewType


def type_of_shallow_values(depth: int, key: Any = str, below: Any = None | bool | int | float | str) -> Any:
    """Return the type of plain values nested at most `depth` deep.

    Each level has a unique name, for code that walks through annotations; the tree has 2**depth leaves.

    Args:
        key: the type of the keys of maps. below: of the values at the lowest level; DEEP for values that may be deeper.
    """
    scalar: Any = None | bool | int | float | str
    tree = below
    for _ in range(depth):
        tree = _Named("Value", scalar | _Array[tree] | _Map[key, tree])
    return tree


def _odd_extension(code: int, _data: memoryview) -> InvalidValue:
    return InvalidValue(f"extension type {code}")


_SCALARS = frozenset((str, bytes, int, float, bool, type(None)))
_CONTAINERS = (dict, list)  # a tuple, because a union would be created at each call
_SAFE_KEY_CHARACTERS = MAX_KEY_BYTES // 4  # of a key that has at most MAX_KEY_BYTES with any characters
SHORT_KEY: Any = Annotated[str, msgspec.Meta(max_length=_SAFE_KEY_CHARACTERS)]
DECODE_ERRORS = (msgspec.MsgspecError, ValueError, RecursionError, TypeError, OverflowError)
"""The errors of the decoders below: not msgpack, of another type, beyond a limit, or too deep for Python's stack."""
DEEP: Any = object
"""The type below the lowest level of a tree of types: msgspec decodes such a value without types, and checks it so."""


# A value below SHALLOW_DEPTH levels, as most are: msgspec checks it in half the time of check_limits.
_LowerValue: Any = msgspec.defstruct(
    "_LowerValue", [("value", type_of_shallow_values(SHALLOW_DEPTH, SHORT_KEY))], array_like=True, gc=False
)


def _checked(_type: Any, value: Any) -> Any:
    """Return a value at level SHALLOW_DEPTH; raise ValueError if it breaks a limit, or might in a state."""
    if type(value) not in _SCALARS:
        try:
            msgspec.convert((value,), _LowerValue)
        except DECODE_ERRORS:
            try:
                check_limits(value, SHALLOW_DEPTH + 1 + _STATE_LEVELS)
            except NotCanonical as why:
                raise ValueError(str(why)) from None
    return value


HOOKS: dict[str, Any] = {"dec_hook": _checked, "ext_hook": _odd_extension}
"""The arguments of a decoder of a type with DEEP at level SHALLOW_DEPTH."""

# The bare C functions, for loops over millions of records. They raise DECODE_ERRORS. The accepted bytes are canonical
# only if they encode to the same bytes, keep MAX_KEY_BYTES, and have no NaN but the one.
encode_sorted = msgspec.msgpack.Encoder(order="deterministic").encode
_decode_any = msgspec.msgpack.Decoder(ext_hook=_odd_extension).decode
_decode_tree = msgspec.msgpack.Decoder(type_of_shallow_values(SHALLOW_DEPTH, below=DEEP), **HOOKS).decode
decode_shallow_event = msgspec.msgpack.Decoder(
    _Pair[str, _Map[str, type_of_shallow_values(SHALLOW_DEPTH - 2, below=DEEP)]], **HOOKS
).decode
_decode_short_keys = msgspec.msgpack.Decoder(type_of_shallow_values(SHALLOW_DEPTH, SHORT_KEY)).decode
_decode_deep_short_keys = msgspec.msgpack.Decoder(
    type_of_shallow_values(SHALLOW_DEPTH, SHORT_KEY, DEEP), **HOOKS
).decode
_IS_ODD = re.compile("timestamp|hashable")
_MAY_BE_NAN = re.compile(rb"\xcb[\x7f\xff]")
_CANONICAL_NAN = bytes.fromhex("7ff8000000000000")


def encode(value: Any) -> bytes:
    """Return the canonical bytes of `value`; raise NotCanonical if its types, depth or keys are not allowed."""
    raw = _packed(value)
    plain = decode(raw)
    return encode_decoded(plain) if FLOAT64_FIRST_BYTE in raw and may_contain_nan(raw) else raw


def encode_limited(value: Any) -> bytes:
    """Return what `encode` does for a value whose types, depth and keys are known to be within the limits.

    Raises NotCanonical for a number that is too large, and a text that is not Unicode. Checking the limits of a map
    with byte strings would take most of the time.
    """
    raw = _packed(value)
    return encode_sorted(_with_plain_nan(value)) if FLOAT64_FIRST_BYTE in raw and may_contain_nan(raw) else raw


def _packed(value: Any) -> bytes:
    try:
        return encode_sorted(value)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as why:
        raise NotCanonical(f"cannot be written as msgpack: {why}") from None


def encode_event(kind: str, payload: dict[str, Any]) -> tuple[bytes, tuple[str, dict[str, Any]] | None]:
    """Return the canonical bytes of [kind, payload], as `encode` does, and the result of `decode_shallow` for them."""
    raw = _packed((kind, payload))
    shallow = decode_shallow(raw)
    if shallow is None or (FLOAT64_FIRST_BYTE in raw and may_contain_nan(raw)):
        raw = encode((kind, payload))
        shallow = decode_shallow(raw)
    return raw, shallow


def encode_decoded(value: Any) -> bytes:
    """Return the canonical bytes of a value that was decoded, or built of decoded ones; limits are not checked."""
    raw = encode_sorted(value)
    return encode_sorted(_with_plain_nan(value)) if FLOAT64_FIRST_BYTE in raw and may_contain_nan(raw) else raw


def encode_in_parts(value: Any, depth: int = 0) -> Iterator[bytes]:
    """Yield the bytes that `encode_decoded` returns; a large value in parts, between which other threads may run."""
    if not isinstance(value, (dict, list, tuple)) or depth > SHALLOW_DEPTH or not _may_be_large(value):
        yield encode_decoded(value)
        return
    is_map = isinstance(value, dict)
    yield _head_of_container(is_map, len(value))
    if len(value) <= _PART_MEMBERS:
        for member in sorted(value) if is_map else value:
            if is_map:
                yield encode_sorted(member)
            yield from encode_in_parts(value[member] if is_map else member, depth + 1)
        return
    keys = sorted(value) if is_map else value
    for begin in range(0, len(keys), _PART_MEMBERS):
        part = keys[begin : begin + _PART_MEMBERS]
        raw = encode_decoded({key: value[key] for key in part} if is_map else part)
        yield raw[len(_head_of_container(is_map, len(part))) :]


def _may_be_large(value: Any, depth: int = 0) -> bool:
    if len(value) > _PART_MEMBERS // 4 or depth > SHALLOW_DEPTH:
        return True
    members = value.values() if isinstance(value, dict) else value
    return any(isinstance(member, _CONTAINERS) and _may_be_large(member, depth + 1) for member in members)


def _head_of_container(is_map: bool, count: int) -> bytes:
    """Return msgpack's head of a map or an array with `count` members."""
    if count < 1 << 4:
        return bytes(((0x80 if is_map else 0x90) | count,))
    if count < 1 << 16:
        return (b"\xde" if is_map else b"\xdc") + count.to_bytes(2, "big")
    return (b"\xdf" if is_map else b"\xdd") + count.to_bytes(4, "big")


def encode_all(values: list[Any]) -> bytes:
    """Return the bytes that `encode_sorted` returns for each value, joined, in one C loop.

    A msgpack value marks its end. So if the values were decoded from byte strings whose concatenation equals this
    result, then each value is encoded to exactly the bytes that it was decoded from.
    """
    head = 1 if len(values) < 1 << 4 else 3 if len(values) < 1 << 16 else 5
    return encode_sorted(values)[head:]


def decode(raw: bytes) -> Any:
    """Return the value of `raw`, canonical or not; the last of several equal keys counts.

    Raises NotCanonical if it is not msgpack, or breaks a limit.
    """
    try:
        value = _decode_tree(raw)
    except DECODE_ERRORS:
        return _decode_slowly(raw)
    if len(raw) > MAX_KEY_BYTES and not has_short_keys(raw):
        check_limits(value)
    return value


def decode_shallow(raw: bytes) -> tuple[str, dict[str, Any]] | None:
    """Return (kind, payload) of plain content that cannot make a state too deep, and has no long keys; else None.

    Byte strings are plain only below SHALLOW_DEPTH levels.
    """
    if len(raw) > MAX_KEY_BYTES and not has_short_keys(raw):
        return None
    try:
        event: tuple[str, dict[str, Any]] = decode_shallow_event(raw)
    except DECODE_ERRORS:
        return None
    return event


def decode_shallow_value(raw: bytes) -> Any:
    """Return the value of `raw`; raise NotCanonical if it exceeds SHALLOW_DEPTH, has a long key, or is not plain."""
    try:
        return _decode_short_keys(raw)
    except DECODE_ERRORS as why:
        raise NotCanonical(f"not shallow: {why}") from None


def has_short_keys(raw: bytes) -> bool:
    """Return whether all keys of plain `raw` are within the limit; False may also mean that this is not certain.

    A check for long input, for which it takes as long as decoding: checked keys are not shared between values.
    """
    try:
        _decode_deep_short_keys(raw)
    except DECODE_ERRORS:
        return False
    return True


def is_canonical_event(raw: bytes) -> bool:
    """Return whether `raw` is canonical [kind, payload]."""
    try:
        value = decode_canonical(raw)
    except NotCanonical:
        return False
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], dict)


def decode_canonical_map(raw: bytes) -> dict[str, Any] | None:
    """Return the map that `raw` encodes canonically; None if it does not."""
    try:
        value = decode_canonical(raw)
    except NotCanonical:
        return None
    return value if isinstance(value, dict) else None


def decode_canonical(raw: bytes) -> Any:
    """Return the value of `raw`; raise NotCanonical if these are not the canonical bytes of any value."""
    value = decode(raw)
    if encode_sorted(value) != raw:
        raise NotCanonical("not in canonical form")
    if may_contain_nan(raw):
        _check_nan(value)
    return value


def _decode_slowly(raw: bytes) -> Any:
    try:
        value = _decode_any(raw)
    except (RecursionError, TypeError):  # too deep, or a key that Python cannot hash
        value = decode_without_recursion(raw, MAX_DEPTH)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, OverflowError) as why:
        # msgspec reads timestamps itself, and they may be invalid; of other keys, it knows those that Python can hash
        if not _IS_ODD.search(str(why)):
            raise NotCanonical(f"not msgpack: {why}") from None
        value = decode_without_recursion(raw, MAX_DEPTH)
    check_limits(value)
    return value


def check_limits(value: Any, depth: int = 1) -> None:
    """Raise NotCanonical if `value` breaks a limit: its types, its depth (MAX_DEPTH), its keys (MAX_KEY_BYTES)."""
    kind = type(value)
    if kind in _SCALARS:
        return
    if kind is not dict and kind is not list:
        raise NotCanonical(value.why if isinstance(value, InvalidValue) else "an extension type")
    if depth > MAX_DEPTH:
        raise NotCanonical(f"nested deeper than {MAX_DEPTH}")
    if kind is list:
        for child in value:
            if type(child) not in _SCALARS:  # most are: a call for each would take three times as long
                check_limits(child, depth + 1)
        return
    for key, child in value.items():
        if type(key) is not str:
            raise NotCanonical("a key is not a string")
        if len(key) > _SAFE_KEY_CHARACTERS and len(key.encode()) > MAX_KEY_BYTES:
            raise NotCanonical("a key is longer than 4 KiB")
        if type(child) not in _SCALARS:
            check_limits(child, depth + 1)


def nesting_depth(value: Any) -> int:
    """Return how deep `value` is nested: 0 for a scalar, 1 for a flat map or list."""
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if children is None else 1 + max(map(nesting_depth, children), default=0)


def may_contain_nan(raw: bytes) -> bool:
    """Return False if no float in `raw` can be a NaN: a search for bytes, which may match inside other values."""
    return FLOAT64_FIRST_BYTE in raw and _MAY_BE_NAN.search(raw) is not None


def _check_nan(value: Any) -> None:
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            _check_nan(child)
    elif isinstance(value, float) and math.isnan(value) and struct.pack(">d", value) != _CANONICAL_NAN:
        raise NotCanonical("a NaN that is not 7ff8000000000000")


def _with_plain_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_plain_nan(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_with_plain_nan(child) for child in value]
    return math.nan if isinstance(value, float) and math.isnan(value) else value
