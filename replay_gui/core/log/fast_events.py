"""A fast decoder for the common form of an event's content: a Kind, the fields of its payload, no deep values.

msgspec decodes it to a structure that C has checked, in half the time that a dict and a check of each field would take.
It encodes the structure canonically, since its fields are in the order of their keys. Any other content (a custom kind,
`ops`, further or missing fields, long keys, deep values, broken bytes) raises an exception; `canonical` decodes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import repeat
from operator import call, or_
from types import NoneType
from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, MsgspecError

from replay_gui.core.log.canonical import (
    MAX_KEY_BYTES,
    SHALLOW_DEPTH,
    SHORT_KEY,
    decode_shallow,
    decode_shallow_event,
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
_KEPT_FIELDS = ("details", "fields")  # further fields, in which importers keep the rest of a source's records
_BECOME_KEYS = {"tool_name", "obs_type", "key", "patch_hash"}  # fields whose values the reducer uses as keys of maps


def _fast_event_type(kind: str, structure: type[Payload]) -> type[FastEvent]:
    """Return the structure of [kind, payload]: fields in the order of canonical keys, without `ops`."""
    fields: dict[str, tuple[Any, ...]] = {name: (name, _VALUE | msgspec.UnsetType, UNSET) for name in _KEPT_FIELDS}
    for field in msgspec.structs.fields(structure):
        if field.name != "ops":
            type_ = SHORT_KEY if field.name in _BECOME_KEYS else _TYPES.get(field.type, field.type)
            # A field that may be missing is left out again; one with a null value stays.
            optional = (field.name, type_ | msgspec.UnsetType, UNSET)
            fields[field.encode_name] = (field.name, type_) if field.required else optional
    in_order = [fields[name] for name in sorted(fields)]
    payload = msgspec.defstruct(f"{kind}Payload", in_order, kw_only=True, forbid_unknown_fields=True, gc=False)
    shape: dict[str, Any] = {"array_like": True, "tag": kind, "forbid_unknown_fields": True, "gc": False}
    return msgspec.defstruct(f"Usual{kind}", [("payload", payload)], **shape)


FAST_EVENT_TYPES: dict[str, type[FastEvent]] = {
    kind: _fast_event_type(kind, structure) for kind, structure in STRUCTURES.items()
}
"""The structure of each kind."""

_KIND_BEGINNING = slice(1, 7)  # bytes of a content that identify its kind: the length of its name, and 5 characters
_BEGINNINGS = frozenset(encode_sorted((kind, {}))[_KIND_BEGINNING] for kind in FAST_EVENT_TYPES)
_MAX_FAILURES = 2  # of a kind's fast decoder in one block, after which it is no longer tried

# The bare C function; it raises msgspec.MsgspecError or UnicodeDecodeError.
decode_fast_event = msgspec.msgpack.Decoder(reduce(or_, FAST_EVENT_TYPES.values())).decode


def decode_fast_events(contents: Sequence[bytes]) -> list[DecodedEvent]:
    """Return the decoded events: in one C loop, as far as they are in the common form or else shallow."""
    events: list[DecodedEvent] = []
    rest = iter(contents)
    try:
        events.extend(map(decode_fast_event, rest))
    except (MsgspecError, UnicodeDecodeError):  # raised for the last content from `rest`; earlier ones are listed
        _decode_rest(contents, events)
    if max(map(len, contents), default=0) > MAX_KEY_BYTES:
        for i, content in enumerate(contents):
            if len(content) > MAX_KEY_BYTES and events[i] is not None and not has_short_keys(content):
                events[i] = None
    return events


def _decode_rest(contents: Sequence[bytes], events: list[DecodedEvent]) -> None:
    """Add the events from the first of another form on.

    Custom kinds, and kinds that had another form before, are not tried as the common form: exceptions are slow.
    """
    begin = len(events)
    kinds = [content[_KIND_BEGINNING] for content in contents[begin:]]
    decoders = dict.fromkeys(_BEGINNINGS.intersection(kinds), decode_fast_event)
    failures: dict[bytes, int] = {}
    decoded: Iterator[DecodedEvent] | None = None
    while len(events) < len(contents):
        if decoded is None:
            rest = iter(contents[len(events) :])
            chosen = map(decoders.get, kinds[len(events) - begin :], repeat(decode_shallow_event))
            decoded = map(call, chosen, rest) if decoders else map(decode_shallow_event, rest)
        try:
            events.extend(decoded)
        except (MsgspecError, UnicodeDecodeError):  # the first content that is not in `events`
            content, kind = contents[len(events)], kinds[len(events) - begin]
            events.append(decode_shallow(content))
            failures[kind] = failures.get(kind, 0) + 1
            if failures[kind] == _MAX_FAILURES and kind in decoders:
                del decoders[kind]
                decoded = None


def indexes_not_canonical(events: Sequence[DecodedEvent], contents: Sequence[bytes]) -> list[int]:
    """Return the indexes of the `contents` that are not canonical [kind, payload]; `events`: decoded from them.

    If each event is encoded to exactly the bytes that it was decoded from, only a NaN can be wrong, so that one
    comparison decides a whole block (see encode_all). Otherwise each content is checked separately.
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
