"""One event of a run, as a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from replay_gui.core.errors import NotApplicable, NotCanonical
from replay_gui.core.log.canonical import decode
from replay_gui.core.log.framing import Record
from replay_gui.core.log.positions import EventIndex

Decode: TypeAlias = Callable[[bytes], Any]
"""Returns the value of canonical msgpack; raise NotCanonical if it is none."""

SKIPPED_KIND = "(skipped)"
UNREADABLE_KIND = "(unreadable)"

_MAX_RUN_ID_LENGTH = 200  # characters of a run_id in an event_id


@dataclass(frozen=True, slots=True)
class Event:
    """A decoded record of a log, or a range of bytes that a reader skipped.

    Attributes:
        index: its index in the log, from 0. Its effect is in the state at position index + 1.
        offset: byte at which its record begins in the file.
        size: bytes of its record; 0 if unknown.
        event_id: ``run_id:seq``; ``run_id:?`` if the seq cannot be read (see the function event_id).
        kind: a Kind, a custom ``x:name``, SKIPPED_KIND, or UNREADABLE_KIND if the content is not an event.
        payload: the event's data; empty if it cannot be read. Shared: do not change it.
        meta: how the event came about (seq, parent, time, …); empty if it cannot be read. Shared: do not change it.
        content: bytes of [kind, payload] as stored; empty for a skipped stretch.
        state_hash: the recorded hash of the state after it (32 bytes), or None if none was recorded.
        hash: the record's hash (32 bytes), or None for a skipped stretch.
        problem: why it cannot be read, in words; None if it can. Hashes are checked by verification, not here.
    """

    index: EventIndex
    offset: int
    size: int
    event_id: str
    kind: str
    payload: Mapping[str, Any]
    meta: Mapping[str, Any]
    content: bytes
    state_hash: bytes | None
    hash: bytes | None
    problem: str | None = None

    @property
    def seq(self) -> int | None:
        """The number that the recorder gave it, from 0; None if it cannot be read."""
        return whole_number(self.meta.get("seq"))

    @property
    def parent(self) -> int | None:
        """The seq of the event that caused this one; None if not recorded."""
        return whole_number(self.meta.get("parent"))

    @property
    def time(self) -> int | None:
        """The time of the event, in ns since 1970 (UTC); None if not recorded."""
        return whole_number(self.meta.get("time"))

    @property
    def duration(self) -> int | None:
        """The duration of the event, in ns; None if not recorded."""
        return whole_number(self.meta.get("duration"))

    @property
    def tool(self) -> str | None:
        """The tool's name, for an event about a tool; else None."""
        name = self.payload.get("tool_name")
        return name if isinstance(name, str) else None

    def __str__(self) -> str:
        return f"{self.event_id} {self.kind}" + (f" {self.tool}" if self.tool else "")


def event_id(run_id: str, seq: int | None) -> str:
    """Return ``run_id:seq``, or ``run_id:?`` without a seq.

    A run_id can be as long as a header, and is in every event and finding, so a long one is cut.
    """
    name = run_id if len(run_id) <= _MAX_RUN_ID_LENGTH else f"{run_id[:_MAX_RUN_ID_LENGTH]}…"
    return f"{name}:{'?' if seq is None else seq}"


def whole_number(value: object) -> int | None:
    """Return `value` if it is an integer of at least 0 (no boolean, no float), else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def decode_event(content: bytes, decode_content: Decode = decode) -> tuple[str, dict[str, Any]]:
    """Return (kind, payload) of a record's content; raise NotApplicable if it cannot be decoded or is not an event.

    `decode_content`: another decoder, for a program that must stay responsive (LargeValues).
    """
    try:
        value = decode_content(content)
    except NotCanonical as why:
        raise NotApplicable(str(why)) from None
    match value:
        case [str(kind), dict(payload)]:
            return kind, payload
    raise NotApplicable("the content is not [kind, payload]")


def event_of_record(
    record: Record, run_id: str, index: EventIndex, offset: int, size: int, *, decode_content: Decode = decode
) -> Event:
    """Return the event of a record, as far as it can be read. `decode_content`: see decode_event."""
    problem = None
    payload: dict[str, Any] = {}
    meta: dict[str, Any] = {}
    try:
        kind, payload = decode_event(record.content, decode_content)
    except NotApplicable as why:
        kind, problem = UNREADABLE_KIND, f"the content cannot be read: {why}"
    try:
        fields = decode_content(record.meta)
        meta = fields if isinstance(fields, dict) else {}
    except NotCanonical as why:
        problem = problem or f"the meta cannot be read: {why}"
    name = event_id(run_id, whole_number(meta.get("seq")))
    return Event(index, offset, size, name, kind, payload, meta, record.content, record.state, record.hash, problem)


def seq_of_record(record: Record, decode_content: Decode) -> int | None:
    """Return the seq of a record, whose content is not decoded; None if it cannot be read."""
    try:
        fields = decode_content(record.meta)
    except NotCanonical:
        return None
    return whole_number(fields.get("seq")) if isinstance(fields, dict) else None


def skipped_event(run_id: str, index: EventIndex, offset: int, size: int, problem: str) -> Event:
    """Return the event for a skipped range of bytes."""
    return Event(index, offset, size, event_id(run_id, None), SKIPPED_KIND, {}, {}, b"", None, None, problem)
