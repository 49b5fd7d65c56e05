"""The rows of runs: ranges of them, and their join in the order of the runs."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from replay_gui.core.catalogue.part import HELD, NAMES, RUNS, STEPS, CataloguePart, join_parts


class RunRows:
    """The rows of runs, from which the rows of a range of runs can be taken."""

    def __init__(self, part: CataloguePart) -> None:
        """`part`: its steps and features are in the order of the runs."""
        self.names = part.names
        self.kept_logs: list[str] = part.runs["kept_log"].to_pylist()
        self._part = part
        self._steps_of: NDArray[np.int32] = part.steps["run"].to_numpy()
        self._held_of: NDArray[np.int32] = part.held["run"].to_numpy()

    def of_runs(self, first_run: int, end_run: int) -> CataloguePart:
        """Return the rows of the runs from `first_run` to before `end_run`, without the names of their features."""
        part = self._part
        return CataloguePart(
            runs=_numbered(part.runs.slice(first_run, end_run - first_run), first_run),
            steps=_numbered(_rows_of(part.steps, self._steps_of, first_run, end_run), first_run),
            held=_numbered(_rows_of(part.held, self._held_of, first_run, end_run), first_run),
            names=NAMES.empty_table(),
        )


class RowsInOrder:
    """Collects the rows of sources in their order. count: runs so far."""

    def __init__(self) -> None:
        self.count = 0
        self._stretch: tuple[RunRows, int, int] | None = None  # consecutive rows of one origin
        self._parts: list[CataloguePart] = []
        self._origins: dict[int, RunRows] = {}

    def add(self, origin: RunRows | None, first_run: int, count: int) -> None:
        """Add `count` runs of an origin, from `first_run` on; nothing if `count` is 0."""
        self.count += count
        if origin is None or not count:
            return
        self._origins[id(origin)] = origin
        if self._stretch is not None and self._stretch[0] is origin and self._stretch[2] == first_run:
            self._stretch = origin, self._stretch[1], first_run + count
            return
        self._end_stretch()
        self._stretch = origin, first_run, first_run + count

    def joined(self) -> CataloguePart:
        """Return all rows, with the names of their features."""
        self._end_stretch()
        names = [
            CataloguePart(RUNS.empty_table(), STEPS.empty_table(), HELD.empty_table(), origin.names)
            for origin in self._origins.values()
        ]
        return join_parts([*self._parts, *names])

    def _end_stretch(self) -> None:
        if self._stretch is not None:
            origin, first_run, end_run = self._stretch
            self._parts.append(origin.of_runs(first_run, end_run))
            self._stretch = None


def _rows_of(table: pa.Table, runs: NDArray[np.int32], first_run: int, end_run: int) -> pa.Table:
    start, stop = np.searchsorted(runs, [first_run, end_run]).tolist()
    return table.slice(start, stop - start)


def _numbered(table: pa.Table, first_run: int) -> pa.Table:
    """Return the rows with runs numbered from 0."""
    at = table.schema.names.index("run")
    numbers = pa.array(table["run"].to_numpy() - np.int32(first_run), pa.int32())
    return table.set_column(at, table.schema.field("run"), numbers)
