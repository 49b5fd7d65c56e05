"""Events in order, read in one pass and held one at a time, however long the log is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from replay_gui.core.errors import NotApplicable, NotCanonical
from replay_gui.core.log.canonical import decode
from replay_gui.core.log.event import SKIPPED_KIND, UNREADABLE_KIND, Event, event_id, whole
from replay_gui.core.log.framing import Record
from replay_gui.core.log.scanner import Block, Ending, Skipped
from replay_gui.core.state.reducer import decode_event

if TYPE_CHECKING:
    from replay_gui.core.log.log_reader import EventLog


def events_of(log: EventLog, start: int = 0, stop: int | None = None) -> Iterator[Event | Ending]:
    """The events at places `start` … `stop` - 1, skipped stretches among them; then the Ending, where it is reached.

    What comes before `start` is passed over without being decoded.
    """
    run_id = log.header.run_id
    for part in log.parts():
        if isinstance(part, Ending):
            yield part
        elif isinstance(part, Skipped):
            if start <= part.index:
                problem = f"{part.size:,} bytes are no record and were skipped"
                place, offset, name = part.index, part.offset, event_id(run_id, None)
                yield Event(place, offset, part.size, name, SKIPPED_KIND, {}, {}, b"", None, None, problem)
        elif start < part.first + len(part):
            yield from _decoded(part, run_id, max(0, start - part.first), stop)
        if stop is not None and not isinstance(part, Ending) and _end(part) >= stop:
            return


def _decoded(block: Block, run_id: str, start: int, stop: int | None) -> Iterator[Event]:
    end = len(block) if stop is None else min(len(block), stop - block.first)
    for i in range(start, end):
        offset = int(block.offsets[i])
        record = Record(block.contents[i], block.states[i], block.metas[i], block.hashes[i])
        yield decoded(record, run_id, block.first + i, offset, int(block.offsets[i + 1]) - offset)


def _end(part: Block | Skipped) -> int:
    return part.first + len(part) if isinstance(part, Block) else part.index + 1


def decoded(record: Record, run_id: str, index: int, offset: int, size: int) -> Event:
    """The event that a record holds, as far as it can be read."""
    problem = None
    payload: dict[str, Any] = {}
    meta: dict[str, Any] = {}
    try:
        kind, payload = decode_event(record.content)
    except NotApplicable as why:
        kind, problem = UNREADABLE_KIND, f"the content cannot be read: {why}"
    try:
        facts = decode(record.meta)
        meta = facts if isinstance(facts, dict) else {}
    except NotCanonical as why:
        problem = problem or f"the meta cannot be read: {why}"
    seq = whole(meta.get("seq"))
    name = event_id(run_id, seq)
    return Event(index, offset, size, name, kind, payload, meta, record.content, record.state, record.hash, problem)
