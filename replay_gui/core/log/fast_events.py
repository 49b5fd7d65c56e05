"""A fast decoder for the common form of an event's content: a kind, known fields of its payload.

msgspec decodes it to a structure that C has checked, in half the time that a dict and a check of each field would take.
It encodes the structure canonically, since its fields are in the order of their keys. The fields are those of the kind,
and further ones that the log was seen to use: for these, and for custom kinds, the decoder of a log makes structures.
Any other content (missing fields, long keys, very deep values, broken bytes) raises an exception; `canonical` decodes
it.

Values may also be left packed, as msgspec.Raw, which takes two thirds of the time. Whether they are within the limits
is then unknown, so this is only for a pass beside one that decodes the same contents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache, reduce
from itertools import repeat
from operator import call, or_
from types import NoneType
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import UNSET

from replay_gui.core.log.canonical import (
    DECODE_ERRORS,
    DEEP,
    HOOKS,
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
from replay_gui.core.log.kinds import is_custom
from replay_gui.core.log.payloads import STRUCTURES

FastEvent: TypeAlias = Any
"""A structure with `kind`, and with `payload`, whose attributes are the kind's fields (UNSET for a missing one).

If its type has `has_operations`, the payload has `ops`: a list of structures with `path` and `value`, or UNSET.
"""

DecodedEvent: TypeAlias = Any
"""A FastEvent; (kind, payload) of another form that is shallow; None where a limit may be broken, or it is no event."""

_VALUE: Any = type_of_shallow_values(SHALLOW_DEPTH - 2, below=DEEP)
_LIST: Any = list  # for types that are built at run time, which no type checker can follow
_MAP: Any = dict
_PACKED: Any = msgspec.Raw


def _types_of_values(value: Any) -> dict[Any, Any]:
    """Return the types of fields that have values, by the types in STRUCTURES; `value`: the type of any value."""
    return {Any: value, list[Any]: _LIST[value], dict[str, Any]: _MAP[str, value]}


_TYPES, _PACKED_TYPES = _types_of_values(_VALUE), _types_of_values(_PACKED)
_KEPT_FIELDS = frozenset(("details", "fields"))  # further ones that importers write
_BECOME_KEYS = {"tool_name", "obs_type", "key", "patch_hash"}  # fields whose values the reducer uses as keys of maps
_OPERATIONS = "ops"
_MAX_PATH = MAX_KEY_BYTES // 4  # characters of a path in an operation: each key in it is within the limit
_MAX_FIELDS = 64  # further ones of a kind; a log that uses more has data in the names
_MAX_CUSTOM_KINDS = 64  # of a log, that have structures
_MIN_OTHERS = 64  # events of other forms in a block, for which structures are made
_MAX_KEPT_TYPES = 128


_Path = Annotated[str, msgspec.Meta(max_length=_MAX_PATH)]
_OPERATION: dict[str, Any] = {"tag_field": "op", "forbid_unknown_fields": True, "gc": False}
_OPERATION_FIELDS = [("path", _Path), ("value", type_of_shallow_values(SHALLOW_DEPTH - 4, below=DEEP))]
AddOperation = msgspec.defstruct("AddOperation", _OPERATION_FIELDS, tag="add", **_OPERATION)
ReplaceOperation = msgspec.defstruct("ReplaceOperation", _OPERATION_FIELDS, tag="replace", **_OPERATION)
RemoveOperation = msgspec.defstruct("RemoveOperation", _OPERATION_FIELDS[:1], tag="remove", **_OPERATION)
_TYPE_OF_OPERATIONS: Any = _LIST[AddOperation | ReplaceOperation | RemoveOperation] | msgspec.UnsetType


def _event_type(kind: str, further: frozenset[str], packed: bool) -> type[FastEvent]:
    """Return the structure of [kind, payload]: fields in the order of canonical keys.

    Its payload has `ops`, and the class the attribute `has_operations`, if these are among the further fields. If
    `packed`, values are left packed, and the class has the attribute `is_packed`.
    """
    types = _PACKED_TYPES if packed else _TYPES
    optional: Any = types[Any] | msgspec.UnsetType  # one that may be missing is left out again; one with null stays
    fields: dict[str, tuple[Any, ...]] = {}
    for i, name in enumerate(sorted(further)):
        # The attribute has the field's name, so that readers of any kind's payload find it, if Python allows the name.
        attribute = name if name.isidentifier() and not name.startswith("_") else f"_{i}"
        fields[name] = (attribute, optional, msgspec.field(name=name, default=UNSET))
    for field in msgspec.structs.fields(STRUCTURES[kind]) if kind in STRUCTURES else ():
        if field.name != _OPERATIONS:
            type_ = SHORT_KEY if field.name in _BECOME_KEYS else types.get(field.type, field.type)
            given = (field.name, type_), (field.name, type_ | msgspec.UnsetType, UNSET)
            fields[field.encode_name] = given[0] if field.required else given[1]
    if _OPERATIONS in further:
        fields[_OPERATIONS] = (_OPERATIONS, _TYPE_OF_OPERATIONS, UNSET)
    in_order = [fields[name] for name in sorted(fields)]
    payload = msgspec.defstruct(f"{kind}Payload", in_order, kw_only=True, forbid_unknown_fields=True, gc=False)
    shape: dict[str, Any] = {"array_like": True, "tag": kind, "forbid_unknown_fields": True, "gc": False}
    facts = {"kind": kind, "has_operations": _OPERATIONS in further, "is_packed": packed}
    return msgspec.defstruct(f"Usual{kind}", [("payload", payload)], namespace=facts, **shape)


_kept_event_type = lru_cache(maxsize=_MAX_KEPT_TYPES)(_event_type)  # 0.2 ms for each field

FAST_EVENT_TYPES: dict[str, type[FastEvent]] = {
    kind: _kept_event_type(kind, _KEPT_FIELDS, False) for kind in STRUCTURES
}
"""The structure of each kind, without further fields but those that importers write."""


def _decoder(types: dict[str, type[FastEvent]]) -> Any:
    """Return the bare C function that decodes a content to one of these structures; it raises DECODE_ERRORS."""
    return msgspec.msgpack.Decoder(reduce(or_, types.values()), **HOOKS).decode


_KIND_BEGINNING = slice(1, 7)  # bytes of a content that identify its kind: the length of its name, and 5 characters
_MAX_FAILURES = 2  # of a kind's fast decoder in one block, after which it is no longer tried


def _beginnings(kinds: Sequence[str]) -> frozenset[bytes]:
    return frozenset(encode_sorted((kind, {}))[_KIND_BEGINNING] for kind in kinds)


decode_fast_event = _decoder(FAST_EVENT_TYPES)
_BEGINNINGS = _beginnings([*FAST_EVENT_TYPES])


class EventDecoder:
    """Decodes the contents of a log, and has structures for the further fields and custom kinds that it has seen.

    The structures are made when a block has many events of other forms. So which events are in the common form depends
    on those around them; what they contain does not.
    """

    __slots__ = ("_beginnings", "_closed", "_decode", "_fields", "_is_packed")

    def __init__(self) -> None:
        self._fields = dict.fromkeys(FAST_EVENT_TYPES, _KEPT_FIELDS)  # further ones, by kind
        self._closed: set[str] = set()  # kinds whose further fields are too many
        self._is_packed = False
        self._decode = decode_fast_event
        self._beginnings = _BEGINNINGS

    def decode(self, contents: Sequence[bytes], packed: bool = False) -> list[DecodedEvent]:
        """Return the decoded events: in one C loop, as far as they are in the common form or else shallow.

        `packed`: leave the values of events in the common form packed, and do not check their keys.
        """
        if packed is not self._is_packed:
            self._is_packed = packed
            self._use_fields()
        events: list[DecodedEvent] = []
        try:
            events.extend(map(self._decode, contents))
        except DECODE_ERRORS:  # raised for the first content that is not in `events`
            self._decode_rest(contents, events)
            others = [event for event in events if type(event) is tuple]
            if len(others) >= _MIN_OTHERS and self._learn(others):
                return self.decode(contents, packed)
        if not packed and max(map(len, contents), default=0) > MAX_KEY_BYTES:
            for i, content in enumerate(contents):
                if len(content) > MAX_KEY_BYTES and events[i] is not None and not has_short_keys(content):
                    events[i] = None
        return events

    def _decode_rest(self, contents: Sequence[bytes], events: list[DecodedEvent]) -> None:
        """Add the events from the first of another form on.

        Kinds that have no structure, or had another form before, are not tried as the common form: exceptions are slow.
        """
        begin = len(events)
        kinds = [content[_KIND_BEGINNING] for content in contents[begin:]]
        decoders = dict.fromkeys(self._beginnings.intersection(kinds), self._decode)
        failures: dict[bytes, int] = {}
        decoded: Iterator[DecodedEvent] | None = None
        while len(events) < len(contents):
            if decoded is None:
                rest = iter(contents[len(events) :])
                chosen = map(decoders.get, kinds[len(events) - begin :], repeat(decode_shallow_event))
                decoded = map(call, chosen, rest) if decoders else map(decode_shallow_event, rest)
            try:
                events.extend(decoded)
            except DECODE_ERRORS:  # the first content that is not in `events`
                content, kind = contents[len(events)], kinds[len(events) - begin]
                events.append(decode_shallow(content))
                failures[kind] = failures.get(kind, 0) + 1
                if failures[kind] == _MAX_FAILURES and kind in decoders:
                    del decoders[kind]
                    decoded = None

    def _learn(self, others: Sequence[tuple[str, dict[str, Any]]]) -> bool:
        """Make structures with the fields of these events, which are of other forms, and return whether any is new."""
        seen: dict[str, set[str]] = {}
        for kind, payload in others:
            if kind not in self._closed:
                seen.setdefault(kind, set()).update(payload)
        is_new = False
        for kind, names in seen.items():
            before = self._fields.get(kind, frozenset())
            fields = before.union(filter(_may_be_field, names)) - _own_fields(kind)
            is_one_too_many = kind not in self._fields and len(self._fields) >= len(STRUCTURES) + _MAX_CUSTOM_KINDS
            if len(fields) > _MAX_FIELDS or is_one_too_many or not _may_have_structure(kind):
                self._closed.add(kind)
            elif fields != before or kind not in self._fields:
                self._fields[kind], is_new = fields, True
        if is_new:
            self._use_fields()
        return is_new

    def _use_fields(self) -> None:
        """Decode to structures with the fields that are known now."""
        types = {kind: _kept_event_type(kind, fields, self._is_packed) for kind, fields in self._fields.items()}
        self._decode, self._beginnings = _decoder(types), _beginnings([*types])


def _own_fields(kind: str) -> frozenset[str]:
    """Return the fields of a kind without `ops`, and `tool_name`, which the index reads from any kind's payload."""
    if kind not in STRUCTURES:
        return frozenset()
    return frozenset((*STRUCTURES[kind].__struct_fields__, "tool_name")) - {_OPERATIONS}


def _may_have_structure(kind: str) -> bool:
    return kind in STRUCTURES or (is_custom(kind) and _may_be_field(kind))


def _may_be_field(name: str) -> bool:
    """Return whether msgspec accepts this name of a field or a structure, and it is short."""
    return len(name) <= MAX_KEY_BYTES // 4 and name.isprintable() and not {"\\", '"'}.intersection(name)


def are_canonical(events: Sequence[DecodedEvent], contents: Sequence[bytes]) -> bool:
    """Return whether `contents`, which `events` were decoded from, are canonical, and no event is None.

    If each event is encoded to exactly the bytes that it was decoded from, only a NaN can be wrong, so that one
    comparison decides a whole block (see encode_all). False may also mean that this is not certain.
    """
    if NoneType in set(map(type, events)):
        return False
    joined = b"".join(contents)
    return encode_all(list(events)) == joined and not may_contain_nan(joined)


def indexes_not_canonical(events: Sequence[DecodedEvent], contents: Sequence[bytes]) -> list[int]:
    """Return the indexes of the `contents` that are not canonical [kind, payload]; `events`: decoded from them."""
    return [
        i
        for i, (event, content) in enumerate(zip(events, contents, strict=True))
        if (event is None or may_contain_nan(content) or encode_sorted(event) != content)
        and not is_canonical_event(content)
    ]
