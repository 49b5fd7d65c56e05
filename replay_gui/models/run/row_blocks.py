"""A cache of table rows that arrive in blocks; the most recent blocks are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Generic, TypeVar

BLOCK_ROWS = 16  # rows that are requested together; more would be read for nothing at each far jump
MAX_BLOCKS = 1024  # blocks

T = TypeVar("T")


class RowBlocks(Generic[T]):
    """Rows by their number, from 0."""

    def __init__(self) -> None:
        self._blocks: OrderedDict[int, tuple[T, ...]] = OrderedDict()

    def row(self, number: int) -> T | None:
        """Return the row, or None if it is not cached."""
        block = self._blocks.get(number // BLOCK_ROWS, ())
        return block[number % BLOCK_ROWS] if number % BLOCK_ROWS < len(block) else None

    def missing(self, numbers: Iterable[int], count: int) -> tuple[int, int] | None:
        """Return (start, stop) of the first consecutive blocks among these rows that are not complete.

        `count`: number of all rows. None if all are cached.
        """
        blocks = dict.fromkeys(number // BLOCK_ROWS for number in numbers)
        missing = [block for block in blocks if not self._holds(block, count)]
        if not missing:
            return None
        stop = missing[0] + 1
        while stop in missing:
            stop += 1
        return missing[0] * BLOCK_ROWS, min(stop * BLOCK_ROWS, count)

    def add(self, first_row: int, rows: tuple[T, ...]) -> None:
        """Add rows from number `first_row` on; rows of a block whose first row is missing are ignored."""
        for first in range(-first_row % BLOCK_ROWS, len(rows), BLOCK_ROWS):
            block = (first_row + first) // BLOCK_ROWS
            self._blocks[block] = rows[first : first + BLOCK_ROWS]
            self._blocks.move_to_end(block)
        while len(self._blocks) > MAX_BLOCKS:
            self._blocks.popitem(last=False)

    def clear(self) -> None:
        """Forget all rows; they will be requested again."""
        self._blocks.clear()

    def _holds(self, block: int, count: int) -> bool:
        return len(self._blocks.get(block, ())) >= min(BLOCK_ROWS, count - block * BLOCK_ROWS)
