"""Requests of OTLP/HTTP in protobuf, decoded to the values of OTLP/JSON.

Only the fields of traces are read (opentelemetry-proto, trace/v1/trace.proto); others are ignored. Written by hand,
because protobuf's own library would be a heavy dependency for one message.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from replay_gui.core.errors import ImportRefused

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # wire types
_MAX_DEPTH = 64  # levels of nested values
_MAX_FIELDS = 1 << 21  # of a request; a field of two bytes takes a hundred in memory
_MAX_VARINT_BYTES = 10


class _Field(NamedTuple):
    """A field of a message. `reading`: name of a message in _MESSAGES, or the type of a scalar."""

    name: str
    reading: str
    repeated: bool = False


_MESSAGES: Mapping[str, Mapping[int, _Field]] = {
    "request": {1: _Field("resourceSpans", "resourceSpans", True)},
    "resourceSpans": {1: _Field("resource", "resource"), 2: _Field("scopeSpans", "scopeSpans", True)},
    "resource": {1: _Field("attributes", "keyValue", True)},
    "scopeSpans": {1: _Field("scope", "scope"), 2: _Field("spans", "span", True)},
    "scope": {1: _Field("name", "text"), 2: _Field("version", "text")},
    "span": {
        1: _Field("traceId", "hex"),
        2: _Field("spanId", "hex"),
        4: _Field("parentSpanId", "hex"),
        5: _Field("name", "text"),
        6: _Field("kind", "number"),
        7: _Field("startTimeUnixNano", "decimal"),
        8: _Field("endTimeUnixNano", "decimal"),
        9: _Field("attributes", "keyValue", True),
        11: _Field("events", "event", True),
        15: _Field("status", "status"),
    },
    "event": {
        1: _Field("timeUnixNano", "decimal"),
        2: _Field("name", "text"),
        3: _Field("attributes", "keyValue", True),
    },
    "status": {2: _Field("message", "text"), 3: _Field("code", "number")},
    "keyValue": {1: _Field("key", "text"), 2: _Field("value", "value")},
    "value": {
        1: _Field("stringValue", "text"),
        2: _Field("boolValue", "truth"),
        3: _Field("intValue", "signed"),
        4: _Field("doubleValue", "double"),
        5: _Field("arrayValue", "values"),
        6: _Field("kvlistValue", "members"),
        7: _Field("bytesValue", "hex"),
    },
    "values": {1: _Field("values", "value", True)},
    "members": {1: _Field("values", "keyValue", True)},
}


def trace_request(raw: bytes) -> dict[str, Any]:
    """Return an ExportTraceServiceRequest in the form of OTLP/JSON; raise ImportRefused if the bytes are invalid."""
    try:
        return _message(memoryview(raw), "request", 0, iter(range(_MAX_FIELDS)))
    except (IndexError, struct.error, UnicodeDecodeError, ValueError) as why:
        raise ImportRefused(f"no OTLP request in protobuf: {why}") from None


def _message(raw: memoryview, name: str, depth: int, left: Iterator[int]) -> dict[str, Any]:
    """Return a message. `left`: yields as often as fields may still follow."""
    if depth > _MAX_DEPTH:
        raise ValueError(f"nested deeper than {_MAX_DEPTH}")
    fields = _MESSAGES[name]
    result: dict[str, Any] = {}
    for number, wire_type, value in _fields(raw):
        if next(left, None) is None:
            raise ValueError(f"more than {_MAX_FIELDS:,} fields; send fewer spans at once")
        field = fields.get(number)
        if field is None:
            continue
        if (wire_type == _BYTES) != (field.reading in _MESSAGES or field.reading in ("text", "hex")):
            raise ValueError(f"field {number} of {name} has the wire type {wire_type}")
        read = (
            _message(value, field.reading, depth + 1, left)
            if field.reading in _MESSAGES
            else _scalar(value, field.reading)
        )
        if field.repeated:
            result.setdefault(field.name, []).append(read)
        else:
            result[field.name] = read
    return result


def _scalar(value: Any, reading: str) -> Any:
    match reading:
        case "text":
            return bytes(value).decode()
        case "hex":
            return bytes(value).hex()
        case "truth":
            return bool(value)
        case "signed":  # OTLP/JSON writes 64-bit numbers as text
            return str(value - (1 << 64) if value >= 1 << 63 else value)
        case "decimal":
            return str(value)
        case "double":
            return struct.unpack("<d", struct.pack("<Q", value))[0]
        case _:
            return value


def _fields(raw: memoryview) -> Iterator[tuple[int, int, Any]]:
    """Yield (number, wire type, value) of each field: an unsigned integer, or a view of bytes."""
    at = 0
    while at < len(raw):
        key, at = _varint(raw, at)
        wire_type = key & 7
        value: Any
        if wire_type == _VARINT:
            value, at = _varint(raw, at)
        elif wire_type == _FIXED64:
            value, at = struct.unpack_from("<Q", raw, at)[0], at + 8
        elif wire_type == _FIXED32:
            value, at = struct.unpack_from("<I", raw, at)[0], at + 4
        elif wire_type == _BYTES:
            length, at = _varint(raw, at)
            if at + length > len(raw):
                raise ValueError("cut short")
            value, at = raw[at : at + length], at + length
        else:
            raise ValueError(f"the wire type {wire_type}")
        yield key >> 3, wire_type, value


def _varint(raw: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for place in range(_MAX_VARINT_BYTES):
        byte = raw[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value & ((1 << 64) - 1), at + place + 1
    raise ValueError("a number of more than 64 bits")
