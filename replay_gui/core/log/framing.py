"""The outer form of records and seals, read byte by byte (log-format.md, "Record", "Seal" and "Damage").

This is the slow and exact reader. The fast ones (scanner, and `whole_record` for single records) leave anything unusual
to it.
"""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

import msgspec

from replay_gui.core.log.chain import HASH_BYTES, record_hash, seal_hash
from replay_gui.core.log.source import Source

MAX_RECORD_BYTES = 1 << 26
_BIN_LENGTH_BYTES = {0xC4: 1, 0xC5: 2, 0xC6: 4}
_WINDOW_BYTES = 1 << 20
_CANDIDATE_COST_BYTES = 16  # checking one offset takes as long as searching a few hundred
_RECORD_BEGINNING = re.compile(rb"\x94(?:[\xc4-\xc6]|\Z)")  # the second byte may be in the next window
_RECORD_FIRST_BYTE, _SEAL_FIRST_BYTE, _NIL = 0x94, 0x92, 0xC0


class Record(NamedTuple):
    """One record: [kind, payload] and meta as stored, the recorded state hash, and the record's own hash."""

    content: bytes
    state: bytes | None
    meta: bytes
    hash: bytes


_decode_parts = msgspec.msgpack.Decoder(tuple[bytes, bytes | None, bytes, bytes]).decode
_encode_parts = msgspec.msgpack.Encoder().encode


def whole_record(raw: bytes) -> Record | None:
    """Return the record that `raw` is from its first to its last byte, by C code; None for anything else."""
    try:
        parts = _decode_parts(raw)
    except msgspec.MsgspecError:
        return None
    content, state, meta, hash_ = parts
    is_sized = len(hash_) == HASH_BYTES and (state is None or len(state) == HASH_BYTES)
    return Record(content, state, meta, hash_) if is_sized and _encode_parts(parts) == raw else None


class Seal(NamedTuple):
    """The end of a finished log: its body (number of events, last hash, time) as stored, and the seal's hash."""

    body: bytes
    hash: bytes


Item: TypeAlias = Record | Seal


class CutShort(Exception):
    """The file ends inside the object; the existing bytes are valid."""


class NotWellFormed(Exception):
    """The offset is not the beginning of a record or seal."""


class SearchStopped(Exception):
    """The searches for the next intact record were stopped, since they cost too much."""


class _Outline(NamedTuple):
    """The positions of the parts of a well-formed object: (first byte, size) of each; `end`: the byte after it.

    A record has four parts, and the state's size is 0 if it has none; a seal has two.
    """

    parts: tuple[tuple[int, int], ...]
    end: int


class Framing:
    """Reads objects of a log at given offsets, through a window on the file.

    Attributes:
        searched: the cost of searches so far: bytes examined and hashed, and _CANDIDATE_COST_BYTES for each offset at
            which a record may begin.
    """

    def __init__(self, source: Source, window: int = _WINDOW_BYTES, searched: int = 0) -> None:
        """Begin at the start of the file.

        Args:
            window: bytes read at a time; few for one record, many for a search.
            searched: the cost of earlier searches in the file.
        """
        self._source = source
        self._step = window
        self._start = 0
        self._window = b""
        self.searched = searched

    def read_object(self, at: int) -> tuple[Item, int]:
        """Return (the record or seal that begins at `at`, where it ends); raise CutShort or NotWellFormed if none.

        Without an object, only the heads of its parts are read, whatever length they declare.
        """
        self._include(at, 1)
        outline = self._outline(at)
        self._include(at, outline.end - at)
        parts = [self._read(begin, size) for begin, size in outline.parts]
        if len(parts) == 2:
            return Seal(*parts), outline.end
        content, state, meta, hash_ = parts
        return Record(content, state or None, meta, hash_), outline.end

    def find_linked_record(self, offset: int, budget: int) -> int | None:
        """Return the next offset from `offset` on at which a record begins to which the next object is linked.

        None if there is none. Raises SearchStopped once `searched` exceeds `budget`.
        """
        at = offset
        while (at := self._find_candidate(at)) >= 0:
            if self._is_linked_record(at):
                return at
            if self.searched > budget:
                raise SearchStopped
            at += 1
        return None

    def _is_linked_record(self, at: int) -> bool:
        self.searched += _CANDIDATE_COST_BYTES
        try:
            record = self._outline(at)
            following = self._outline(record.end)
        except (CutShort, NotWellFormed):
            return False
        self.searched += following.end - record.end
        parts = [self._read(begin, size) for begin, size in following.parts]
        item = Seal(*parts) if len(parts) == 2 else Record(parts[0], parts[1] or None, parts[2], parts[3])
        return is_linked_to(self._read(*record.parts[-1]), item)

    def _find_candidate(self, at: int) -> int:
        """Return the next offset from `at` on at which a record may begin, by its first two bytes; -1 if none."""
        while at < self._source.size:
            self._include(at, 1)
            begin = at - self._start
            match = _RECORD_BEGINNING.search(self._window, begin)
            step = (match.start() if match else len(self._window)) - begin
            self.searched += step
            at += step
            if match:
                return at
        return -1

    def _outline(self, at: int) -> _Outline:
        """Return the parts of the object at `at`; raise CutShort or NotWellFormed if there is none."""
        first_byte = self._read_byte(at)
        if first_byte == _RECORD_FIRST_BYTE:
            content, end = self._byte_string(at + 1, at)
            if self._read_byte(end) == _NIL:
                state, end = (end, 0), end + 1
            else:
                state, end = self._byte_string(end, at, HASH_BYTES)
            meta, end = self._byte_string(end, at)
            hash_, end = self._byte_string(end, at, HASH_BYTES)
            parts: tuple[tuple[int, int], ...] = content, state, meta, hash_
        elif first_byte == _SEAL_FIRST_BYTE:
            body, end = self._byte_string(at + 1, at)
            hash_, end = self._byte_string(end, at, HASH_BYTES)
            parts = body, hash_
        else:
            raise NotWellFormed
        if end - at > MAX_RECORD_BYTES:
            raise NotWellFormed
        return _Outline(parts, end)

    def _byte_string(self, at: int, object_offset: int, only: int | None = None) -> tuple[tuple[int, int], int]:
        """Return ((first byte, size) of the byte string at `at`, where it ends).

        `object_offset`: of the record or seal. `only`: the required size of the byte string.
        """
        width = _BIN_LENGTH_BYTES.get(self._read_byte(at))
        if width is None:
            raise NotWellFormed
        begin = at + 1 + width
        if begin > self._source.size:
            raise CutShort
        size = int.from_bytes(self._read(at + 1, width), "big")
        shortest = 1 if size < 1 << 8 else 2 if size < 1 << 16 else 4
        if begin + size - object_offset > MAX_RECORD_BYTES or (only is not None and size != only) or width != shortest:
            raise NotWellFormed
        if begin + size > self._source.size:
            raise CutShort
        return (begin, size), begin + size

    def _read_byte(self, at: int) -> int:
        if at >= self._source.size:
            raise CutShort
        return self._read(at, 1)[0]

    def _read(self, at: int, size: int) -> bytes:
        """Return `size` bytes from `at`, which the file has; the window is not moved."""
        begin = at - self._start
        if begin < 0 or begin + size > len(self._window):
            return self._source.read_at(at, size)
        return self._window[begin : begin + size]

    def _include(self, at: int, size: int) -> None:
        """Move the window, if these bytes are not in it and fit into it."""
        begin = at - self._start
        if (begin < 0 or begin + size > len(self._window)) and size <= self._step:
            self._window = self._source.read_at(at, min(self._step, self._source.size - at))
            self._start = at


def is_linked_to(previous: bytes, item: Item) -> bool:
    """Return whether a record or seal is linked to the hash of the record before it."""
    if isinstance(item, Record):
        return item.hash == record_hash(previous, item.content, item.state, item.meta)
    return item.hash == seal_hash(previous, item.body)
