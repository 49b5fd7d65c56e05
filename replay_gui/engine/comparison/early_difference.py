"""The first difference of two runs whose indexes are still being made: known long before the comparison."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.index_columns import COLUMNS, read_column
from replay_gui.core.log.positions import EventIndex
from replay_gui.engine.open_run import OpenRun

_COLUMN = "content"
_WORDS_PER_HASH = COLUMNS[_COLUMN].itemsize // 8  # of 64 bits, that a hash has


class EarlyDifference:
    """Finds the first difference of two runs that do not change; each event is compared only once."""

    def __init__(self) -> None:
        self._equal = 0  # events that were found equal, at the beginning of both
        self._is_found = False

    def find(self, a: OpenRun, b: OpenRun) -> EventIndex | None:
        """Return the index of the first event whose content differs, once; None while it is not known.

        If one run is the beginning of the other, the result stays None.
        """
        count = min(a.index.count, b.index.count) - self._equal
        if self._is_found or count <= 0:
            return None
        try:
            hashes_a, hashes_b = (self._read(run, count) for run in (a, b))
        except OSError:  # the folder was moved meanwhile: the next look finds it
            return None
        known = min(len(hashes_a), len(hashes_b))
        different = np.flatnonzero((hashes_a[:known] != hashes_b[:known]).any(axis=1))
        self._is_found = len(different) > 0
        self._equal += int(different[0]) if self._is_found else known
        return EventIndex(self._equal) if self._is_found else None

    def _read(self, run: OpenRun, count: int) -> NDArray[np.uint64]:
        return read_column(run.folder, _COLUMN, self._equal, count).view(np.uint64).reshape(-1, _WORDS_PER_HASH)
