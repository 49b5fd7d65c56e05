"""An index as the program keeps it in its cache, for tests that do something to it; parts of states without a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import msgpack

from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_cache import IndexCache, write_table
from replay_gui.core.log.chain import digest
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.replay.snapshot_codec import decode_keyframe
from replay_gui.core.state.state import OverlayMap, State
from replay_gui.core.state.stored_parts import PagedMap, StoredPart


def keep(cache: IndexCache, path: Path) -> Path:
    """Make the index of the log at `path`; return its folder."""
    with EventLog.open(path) as log:
        building = cache.make_building_folder()
        write_table(building, log, IndexBuilder(log, building).run(lambda built: None))
        return cache.adopt_folder(building, log)


def keyframe_state(raw: bytes) -> State:
    """Return the state that `encode_keyframe` encoded."""
    return decode_keyframe(lambda at, size: raw[at : at + size], len(raw))


def stored(value: Any) -> StoredPart:
    """Return a part with a value."""
    raw = msgpack.encode(value)
    return StoredPart(lambda at, size: raw[at : at + size], 0, len(raw), digest(raw))


def paged(members: dict[str, Any], page_members: int) -> OverlayMap:
    """Return a map whose members are in pages of a given size."""
    keys = sorted(members)
    firsts = keys[::page_members]
    pages = [keys[begin : begin + page_members] for begin in range(0, len(keys), page_members)]
    return OverlayMap(PagedMap(firsts, [stored({key: members[key] for key in page}) for page in pages], len(keys)))
