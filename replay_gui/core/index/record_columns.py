"""The index columns that are computed for each record separately, without a replay.

They are its time, its own duration, its parent, its recorded state, and a hash of its content. Any pass can write them,
also over a slice. Two runs are compared by the hashes, and by a chain over them, which is computed when all hashes are
complete.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from replay_gui.core.index.cache_files import map_array
from replay_gui.core.index.index_columns import (
    CHAIN_STEP_EVENTS,
    COLUMNS,
    COMPARISON_COLUMNS,
    NO_PARENT,
    NO_STATE,
    RECORD_COLUMNS,
    ColumnWriter,
    read_column,
)
from replay_gui.core.index.meta_columns import MemberCounts, MetaColumns
from replay_gui.core.index.run_index import NO_DURATION, NO_TIME
from replay_gui.core.log.chain import HASH_BYTES, digests
from replay_gui.core.log.fast_metas import FastMeta
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.log.scanner import Block, Skipped

_CONTENT, _CHAIN = COMPARISON_COLUMNS
_STEP_BYTES = CHAIN_STEP_EVENTS * HASH_BYTES
_SKIPPED = {
    "time": [NO_TIME],
    "duration": [NO_DURATION],
    "parent": [NO_PARENT],
    "state": [NO_STATE],
    "content": bytes(HASH_BYTES),
}


class RecordColumns:
    """Writes columns of records in a folder, from `first_index` on; the folder's columns have all entries before."""

    def __init__(self, folder: Path, first_index: EventIndex) -> None:
        self._columns = ColumnWriter(folder, RECORD_COLUMNS, first_index)
        self._metas = MetaColumns()

    @property
    def members(self) -> MemberCounts:
        """The members of all metas so far."""
        return self._metas.members

    def add_part(self, part: Block | Skipped, metas: list[FastMeta] | None = None) -> None:
        """Add the next part of the log; `metas`: the result of decode_fast_metas for a block's metas."""
        if isinstance(part, Skipped):
            self._columns.append(_SKIPPED)
            return
        self._columns.append(self._metas.block_entries(part, metas))
        self._columns.append({"state": _first_words(part.states), "content": b"".join(digests(part.contents))})

    def flush(self) -> None:
        """Write the buffered entries, so that they can be read."""
        self._columns.flush()

    def close(self) -> None:
        """Close the files."""
        self._columns.close()


def _first_words(states: Sequence[bytes | None]) -> NDArray[np.uint64]:
    """Return the first 8 bytes of each hash as a number; NO_STATE for None."""
    if states.count(None) == len(states):
        return np.full(len(states), NO_STATE, np.uint64)
    return np.frombuffer(b"".join([(state or bytes(8))[:8] for state in states]), "<u8")


def write_chain(folder: Path) -> None:
    """Write the chain of the content hashes in a folder, which must have those of all events."""
    (folder / _CHAIN).write_bytes(_chain(map_array(folder / _CONTENT, COLUMNS[_CONTENT])))


def read_contents(folder: Path, count: int) -> NDArray[np.void]:
    """Read the content hashes of a run of `count` events, checked against their chain.

    Raises OSError or ValueError if one of them is missing or damaged.
    """
    content, chain = (read_column(folder, name) for name in COMPARISON_COLUMNS)
    if len(content) != count or _chain(content) != chain.tobytes():
        raise ValueError(f"{folder}: the columns that runs are compared by are damaged")
    return content


def _chain(content: NDArray[np.void]) -> bytes:
    """Return a running hash over content hashes: its value after every CHAIN_STEP_EVENTS, and after the last."""
    hashes, running, values = content.view(np.uint8).data, blake3(), []
    for begin in range(0, len(hashes), _STEP_BYTES):
        running.update(hashes[begin : begin + _STEP_BYTES])
        values.append(running.digest())
    return b"".join(values)
