"""One of the two runs of a comparison: its log, its index and the columns that it is compared by."""

from __future__ import annotations

from copy import copy
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.divergence.causal_columns import read_causal_columns
from replay_gui.core.divergence.comparison import Difference
from replay_gui.core.index.index_builder import IndexBuilder
from replay_gui.core.index.index_cache import build_run_index
from replay_gui.core.index.index_columns import IndexView
from replay_gui.core.index.meta_columns import MemberCounts
from replay_gui.core.index.record_columns import read_contents
from replay_gui.core.index.run_index import RunIndex
from replay_gui.core.log.event import Event
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex

_MAX_CACHED_EVENTS = 256  # decoded events


class EventRedactor(Protocol):
    """Hides secrets of events in reports, before sentences are made of them."""

    def text(self, text: str) -> str:
        """Return a name with its secrets hidden."""

    def event(self, event: Event) -> Event:
        """Return the event with its secrets hidden."""

    def difference(self, difference: Difference, a: Event, b: Event) -> Difference:
        """Return a difference of two events with its secrets hidden."""


class ComparedSide:
    """A run that is open for comparison.

    Attributes:
        log: its log.
        index: its RunIndex, complete.
        content: V32[events], BLAKE3 hash of each event's content; zeros for skipped bytes.
        ids: uint64[events], the first 8 bytes of `content`.
        causal: its CausalColumns.
        members: of its metas, which are not compared.
    """

    def __init__(self, log: EventLog, index: RunIndex, folder: Path, members: MemberCounts) -> None:
        """Read the other columns from `folder`, where the index is stored.

        Raises:
            OSError, ValueError: a column is missing or damaged.
        """
        self.log = log
        self.index = index
        log.use_offsets(index.offset)
        self.content = read_contents(folder, index.count)
        self.ids: NDArray[np.uint64] = self.content.view("<u8").reshape(-1, 4)[:, 0].copy()
        self.causal = read_causal_columns(folder, index.count)
        self.members = members
        self._events: dict[EventIndex, Event] = {}
        self._redactor: EventRedactor | None = None

    def redacted(self, redactor: EventRedactor | None) -> ComparedSide:
        """Return the side with the secrets of its events hidden; itself if nothing is hidden."""
        if redactor is None:
            return self
        side = copy(self)
        side._events, side._redactor = {}, redactor
        return side

    def hide_secrets(self, text: str) -> str:
        """Return a text of the log's header with its secrets hidden."""
        return text if self._redactor is None else self._redactor.text(text)

    @classmethod
    def build(cls, log: EventLog, folder: Path) -> Self:
        """Index a log and return it as a side; the index is written into `folder`, which must exist."""
        view = IndexView(folder)
        built = IndexBuilder(log, folder).run(lambda _built: None)
        return cls(log, build_run_index(view, built, complete=True), folder, built.members)

    def event(self, index: EventIndex) -> Event:
        """Return the event at an index; recently read events are cached."""
        event = self._events.get(index)
        if event is None:
            if len(self._events) >= _MAX_CACHED_EVENTS:
                self._events.clear()
            event = self.log[index]
            if self._redactor is not None:
                event = self._redactor.event(event)
            self._events[index] = event
        return event

    def content_hash(self, index: EventIndex) -> str:
        """Return the hash of an event's content, in hex."""
        return bytes(self.content[index]).hex()


def number_jointly(
    names_a: tuple[str, ...], column_a: NDArray[Any], names_b: tuple[str, ...], column_b: NDArray[Any]
) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.int64]]:
    """Return the names of both sides, without repetition, and both columns as indexes into them.

    Args:
        names_a, names_b: the names of each side.
        column_a, column_b: int[events], indexes into the side's names; negative numbers mean no name and become -1.
    """
    names = tuple(dict.fromkeys((*names_a, *names_b)))
    number = {name: i for i, name in enumerate(names)}

    def renumber(own_names: tuple[str, ...], column: NDArray[Any]) -> NDArray[np.int64]:
        table = np.array([*(number[name] for name in own_names), -1], np.int64)  # index -1 finds the last entry
        return table[np.maximum(column.astype(np.int64), -1)]

    return names, renumber(names_a, column_a), renumber(names_b, column_b)
