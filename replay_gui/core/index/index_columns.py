"""The columns of an index: one file each, which only grows while the index is built.

The columns of a finished index are mapped into memory: parts that are not read take no memory. They are never written
again; an index that replaces another has new files.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.cache_files import map_array, write_parts
from replay_gui.core.index.clock_files import map_clock, write_clock
from replay_gui.core.index.event_groups import EventGroups
from replay_gui.core.index.group_files import map_groups, write_groups
from replay_gui.core.index.group_sorter import EventEntries, GroupSorter
from replay_gui.core.index.run_clock import NoClock, RunClock, clock_of
from replay_gui.core.index.run_index import NO_DURATION, NO_PAIR, NO_TIME, RunIndex, forget_pages
from replay_gui.core.index.versioned_column import VersionedColumn
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex, Position

COLUMNS: dict[str, np.dtype[Any]] = {
    "kind": np.dtype("<u2"),
    "tool": np.dtype("<i4"),
    "offset": np.dtype("<u8"),
    "time": np.dtype("<i8"),
    "duration": np.dtype("<i8"),  # the duration recorded in the event
    "request": np.dtype("<i4"),  # for a response: the index of its request
    "flags": np.dtype("u1"),
    "key": np.dtype("<u4"),  # the number of the key that the event writes to, see change_columns
    "parent": np.dtype("<i4"),  # the index of the event that the meta names as the parent
    "state": np.dtype("<u8"),  # the first 8 bytes of the recorded hash of the state after the event
    "content": np.dtype("V32"),  # BLAKE3 of the content
    "chain": np.dtype("V32"),  # BLAKE3 of all content hashes so far: after every CHAIN_STEP_EVENTS, and at the end
    "pair": np.dtype("<i4"),  # as in RunIndex; computed from the others once they are complete
    "took": np.dtype("<i8"),  # as `duration` in RunIndex; computed in the same way
}
_SHOWN_REPLAY_COLUMNS = ("kind", "tool", "offset", "request", "flags")
KEY_COLUMN = "key"  # only histories of values need it
REPLAY_COLUMNS = (*_SHOWN_REPLAY_COLUMNS, KEY_COLUMN)
CAUSAL_COLUMNS = ("parent", "state")  # a search for causes needs these
RECORD_COLUMNS = ("time", "duration", *CAUSAL_COLUMNS, "content")  # see record_columns
DISPLAY_COLUMNS = ("kind", "tool", "offset", "flags", "time", "pair", "took")  # the window needs these
COMPARISON_COLUMNS = ("content", "chain")  # a comparison needs these
_CALL_COLUMNS = ("pair", "took")
_GROWING_COLUMNS = (*_SHOWN_REPLAY_COLUMNS, "time", "duration")  # the window needs these while the index is built
NO_PARENT = -1
NO_STATE = 0
_BUFFER_BYTES = 1 << 17
CHAIN_STEP_EVENTS = 64
_UNUSED_REFERENCES = 2  # to an array that nobody uses any more: the list of all, and an argument
_STEP_EVENTS = 1 << 18


class ColumnWriter:
    """Appends entries to the files of some columns in a folder."""

    def __init__(self, folder: Path, names: Sequence[str], first_index: EventIndex = FIRST_EVENT) -> None:
        """Begin with the entry of `first_index`; the files already have all earlier entries."""
        self._files: dict[str, BinaryIO] = {}
        for name in names:
            file = self._files[name] = (folder / name).open("r+b" if first_index else "wb", buffering=_BUFFER_BYTES)
            file.seek(first_index * COLUMNS[name].itemsize)

    def append(self, runs: dict[str, Any]) -> None:
        """Append entries: a list, an array or a byte string for each column."""
        for name, run in runs.items():
            raw = run if isinstance(run, bytes) else np.ascontiguousarray(run, COLUMNS[name]).data
            self._files[name].write(raw)

    def flush(self) -> None:
        """Write the buffered entries, so that they can be read."""
        for file in self._files.values():
            file.flush()

    def close(self) -> None:
        """Close the columns' files; appended entries stay."""
        for file in self._files.values():
            file.close()


def read_column(folder: Path, name: str, first_entry: int = 0, count: int = -1) -> NDArray[Any]:
    """Read `count` entries of a column from `first_entry` on, by default all; OSError if it cannot be read."""
    dtype = COLUMNS[name]
    return np.fromfile(folder / name, dtype, count, offset=first_entry * dtype.itemsize)


def map_column(folder: Path, name: str, count: int) -> NDArray[Any]:
    """Map the first `count` entries of a column of a finished index; OSError, ValueError if it has fewer."""
    return map_array(folder / name, COLUMNS[name], count)


def write_calls(folder: Path) -> None:
    """Write the columns `pair` and `took` in a folder, whose other columns must be complete."""
    pair, took = read_column(folder, "request"), read_column(folder, "duration")
    count = len(pair)
    request, duration, time = (map_column(folder, name, count) for name in ("request", "duration", "time"))
    for begin in range(0, count, _STEP_EVENTS):
        part = slice(begin, begin + _STEP_EVENTS)
        calls = _ended_calls(time, begin, request[part], duration[part])
        pair[calls.requests], took[calls.timed] = calls.responses, calls.took
    for name, column in (("pair", pair), ("took", took)):
        write_parts(folder / name, (column.data,))


def write_event_groups(folder: Path, count: int, kinds: tuple[str, ...], tools: tuple[str, ...]) -> None:
    """Write the files of the groups of all `count` events in a folder, whose replay columns must be complete."""
    columns = [map_column(folder, name, count) for name in ("kind", "tool", "request", "flags")]
    sorter = GroupSorter()
    for begin in range(0, count, _STEP_EVENTS):
        sorter.add(EventEntries(*(column[begin : begin + _STEP_EVENTS] for column in columns)), kinds, tools)
    write_groups(folder, sorter.groups())


def write_run_clock(folder: Path, count: int) -> None:
    """Write the files of the clock of all `count` events in a folder, whose column `time` must be complete."""
    write_clock(folder, clock_of(map_column(folder, "time", count)))


class IndexView:
    """Reads an index whose columns may still grow, and makes RunIndex values of it.

    Columns are mapped from the files, also while these grow: entries that were written stay as they are. Only a later
    response changes the entries of its request, in columns whose versions are files of their own.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._columns: dict[str, NDArray[Any]] = {}
        self._earlier: list[NDArray[Any]] = []  # versions of columns that may still be used
        self._forget()

    def release(self) -> None:
        """Drop earlier versions of columns that nobody uses any more; `grow` does so, too.

        Whoever drops the last reference frees the pages of a file, which for a long run takes as long as a frame: so it
        must not be the window.
        """
        for at in reversed(range(len(self._earlier))):
            if sys.getrefcount(self._earlier[at]) == _UNUSED_REFERENCES:
                del self._earlier[at]

    def _forget(self) -> None:
        self._retire()
        self._count = 0
        self._pair = VersionedColumn(self.folder, COLUMNS["pair"])
        self._took = VersionedColumn(self.folder, COLUMNS["took"])
        self._columns = {name: np.zeros(0, COLUMNS[name]) for name in (*_GROWING_COLUMNS, *_CALL_COLUMNS)}
        self._sorter = GroupSorter()
        self._clock: RunClock | NoClock = NoClock.NO_EVENTS

    def grow(
        self,
        count: int,
        *,
        kinds: tuple[str, ...],
        tools: tuple[str, ...],
        phases: tuple[tuple[int, str], ...],
        snapshots: tuple[Position, ...],
        complete: bool,
    ) -> RunIndex:
        """Return the index over the first `count` events; OSError, ValueError if the files have fewer.

        `complete`: the index is finished, and its files stay as they are.
        """
        self.release()
        columns = self._mapped(count) if complete else self._grown(count)
        if complete:
            groups, clock = map_groups(self.folder, count), map_clock(self.folder, columns["time"])
        else:
            groups, clock = self._sorted(columns, kinds, tools), clock_of(columns["time"], self._clock)
            self._clock = clock
        index = RunIndex(
            kinds=kinds,
            tools=tools,
            phases=phases,
            kind=columns["kind"],
            tool=columns["tool"],
            offset=columns["offset"],
            time=columns["time"],
            duration=columns["took"],
            pair=columns["pair"],
            flags=columns["flags"],
            groups=groups,
            clock=clock,
            snapshots=snapshots,
            complete=complete,
        )
        forget_pages(index)  # of the columns, which were examined to their end
        return index

    def _retire(self) -> None:
        self._earlier.extend(self._columns[name] for name in _CALL_COLUMNS if name in self._columns)

    def _mapped(self, count: int) -> dict[str, NDArray[Any]]:
        self._forget()
        return {name: map_column(self.folder, name, count) for name in DISPLAY_COLUMNS}

    def _sorted(self, columns: dict[str, NDArray[Any]], kinds: tuple[str, ...], tools: tuple[str, ...]) -> EventGroups:
        """Sort the events added to the columns into groups."""
        added = (columns[name][self._sorter.count :] for name in ("kind", "tool", "request", "flags"))
        self._sorter.add(EventEntries(*added), kinds, tools)
        return self._sorter.groups()

    def _grown(self, count: int) -> dict[str, NDArray[Any]]:
        """Map the columns with the entries that were added."""
        known = self._count
        if count > known:
            columns = {name: map_column(self.folder, name, count) for name in _GROWING_COLUMNS}
            request, duration = columns["request"][known:], columns["duration"][known:]
            calls = _ended_calls(columns["time"], known, request, duration)
            columns["pair"] = self._pair.grow(known, request, calls.requests, calls.responses)
            columns["took"] = self._took.grow(known, duration, calls.timed, calls.took)
            self._retire()
            self._columns, self._count = columns, count
        return {name: column[:count] for name, column in self._columns.items()}


class _EndedCalls(NamedTuple):
    """The entries of `pair` and `took` that responses change.

    Attributes:
        requests, responses: int64[calls], indexes.
        timed: int64, the requests and responses of calls whose duration is known. took: int64[timed], ns.
    """

    requests: NDArray[np.int64]
    responses: NDArray[np.int64]
    timed: NDArray[np.int64]
    took: NDArray[np.int64]


def _ended_calls(
    times: NDArray[np.int64], known: int, request: NDArray[np.int32], duration: NDArray[np.int64]
) -> _EndedCalls:
    """Return the calls that end with one of the events from the index `known` on, which have these entries."""
    answers = np.flatnonzero(request != NO_PAIR)
    requests, responses = request[answers].astype(np.int64), known + answers
    if len(answers) and (int(requests.min()) < 0 or bool(np.any(requests >= responses))):
        raise ValueError("the index column request names events that are not earlier ones")
    lasted, begun, ended = duration[answers], times[requests], times[responses]
    between = ended - begun  # beyond 292 years it is negative; equal times give no duration
    unknown = (lasted == NO_DURATION) & (begun != NO_TIME) & (ended > begun) & (between > 0)
    lasted[unknown] = between[unknown]
    timed = lasted != NO_DURATION
    return _EndedCalls(
        requests,
        responses,
        np.concatenate((requests[timed], responses[timed])),
        np.concatenate((lasted[timed], lasted[timed])),
    )
