"""Rows that come by the block, of which those that came last are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Generic, TypeVar

BLOCK_ROWS = 64  # rows that are asked for together
MAX_BLOCKS = 256  # blocks

T = TypeVar("T")


class RowBlocks(Generic[T]):
    """Rows by their place, from 0."""

    def __init__(self) -> None:
        self._blocks: OrderedDict[int, tuple[T, ...]] = OrderedDict()

    def row(self, place: int) -> T | None:
        """The row, or None where it is not here."""
        block = self._blocks.get(place // BLOCK_ROWS, ())
        return block[place % BLOCK_ROWS] if place % BLOCK_ROWS < len(block) else None

    def missing(self, places: Iterable[int], count: int) -> tuple[int, int] | None:
        """(start, stop) of the first blocks in a row among these places' that are not here whole; `count`: of all rows.

        None where all are here.
        """
        blocks = dict.fromkeys(place // BLOCK_ROWS for place in places)
        missing = [block for block in blocks if not self._holds(block, count)]
        if not missing:
            return None
        stop = missing[0] + 1
        while stop in missing:
            stop += 1
        return missing[0] * BLOCK_ROWS, min(stop * BLOCK_ROWS, count)

    def add(self, start: int, rows: tuple[T, ...]) -> None:
        """Takes in rows from place `start` on; of a block that they do not begin, nothing."""
        for first in range(-start % BLOCK_ROWS, len(rows), BLOCK_ROWS):
            block = (start + first) // BLOCK_ROWS
            self._blocks[block] = rows[first : first + BLOCK_ROWS]
            self._blocks.move_to_end(block)
        while len(self._blocks) > MAX_BLOCKS:
            self._blocks.popitem(last=False)

    def clear(self) -> None:
        self._blocks.clear()

    def _holds(self, block: int, count: int) -> bool:
        return len(self._blocks.get(block, ())) >= min(BLOCK_ROWS, count - block * BLOCK_ROWS)
