"""An index as the program keeps it in its cache, for tests that do something to it; parts of states without a file."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from msgspec import msgpack

from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_cache import IndexCache, write_table
from replay_gui.core.log.chain import digest
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.replay import snapshot_codec
from replay_gui.core.replay.snapshot_codec import SnapshotEncoder, decode_snapshot
from replay_gui.core.state import draft
from replay_gui.core.state import state as state_module
from replay_gui.core.state.bulk_effects import ChangedKeys
from replay_gui.core.state.state import OverlayMap, State
from replay_gui.core.state.stored_parts import PagedMap, PageRun, PartTable, StoredPart, key_numbers


def keep(cache: IndexCache, path: Path) -> Path:
    """Make the index of the log at `path`; return its folder."""
    with EventLog.open(path) as log:
        building = cache.make_building_folder()
        write_table(building, log, IndexBuilder(log, building).run(lambda built: None))
        return cache.adopt_folder(building, log)


def narrow_snapshots(patch: pytest.MonkeyPatch, unpaged_members: int) -> None:
    """Let small states have large members, pages and packs; maps of more than `unpaged_members` members have pages."""
    for module in (draft, snapshot_codec):
        patch.setattr(module, "MIN_OVERLAY_MEMBERS", 2)
    for module in (state_module, snapshot_codec):
        patch.setattr(module, "PACK_ITEMS", 3)
    patch.setattr(snapshot_codec, "_PAGE_MEMBERS", 3)
    patch.setattr(snapshot_codec, "_MAX_UNPAGED_MEMBERS", unpaged_members)


class SnapshotFile:
    """A snapshot file in memory.

    Attributes:
        data: its bytes. tables: the place in them of each snapshot that was added, without its parts.
    """

    def __init__(self) -> None:
        self.data = b""
        self.tables: list[slice] = []
        self._encoder = SnapshotEncoder()

    def add(
        self,
        root: dict[str, Any],
        since_last: ChangedKeys,
        base: tuple[dict[str, int], ChangedKeys] | None = None,
    ) -> int:
        """Add a state, and return its number; see SnapshotEncoder.encode."""
        encoded = self._encoder.encode(root, len(self.data), since_last=since_last, base=base)
        self.data += encoded.parts
        return self.add_table(encoded.table)

    def add_table(self, table: bytes) -> int:
        """Add the bytes of a snapshot without new parts."""
        self.tables.append(slice(len(self.data), len(self.data) + len(table)))
        self.data += table
        return len(self.tables) - 1

    def state(self, number: int, earlier: State | None = None) -> State:
        """Return a state; `earlier`: the state that it is the difference from."""
        place = self.tables[number]
        return decode_snapshot(self.data[place], earlier, self.read_at, place.start)

    def read_at(self, offset: int, size: int) -> bytes:
        return self.data[offset : offset + size]


def keyframe(root: dict[str, Any]) -> State:
    """Return a state after it was encoded as a keyframe and decoded."""
    file = SnapshotFile()
    return file.state(file.add(root, {}))


def stored(value: Any) -> StoredPart:
    """Return a part with a value."""
    raw = msgpack.encode(value)
    return StoredPart(lambda at, size: raw[at : at + size], 0, len(raw), digest(raw))


def paged(members: dict[str, Any], page_members: int) -> OverlayMap:
    """Return a map whose members are in pages of a given size."""
    return OverlayMap(PagedMap([page_run(members, page_members)], len(members)))


def page_run(members: dict[str, Any], page_members: int, numbers: bool = False) -> PageRun:
    """Return members in pages of a given size; `numbers`: with the numbers of their keys."""
    keys = sorted(members)
    pages = [keys[begin : begin + page_members] for begin in range(0, len(keys), page_members)]
    raws = [msgpack.encode({key: members[key] for key in page}) for page in pages]
    offsets = [*accumulate(map(len, raws), initial=0)][: len(raws)]
    joined = b"".join(raws)
    table = PartTable(lambda at, size: joined[at : at + size], offsets, [*map(len, raws)], b"".join(map(digest, raws)))
    known = key_numbers(keys) if numbers else None
    return PageRun(keys[::page_members], table, known)
