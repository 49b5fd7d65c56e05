"""One of the two runs of a comparison: its log, its index, and the columns that runs are compared by."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.alignment.id_intersection import Ids
from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_cache import shown
from replay_gui.core.index.index_columns import IndexView
from replay_gui.core.index.record_columns import read_contents
from replay_gui.core.index.run_index import RunIndex
from replay_gui.core.log.event import Event
from replay_gui.core.log.log_reader import EventLog

_MAX_CACHED_EVENTS = 256  # events that are kept decoded


class ComparedSide:
    """A run, open for comparing.

    Attributes:
        log: its log. index: its complete RunIndex.
        content: V32[events], BLAKE3 of each event's content; zeros for a skipped stretch.
        chain: V32[events // CHAIN_STEP], BLAKE3 of all content hashes up to each CHAIN_STEP-th event.
        ids: uint64[events], the first bytes of `content`.
    """

    def __init__(self, log: EventLog, index: RunIndex, folder: Path) -> None:
        """`folder`: where the index is kept; OSError or ValueError where a column is missing or damaged there."""
        self.log = log
        self.index = index
        log.use_offsets(index.offset)
        self.content, self.chain = read_contents(folder, index.count)
        self.ids: Ids = self.content.view("<u8").reshape(-1, 4)[:, 0].copy()
        self._events: dict[int, Event] = {}

    @classmethod
    def build(cls, log: EventLog, folder: Path) -> Self:
        """The side of a log that has no index yet: one is made in `folder`, which exists."""
        view = IndexView(folder)
        built = IndexBuilder(log, folder).run(lambda built: None)
        return cls(log, shown(view, built, complete=True), folder)

    def event(self, index: int) -> Event:
        """Return the event at an index; the last ones that were read are kept."""
        event = self._events.get(index)
        if event is None:
            if len(self._events) >= _MAX_CACHED_EVENTS:
                self._events.clear()
            event = self._events[index] = self.log[index]
        return event

    def content_hash(self, index: int) -> str:
        """Return the hash of an event's content, in hex."""
        return bytes(self.content[index]).hex()


def number_jointly(
    names_a: tuple[str, ...], column_a: NDArray[Any], names_b: tuple[str, ...], column_b: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Two columns of numbers into names as numbers into the names of both; negative ones stay."""
    number = {name: i for i, name in enumerate(dict.fromkeys((*names_a, *names_b)))}

    def renumbered(names: tuple[str, ...], column: NDArray[Any]) -> NDArray[np.int64]:
        table = np.array([*(number[name] for name in names), -1], np.int64)  # the last one is what -1 finds
        return table[np.maximum(column.astype(np.int64), -1)]

    return renumbered(names_a, column_a), renumbered(names_b, column_b)
