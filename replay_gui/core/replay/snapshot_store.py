"""Snapshots on disk: a file of encoded states, and a table with the offset, size and hashes of each."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from blake3 import blake3

from replay_gui.core.errors import NotCanonical, ReplayError
from replay_gui.core.log.large_values import LargeValues
from replay_gui.core.log.positions import Position
from replay_gui.core.log.source import Source
from replay_gui.core.replay.snapshot_codec import (
    decode_differences,
    decode_keyframe,
    encode_difference,
    encode_keyframe,
    large_members,
    merge_differences,
)
from replay_gui.core.replay.snapshots import CachedState
from replay_gui.core.state.bulk_reducer import BulkReducer
from replay_gui.core.state.state import State

DISK_BUDGET_BYTES = 256 << 20  # or the log's own size, if that is more
_MAX_FILES = 3  # files kept during writing: the last one, and earlier ones for readers with an older table
_MAX_CACHED_KEYFRAMES = 4  # states that the reader caches as bases
_MIN_KEYFRAME_FACTOR = 3  # the differences after a keyframe may take a third of its bytes
_LIVE_FACTOR = 2  # decoded differences, most of them still packed, take about this many times their encoded size
_READ_SHARE = 4  # at most a fourth of a keyframe is read over time
_CHECKED_BYTES = 1 << 20  # bytes read at a time


class SnapshotEntry(NamedTuple):
    """One snapshot: the position of its bytes, and the hashes by which they are checked.

    Attributes:
        position: events applied. chain: hash of the record just before it. digest: BLAKE3 of its bytes.
        base: the position of the snapshot that it is a difference from; its own position for a keyframe.
        total: approximate bytes of the whole state.
        generation: how often the file was thinned before; each time is a new file (see file_of).
    """

    position: Position
    offset: int
    size: int
    base: Position
    chain: bytes
    digest: bytes
    total: int
    generation: int = 0


def file_of(path: Path, generation: int) -> Path:
    """Return the path of the snapshot file after it was thinned `generation` times.

    Thinning writes a new file, so that a reader with an older table can still read the older file.
    """
    return path if generation == 0 else path.with_name(f"{path.name}.{generation}")


def lineage(entries: Mapping[Position, SnapshotEntry], position: Position) -> list[SnapshotEntry]:
    """Return the keyframe of a snapshot and the differences up to it; KeyError or NotCanonical if one is missing."""
    line = [entries[position]]
    while line[-1].base != line[-1].position:
        if line[-1].base > line[-1].position:
            raise NotCanonical("a snapshot depends on a later one")
        line.append(entries[line[-1].base])
    return line[::-1]


class SnapshotWriter:
    """Writes states in ascending order of position, each as a difference from the one before, or as a keyframe.

    A keyframe is written once the differences since the last one have a third of its bytes. So a reader decodes a
    bounded number of bytes, and the file is not much larger than all changes together.

    Attributes:
        entries: one for each snapshot in the file, ascending.
        last_difference_bytes: of the last difference, also if a keyframe was written in its place.
    """

    def __init__(self, path: Path, budget: int) -> None:
        """Create the file. `budget`: bytes; the file is thinned before the first snapshot beyond that."""
        self._path = path
        self._file = path.open("wb")
        self._budget = budget
        self._used = 0
        self._generation = 0
        self._large: dict[str, int] | None = None  # members of the last state; None: a keyframe must follow
        self._keyframe_bytes = 0  # of the last keyframe
        self._differences_bytes = 0  # of all differences since then
        self.last_difference_bytes = 0
        self.entries: list[SnapshotEntry] = []

    def add(self, position: Position, fold: BulkReducer, chain: bytes) -> SnapshotEntry:
        """Write the state of `fold` and call its `forget_changes`; thin the file first if the budget is used up."""
        if self._used > self._budget:
            self._thin()
        raw, base = b"", position
        if self._large is not None:
            raw, base = encode_difference(fold.root, self._large, fold.changed), self.entries[-1].position
            self.last_difference_bytes = len(raw)
            self._differences_bytes += self.last_difference_bytes
        if self._large is None or self._differences_bytes * _MIN_KEYFRAME_FACTOR > self._keyframe_bytes:
            raw, base = encode_keyframe(fold.root), position
            self._keyframe_bytes, self._differences_bytes = len(raw), 0
            self.last_difference_bytes = self.last_difference_bytes or len(raw)
        self._large = large_members(fold.root)
        fold.forget_changes()
        total, digest = self._keyframe_bytes + self._differences_bytes, blake3(raw).digest()
        entry = SnapshotEntry(position, self._used, len(raw), base, chain, digest, total, self._generation)
        self._file.write(raw)
        self._file.flush()
        self._used += len(raw)
        self.entries.append(entry)
        return entry

    def close(self) -> None:
        """Close the file, and remove the files from before it was thinned."""
        self._file.close()
        for older in range(1, _MAX_FILES):
            self._remove(self._generation - older)

    def _remove(self, generation: int) -> None:
        if generation >= 0:
            file_of(self._path, generation).unlink(missing_ok=True)

    def _thin(self) -> None:
        """Merge differences in pairs, and every second time drop every second keyframe with its differences instead.

        With keyframes K and differences d: ``K1 d2 d3 d4 K5 d6`` becomes ``K1 d3 d4 K5 d6``, where d3 is now relative
        to K1; the next time, that becomes ``K5 d6``. The last group stays, since the next difference is relative to it.
        """
        self._file.close()
        before, self._generation = file_of(self._path, self._generation), self._generation + 1
        self._remove(self._generation - _MAX_FILES)
        merging = self._generation % 2 == 1
        groups = self._keyframe_groups()
        if not merging:
            groups = groups[(len(groups) - 1) % 2 :: 2]  # with the last one
        self.entries, self._used = [], 0
        with before.open("rb") as old, file_of(self._path, self._generation).open("wb") as new:

            def bytes_of(entry: SnapshotEntry) -> bytes:
                old.seek(entry.offset)
                return old.read(entry.size)

            for keyframe, *differences in groups:
                self._write_entry(new, keyframe, keyframe.position, bytes_of(keyframe))
                pairs = len(differences) // 2 * 2 if merging else 0
                for first, second in zip(differences[0:pairs:2], differences[1:pairs:2], strict=True):
                    merged = merge_differences(bytes_of(first), bytes_of(second))
                    self._write_entry(new, second, self.entries[-1].position, merged)
                for entry in differences[pairs:]:
                    self._write_entry(new, entry, self.entries[-1].position, bytes_of(entry))
        self._file = file_of(self._path, self._generation).open("ab")
        if not merging:
            self._budget = max(self._budget, 2 * self._used)

    def _keyframe_groups(self) -> list[list[SnapshotEntry]]:
        """Return each keyframe with its differences."""
        groups: list[list[SnapshotEntry]] = []
        for entry in self.entries:
            if entry.base == entry.position:
                groups.append([])
            groups[-1].append(entry)
        return groups

    def _write_entry(self, file: BinaryIO, entry: SnapshotEntry, base: Position, raw: bytes) -> None:
        file.write(raw)
        digest = blake3(raw).digest()
        self.entries.append(
            SnapshotEntry(
                entry.position, self._used, len(raw), base, entry.chain, digest, entry.total, self._generation
            )
        )
        self._used += len(raw)


class SnapshotReader:
    """Reads stored states, and checks each by its hashes.

    A keyframe is checked completely when it is first used, and its parts again when they are read. Its file stays open
    as long as a state of it is used.
    """

    def __init__(
        self, path: Path, chain_at: Callable[[Position], bytes | None], values: LargeValues | None = None
    ) -> None:
        """`chain_at`: returns the hash of the record just before a position in the present log.

        `values`: decodes large states, for a program that must stay responsive.
        """
        self._values = values
        self._path = path
        self._chain_at = chain_at
        self._entries: dict[Position, SnapshotEntry] = {}
        self._source: Source | None = None
        self._keyframes: OrderedDict[Position, State] = OrderedDict()
        self._checked: set[bytes] = set()  # digests of the keyframes in the open file that were found to be valid

    def set_table(self, path: Path, entries: list[SnapshotEntry]) -> None:
        """Use another table, of this file or of its replacement."""
        self._path = path
        self._entries = {entry.position: entry for entry in entries}

    def load_state(self, position: Position) -> CachedState | None:
        """Return the state at a stored position; None if it is missing, damaged, or of another log."""
        try:
            keyframe, *differences = lineage(self._entries, position)
            if self._chain_at(position) != self._entries[position].chain:
                raise NotCanonical("a snapshot belongs to another log")
            source = self._opened(file_of(self._path, keyframe.generation))
            state = self._keyframe(source, keyframe)
            if differences:
                raws = [_read_checked(source, entry) for entry in differences]
                state = decode_differences(raws, state, self._values)
        except (ReplayError, KeyError):
            return None
        own = sum(entry.size for entry in differences) * _LIVE_FACTOR
        return CachedState(state, own, keyframe.position, keyframe.size // _READ_SHARE)

    def _opened(self, path: Path) -> Source:
        if self._source is None or self._source.path != path:
            self._source = Source(path)
            self._keyframes.clear()
            self._checked.clear()
        self._source.refresh_size()  # the file may still be written
        return self._source

    def _keyframe(self, source: Source, entry: SnapshotEntry) -> State:
        state = self._keyframes.pop(entry.position, None)
        if state is None:
            self._check(source, entry)
            offset = entry.offset
            state = decode_keyframe(lambda at, size: source.read_at(offset + at, size), entry.size, self._values)
        self._keyframes[entry.position] = state
        while len(self._keyframes) > _MAX_CACHED_KEYFRAMES:
            self._keyframes.popitem(last=False)
        return state

    def _check(self, source: Source, entry: SnapshotEntry) -> None:
        if entry.digest in self._checked:
            return
        _check_bounds(source, entry)
        hasher = blake3()
        for begin in range(0, entry.size, _CHECKED_BYTES):
            hasher.update(source.read_at(entry.offset + begin, min(_CHECKED_BYTES, entry.size - begin)))
        if hasher.digest() != entry.digest:
            raise NotCanonical("a snapshot is damaged")
        self._checked.add(entry.digest)


def _check_bounds(source: Source, entry: SnapshotEntry) -> None:
    if entry.offset < 0 or entry.size < 0 or entry.offset + entry.size > source.size:
        raise NotCanonical("a snapshot is not in its file")


def _read_checked(source: Source, entry: SnapshotEntry) -> bytes:
    _check_bounds(source, entry)
    raw = source.read_at(entry.offset, entry.size)
    if blake3(raw).digest() != entry.digest:
        raise NotCanonical("a snapshot is damaged")
    return raw
