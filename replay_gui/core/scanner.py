"""A pass over a log's records, in blocks: quick where the log is sound, exact and resynchronising where it is not.

The quick way lets msgpack's C unpacker take a block apart and then proves, with sums over the whole block, that every
record in it has its one shortest outer form. Where the proof fails, and at the end of the file, framing reads on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgpack
import numpy as np
from numpy.typing import NDArray

from replay_gui.core.chain import HASH_SIZE
from replay_gui.core.framing import (
    RECORD_LIMIT,
    CutShort,
    Framing,
    NotWellFormed,
    Record,
    Seal,
    SearchStopped,
    follows,
)
from replay_gui.core.source import Source

BLOCK = 1 << 18  # bytes read at a time: with the objects made of them, they fit a core's cache
_ARRAY_OF_4, _NIL, _BIN8 = 0x94, 0xC0, 0xC4
SEARCH_FACTOR = 8  # a search may cost this many times the file's size


@dataclass(frozen=True, slots=True)
class Block:
    """Records that follow one another without a gap.

    Attributes:
        first: place of the first among the records read. offsets: int64, one more than there are records.
        contents, states, metas, hashes: the four fields, one entry a record.
        linked: False where the first record follows a skipped stretch, so that its own link is not judged.
    """

    first: int
    offsets: NDArray[np.int64]
    contents: Sequence[bytes]
    states: Sequence[bytes | None]
    metas: Sequence[bytes]
    hashes: Sequence[bytes]
    linked: bool = True

    def __len__(self) -> int:
        return len(self.contents)

    def up_to(self, place: int) -> Block:
        """The records before `place`."""
        n = max(0, place - self.first)
        fields = self.contents[:n], self.states[:n], self.metas[:n], self.hashes[:n]
        return self if n >= len(self) else Block(self.first, self.offsets[: n + 1], *fields, self.linked)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A stretch of bytes that is no record; `gave_up`: the search for a later one was stopped for its cost."""

    place: int
    offset: int
    size: int
    gave_up: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """What stands after the last record: `offset` is where. `seal_linked`: whether the seal follows that record."""

    place: int
    offset: int
    seal: Seal | None
    seal_linked: bool
    tail_bytes: int


Part: TypeAlias = Block | Skipped | Ending


def scan(source: Source, offset: int, place: int, previous: bytes | None, until: int | None = None) -> Iterator[Part]:
    """The parts of a log from the record at `offset`, the last of them an Ending.

    Args:
        place: that record's place. previous: the hash before it (None after a skipped stretch); it decides about seals.
        until: a byte beyond which nothing is wanted, so that no block is read much further.
    """
    framing = Framing(source)
    linked = previous is not None
    while offset < source.size:
        block = _quick_block(source, offset, place, linked, until)
        if block is None:
            part, previous = _slow_part(framing, source, offset, place, previous)
            if isinstance(part, Ending):
                yield part
                return
            if isinstance(part, Skipped):
                yield part
                offset, place, linked = part.offset + part.size, place + 1, False
                continue
            block = part
        yield block
        offset, place, previous, linked = int(block.offsets[-1]), place + len(block), block.hashes[-1], True
    yield Ending(place, source.size, None, False, 0)


def _quick_block(source: Source, offset: int, place: int, linked: bool, until: int | None) -> Block | None:
    """The whole records of the next BLOCK bytes, or None where anything is out of the ordinary."""
    end = source.size if until is None or until <= offset else min(until, source.size)
    data = source.read_at(offset, min(BLOCK, end - offset))
    unpacker = msgpack.Unpacker(
        raw=False, use_list=False, max_buffer_size=BLOCK, max_array_len=4, max_str_len=0, max_map_len=0, max_ext_len=0
    )
    unpacker.feed(data)
    items: list[Any] = []
    try:
        items.extend(unpacker)
    except (ValueError, msgpack.exceptions.UnpackException):
        return None
    try:
        if set(map(len, items)) != {4}:
            return None
        contents, states, metas, hashes = zip(*items, strict=True)
        b"".join(contents), b"".join(metas), b"".join(hashes)  # the quickest proof that all are byte strings
    except TypeError:
        return None
    count = len(items)
    bytes_ = np.frombuffer(data, np.uint8)
    content_marks, content_sizes = _bins(contents)
    meta_marks, meta_sizes = _bins(metas)
    has_state = np.full(count, states[0] is not None)
    if states.count(None) not in (0, count):
        has_state = np.fromiter((state is not None for state in states), np.bool_, count)
    at_state = 1 + content_sizes
    at_meta = at_state + 1 + (1 + HASH_SIZE) * has_state
    at_hash = at_meta + meta_sizes
    sizes = at_hash + (2 + HASH_SIZE)
    offsets = np.zeros(count + 1, np.int64)
    np.cumsum(sizes, out=offsets[1:])
    starts = offsets[:-1]
    # The sizes are those of the shortest forms, so the first record in a longer form begins where it is thought to
    # begin, and one of its marks or fixed lengths is not what it should be.
    if int(offsets[-1]) > len(data) or not (
        (bytes_[starts] == _ARRAY_OF_4).all()
        and (bytes_[starts + 1] == content_marks).all()
        and (bytes_[starts + at_state] == np.where(has_state, _BIN8, _NIL)).all()
        and (bytes_[(starts + at_state)[has_state] + 1] == HASH_SIZE).all()
        and (bytes_[starts + at_meta] == meta_marks).all()
        and (bytes_[starts + at_hash] == _BIN8).all()
        and (bytes_[starts + at_hash + 1] == HASH_SIZE).all()
        and int(sizes.max()) <= RECORD_LIMIT
    ):
        return None
    return Block(place, offsets + offset, contents, states, metas, hashes, linked)


def _bins(values: Sequence[bytes]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """(the mark, the size with its head) of each byte string in its shortest form."""
    lengths = np.fromiter(map(len, values), np.int64, len(values))
    marks = (_BIN8 + (lengths > 0xFF) + (lengths > 0xFFFF)).astype(np.uint8)
    return marks, lengths + 2 + (lengths > 0xFF) + 2 * (lengths > 0xFFFF)


def _slow_part(
    framing: Framing, source: Source, start: int, place: int, previous: bytes | None
) -> tuple[Part, bytes | None]:
    """(the next part, the hash after it): records up to a block's size, a skipped stretch, or the end."""
    records: list[Record] = []
    offsets = [start]
    linked = previous is not None
    at, short = start, False
    while at < source.size and at - start < BLOCK:
        try:
            item, end = framing.take(at)
        except (CutShort, NotWellFormed) as why:
            short = isinstance(why, CutShort)
            break
        if isinstance(item, Seal):
            is_linked = previous is not None and follows(previous, item)
            if (is_linked or end == source.size) and not records:
                return Ending(place, at, item, is_linked, source.size - end), previous
            break
        records.append(item)
        offsets.append(end)
        at, previous = end, item.hash
    if records:
        contents, states, metas, hashes = zip(*records, strict=True)
        return Block(place, np.array(offsets, np.int64), contents, states, metas, hashes, linked), previous
    return _resynchronised(framing, source, at, place, short), None


def _resynchronised(framing: Framing, source: Source, at: int, place: int, short: bool) -> Skipped | Ending:
    """What to make of the bytes from `at`, where no well-formed record or seal begins."""
    budget = framing.work + SEARCH_FACTOR * source.size
    gave_up = False
    try:
        again = framing.footing(at + 1, budget)
    except SearchStopped:
        again, gave_up = None, True
    if again is None and short:
        return Ending(place, at, None, False, source.size - at)
    return Skipped(place, at, (source.size if again is None else again) - at, gave_up)
