"""Reading a log: its header, its events by index, and its records in order."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.errors import LogChanged, PositionError
from replay_gui.core.log.canonical import decode, encode
from replay_gui.core.log.chain import HASH_BYTES
from replay_gui.core.log.event import Decode, Event, decode_event, event_of_record, seq_of_record, skipped_event
from replay_gui.core.log.framing import CutShort, Framing, Item, NotWellFormed, Record, whole_record
from replay_gui.core.log.header import read_header
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex
from replay_gui.core.log.scanner import Block, Ending, LogPart, Skipped, scan_log
from replay_gui.core.log.source import Source
from replay_gui.core.translation.messages import tr

_RECORD_WINDOW_BYTES = 1 << 12  # most records are smaller
_READ_THROUGH_BYTES = 1 << 15  # of unwanted records, that are read faster than a new beginning
_ANY_HASH = bytes(HASH_BYTES)  # only the hash before a seal would matter there


class EventLog(Sequence[Event]):
    """A log, open for reading, as a sequence of Events. A context manager; it never changes the file.

    ``log[3]``, ``log[-1]`` and ``log[10:20]`` (a list) read those events; a missing index raises
    PositionError, which is an IndexError. A range of bytes that is not a record counts as one event of the kind
    ``(skipped)``.

    The first ``len(log)`` or ``log[i]`` takes one pass over the file, to find where records begin, unless an index
    provides them (`use_offsets`): about 1 s a million events. After that, ``log[i]`` is one read, about 10 µs.
    Iterating takes one pass (about 7 µs an event) and holds one event at a time.

    Data appended to the file after it was opened are not seen.

    Attributes:
        source: the file. header: its Header.
    """

    def __init__(self, source: Source) -> None:
        """Read the header of an open file; raise LogRefused if the file is not a log that this version reads."""
        self.source = source
        source.wait_for_next_tick()
        self.header = read_header(source)
        self._offsets: NDArray[np.uint64] | None = None
        self._decode: Decode = decode

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Open the log at `path`.

        Raises LogUnreadable if the file cannot be opened or read, and LogRefused if it is not a log that this
        version reads; each message states the reason in one line.
        """
        source = Source(path)
        try:
            return cls(source)
        except BaseException:
            source.close()
            raise

    def use_offsets(self, offsets: NDArray[np.uint64]) -> None:
        """Use the byte offsets of the first len(offsets) records from an index, which saves a pass over the file."""
        self._offsets = offsets

    def use_decoder(self, decode_content: Decode) -> None:
        """Decode single events with this function from now on; see decode_event."""
        self._decode = decode_content

    def decode(self, content: bytes) -> tuple[str, dict[str, Any]]:
        """Return (kind, payload) of an event's content; raise NotApplicable if it is not an event."""
        return decode_event(content, self._decode)

    @property
    def offsets(self) -> NDArray[np.uint64]:
        """Byte offset of each record and skipped stretch; the first use takes a pass over the file."""
        if self._offsets is None:
            columns = [np.zeros(0, np.uint64)]
            for part in self.parts():
                if isinstance(part, Block):
                    columns.append(part.offsets[:-1].astype(np.uint64))
                elif isinstance(part, Skipped):
                    columns.append(np.array([part.offset], np.uint64))
            self._offsets = np.concatenate(columns)
        return self._offsets

    def parts(self) -> Iterator[LogPart]:
        """Read the whole log: blocks of records, skipped stretches, and the ending."""
        return scan_log(self.source, len(self.header.raw), FIRST_EVENT, self.header.hash)

    def records_state_hashes(self) -> bool:
        """Return whether any of the first records has a state hash; later ones may have some even if not."""
        first = next(self.parts())
        return isinstance(first, Block) and any(state is not None for state in first.states)

    def events(self, start: int = 0, stop: int | None = None) -> Iterator[Event | Ending]:
        """Read the events start … stop - 1 in one pass, then the Ending if it is reached.

        One event at a time is in memory. Those before `start` are skipped without being decoded.
        """
        run_id = self.header.run_id
        for part in self.parts():
            if isinstance(part, Ending):
                yield part
                return
            if isinstance(part, Skipped):
                if start <= part.index:
                    problem = f"{part.size:,} bytes are no record and were skipped"
                    yield skipped_event(run_id, part.index, part.offset, part.size, problem)
                end = part.index + 1
            else:
                end = part.first_index + len(part)
                first, behind = start - part.first_index, len(part) if stop is None else stop - part.first_index
                yield from _events_of_block(part, run_id, range(max(0, first), min(len(part), behind)))
            if stop is not None and end >= stop:
                return

    def contents(self, start: EventIndex = FIRST_EVENT, stop: EventIndex | None = None) -> Iterator[bytes | None]:
        """Read the contents of the events start … stop - 1, by default of all; None for a skipped stretch.

        Raises LogChanged if the file is no longer the one that was opened.
        """
        for _, contents in self._numbered_blocks(start, EventIndex(len(self.offsets)) if stop is None else stop):
            yield from contents

    def numbered_contents(self) -> Iterator[tuple[EventIndex, bytes | None]]:
        """Yield (index, content) of all events; see `contents`."""
        return ((EventIndex(index), content) for index, content in enumerate(self.contents()))

    def contents_of(self, indexes: NDArray[np.int64]) -> Iterator[tuple[EventIndex, bytes | None]]:
        """Yield (index, content) of the events with these indexes, which ascend; records far from any are not read.

        Raises LogChanged as `contents`.
        """
        gaps = np.diff(self.offsets[indexes].astype(np.int64))
        for near in np.split(indexes, np.flatnonzero(gaps > _READ_THROUGH_BYTES) + 1) if len(indexes) else ():
            for first, contents in self._numbered_blocks(EventIndex(int(near[0])), EventIndex(int(near[-1]) + 1)):
                begin, end = np.searchsorted(near, (first, first + len(contents)))
                yield from ((EventIndex(index), contents[index - first]) for index in near[begin:end].tolist())

    def _numbered_blocks(self, start: EventIndex, stop: EventIndex) -> Iterator[tuple[int, Sequence[bytes | None]]]:
        """Yield (index of the first, contents) of consecutive events, from `start` to `stop` - 1."""
        at = int(start)
        until = int(self.offsets[stop]) if stop < len(self.offsets) else None
        parts = scan_log(self.source, int(self.offsets[start]), start, _ANY_HASH, until=until) if start < stop else ()
        for part in parts:
            if isinstance(part, Ending):
                raise LogChanged(
                    tr("{path}: event {event} is not where it was; reload it", path=self.source.path, event=at)
                )
            contents = part.contents[: stop - at] if isinstance(part, Block) else (None,)
            yield at, contents
            at += len(contents)
            if at == stop:
                return

    def __len__(self) -> int:
        return len(self.offsets)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        """Read one event, or a list of them; raise PositionError (an IndexError) if the log has no such index."""
        count = len(self)
        if isinstance(index, slice):
            return [self._event(EventIndex(i)) for i in range(*index.indices(count))]
        if not -count <= index < count:
            raise PositionError(tr("no event {index}: the log has {count}", index=index, count=count))
        return self._event(EventIndex(index % count))

    def __iter__(self) -> Iterator[Event]:
        """Read all events in one pass, without the list of offsets; one event at a time is in memory."""
        return (event for event in self.events() if isinstance(event, Event))

    def children(self, seq: int, indexes: Iterable[EventIndex]) -> list[Event]:
        """Return those of these events whose parent has this seq. Small records of others are not decoded."""
        entry = encode("parent") + encode(seq)  # in a meta that can be read, which is canonical
        return [
            event
            for index in indexes
            if ((record := self._small_record(index)[2]) is None or entry in record.meta)
            and (event := self._event(index)).parent == seq
        ]

    def _event(self, index: EventIndex) -> Event:
        """Read the event with this index, which must exist."""
        offset, size, record = self._small_record(index)
        if record is None:
            return self.event_at(index, offset)
        return event_of_record(record, self.header.run_id, index, offset, size, decode_content=self._decode)

    def _small_record(self, index: EventIndex) -> tuple[int, int, Record | None]:
        """Return (offset, size, record) of the event with this index; None if it is large, the last, or no record."""
        offset = int(self.offsets[index])
        size = int(self.offsets[index + 1]) - offset if index + 1 < len(self.offsets) else 0
        is_small = 0 < size <= _RECORD_WINDOW_BYTES
        return offset, size, whole_record(self.source.read_at(offset, size)) if is_small else None

    def event_at(self, index: EventIndex, offset: int) -> Event:
        """Read the event with this index, whose record begins at the byte `offset`."""
        item, end = self._object_at(offset)
        run_id = self.header.run_id
        if not isinstance(item, Record):
            return skipped_event(run_id, index, offset, 0, "these bytes are no record and were skipped")
        return event_of_record(item, run_id, index, offset, end - offset, decode_content=self._decode)

    def head_at(self, offset: int) -> tuple[bytes | None, int | None]:
        """Return (hash, seq) of the record that begins there, without decoding its content; None for a missing one."""
        item, _ = self._object_at(offset)
        return (item.hash, seq_of_record(item, self._decode)) if isinstance(item, Record) else (None, None)

    def _object_at(self, offset: int) -> tuple[Item | None, int]:
        """Return (the record or seal that begins there, where it ends); (None, offset) if there is none."""
        try:
            return Framing(self.source, _RECORD_WINDOW_BYTES).read_object(offset)
        except (CutShort, NotWellFormed):
            return None, offset

    def close(self) -> None:
        """Close the file."""
        self.source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _events_of_block(block: Block, run_id: str, records: range) -> Iterator[Event]:
    """Decode some records of a block; `records`: their numbers in it, from 0."""
    for i in records:
        offset = int(block.offsets[i])
        record = Record(block.contents[i], block.states[i], block.metas[i], block.hashes[i])
        yield event_of_record(
            record, run_id, EventIndex(block.first_index + i), offset, int(block.offsets[i + 1]) - offset
        )
