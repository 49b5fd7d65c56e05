"""A measured figure beside its bound, and the two ways of taking one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`value` must not exceed `bound`; both in `unit` ("x" for a ratio to a floor of the same run)."""

    name: str
    value: float
    bound: float
    unit: str
    note: str = ""

    @property
    def kept(self) -> bool:
        return self.value <= self.bound

    def __str__(self) -> str:
        mark = "ok " if self.kept else "NOT"
        return f"{mark} {self.name:<58} {self.value:10,.2f} {self.unit:<3} (bound {self.bound:,.1f})  {self.note}"


def seconds(action: Callable[[], object], runs: int = 1, clock: Callable[[], float] = time.perf_counter) -> float:
    """The shortest of some runs, in seconds of the clock."""
    shortest = float("inf")
    for _ in range(runs):
        start = clock()
        action()
        shortest = min(shortest, clock() - start)
    return shortest


def p99(values: Sequence[float]) -> float:
    """The 99th percentile."""
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]
