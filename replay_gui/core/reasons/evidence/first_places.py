"""Find the first event of a run that contains a value.

The map of values to first places is filled on demand: the log's bytes are searched for the values as msgpack encodes
them, a stretch of records at a time, and only events whose bytes match are decoded. All values that are requested
together take one pass (about 0.2 s for 100 MB, for any number of them), and every value is searched once.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.log.canonical import encode
from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.log.source import Source
from replay_gui.core.reasons.event_texts import event_holds, role_of, with_separators, word_pattern

_STRETCH_BYTES = 1 << 23  # bytes that are read at once
_KEPT_BYTES = 1 << 26  # a log up to this size is read once, and kept in memory
_MAX_DECODED_EVENTS = 20_000  # events that are decoded for one value
_BUDGET_BYTES = 3 << 30  # bytes that are searched in all passes together
_MAX_VALUES_AT_ONCE = 500  # values of one pass
_MIN_BYTES_AT_ONCE = 2  # a single byte occurs in nearly every record, and would end the search for the others there
_PATTERN_MEMORY_BYTES = 1 << 26  # with less, RE2 becomes slow for many long values


class FirstPlaces:
    """The first places of values in one run."""

    def __init__(self, source: Source, offsets: NDArray[np.uint64], event: Callable[[EventIndex], Event]) -> None:
        """`offsets`: of each record, ascending; `event`: returns the event at an index."""
        self._source, self._offsets, self._event = source, offsets, event
        self._places: dict[str, EventIndex | None] = {}
        self._given_up: set[str] = set()
        self._searched = 0
        self._kept: bytes | None = None

    @property
    def exhausted(self) -> bool:
        """Whether the search limit is reached, so that no further value is searched."""
        return self._searched >= _BUDGET_BYTES

    def never_occurs(self, value: str) -> bool:
        """Whether certainly no event contains the value; False also if too much would have to be read."""
        return self.find(value) is None and value not in self._given_up

    def find(self, value: str) -> EventIndex | None:
        """Return the first event of the user, a tool or the agent with the value; None if there is none."""
        if value not in self._places:
            self.find_all([value])
        return self._places[value]

    def find_all(self, values: Iterable[str]) -> None:
        """Find several values in one pass over the bytes, for later calls of `find`."""
        searches = [_Search(value) for value in dict.fromkeys(values) if value not in self._places]
        for begin in range(0, len(searches), _MAX_VALUES_AT_ONCE):
            self._find([search for search in searches[begin : begin + _MAX_VALUES_AT_ONCE] if search.value])
        self._places.update((search.value, search.place) for search in searches)
        self._given_up.update(search.value for search in searches if search.place is None and not search.whole)

    def _find(self, searches: list[_Search]) -> None:
        """Search for all of these in one pass."""
        together = _Together([search for search in searches if search.shortest >= _MIN_BYTES_AT_ONCE])
        alone = [search for search in searches if search.shortest < _MIN_BYTES_AT_ONCE]
        for offset, data in self._stretches() if searches else ():
            if self.exhausted or not (together.left or alone):
                break
            if together.left:
                self._search_together(together, offset, data)
            for search in alone:
                self._search(search, offset, data)
            alone = [search for search in alone if not search.done]

    def _search_together(self, together: _Together, offset: int, data: bytes) -> None:
        """Search one stretch for several values; `offset`: of its first byte in the log."""
        begin, last = 0, len(self._offsets) - 1
        while together.left and (at := together.next_hit(data, begin)) is not None:
            index = int(np.searchsorted(self._offsets, np.uint64(offset + at), side="right")) - 1
            if index >= 0:
                stop = len(data) if index == last else int(self._offsets[index + 1]) - offset
                self._look_into(together, EventIndex(index), data[int(self._offsets[index]) - offset : stop])
            if index >= last:
                break
            self._searched += int(self._offsets[index + 1]) - offset - begin
            begin = int(self._offsets[index + 1]) - offset
        self._searched += len(data) - begin if together.left else 0
        for search in together.left:
            search.whole = offset + len(data) >= self._source.size

    def _look_into(self, together: _Together, index: EventIndex, record: bytes) -> None:
        """Decode the event of a record that may have values, and note the values in it."""
        near = [search for search in together.left if search.next_hit(record, 0) is not None]
        if not near:
            return
        event = self._event(EventIndex(index))
        speaks = role_of(event) is not None
        for search in near:
            search.decoded += 1
            if speaks and event_holds(event, search.value, search.pattern):
                search.place, search.done = EventIndex(index), True
            elif search.decoded >= _MAX_DECODED_EVENTS:
                search.done = True
        together.drop_ended()

    def _search(self, search: _Search, offset: int, data: bytes) -> None:
        """Search one stretch; `offset`: of its first byte in the log."""
        begin = 0
        while not search.done:
            at = search.next_hit(data, begin)
            self._searched += ((len(data) if at is None else at) - begin) * len(search.needles)
            if at is None:
                search.whole = offset + len(data) >= self._source.size
                return
            index = int(np.searchsorted(self._offsets, np.uint64(offset + at), side="right")) - 1
            if index >= 0:
                event = self._event(EventIndex(index))
                search.decoded += 1
                if role_of(event) is not None and event_holds(event, search.value, search.pattern):
                    search.place, search.done = EventIndex(index), True
                    return
            search.done = search.decoded >= _MAX_DECODED_EVENTS
            if index + 1 >= len(self._offsets):
                search.whole = not search.done
                return
            begin = int(self._offsets[index + 1]) - offset

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
    """The search for one value: its possible encodings in msgpack, and the result."""

    def __init__(self, value: str) -> None:
        self.value, self.pattern = value, word_pattern(value)
        self.place: EventIndex | None = None
        self.done, self.decoded, self.whole = False, 0, False
        self.needles = [value.encode("utf-8", "surrogatepass"), *_number_needles(value)]
        self.shortest = min(map(len, self.needles))

    def next_hit(self, data: bytes, begin: int) -> int | None:
        """Return the next offset in `data`, from `begin` on, where the value may be."""
        hits = [at for needle in self.needles if (at := data.find(needle, begin)) >= 0]
        return min(hits, default=None)


class _Together:
    """Searches that continue together; `left`: those that have not ended."""

    def __init__(self, searches: list[_Search]) -> None:
        self.left = searches
        self._pattern = _pattern_of(searches) if searches else None

    def next_hit(self, data: bytes, begin: int) -> int | None:
        """Return the next offset in `data`, from `begin` on, where any of the values may be."""
        match = None if self._pattern is None else self._pattern.search(data, begin)
        return None if match is None else int(match.start())

    def drop_ended(self) -> None:
        """Remove the searches that have ended."""
        left = [search for search in self.left if not search.done]
        if len(left) < len(self.left):
            self.left = left
            self._pattern = _pattern_of(left) if left else None


def _pattern_of(searches: list[_Search]) -> Any:
    """Return a pattern of RE2 that matches any of the needles; its time does not depend on their number."""
    import re2  # needed only for origins

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # bytes
    options.never_capture, options.log_errors, options.max_mem = True, False, _PATTERN_MEMORY_BYTES
    needles = dict.fromkeys(needle for search in searches for needle in search.needles)
    return re2.compile(b"|".join(map(re.escape, needles)), options)


def _number_needles(value: str) -> list[bytes]:
    """Return the encodings of the number in a text; [] for another text."""
    if re.fullmatch(r"-?\d{1,20}", value):
        number = int(value)
        written = [with_separators(value).encode()] if re.fullmatch(r"\d{4,15}", value) else []
        return [encode(number), *written] if -(1 << 63) <= number < 1 << 64 else []
    if re.fullmatch(r"-?\d{1,17}\.\d{1,17}", value):
        whole, _, decimals = value.partition(".")
        written = [f"{with_separators(whole)}.{decimals}".encode()] if re.fullmatch(r"\d{4,15}", whole) else []
        return [b"\xcb" + struct.pack(">d", float(value)), *written]
    return []
