"""Snapshots on disk: one file of encoded states beside a table that says where each is and what it is bound to."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from blake3 import blake3

from replay_gui.core.errors import NotCanonical
from replay_gui.core.quick_fold import QuickFold
from replay_gui.core.snapshot_codec import decode_difference, decode_keyframe, encode_difference, encode_keyframe
from replay_gui.core.state import State

DISK_BUDGET = 256 << 20  # bytes; or the log's own size, if that is more
_KEYFRAMES_HELD = 2
_LIVE_FACTOR = 3  # a decoded state, most of it still packed, takes about this many times its encoded size


class Entry(NamedTuple):
    """One snapshot: where its bytes are, and what they are bound to.

    Attributes:
        position: events applied. chain: hash of the record just before it. digest: BLAKE3 of its bytes.
        keyframe: the position of the keyframe it is a difference from; its own where it is one.
        total: bytes of the whole state, about.
    """

    position: int
    offset: int
    size: int
    keyframe: int
    chain: bytes
    digest: bytes
    total: int


class SnapshotWriter:
    """Writes states in ascending order of position, each as the smaller of a keyframe and a difference.

    Attributes:
        entries: what was written.
    """

    def __init__(self, path: Path, budget: int) -> None:
        self._path = path
        self._file = path.open("wb")
        self._budget = budget
        self._used = 0
        self._keyframe: tuple[int, dict[str, int], int] | None = None  # position, large members, bytes
        self.entries: list[Entry] = []

    def add(self, position: int, fold: QuickFold, chain: bytes) -> Entry:
        """Writes the state of `fold`, whose changes nobody else may forget; a used-up budget thins the file first."""
        if self._used > self._budget:
            self._thin()
        raw, keyframe, total = b"", position, 0
        if self._keyframe is not None:
            keyframe, large, total = self._keyframe
            raw = encode_difference(fold.root, large, fold.changed)
        if self._keyframe is None or len(raw) * 4 > total:
            raw, large = encode_keyframe(fold.root)
            keyframe, total = position, len(raw)
            self._keyframe = position, large, total
            fold.forget_changes()
        entry = Entry(position, self._used, len(raw), keyframe, chain, blake3(raw).digest(), total)
        self._file.write(raw)
        self._file.flush()
        self._used += len(raw)
        self.entries.append(entry)
        return entry

    def close(self) -> None:
        self._file.close()

    def _thin(self) -> None:
        """Drops every second difference, and where that is not enough every second keyframe with what needs it."""
        kept = [entry for i, entry in enumerate(self.entries) if i % 2 or entry.position == entry.keyframe]
        if sum(entry.size for entry in kept) * 2 > self._budget:
            keyframes = [entry.position for entry in kept if entry.position == entry.keyframe]
            fewer = {*keyframes[::2], keyframes[-1]}  # the last is what the next differences are told by
            kept = [entry for entry in kept if entry.keyframe in fewer]
        thinned = self._path.with_name(f"{self._path.name}.thinned")
        self.entries, self._used = [], 0
        with self._path.open("rb") as old, thinned.open("wb") as new:
            for entry in kept:
                old.seek(entry.offset)
                new.write(old.read(entry.size))
                self.entries.append(entry._replace(offset=self._used))
                self._used += entry.size
        self._file.close()
        thinned.replace(self._path)
        self._file = self._path.open("ab")
        self._budget = max(self._budget, 2 * self._used)


class SnapshotReader:
    """Brings stored states back, none of them unchecked."""

    def __init__(self, path: Path, chain_at: Callable[[int], bytes | None]) -> None:
        """`chain_at`: the hash of the record just before a position, as the log has it now."""
        self._path = path
        self._chain_at = chain_at
        self._entries: dict[int, Entry] = {}
        self._keyframes: OrderedDict[int, State] = OrderedDict()

    def use(self, path: Path, entries: list[Entry]) -> None:
        """Takes another table, of the same file or of one that took its place."""
        self._path = path
        self._entries = {entry.position: entry for entry in entries}

    def load(self, position: int) -> tuple[State, int] | None:
        """(the state at a stored position, its bytes in memory, about), or None where anything about it is wrong."""
        entry = self._entries.get(position)
        if entry is None:
            return None
        try:
            if entry.keyframe == position:
                return self._keyframe(entry), entry.size * _LIVE_FACTOR
            keyframe = self._keyframe(self._entries[entry.keyframe])
            return decode_difference(self._bytes(entry), keyframe), entry.size * _LIVE_FACTOR
        except (NotCanonical, OSError, KeyError):
            return None

    def _keyframe(self, entry: Entry) -> State:
        found = self._keyframes.get(entry.position)
        if found is None:
            found = self._keyframes[entry.position] = decode_keyframe(self._bytes(entry))
        self._keyframes.move_to_end(entry.position)
        while len(self._keyframes) > _KEYFRAMES_HELD:
            self._keyframes.popitem(last=False)
        return found

    def _bytes(self, entry: Entry) -> bytes:
        with self._path.open("rb") as file:
            file.seek(entry.offset)
            raw = file.read(entry.size)
        if blake3(raw).digest() != entry.digest:
            raise NotCanonical("a snapshot's bytes are not those that were written")
        if self._chain_at(entry.position) != entry.chain:
            raise NotCanonical("a snapshot belongs to another log")
        return raw
