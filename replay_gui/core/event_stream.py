"""Events in order, read in one pass and held one at a time, however long the log is."""

from __future__ import annotations

from collections.abc import Iterator

from replay_gui.core.event import SKIPPED_KIND, Event
from replay_gui.core.framing import Record
from replay_gui.core.log_reader import EventLog, decoded
from replay_gui.core.scanner import Block, Ending, Skipped


def events_of(log: EventLog, start: int = 0, stop: int | None = None) -> Iterator[Event | Ending]:
    """The events at places `start` … `stop` - 1, skipped stretches among them; then the Ending, where it is reached.

    What comes before `start` is passed over without being decoded.
    """
    run_id = log.header.run_id
    for part in log.parts():
        if isinstance(part, Ending):
            yield part
        elif isinstance(part, Skipped):
            if start <= part.place:
                problem = f"{part.size:,} bytes are no record and were skipped"
                place, offset, event_id = part.place, part.offset, f"{run_id}:?"
                yield Event(place, offset, part.size, event_id, SKIPPED_KIND, {}, {}, b"", None, None, problem)
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
    return part.first + len(part) if isinstance(part, Block) else part.place + 1
