"""The columns of an index: one file for each, which only grows while the index is built."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.run_index import NO_DURATION, NO_PAIR, NO_TIME, RunIndex
from replay_gui.core.log.positions import Position

COLUMNS: dict[str, np.dtype[Any]] = {
    "kind": np.dtype("<u2"),
    "tool": np.dtype("<i4"),
    "offset": np.dtype("<u8"),
    "time": np.dtype("<i8"),
    "duration": np.dtype("<i8"),  # the event's own
    "request": np.dtype("<i4"),  # for a response: the index of its request
    "flags": np.dtype("u1"),
    "content": np.dtype("V32"),  # BLAKE3 of the content
    "chain": np.dtype("V32"),  # BLAKE3 of all content hashes so far: after every CHAIN_STEP_EVENTS, and at the end
}
REPLAY_COLUMNS = ("kind", "tool", "offset", "request", "flags")
RECORD_COLUMNS = ("time", "duration", "content")  # see record_columns
DISPLAY_COLUMNS = (*REPLAY_COLUMNS, "time", "duration")  # the window needs these
COMPARISON_COLUMNS = ("content", "chain")  # a comparison needs these
_BUFFER_BYTES = 1 << 17
CHAIN_STEP_EVENTS = 64
_GROWTH_FACTOR = 4  # a full array becomes 4 times as large; its unused pages take no memory


class ColumnWriter:
    """Appends entries to the files of some columns in a folder."""

    def __init__(self, folder: Path, names: Sequence[str], first_index: int = 0) -> None:
        """Begin with the entry of `first_index`; the files have all entries before it already."""
        self._files: dict[str, BinaryIO] = {}
        for name in names:
            file = self._files[name] = (folder / name).open("r+b" if first_index else "wb", buffering=_BUFFER_BYTES)
            file.seek(first_index * COLUMNS[name].itemsize)

    def append(self, runs: dict[str, Any]) -> None:
        """Append entries: a list, an array or a byte string for each column."""
        for name, run in runs.items():
            raw = run if isinstance(run, bytes) else np.asarray(run, COLUMNS[name]).tobytes()
            self._files[name].write(raw)

    def flush(self) -> None:
        """Write the buffered entries, so that they can be read."""
        for file in self._files.values():
            file.flush()

    def close(self) -> None:
        """Close the columns' files; what was appended stays."""
        for file in self._files.values():
            file.close()


def read_column(folder: Path, name: str, start: int = 0, count: int = -1) -> NDArray[Any]:
    """Read entries start … start + count - 1 of a column, by default to its end; OSError if it cannot be read."""
    dtype = COLUMNS[name]
    return np.fromfile(folder / name, dtype, count, offset=start * dtype.itemsize)


class IndexView:
    """Reads an index whose columns may still grow, and makes RunIndex values of it.

    The arrays have unused space at their end, so that only new entries are copied; the values share the arrays.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0
        self._columns = {name: np.empty(0, COLUMNS[name]) for name in DISPLAY_COLUMNS}
        self._pair = np.empty(0, np.int32)
        self._duration = np.empty(0, np.int64)

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
        """Return the index over the first `count` events; ValueError if the files have fewer."""
        known = self._count
        for name, column in self._columns.items() if count > known else ():
            more = read_column(self.folder, name, known, count - known)
            if len(more) != count - known:
                raise ValueError(f"the index column {name} is shorter than it should be")
            self._columns[name] = _extended(column, known, more)
        columns, self._count = self._columns, count
        self._take_in_calls(known, columns["request"][known:count], columns["duration"][known:count])
        return RunIndex(
            kinds=kinds,
            tools=tools,
            phases=phases,
            kind=columns["kind"][:count],
            tool=columns["tool"][:count],
            offset=columns["offset"][:count],
            time=columns["time"][:count],
            # A later response changes what is known of its request.
            duration=self._duration[:count] if complete else self._duration[:count].copy(),
            pair=self._pair[:count] if complete else self._pair[:count].copy(),
            flags=columns["flags"][:count],
            snapshots=snapshots,
            complete=complete,
        )

    def _take_in_calls(self, known: int, request: NDArray[np.int32], duration: NDArray[np.int64]) -> None:
        """Add the calls that events from the index `known` on begin or end."""
        self._pair = _extended(self._pair, known, request.copy())
        self._duration = _extended(self._duration, known, duration.copy())
        answers = np.flatnonzero(request != NO_PAIR)
        requests, responses = request[answers], known + answers
        if len(answers) and (int(requests.min()) < 0 or bool(np.any(requests >= responses))):
            raise ValueError("the index column request names events that are not earlier ones")
        self._pair[requests] = responses
        took, begun, ended = duration[answers], self._columns["time"][requests], self._columns["time"][responses]
        between = ended - begun  # of more than 292 years it is negative; equal times tell no duration
        unknown = (took == NO_DURATION) & (begun != NO_TIME) & (ended > begun) & (between > 0)
        took[unknown] = between[unknown]
        timed = took != NO_DURATION
        self._duration[requests[timed]] = self._duration[responses[timed]] = took[timed]


def _extended(column: NDArray[Any], known: int, more: NDArray[Any]) -> NDArray[Any]:
    """Return the first `known` entries and `more`; in place if there is space, as no value covers what follows."""
    count = known + len(more)
    if known == 0:
        return more
    if len(column) < count:
        larger = np.empty(max(count, len(column) * _GROWTH_FACTOR), column.dtype)
        larger[:known] = column[:known]
        column = larger
    column[known:count] = more
    return column
