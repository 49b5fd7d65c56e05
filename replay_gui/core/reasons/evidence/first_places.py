"""Finds the first event of a run that says a value.

The map of values to first places is filled as it is asked: the log's bytes are searched for the value as msgpack has
it, a stretch of records at a time, and only events whose bytes hold it are decoded. So a value that a run never has
costs one pass over its bytes (about 0.1 s for 100 MB), and every value is searched once.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.log.canonical import encode
from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.log.source import Source
from replay_gui.core.reasons.event_texts import holds, role_of, word_pattern

_STRETCH_BYTES = 1 << 23  # that are read at once
_KEPT_BYTES = 1 << 26  # a log up to this size is read once, and kept
_MAX_DECODED = 20_000  # events that are decoded for one value
_BUDGET_BYTES = 3 << 30  # bytes that are searched for all values together


class FirstPlaces:
    """The first places of values in one run."""

    def __init__(self, source: Source, offsets: NDArray[np.uint64], event: Callable[[int], Event]) -> None:
        """`offsets`: of each record, ascending; `event`: returns the event at an index."""
        self._source, self._offsets, self._event = source, offsets, event
        self._places: dict[str, EventIndex | None] = {}
        self._given_up: set[str] = set()
        self._searched = 0
        self._kept: bytes | None = None

    @property
    def exhausted(self) -> bool:
        """Whether so much was searched that no further value is looked for."""
        return self._searched >= _BUDGET_BYTES

    def never_said(self, value: str) -> bool:
        """Whether it is sure that no event says the value; False also where too much would have to be read."""
        return self.find(value) is None and value not in self._given_up

    def find(self, value: str) -> EventIndex | None:
        """Return the first event in which the user, an answer or the agent says the value; None where none does."""
        if value not in self._places:
            self.find_all([value])
        return self._places[value]

    def find_all(self, values: Iterable[str]) -> None:
        """Find several values in one pass over the bytes; `find` then knows them."""
        searches = [_Search(value) for value in dict.fromkeys(values) if value not in self._places]
        left = [search for search in searches if search.value]
        for start, data in self._stretches() if left else ():
            if self.exhausted:
                break
            for search in left:
                self._search(search, start, data)
            left = [search for search in left if not search.done]
            if not left:
                break
        self._places.update((search.value, search.place) for search in searches)
        self._given_up.update(search.value for search in searches if search.place is None and not search.whole)

    def _search(self, search: _Search, start: int, data: bytes) -> None:
        """Search one stretch; `start`: its first byte in the log."""
        begin = 0
        while not search.done:
            at = search.next_hit(data, begin)
            self._searched += ((len(data) if at is None else at) - begin) * search.needles
            if at is None:
                search.whole = start + len(data) >= self._source.size
                return
            index = int(np.searchsorted(self._offsets, np.uint64(start + at), side="right")) - 1
            if index >= 0:
                event = self._event(index)
                search.decoded += 1
                if role_of(event) is not None and holds(event, search.value, search.pattern):
                    search.place, search.done = EventIndex(index), True
                    return
            search.done = search.decoded >= _MAX_DECODED
            if index + 1 >= len(self._offsets):
                search.whole = not search.done
                return
            begin = int(self._offsets[index + 1]) - start

    def _stretches(self) -> Iterator[tuple[int, bytes]]:
        """Yield (first byte, bytes) of stretches that begin with a record; no record is in two of them."""
        if not len(self._offsets):
            return
        first, end = int(self._offsets[0]), self._source.size
        if end - first <= _KEPT_BYTES:
            if self._kept is None:
                self._kept = self._source.read_at(first, end - first)
            yield first, self._kept
            return
        while first < end:
            after = int(np.searchsorted(self._offsets, np.uint64(first + _STRETCH_BYTES), side="left"))
            stop = int(self._offsets[after]) if after < len(self._offsets) else end
            yield first, self._source.read_at(first, stop - first)
            first = stop


class _Search:
    """The search for one value: its bytes as msgpack may have them, and what was found."""

    def __init__(self, value: str) -> None:
        self.value, self.pattern = value, word_pattern(value)
        self.place: EventIndex | None = None
        self.done, self.decoded, self.whole = False, 0, False
        self._needles = [value.encode("utf-8", "surrogatepass"), *_number_needles(value)]

    @property
    def needles(self) -> int:
        """How many encodings are searched for."""
        return len(self._needles)

    def next_hit(self, data: bytes, begin: int) -> int | None:
        """Return where the value may stand next in `data`, from `begin` on."""
        hits = [at for needle in self._needles if (at := data.find(needle, begin)) >= 0]
        return min(hits, default=None)


def _number_needles(value: str) -> list[bytes]:
    """Return the encodings of the number that a text is; none for another text."""
    if re.fullmatch(r"-?\d{1,20}", value):
        number = int(value)
        return [encode(number)] if -(1 << 63) <= number < 1 << 64 else []
    if re.fullmatch(r"-?\d{1,17}\.\d{1,17}", value):
        return [b"\xcb" + struct.pack(">d", float(value))]
    return []
