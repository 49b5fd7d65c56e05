"""Reading a log: its header, its events by place, and its records in order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.errors import LogChanged, PositionError
from replay_gui.core.log.chain import HASH_SIZE
from replay_gui.core.log.event import SKIPPED_KIND, Event, event_id
from replay_gui.core.log.event_stream import decoded, events_of
from replay_gui.core.log.framing import CutShort, Framing, NotWellFormed, Record
from replay_gui.core.log.header import read_header
from replay_gui.core.log.scanner import Block, Ending, Part, Skipped, scan
from replay_gui.core.log.source import Source

_RECORD_WINDOW = 1 << 12  # bytes; most records are smaller
_ANY_HASH = bytes(HASH_SIZE)  # where only the hash before a seal would matter


class EventLog:
    """A log, open for reading. Reads like a sequence of Events.

    What it knows of the places of records comes from a pass over the file (at the first need), or from an index
    by `use_offsets`. It never changes the file.

    Attributes:
        source: the file. header: its Header.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.header = read_header(source)
        self._offsets: NDArray[np.uint64] | None = None

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """LogUnreadable or LogRefused, in one line, where the file cannot be read as a log."""
        source = Source(path)
        try:
            return cls(source)
        except BaseException:
            source.close()
            raise

    def use_offsets(self, offsets: NDArray[np.uint64]) -> None:
        """Takes the places of the first len(offsets) records from an index."""
        self._offsets = offsets

    @property
    def offsets(self) -> NDArray[np.uint64]:
        """Byte offset of each record and skipped stretch."""
        if self._offsets is None:
            runs = [np.zeros(0, np.uint64)]
            for part in self.parts():
                if isinstance(part, Block):
                    runs.append(part.offsets[:-1].astype(np.uint64))
                elif isinstance(part, Skipped):
                    runs.append(np.array([part.offset], np.uint64))
            self._offsets = np.concatenate(runs)
        return self._offsets

    def parts(self) -> Iterator[Part]:
        """The whole log: blocks of records, skipped stretches, and the ending."""
        return scan(self.source, len(self.header.raw), 0, self.header.hash)

    def contents(self, start: int, stop: int) -> Iterator[bytes | None]:
        """The contents of records start … stop - 1, None for a skipped stretch."""
        if start >= stop:
            return
        place = start
        until = int(self.offsets[stop]) if stop < len(self.offsets) else None
        for part in scan(self.source, int(self.offsets[start]), start, _ANY_HASH, until):
            if isinstance(part, Ending):
                raise LogChanged(f"{self.source.path}: event {place} is not where it was; reload it")
            for content in part.contents if isinstance(part, Block) else (None,):
                yield content
                place += 1
                if place == stop:
                    return

    def __len__(self) -> int:
        return len(self.offsets)

    def __getitem__(self, index: int) -> Event:
        if not 0 <= index < len(self):
            raise PositionError(f"no event {index}: the log has {len(self)}")
        return self.event_at(index, int(self.offsets[index]))

    def __iter__(self) -> Iterator[Event]:
        """All of it in one pass, with no list of places and one event at a time in memory."""
        return (event for event in events_of(self) if isinstance(event, Event))

    def event_at(self, index: int, offset: int) -> Event:
        """The event at a known offset."""
        framing = Framing(self.source, _RECORD_WINDOW)
        try:
            item, end = framing.take(offset)
        except (CutShort, NotWellFormed):
            item, end = None, offset
        if not isinstance(item, Record):
            problem = "these bytes are no record and were skipped"
            name = event_id(self.header.run_id, None)
            return Event(index, offset, 0, name, SKIPPED_KIND, {}, {}, b"", None, None, problem)
        return decoded(item, self.header.run_id, index, offset, end - offset)

    def close(self) -> None:
        self.source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
