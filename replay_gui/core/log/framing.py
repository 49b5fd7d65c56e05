"""The outer form of records and seals, read byte by byte (log-format.md, "Record", "Seal" and "Damage").

This is the slow and exact reader. The fast one (scanner) uses it where anything is out of the ordinary.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from replay_gui.core.log.chain import HASH_BYTES, record_hash, seal_hash
from replay_gui.core.log.source import Source

MAX_RECORD_BYTES = 1 << 26
_BIN_LENGTH_BYTES = {0xC4: 1, 0xC5: 2, 0xC6: 4}
_WINDOW_BYTES = 1 << 20
_RECORD_FIRST_BYTE, _SEAL_FIRST_BYTE, _NIL = 0x94, 0x92, 0xC0


class Record(NamedTuple):
    """One record: [kind, payload] and meta as stored, the recorded state hash, and the record's own hash."""

    content: bytes
    state: bytes | None
    meta: bytes
    hash: bytes


class Seal(NamedTuple):
    """The end of a finished log: its body (number of events, last hash, time) as stored, and the seal's hash."""

    body: bytes
    hash: bytes


Item: TypeAlias = Record | Seal


class CutShort(Exception):
    """The file ends before the object does; the bytes that are there are right."""


class NotWellFormed(Exception):
    """No record or seal begins here."""


class SearchStopped(Exception):
    """The search for the next sound record was stopped, since it cost too much."""


class Framing:
    """Reads objects of a log at given offsets, through a window on the file."""

    def __init__(self, source: Source, window: int = _WINDOW_BYTES) -> None:
        """Begin at the start of the file. `window`: bytes read at a time; few for one record, many for a search."""
        self._source = source
        self._step = window
        self._start = 0
        self._window = b""
        self.work = 0  # bytes searched, read and hashed so far

    def read_object(self, at: int) -> tuple[Item, int]:
        """Return (the record or seal that begins at `at`, where it ends); CutShort or NotWellFormed without one."""
        first_byte = self._read_byte(at)
        if first_byte == _RECORD_FIRST_BYTE:
            content, end = self._read_byte_string(at + 1, at)
            state: bytes | None = None
            if self._read_byte(end) == _NIL:
                end += 1
            else:
                state, end = self._read_byte_string(end, at, HASH_BYTES)
            meta, end = self._read_byte_string(end, at)
            hash_, end = self._read_byte_string(end, at, HASH_BYTES)
            item: Item = Record(content, state, meta, hash_)
        elif first_byte == _SEAL_FIRST_BYTE:
            body, end = self._read_byte_string(at + 1, at)
            hash_, end = self._read_byte_string(end, at, HASH_BYTES)
            item = Seal(body, hash_)
        else:
            raise NotWellFormed
        if end - at > MAX_RECORD_BYTES:
            raise NotWellFormed
        return item, end

    def find_linked_record(self, start: int, budget: int) -> int | None:
        """Return the next offset from `start` on where a record begins to which the object right after it is linked.

        None where there is none. SearchStopped once `work` exceeds `budget` bytes.
        """
        at = start
        while (at := self._find_record_byte(at)) >= 0:
            try:
                record, end = self.read_object(at)
                following, after = self.read_object(end)
            except (CutShort, NotWellFormed):
                pass
            else:
                self.work += after - at
                if follows(record.hash, following):
                    return at
            if self.work > budget:
                raise SearchStopped
            at += 1
        return None

    def _find_record_byte(self, at: int) -> int:
        while at < self._source.size:
            begin = at - self._start
            if not 0 <= begin < len(self._window):
                self._move_window(at, 1)
                begin = 0
            found = self._window.find(_RECORD_FIRST_BYTE, begin)
            step = (found if found >= 0 else len(self._window)) - begin
            self.work += step
            at += step
            if found >= 0:
                return at
        return -1

    def _read_byte_string(self, at: int, start: int, only: int | None = None) -> tuple[bytes, int]:
        """Return (the byte string at `at`, where it ends).

        `start`: where the record or seal begins. `only`: the size that the byte string must have.
        """
        width = _BIN_LENGTH_BYTES.get(self._read_byte(at))
        if width is None:
            raise NotWellFormed
        begin = at + 1 + width
        if begin > self._source.size:
            raise CutShort
        size = int.from_bytes(self._read_bytes(at + 1, width), "big")
        shortest = 1 if size < 1 << 8 else 2 if size < 1 << 16 else 4
        if begin + size - start > MAX_RECORD_BYTES or (only is not None and size != only) or width != shortest:
            raise NotWellFormed
        if begin + size > self._source.size:
            raise CutShort
        return self._read_bytes(begin, size), begin + size

    def _read_byte(self, at: int) -> int:
        if at >= self._source.size:
            raise CutShort
        return self._read_bytes(at, 1)[0]

    def _read_bytes(self, at: int, size: int) -> bytes:
        """Return `size` bytes from `at`, which the file has."""
        self.work += size
        begin = at - self._start
        if begin < 0 or begin + size > len(self._window):
            self._move_window(at, size)
            begin = 0
        return self._window[begin : begin + size]

    def _move_window(self, at: int, size: int) -> None:
        self._window = self._source.read_at(at, min(max(size, self._step), self._source.size - at))
        self._start = at


def follows(previous: bytes, item: Item) -> bool:
    """Tell whether a record or seal is linked to the hash of the record before it."""
    if isinstance(item, Record):
        return item.hash == record_hash(previous, item.content, item.state, item.meta)
    return item.hash == seal_hash(previous, item.body)
