"""A fault of one record: found by verification, and by the replay that builds an index."""

from __future__ import annotations

from typing import NamedTuple

from replay_gui.core.errors import NotCanonical
from replay_gui.core.log.canonical import decode
from replay_gui.core.log.positions import EventIndex

NOT_APPLIED = "the event cannot be applied to the state"
SKIPPED = "a skipped stretch cannot be applied to the state"


class Fault(NamedTuple):
    """One problem of a record, or of a skipped range of bytes.

    Attributes:
        event_index: EventIndex of the record. offset: its first byte in the log. seq: None if it cannot be read.
        problem: in words, such as NOT_APPLIED. expected, actual: hashes in hex or numbers; None if there are none.
    """

    event_index: EventIndex
    offset: int
    seq: int | None
    problem: str
    expected: str | None = None
    actual: str | None = None


def readable_seq(meta: bytes) -> int | None:
    """Return the seq, even if the meta is invalid otherwise; None if it cannot be read."""
    try:
        facts = decode(meta)
    except NotCanonical:
        return None
    seq = facts.get("seq") if isinstance(facts, dict) else None
    return seq if is_seq(seq) else None


def is_seq(value: object) -> bool:
    """Return whether `value` is a whole number of at least 0."""
    return type(value) is int and value >= 0
