"""Snapshots on disk: a file of encoded states, and a table with the offset, size and hashes of each."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from blake3 import blake3

from replay_gui.core.errors import NotCanonical, ReplayError
from replay_gui.core.log.large_values import LargeValues
from replay_gui.core.log.positions import Position
from replay_gui.core.log.source import Source
from replay_gui.core.replay.snapshot_codec import (
    EncodedSnapshot,
    SnapshotEncoder,
    decode_snapshot,
    large_members,
    with_moved_parts,
)
from replay_gui.core.replay.snapshots import CachedState
from replay_gui.core.state.bulk_effects import ALL_KEYS, ChangedKeys
from replay_gui.core.state.bulk_reducer import BulkReducer
from replay_gui.core.state.state import State

DISK_BUDGET_BYTES = 256 << 20  # or the log's own size, if that is more
_MAX_FILES = 3  # files kept during writing: the last one, and earlier ones for readers with an older table
_FAN_OUT = 8  # so many consecutive differences are followed by one that has all their changes
_KEYFRAME_FACTOR = 4  # the differences after a keyframe may take this many times its bytes
_MIN_GROUPS = 4  # keyframes with their differences that the budget has room for, so that thinning can leave some out
_MAX_CACHED_BASES = 12  # that the reader caches
_CACHED_DEPTH = 6  # of these, only a keyframe and the first differences after it, which most states need
_LIVE_FACTOR = 2  # a decoded difference, most of it still packed, takes about this many times its encoded size
_READ_SHARE = 4  # at most a fourth of a keyframe is read over time


class SnapshotEntry(NamedTuple):
    """One snapshot: the position of its bytes, and the hashes by which they are checked.

    Attributes:
        position: events applied. offset, size: of its bytes in the file, which follow its parts.
        chain: hash of the record just before it. digest: BLAKE3 of its bytes, in which are those of its parts.
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


def base_number(number: int) -> int:
    """Return the number of the snapshot that another one is the difference from; 0 is the keyframe before both.

    In octal, the last digit that is not 0 becomes less by one: from 0o123 a reader goes to 0o122, 0o121, 0o120, 0o110,
    0o100 and 0. So the way to the keyframe has at most seven differences for each digit, and each change is written at
    most once for each digit.
    """
    span = 1
    while number % (span * _FAN_OUT) == 0:
        span *= _FAN_OUT
    return number - span


@dataclass(slots=True)
class _Base:
    """A snapshot that the next one may be the difference from.

    Attributes:
        number: since the keyframe, which has 0. lengths: of its large members.
        changed: since the base before.
    """

    number: int
    position: Position
    lengths: dict[str, int]
    changed: ChangedKeys


def _add_changes(changed: ChangedKeys, later: ChangedKeys) -> ChangedKeys:
    """Add later changes to earlier ones, and return these."""
    for name, keys in later.items():
        earlier = changed.setdefault(name, keys)
        if keys is ALL_KEYS:
            changed[name] = ALL_KEYS
        elif earlier is not ALL_KEYS:
            earlier |= keys
    return changed


class SnapshotWriter:
    """Writes states in ascending order of position, each as the difference from an earlier one, or as a keyframe.

    A keyframe is written when the differences since the last one are several times as large.

    Attributes:
        entries: one for each snapshot in the file, ascending.
        last_step_bytes: of the changes since the snapshot before the last one, on disk, estimated.
    """

    def __init__(self, path: Path, budget: int) -> None:
        """Create the file. `budget`: bytes; the file is thinned before the first snapshot beyond that."""
        self._path = path
        self._file = path.open("wb")
        self._budget = budget
        self._used = 0
        self._generation = 0
        self._encoder = SnapshotEncoder()
        self._bases: list[_Base] = []  # the last snapshot, its base, the base of that, in the reverse order
        self._keyframe_bytes = 0  # of the last keyframe, without packs
        self._differences_bytes = 0  # of all differences since then
        self._total = 0  # of the state, estimated
        self.last_step_bytes = 0
        self.entries: list[SnapshotEntry] = []

    def add(self, position: Position, fold: BulkReducer, chain: bytes) -> SnapshotEntry:
        """Write the state of `fold` and call its `forget_changes`; thin the file first if the budget is used up."""
        if self._used > self._budget:
            self._thin()
        max_differences = min(_KEYFRAME_FACTOR * self._keyframe_bytes, self._budget // _MIN_GROUPS)
        if self._bases and self._differences_bytes <= max_differences:
            encoded, base = self._difference(position, fold)
        else:
            encoded, base = self._keyframe(position, fold), position
        fold.forget_changes()
        offset, digest = self._used + len(encoded.parts), blake3(encoded.table).digest()
        entry = SnapshotEntry(position, offset, len(encoded.table), base, chain, digest, self._total, self._generation)
        self._file.write(encoded.parts + encoded.table)
        self._file.flush()
        self._used = offset + len(encoded.table)
        self.entries.append(entry)
        return entry

    def _keyframe(self, position: Position, fold: BulkReducer) -> EncodedSnapshot:
        encoded = self._encoder.encode(fold.root, self._used, since_last=fold.changed)
        own = len(encoded.parts) - encoded.new_packs_bytes + len(encoded.table)
        self._bases = [_Base(0, position, large_members(fold.root), {})]
        self._keyframe_bytes, self._differences_bytes = own, 0
        self._total = own + self._encoder.packs_bytes
        self.last_step_bytes = self.last_step_bytes or own + encoded.new_packs_bytes
        return encoded

    def _difference(self, position: Position, fold: BulkReducer) -> tuple[EncodedSnapshot, Position]:
        """Return the bytes, and the position of the base."""
        changed = fold.changed
        number = self._bases[-1].number + 1
        while self._bases[-1].number > base_number(number):
            changed = _add_changes(self._bases.pop().changed, changed)
        base = self._bases[-1]
        encoded = self._encoder.encode(fold.root, self._used, since_last=fold.changed, base=(base.lengths, changed))
        size = len(encoded.parts) + len(encoded.table)
        self._bases.append(_Base(number, position, large_members(fold.root), changed))
        self._differences_bytes += size
        self.last_step_bytes = size // (number - base.number)
        self._total += self.last_step_bytes
        return encoded, base.position

    def close(self) -> None:
        """Close the file, and remove the files from before it was thinned."""
        self._file.close()
        for older in range(1, _MAX_FILES):
            self._remove(self._generation - older)

    def _remove(self, generation: int) -> None:
        if generation >= 0:
            file_of(self._path, generation).unlink(missing_ok=True)

    def _thin(self) -> None:
        """Write a new file without every second keyframe and its differences; the last ones stay, for the next one."""
        self._file.close()
        before, self._generation = file_of(self._path, self._generation), self._generation + 1
        self._remove(self._generation - _MAX_FILES)
        groups = self._keyframe_groups()
        with before.open("rb") as old, file_of(self._path, self._generation).open("wb") as new:
            copier = _Copier(old, new)
            self.entries = [
                copier.copy_entry(entry, self._generation)
                for group in groups[(len(groups) - 1) % 2 :: 2]
                for entry in group
            ]
        self._encoder.move_packs(copier.moved)
        self._used = copier.used
        self._file = file_of(self._path, self._generation).open("ab")
        self._budget = max(self._budget, 2 * self._used)

    def _keyframe_groups(self) -> list[list[SnapshotEntry]]:
        """Return each keyframe with its differences."""
        groups: list[list[SnapshotEntry]] = []
        for entry in self.entries:
            if entry.base == entry.position:
                groups.append([])
            groups[-1].append(entry)
        return groups


class _Copier:
    """Copies snapshots, with their parts, to another file.

    Attributes:
        used: bytes of that file. moved: for each part that was copied, the new offset by the old one.
    """

    def __init__(self, old: BinaryIO, new: BinaryIO) -> None:
        self._old, self._new = old, new
        self.used = 0
        self.moved: dict[int, int] = {}

    def copy_entry(self, entry: SnapshotEntry, generation: int) -> SnapshotEntry:
        table = with_moved_parts(self._read(entry.offset, entry.size), self._move)
        offset = self._write(table)
        return entry._replace(offset=offset, size=len(table), digest=blake3(table).digest(), generation=generation)

    def _move(self, offset: int, size: int) -> int:
        """Copy parts, unless they were copied before, and return their offset."""
        if not size:  # no parts, and the offset is that of others
            return 0
        if offset not in self.moved:
            self.moved[offset] = self._write(self._read(offset, size))
        return self.moved[offset]

    def _read(self, offset: int, size: int) -> bytes:
        self._old.seek(offset)
        return self._old.read(size)

    def _write(self, raw: bytes) -> int:
        offset = self.used
        self._new.write(raw)
        self.used += len(raw)
        return offset


class SnapshotReader:
    """Reads stored states, and checks each by its hash.

    The parts of large members are checked when they are read. The file stays open as long as a state of it is used.
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
        self._bases: OrderedDict[Position, State] = OrderedDict()  # used last, with their large members only

    def set_table(self, path: Path, entries: list[SnapshotEntry]) -> None:
        """Use another table, of this file or of its replacement."""
        self._path = path
        self._entries = {entry.position: entry for entry in entries}

    def load_state(self, position: Position) -> CachedState | None:
        """Return the state at a stored position; None if it is missing, damaged, or of another log.

        Reading a part of the state raises SnapshotDamaged if that part is damaged.
        """
        try:
            line = lineage(self._entries, position)
            if self._chain_at(position) != self._entries[position].chain:
                raise NotCanonical("a snapshot belongs to another log")
            source = self._opened(file_of(self._path, line[0].generation))
            state = self._state(source, line)
        except (ReplayError, KeyError):
            return None
        own = sum(entry.size for entry in line[1:]) * _LIVE_FACTOR
        return CachedState(state, own, line[0].position, line[0].total // _READ_SHARE)

    def _opened(self, path: Path) -> Source:
        if self._source is None or self._source.path != path:
            self._source = Source(path)
            self._bases.clear()
        self._source.refresh_size()  # the file may still be written
        return self._source

    def _state(self, source: Source, line: list[SnapshotEntry]) -> State:
        """Return the state of the last snapshot of a lineage."""
        *before, last = line
        earlier: State | None = None
        for depth, entry in enumerate(before):
            known = self._bases.pop(entry.position, None)
            earlier = self._decoded(source, entry, earlier, is_base=True) if known is None else known
            if depth < _CACHED_DEPTH:
                self._bases[entry.position] = earlier
        while len(self._bases) > _MAX_CACHED_BASES:
            self._bases.popitem(last=False)
        return self._decoded(source, last, earlier)

    def _decoded(self, source: Source, entry: SnapshotEntry, earlier: State | None, *, is_base: bool = False) -> State:
        table = _read_checked(source, entry)
        return decode_snapshot(table, earlier, source.read_at, entry.offset, self._values, is_base=is_base)


def _read_checked(source: Source, entry: SnapshotEntry) -> bytes:
    if entry.offset < 0 or entry.size < 0 or entry.offset + entry.size > source.size:
        raise NotCanonical("a snapshot is not in its file")
    raw = source.read_at(entry.offset, entry.size)
    if blake3(raw).digest() != entry.digest:
        raise NotCanonical("a snapshot is damaged")
    return raw
