"""Indexes of logs that were opened before, in a cache folder. An index is checked when it is loaded.

Each log has a folder with the column files, the snapshot file and a table, which is written last. The table begins with
its hash. It holds the log's size, header hash, last record hash and BLAKE3, and the BLAKE3 of the snapshot file and of
the columns that the window, histories of values and searches for causes need; the content hashes have a separate check
(see record_columns). An index that does not match the log is ignored.

`load_index` reads the whole log only if it was modified since, so that a run opens at once. Before two runs are called
equal, it must read the log in any case (`by_content`).
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from replay_gui.core.cache_budget import CACHE_BUDGET_BYTES, CacheEntry, entry_of, is_own, remove_least_used
from replay_gui.core.errors import LogUnreadable
from replay_gui.core.index.clock_files import CLOCK_FILES
from replay_gui.core.index.group_files import GROUP_FILES, are_possible
from replay_gui.core.index.hashed_file import read_hashed, write_hashed
from replay_gui.core.index.index_builder import SNAPSHOTS_FILE, BuiltIndex
from replay_gui.core.index.index_columns import CAUSAL_COLUMNS, DISPLAY_COLUMNS, KEY_COLUMN, IndexView, map_column
from replay_gui.core.index.run_index import NO_DURATION, NO_PAIR, NO_TOOL, RunIndex, forget_pages, parts_of_index
from replay_gui.core.log.kinds import KINDS
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.path_kinds import is_folder, reason_of
from replay_gui.core.replay.snapshot_store import file_of
from replay_gui.core.translation.messages import tr

TABLE = "table"
_TABLE_VERSION = 19
_BUILDING_PREFIX = "building-"
_ABANDONED_AFTER_NS = 24 * 3600 * 10**9
_HASHED_BYTES = 1 << 20
_SHOWN_FILES = (*DISPLAY_COLUMNS, *GROUP_FILES, *CLOCK_FILES)  # checked when an index is loaded


class IndexTable(msgspec.Struct, frozen=True, kw_only=True):
    """The table of a finished index folder.

    `content`: BLAKE3 of the log's bytes, in hex. `changed_at`: of the log's Source. `columns`: by the file's name.
    """

    version: int
    size: int
    header: bytes
    content: str
    changed_at: int
    built: BuiltIndex
    columns: dict[str, bytes]
    snapshots: bytes


class IndexCache:
    """The indexes under one folder, which other users cannot read."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, log: EventLog) -> Path:
        """Return the folder for the index of this log, whether it exists or not."""
        name = os.fsencode(log.source.path.resolve())
        return self.root / blake3(log.header.hash + name).hexdigest()[:32]

    def make_building_folder(self) -> Path:
        """Make a folder to build an index in; a temporary one if the cache cannot be written.

        Raises LogUnreadable if neither can be written.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            return Path(tempfile.mkdtemp(prefix=_BUILDING_PREFIX, dir=self.root))
        except OSError as why:
            try:
                return Path(tempfile.mkdtemp(prefix=f"replay-gui-{_BUILDING_PREFIX}"))
            except OSError:
                reason = reason_of(why)
                raise LogUnreadable(
                    tr("{root}: the cache folder cannot be written: {reason}", root=self.root, reason=reason)
                ) from None

    def is_cached(self, folder: Path) -> bool:
        """Return whether an index folder is in the cache."""
        return folder.parent == self.root

    def adopt_folder(self, building: Path, log: EventLog) -> Path:
        """Move a finished index to its folder in the cache; remove the least recently used ones over the budget.

        An index in a temporary folder, because the cache cannot be written, stays there, and so does one whose folder
        another process has just made: both are of this log.
        """
        if not self.is_cached(building):
            return building
        folder = self.folder(log)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            building.rename(folder)
        except OSError:
            folder = building
        self.prune(folder)
        return folder

    def load_index(self, log: EventLog, *, by_content: bool = False) -> tuple[IndexView, RunIndex, BuiltIndex] | None:
        """Return the index of this log in the cache; see load_index."""
        return load_index(self.folder(log), log, by_content=by_content)

    def clear(self) -> None:
        """Remove every index."""
        shutil.rmtree(self.root, ignore_errors=True)

    def prune(self, kept: Path, budget: int = CACHE_BUDGET_BYTES) -> None:
        """Remove the least recently used indexes, but not `kept`, until the total is within `budget` bytes.

        An index that another process is building stays, unless it has not changed for a day.
        """
        abandoned_before = time.time_ns() - _ABANDONED_AFTER_NS

        def may_remove(entry: CacheEntry) -> bool:
            being_built = entry.path.name.startswith(_BUILDING_PREFIX) and entry.used_at > abandoned_before
            return entry.path != kept and not being_built

        remove_least_used(self._folders(), budget, may_remove)

    def _folders(self) -> Iterator[CacheEntry]:
        """Yield each index; one that is being built is used whenever it is written to."""
        for folder in self.root.iterdir():
            entry = entry_of(folder) if is_folder(folder) else None
            if entry is not None and folder.name.startswith(_BUILDING_PREFIX):
                written = [file.used_at for file in map(entry_of, folder.glob("*")) if file is not None]
                entry = entry._replace(used_at=max([entry.used_at, *written]))
            if entry is not None:
                yield entry


def load_index(
    folder: Path, log: EventLog, *, by_content: bool = False
) -> tuple[IndexView, RunIndex, BuiltIndex] | None:
    """Return the index in a folder; None if it does not match the log, or others may write to the folder.

    Args:
        by_content: read the whole log, and accept no index that was built from other bytes. Else it is read only if
            the system reports a change; an edit in place that keeps the size, the time of change and the last record
            is then not noticed. The columns that a search for causes needs are checked too.
    """
    try:
        if not is_own(folder):
            return None
        table = read_hashed(folder / TABLE, IndexTable)
        built = table.built
        names = (*_SHOWN_FILES, *CAUSAL_COLUMNS) if by_content else _SHOWN_FILES
        fits = (table.version, table.size, table.header) == (_TABLE_VERSION, log.source.size, log.header.hash)
        if (
            not fits
            or not _is_unchanged(table, log, by_content)
            or any(_file_hash(folder / name) != table.columns[name] for name in names)
        ):
            return None
        view = IndexView(folder)
        index = build_run_index(view, built, complete=True)
        if not _is_in_range(index, built, log.source.size):
            return None
        if built.count and (log.event_at(EventIndex(built.count - 1), int(index.offset[-1])).hash or b"") != built.head:
            return None
        os.utime(folder)
    except (OSError, KeyError, ValueError, msgspec.MsgspecError):
        return None
    return view, index, built


def _is_unchanged(table: IndexTable, log: EventLog, by_content: bool) -> bool:
    is_as_dated = not by_content and table.changed_at == log.source.changed_at
    return is_as_dated or table.content == log.source.blake3()


def read_key_column(folder: Path, count: int) -> NDArray[np.uint32] | None:
    """Return the column `key` of an index of `count` events that load_index has returned; None if it is damaged."""
    try:
        is_intact = _file_hash(folder / KEY_COLUMN) == read_hashed(folder / TABLE, IndexTable).columns[KEY_COLUMN]
        return map_column(folder, KEY_COLUMN, count) if is_intact else None
    except (OSError, KeyError, ValueError, msgspec.MsgspecError):
        return None


def has_intact_snapshots(folder: Path) -> bool:
    """Return whether the snapshot file of a finished index is as it was written; reads all of it.

    An index without a table, such as one that another program has just dropped, has nothing to compare it with.
    """
    try:
        table = read_hashed(folder / TABLE, IndexTable)
    except (OSError, ValueError, msgspec.MsgspecError):
        return True
    try:
        return _file_hash(_snapshot_file(folder, table.built)) == table.snapshots
    except OSError:
        return False


def _snapshot_file(folder: Path, built: BuiltIndex) -> Path:
    generation = built.snapshots[-1].generation if built.snapshots else 0
    return file_of(folder / SNAPSHOTS_FILE, generation)


def indexed_content(folder: Path) -> str | None:
    """Return the BLAKE3, in hex, of the log that the index in `folder` was built from; None if there is no index."""
    try:
        return read_hashed(folder / TABLE, IndexTable).content
    except (OSError, ValueError, msgspec.MsgspecError):
        return None


def write_table(
    folder: Path, log: EventLog, built: BuiltIndex, changed_at: int | None = None, content: str | None = None
) -> None:
    """Write the table of a finished index, last of all and in one piece.

    `changed_at`: of the log when its index was begun; None for when `log` was opened. If the log was changed since, no
    table is written, since it is unknown which bytes the index covers, unless its BLAKE3 was `content` then and still
    is, because data were only appended.
    """
    begun = log.source.changed_at if changed_at is None else changed_at
    columns = {name: _file_hash(folder / name) for name in (*_SHOWN_FILES, KEY_COLUMN, *CAUSAL_COLUMNS)}
    table = IndexTable(
        version=_TABLE_VERSION,
        size=log.source.size,
        header=log.header.hash,
        content=built.content or log.source.blake3(),
        changed_at=begun,
        built=built,
        columns=columns,
        snapshots=_file_hash(_snapshot_file(folder, built)),
    )
    if log.source.has_changed_since(begun) and table.content != content:
        return
    write_hashed(folder / TABLE, table)


def build_run_index(view: IndexView, built: BuiltIndex, complete: bool, count: int | None = None) -> RunIndex:
    """Return the index over the events that `built` covers, or over the first `count` of them."""
    reach = built.count if count is None else count
    positions = tuple(entry.position for entry in built.snapshots if entry.position <= reach)
    return view.grow(
        reach, kinds=built.kinds, tools=built.tools, phases=built.phases, snapshots=positions, complete=complete
    )


def _is_in_range(index: RunIndex, built: BuiltIndex, size: int) -> bool:
    """Return whether every entry of the columns is possible in a log of `size` bytes."""
    count = index.count
    if count != built.count or any(not 0 <= position <= count for position in index.snapshots):
        return False
    if any(not 0 <= at < count for at, _ in index.phases) or len(index.kinds) < len(KINDS):
        return False
    if not count:
        return True
    is_in_range = (
        int(index.offset[-1]) < size
        and all(_part_is_in_range(index, part) for part in parts_of_index(index))
        and are_possible(index.groups, len(index.kinds), len(index.tools))
    )
    forget_pages(index)
    return is_in_range


def _part_is_in_range(index: RunIndex, part: slice) -> bool:
    kind, tool, pair, took = index.kind[part], index.tool[part], index.pair[part], index.duration[part]
    offset = index.offset[max(part.start - 1, 0) : part.stop]
    return bool(
        int(kind.max()) < len(index.kinds)
        and int(tool.min()) >= NO_TOOL
        and int(tool.max()) < len(index.tools)
        and bool(np.all(offset[1:] > offset[:-1]))
        and int(pair.min()) >= NO_PAIR
        and int(pair.max()) < index.count
        and bool(np.all(pair != np.arange(part.start, part.start + len(pair))))
        and int(took.min()) >= NO_DURATION
    )


def _file_hash(path: Path) -> bytes:
    hasher = blake3()
    with path.open("rb", buffering=0) as file:
        while part := file.read(_HASHED_BYTES):
            hasher.update(part)
    return hasher.digest()
