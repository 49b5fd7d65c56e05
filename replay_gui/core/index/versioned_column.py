"""A column that grows and whose earlier entries change, while each of its versions stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.cache_files import map_file, release_pages

_STEP_ENTRIES = 1 << 18  # copied at a time
_MAX_BYTES_IN_MEMORY = 4 << 20  # of a version: while a short run is followed, 25 a second are made


class VersionedColumn:
    """Keeps a long last version in a file without a name, which is mapped, so that it takes no memory of the process.

    Each such version has a file of its own, which is gone when no array uses it any more.
    """

    def __init__(self, folder: Path, dtype: np.dtype[Any]) -> None:
        """Begin without entries. `folder`: in which the files are made."""
        self._folder = folder
        self._column = np.empty(0, dtype)

    def grow(self, known: int, more: NDArray[Any], at: NDArray[np.int64], values: NDArray[Any]) -> NDArray[Any]:
        """Return the next version: the first `known` entries of the last one, and `more`; of these, `values` at `at`.

        The indexes `at` may be in any order; of equal ones, the last one's value stays. Cost: copies the column. Raises
        OSError if the file cannot be written.
        """
        if (known + len(more)) * self._column.itemsize <= _MAX_BYTES_IN_MEMORY:
            column = np.concatenate((self._column[:known], more.astype(self._column.dtype)))
            column[at] = values
            self._column = column
        else:
            order = np.argsort(at, kind="stable")
            self._column = self._in_file(known, more, at[order], values[order])
        return self._column

    def _in_file(self, known: int, more: NDArray[Any], at: NDArray[np.int64], values: NDArray[Any]) -> NDArray[Any]:
        """Return the next version in a new file; `at` is ascending."""
        begin = 0
        with TemporaryFile(dir=self._folder) as file:
            for part in chain(self._parts(known), [more]):
                changed = part.astype(self._column.dtype)
                first, last = np.searchsorted(at, (begin, begin + len(part)))
                changed[at[first:last] - begin] = values[first:last]
                file.write(changed.data)
                begin += len(part)
            file.flush()
            return map_file(file, self._column.dtype, begin)

    def _parts(self, known: int) -> Iterator[NDArray[Any]]:
        """Yield the first entries of the last version, a part at a time."""
        for begin in range(0, known, _STEP_ENTRIES):
            yield self._column[begin : min(begin + _STEP_ENTRIES, known)]
            release_pages(self._column)
