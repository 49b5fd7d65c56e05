"""One event of a run, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SKIPPED_KIND = "(skipped)"
UNREADABLE_KIND = "(unreadable)"

_LONG = 200  # characters


@dataclass(frozen=True, slots=True)
class Event:
    """A record of the log, decoded; or a stretch of bytes that a reader had to skip.

    Attributes:
        index: EventIndex, where it stands among the records read, from 0; its effect is in the state at position
            index + 1.
        offset, size: where its bytes stand in the file.
        event_id: ``run_id:seq``; ``run_id:?`` where the seq cannot be read (see the function).
        kind: one of FORMAT's kinds, a custom ``x:name``, SKIPPED_KIND, or UNREADABLE_KIND: the content is no event.
        payload, meta: decoded maps, empty where they cannot be read. Treat as frozen: they are shared.
        content: the content's bytes as stored (empty for a skipped stretch).
        state_hash: the recorded state hash (32 bytes), or None.
        hash: the record's hash (32 bytes), or None for a skipped stretch.
        problem: why it cannot be read, in words; None for a sound event. (Hashes are judged by verification, not here.)
    """

    index: int
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
        return whole(self.meta.get("seq"))

    @property
    def parent(self) -> int | None:
        """The seq of the event that caused this one."""
        return whole(self.meta.get("parent"))

    @property
    def time(self) -> int | None:
        """Nanoseconds since 1970."""
        return whole(self.meta.get("time"))

    @property
    def duration(self) -> int | None:
        """Nanoseconds."""
        return whole(self.meta.get("duration"))

    @property
    def tool(self) -> str | None:
        name = self.payload.get("tool_name")
        return name if isinstance(name, str) else None

    def __str__(self) -> str:
        return f"{self.event_id} {self.kind}" + (f" {self.tool}" if self.tool else "")


def event_id(run_id: str, seq: int | None) -> str:
    """``run_id:seq``. A run_id can be as long as a header, and stands in every event and finding: beyond _LONG, cut."""
    name = run_id if len(run_id) <= _LONG else f"{run_id[:_LONG]}…"
    return f"{name}:{'?' if seq is None else seq}"


def whole(value: object) -> int | None:
    """`value` if it is a whole number from 0 on (no boolean, no float), else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
