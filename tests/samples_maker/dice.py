"""Chance that is the same on every machine and in every version of Python."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A generator named by its seed. It builds on random() alone, whose sequence Python promises to keep."""

    def __init__(self, seed: str) -> None:
        self._next = random.Random(seed).random

    def chance(self, share: float) -> bool:
        return self._next() < share

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self._next() * (high - low + 1))

    def skewed(self, low: int, high: int) -> int:
        """Like between, but small numbers come more often, as waiting times do."""
        return low + int(self._next() ** 3 * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        return items[int(self._next() * len(items))]
