"""The columns of an index as files, one a column, that only grow while the index is built."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.run_index import NO_DURATION, NO_PAIR, NO_TIME, RunIndex

COLUMNS: dict[str, np.dtype[Any]] = {
    "kind": np.dtype("<u2"),
    "tool": np.dtype("<i4"),
    "offset": np.dtype("<u8"),
    "time": np.dtype("<i8"),
    "duration": np.dtype("<i8"),  # the event's own
    "request": np.dtype("<i4"),  # for a response: the index of its request
    "flags": np.dtype("u1"),
    "content": np.dtype("V32"),  # BLAKE3 of the content
    "chain": np.dtype("V32"),  # one entry a CHAIN_STEP events, and one at the end: BLAKE3 of all content hashes so far
}
OF_REPLAY = ("kind", "tool", "offset", "request", "flags")
OF_RECORDS = ("time", "duration", "content")  # see record_columns
SHOWN = (*OF_REPLAY, "time", "duration")  # what a run is shown by
COMPARED = ("content", "chain")  # what two runs are compared by
_BUFFER_BYTES = 1 << 17  # bytes
CHAIN_STEP_EVENTS = 64
_GROWTH_FACTOR = 4  # a full array becomes so many times as large; what is not used of it takes no memory


class ColumnWriter:
    """Appends runs of entries to the files of some columns in a folder."""

    def __init__(self, folder: Path, names: Sequence[str], first_index: int = 0) -> None:
        """Begin with the entry of `first_index`; the files already have those of all before."""
        self._files: dict[str, BinaryIO] = {}
        for name in names:
            file = self._files[name] = (folder / name).open("r+b" if first_index else "wb", buffering=_BUFFER_BYTES)
            file.seek(first_index * COLUMNS[name].itemsize)

    def append(self, runs: dict[str, Any]) -> None:
        """One list, array or byte string a column."""
        for name, run in runs.items():
            raw = run if isinstance(run, bytes) else np.asarray(run, COLUMNS[name]).tobytes()
            self._files[name].write(raw)

    def flush(self) -> None:
        """What was appended can be read."""
        for file in self._files.values():
            file.flush()

    def close(self) -> None:
        for file in self._files.values():
            file.close()


def read_column(folder: Path, name: str, start: int = 0, count: int = -1) -> NDArray[Any]:
    """Entries start … start + count - 1 of a column (to its end without `count`); OSError where it cannot be read."""
    dtype = COLUMNS[name]
    return np.fromfile(folder / name, dtype, count, offset=start * dtype.itemsize)


class IndexView:
    """An index being read: takes in what its columns have grown by, and makes RunIndex values of it.

    The arrays have room at their end, so that taking in costs what is new, and the values share them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0
        self._columns = {name: np.empty(0, COLUMNS[name]) for name in SHOWN}
        self._pair = np.empty(0, np.int32)
        self._duration = np.empty(0, np.int64)

    def grow(
        self,
        count: int,
        kinds: tuple[str, ...],
        tools: tuple[str, ...],
        phases: tuple[tuple[int, str], ...],
        snapshots: tuple[int, ...],
        complete: bool,
    ) -> RunIndex:
        """The index over the first `count` events; ValueError where the files have fewer."""
        known = self._count
        for name, column in self._columns.items() if count > known else ():
            more = read_column(self.folder, name, known, count - known)
            if len(more) != count - known:
                raise ValueError(f"the index column {name} is shorter than it should be")
            self._columns[name] = _extended(column, known, more)
        columns, self._count = self._columns, count
        self._take_in_calls(known, columns["request"][known:count], columns["duration"][known:count])
        return RunIndex(
            kinds,
            tools,
            phases,
            columns["kind"][:count],
            columns["tool"][:count],
            columns["offset"][:count],
            columns["time"][:count],
            # A later response changes what is known of its request.
            self._duration[:count] if complete else self._duration[:count].copy(),
            self._pair[:count] if complete else self._pair[:count].copy(),
            columns["flags"][:count],
            snapshots,
            complete,
        )

    def _take_in_calls(self, known: int, request: NDArray[np.int32], duration: NDArray[np.int64]) -> None:
        """What the events from index `known` on say of the calls that they begin or end."""
        self._pair = _extended(self._pair, known, request.copy())
        self._duration = _extended(self._duration, known, duration.copy())
        answers = np.flatnonzero(request != NO_PAIR)
        requests, responses = request[answers], known + answers
        self._pair[requests] = responses
        took, begun, ended = duration[answers], self._columns["time"][requests], self._columns["time"][responses]
        untold = (took == NO_DURATION) & (begun != NO_TIME) & (ended != NO_TIME)
        took[untold] = np.maximum(ended[untold] - begun[untold], 0)
        timed = took != NO_DURATION
        self._duration[requests[timed]] = self._duration[responses[timed]] = took[timed]


def _extended(column: NDArray[Any], known: int, more: NDArray[Any]) -> NDArray[Any]:
    """The first `known` entries and then `more`, in place where there is room; nobody has seen what is behind them."""
    count = known + len(more)
    if known == 0:
        return more
    if len(column) < count:
        larger = np.empty(max(count, len(column) * _GROWTH_FACTOR), column.dtype)
        larger[:known] = column[:known]
        column = larger
    column[known:count] = more
    return column
