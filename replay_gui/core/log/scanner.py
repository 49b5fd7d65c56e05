"""A pass over a log's records, in blocks: fast if the log is intact, exact and resynchronizing if it is not.

The fast way lets msgpack's C unpacker decode a block, and then proves, by encoding the records again, that each has its
unique shortest outer form. If the proof fails, framing reads the records one by one; it also reads the seal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import msgpack
import numpy as np
from numpy.typing import NDArray

from replay_gui.core.log.canonical import encode_all
from replay_gui.core.log.chain import HASH_BYTES
from replay_gui.core.log.framing import CutShort, Framing, NotWellFormed, Record, Seal, SearchStopped, is_linked_to
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.log.source import Source

BLOCK_BYTES = 1 << 17  # bytes read at a time: with the objects made from them, they fit into a core's cache
MAX_SEARCH_FACTOR = 8  # the allowed cost of all searches in a file in bytes, as a multiple of its size
MIN_SEARCH_BYTES = 1 << 24  # the same for a small file, in bytes


@dataclass(frozen=True)
class Block:
    """Consecutive records without a gap, each in its shortest outer form.

    Attributes:
        first_index: of the first one. start_offset, end_offset: the bytes of the records in the file.
        contents, states, metas, hashes: the four fields, one entry a record.
        linked: False if the first record follows a skipped range, so that its link cannot be checked.
    """

    first_index: EventIndex
    start_offset: int
    end_offset: int
    contents: Sequence[bytes]
    states: Sequence[bytes | None]
    metas: Sequence[bytes]
    hashes: Sequence[bytes]
    linked: bool = True

    def __len__(self) -> int:
        return len(self.contents)

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        """Byte offsets: the start of each record, and the end of the last one (one more than there are records)."""
        states = np.zeros(len(self), np.bool_)
        if self.states.count(None) < len(self):
            states[:] = [state is not None for state in self.states]
        sizes = 1 + _sizes(self.contents) + (1 + (1 + HASH_BYTES) * states) + _sizes(self.metas) + (2 + HASH_BYTES)
        return np.cumsum(np.concatenate(([self.start_offset], sizes)))

    def up_to(self, index: EventIndex) -> Block:
        """Return the block of the records before `index`."""
        n = max(0, index - self.first_index)
        if n >= len(self):
            return self
        fields = self.contents[:n], self.states[:n], self.metas[:n], self.hashes[:n]
        return Block(self.first_index, self.start_offset, int(self.offsets[n]), *fields, self.linked)


def _sizes(values: Sequence[bytes]) -> NDArray[np.int64]:
    """Return the number of bytes of each byte string, including its head."""
    lengths = np.fromiter(map(len, values), np.int64, len(values))
    return lengths + 2 + (lengths > 0xFF) + 2 * (lengths > 0xFFFF)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A range of bytes that is not a record.

    Attributes:
        index: its event index. offset, size: its bytes in the file.
        gave_up: whether the search for the next record was stopped, because the searches so far cost too much.
        searched: the cost of the searches in the file up to here, in bytes.
    """

    index: EventIndex
    offset: int
    size: int
    gave_up: bool = False
    searched: int = 0


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a log, after the last record.

    Attributes:
        index: number of events. offset: the end of the last record.
        seal: None if there is none. seal_linked: whether the seal is linked to the last record.
        tail_bytes: number of bytes after the seal or, without one, after the last record.
    """

    index: EventIndex
    offset: int
    seal: Seal | None
    seal_linked: bool
    tail_bytes: int


LogPart: TypeAlias = Block | Skipped | Ending


def scan_log(
    source: Source,
    offset: int,
    index: EventIndex,
    previous: bytes | None,
    *,
    until: int | None = None,
    searched: int = 0,
) -> Iterator[LogPart]:
    """Read the parts of a log from the record at the byte `offset` on; the last part is an Ending.

    Args:
        index: that record's index.
        previous: the hash of the record before it, None after a skipped range. It decides whether a seal is valid.
        until: a byte after which no data are needed, so that no block is read much further.
        searched: the cost of the searches before `offset`.
    """
    framing = Framing(source, searched=searched)
    linked = previous is not None
    slow_until = offset  # near damage, the fast reader would read a block again for each record
    while offset < source.size:
        block = _read_sound_block(source, offset, index, linked, until) if offset >= slow_until else None
        if block is None:
            if offset >= slow_until:
                slow_until = offset + BLOCK_BYTES
            part, previous = _read_part(framing, source, offset, index, previous)
            if isinstance(part, Ending):
                yield part
                return
            if isinstance(part, Skipped):
                yield part
                offset, index, linked = part.offset + part.size, EventIndex(index + 1), False
                continue
            block = part
        yield block
        offset, index, previous, linked = block.end_offset, EventIndex(index + len(block)), block.hashes[-1], True
        del block  # the next block reuses its memory, while that is in the core's cache
    yield Ending(index, source.size, None, False, 0)


def _read_sound_block(source: Source, offset: int, index: EventIndex, linked: bool, until: int | None) -> Block | None:
    """Read the complete records in the next BLOCK_BYTES; None if anything is unusual."""
    end = source.size if until is None or until <= offset else min(until, source.size)
    data = source.read_at(offset, min(BLOCK_BYTES, end - offset))
    unpacker = msgpack.Unpacker(
        raw=False,
        use_list=False,
        max_buffer_size=BLOCK_BYTES,
        max_array_len=4,
        max_str_len=0,
        max_map_len=0,
        max_ext_len=0,
    )
    unpacker.feed(data)
    try:
        items: list[Any] = [*unpacker]
        if items and len(items[-1]) == 2:  # perhaps a seal: framing reads it, like all data after the records
            items.pop()
        contents, states, metas, hashes = zip(*items, strict=True)
        b"".join(contents), b"".join(metas), b"".join(hashes)  # the fastest proof that all are byte strings
        if set(map(len, hashes)) != {HASH_BYTES}:
            return None
        if states.count(None) != len(states) and {len(state) for state in states if state is not None} != {HASH_BYTES}:
            return None
    except (TypeError, ValueError, msgpack.exceptions.UnpackException):
        return None
    shortest = encode_all(items)
    if not data.startswith(shortest):
        return None
    return Block(index, offset, offset + len(shortest), contents, states, metas, hashes, linked)


def _read_part(
    framing: Framing, source: Source, offset: int, index: EventIndex, previous: bytes | None
) -> tuple[LogPart, bytes | None]:
    """Return (the next part, the hash after it): records up to a block's size, a skipped stretch, or the end."""
    records: list[Record] = []
    linked = previous is not None
    at, short = offset, False
    while at < source.size and at - offset < BLOCK_BYTES:
        try:
            item, end = framing.read_object(at)
        except (CutShort, NotWellFormed) as why:
            short = isinstance(why, CutShort)
            break
        if isinstance(item, Seal):
            is_linked = previous is not None and is_linked_to(previous, item)
            if (is_linked or end == source.size) and not records:
                return Ending(index, at, item, is_linked, source.size - end), previous
            break
        records.append(item)
        at, previous = end, item.hash
    if records:
        contents, states, metas, hashes = zip(*records, strict=True)
        return Block(index, offset, at, contents, states, metas, hashes, linked), previous
    return _find_next_record(framing, source, at, index, short), None


def _find_next_record(framing: Framing, source: Source, at: int, index: EventIndex, short: bool) -> Skipped | Ending:
    """Return the meaning of the bytes from `at` on, where no well-formed record or seal begins: skipped, or the end."""
    budget = max(MIN_SEARCH_BYTES, MAX_SEARCH_FACTOR * source.size)
    gave_up = False
    try:
        again = framing.find_linked_record(at + 1, budget)
    except SearchStopped:
        again, gave_up = None, True
    if again is None and short:
        return Ending(index, at, None, False, source.size - at)
    return Skipped(index, at, (source.size if again is None else again) - at, gave_up, framing.searched)
