"""A fast decoder for the common form of an event's content: a Kind, exactly the fields of its payload, no deep values.

msgspec decodes it to a structure that C has checked, in half the time that a dict and a check of each field would take.
It encodes the structure canonically, since its fields are in the order of their keys. Any other content (a custom kind,
`ops`, further or missing fields, long keys, deep values, broken bytes) raises; it is left to `canonical`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from types import NoneType
from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, MsgspecError

from replay_gui.core.log.canonical import (
    MAX_KEY_BYTES,
    SHALLOW_DEPTH,
    SHORT_KEY,
    decode_shallow,
    encode_all,
    encode_sorted,
    has_short_keys,
    is_canonical_event,
    may_contain_nan,
    type_of_shallow_values,
)
from replay_gui.core.log.payloads import STRUCTURES, Payload

FastEvent: TypeAlias = Any
"""A structure with the attribute `payload`, which has the kind's fields as attributes (UNSET for a missing one)."""

DecodedEvent: TypeAlias = Any
"""A FastEvent; (kind, payload) of another form that is shallow; None where a limit may be broken, or it is no event."""

_VALUE: Any = type_of_shallow_values(SHALLOW_DEPTH - 2)
_LIST: Any = list  # for types that are built at run time, which no type checker can follow
_MAP: Any = dict
_TYPES = {Any: _VALUE, list[Any]: _LIST[_VALUE], dict[str, Any]: _MAP[str, _VALUE]}
_BECOME_KEYS = {"tool_name", "obs_type", "key", "patch_hash"}  # fields whose values the reducer uses as keys of maps


def _fast_event_type(kind: str, structure: type[Payload]) -> type[FastEvent]:
    """Return the structure of [kind, payload]: fields in the order of canonical keys, without `ops`."""
    fields = []
    for field in sorted(msgspec.structs.fields(structure), key=lambda field: field.encode_name):
        if field.name != "ops":
            type_ = SHORT_KEY if field.name in _BECOME_KEYS else _TYPES.get(field.type, field.type)
            # A field that may be missing is left out again; one that is there and null stays.
            fields.append((field.name, type_) if field.required else (field.name, type_ | msgspec.UnsetType, UNSET))
    payload = msgspec.defstruct(f"{kind}Payload", fields, kw_only=True, forbid_unknown_fields=True, gc=False)
    shape: dict[str, Any] = {"array_like": True, "tag": kind, "forbid_unknown_fields": True, "gc": False}
    return msgspec.defstruct(f"Usual{kind}", [("payload", payload)], **shape)


FAST_EVENT_TYPES: dict[str, type[FastEvent]] = {
    kind: _fast_event_type(kind, structure) for kind, structure in STRUCTURES.items()
}
"""The structure of each kind."""

_KIND_BEGINNING = slice(1, 8)  # bytes of a content: the length and the beginning of the kind's name
_MAX_FAILURES = 4

# The bare C function; it raises msgspec.MsgspecError or UnicodeDecodeError.
decode_fast_event = msgspec.msgpack.Decoder(reduce(or_, FAST_EVENT_TYPES.values())).decode


def decode_fast_events(contents: Sequence[bytes]) -> list[DecodedEvent]:
    """Return the decoded events: in one C loop, up to the first one of another form."""
    events: list[DecodedEvent] = []
    rest = iter(contents)
    try:
        events.extend(map(decode_fast_event, rest))
    except (MsgspecError, UnicodeDecodeError):  # at the content that `rest` gave last; those before it are listed
        events.append(decode_shallow(contents[len(events)]))
        events.extend(_decode_each(rest))
    if max(map(len, contents), default=0) > MAX_KEY_BYTES:
        for i, (event, content) in enumerate(zip(events, contents, strict=True)):
            if event is None or type(event) is tuple:
                continue  # of another form: decode_shallow has checked its keys
            if len(content) > MAX_KEY_BYTES and not has_short_keys(content):
                events[i] = None
    return events


def _decode_each(contents: Iterator[bytes]) -> Iterator[DecodedEvent]:
    """Yield the decoded events. A kind that often has another form is not tried any more: an exception takes long."""
    failures: dict[bytes, int] = {}
    for content in contents:
        kind = content[_KIND_BEGINNING]
        if (failed := failures.get(kind, 0)) < _MAX_FAILURES:
            try:
                yield decode_fast_event(content)
                continue
            except (MsgspecError, UnicodeDecodeError):
                failures[kind] = failed + 1
        yield decode_shallow(content)


def indexes_not_canonical(events: Sequence[DecodedEvent], contents: Sequence[bytes]) -> list[int]:
    """Return the indexes of the `contents` that are not canonical [kind, payload]; `events`: decoded from them.

    Where each event is encoded to exactly the bytes that it was decoded from, only a NaN can be wrong, so that one
    comparison decides a whole block (see encode_all). Otherwise each content is checked alone.
    """
    if NoneType not in set(map(type, events)):
        joined = b"".join(contents)
        if encode_all(list(events)) == joined and not may_contain_nan(joined):
            return []
    return [
        i
        for i, (event, content) in enumerate(zip(events, contents, strict=True))
        if (event is None or may_contain_nan(content) or encode_sorted(event) != content)
        and not is_canonical_event(content)
    ]
