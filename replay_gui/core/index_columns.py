"""The columns of an index as files, one a column, that only grow while the index is built."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.run_index import NO_DURATION, NO_PAIR, RunIndex

COLUMNS: dict[str, np.dtype[Any]] = {
    "kind": np.dtype("<u2"),
    "tool": np.dtype("<i4"),
    "offset": np.dtype("<u8"),
    "time": np.dtype("<i8"),
    "duration": np.dtype("<i8"),
    "request": np.dtype("<i4"),  # for a response: the place of its request
    "flags": np.dtype("u1"),
    "content": np.dtype("V32"),  # BLAKE3 of the content
    "chain": np.dtype("V32"),  # one entry a CHAIN_STEP events, and one at the end: BLAKE3 of all content hashes so far
}
SHOWN = ("kind", "tool", "offset", "time", "duration", "request", "flags")  # what a run is shown by
COMPARED = ("content", "chain")  # what two runs are compared by
CHAIN_STEP = 64


class ColumnWriter:
    """Appends runs of entries to the files of some columns in a folder."""

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self._files: dict[str, BinaryIO] = {name: (folder / name).open("wb") for name in names}

    def append(self, runs: dict[str, Any]) -> None:
        """One list, array or byte string a column; what was appended can be read at once."""
        for name, run in runs.items():
            raw = run if isinstance(run, bytes) else np.asarray(run, COLUMNS[name]).tobytes()
            self._files[name].write(raw)
            self._files[name].flush()

    def close(self) -> None:
        for file in self._files.values():
            file.close()


def read_column(folder: Path, name: str, start: int = 0, count: int = -1) -> NDArray[Any]:
    """Entries start … start + count - 1 of a column (to its end without `count`); OSError where it cannot be read."""
    dtype = COLUMNS[name]
    return np.fromfile(folder / name, dtype, count, offset=start * dtype.itemsize)


@dataclass(slots=True)
class IndexView:
    """An index being read: takes in what its columns have grown by, and makes RunIndex values of it."""

    folder: Path
    _columns: dict[str, NDArray[Any]] = field(
        default_factory=lambda: {name: np.zeros(0, COLUMNS[name]) for name in SHOWN}
    )

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
        known = len(self._columns["kind"])
        for name, column in self._columns.items():
            more = read_column(self.folder, name, known, count - known)
            if len(more) != count - known:
                raise ValueError(f"the index column {name} is shorter than it should be")
            self._columns[name] = more if known == 0 else np.concatenate((column, more))
        columns = self._columns
        if complete:  # nothing will be added to them
            self._columns = {}
        request = columns["request"]
        pair = request.copy()
        duration = columns["duration"].copy()
        responses = np.flatnonzero(request != NO_PAIR)
        pair[request[responses]] = responses
        timed = responses[duration[responses] != NO_DURATION]
        duration[request[timed]] = duration[timed]
        return RunIndex(
            kinds,
            tools,
            phases,
            columns["kind"],
            columns["tool"],
            columns["offset"],
            columns["time"],
            duration,
            pair,
            columns["flags"],
            snapshots,
            complete,
        )
