"""The shown rows of a comparison if only changes are wanted: these with some context, the rest in folds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CONTEXT_ROWS = 3  # equal rows shown before and after a change


@dataclass(frozen=True, slots=True, eq=False)
class VisibleRows:
    """The lines of a view, from top to bottom: each a row, or a fold of rows that are not shown.

    Attributes:
        first: int64[lines], the row, or the first row of the fold. None: line n is row n.
        folded: int64[lines], the number of rows in the fold; 0 if the line is a row.
        count: the number of lines.
    """

    first: NDArray[np.int64] | None
    folded: NDArray[np.int64]
    count: int

    @classmethod
    def all(cls, rows: int) -> VisibleRows:
        """Return a view of all of `rows` rows, without folds."""
        return cls(None, np.zeros(0, np.int64), rows)

    @classmethod
    def near(
        cls,
        rows: int,
        changed: NDArray[np.int32],
        opened: tuple[tuple[int, int], ...],
        hidden: NDArray[np.bool_] | None = None,
    ) -> VisibleRows:
        """Return a view of the rows near the changed ones (ascending), and in the opened spans (start, stop).

        A fold of one row would take as much room as the row, which is shown instead. `hidden`: bool[rows], those that
        are shown only inside opened spans.
        """
        edges = np.zeros(rows + 1, np.int32)
        np.add.at(edges, np.maximum(changed - CONTEXT_ROWS, 0), 1)
        np.add.at(edges, np.minimum(changed + CONTEXT_ROWS + 1, rows), -1)
        near = np.cumsum(edges[:-1]) > 0
        if hidden is not None:
            near &= ~hidden
        for start, stop in opened:
            near[start:stop] = True
        return cls._of(near, hidden)

    @classmethod
    def without(cls, hidden: NDArray[np.bool_], opened: tuple[tuple[int, int], ...]) -> VisibleRows:
        """Return a view of all rows but the hidden ones, which are in folds unless in opened spans."""
        shown = ~hidden
        for start, stop in opened:
            shown[start:stop] = True
        return cls._of(shown, hidden)

    @classmethod
    def _of(cls, shown: NDArray[np.bool_], hidden: NDArray[np.bool_] | None) -> VisibleRows:
        rows = len(shown)
        shown_rows = np.flatnonzero(shown).astype(np.int64)
        before = np.concatenate(([-1], shown_rows))
        after = np.concatenate((shown_rows, [rows]))
        gaps = after - before - 1
        first = np.concatenate((shown_rows, (before + 1)[gaps > 0]))
        folded = np.concatenate((np.zeros(len(shown_rows), np.int64), gaps[gaps > 0]))
        single = folded == 1
        if hidden is not None:
            single &= ~hidden[first]
        folded[single] = 0
        order = np.argsort(first, kind="stable")
        return cls(first[order], folded[order], len(first))

    def row(self, line: int) -> int:
        """Return the row of a line; for a fold its first row."""
        return line if self.first is None else int(self.first[line])

    def fold(self, line: int) -> int:
        """Return the number of rows in the fold; 0 if the line is a row."""
        return 0 if self.first is None else int(self.folded[line])

    def line(self, row: int) -> int:
        """Return the line that shows a row or the fold that contains it."""
        return row if self.first is None else int(np.searchsorted(self.first, row, "right")) - 1

    def lines(self, rows: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return the lines of many rows; see `line`."""
        return rows.astype(np.int64) if self.first is None else np.searchsorted(self.first, rows, "right") - 1
