"""A measured figure beside its bound, and the one way of taking a time: beside a floor, by turns with it.

The speed of a machine that others use changes within minutes. So what is measured is a ratio: of the time that
something takes to that of its floor, the least work that such a task needs, measured right before and after it, in the
same clock. Memory does not depend on speed, and its bounds are absolute.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import NamedTuple

_TURNS = 5
_UNITS = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))

Summary = Callable[[Sequence[float]], float]


@dataclass(frozen=True)
class Figure:
    """A row of the table; `value` must not exceed `bound`.

    Attributes:
        floor: what `value` and `bound` are multiples of; "": both are in MB.
        seen: the time that was measured, and what else a reader may want to know of it.
    """

    name: str
    value: float
    bound: float
    floor: str = ""
    seen: str = ""

    @property
    def kept(self) -> bool:
        return self.value <= self.bound

    @property
    def unit(self) -> str:
        return "x" if self.floor else "MB"


class Pair(NamedTuple):
    """A time and that of its floor, in seconds of the same clock."""

    measured: float
    floor: float


def by_turns(
    measured: Callable[[], float | Sequence[float]], floor: Callable[[], float], turns: int = _TURNS
) -> list[Pair]:
    """Return each time that `measured` returns, with the mean of the floors right before and after its turn.

    `measured` returns one time, or several that are too short to measure a floor beside each. All are in seconds.
    """
    pairs: list[Pair] = []
    before = floor()
    for _ in range(turns):
        times, after = measured(), floor()
        pairs += [Pair(each, (before + after) / 2) for each in (times if isinstance(times, Sequence) else (times,))]
        before = after
    return pairs


def ratio(
    name: str, pairs: Iterable[Sequence[float]], bound: float, floor: str, *, of: Summary = median, note: str = ""
) -> Figure:
    """Return a row of pairs: the median, or what else `of` takes, of the ratios and of the times.

    `floor` names the floor. `note` follows the time.
    """
    found = [Pair(*pair) for pair in pairs]
    seen = shown_time(of([pair.measured for pair in found]))
    value = of([pair.measured / pair.floor for pair in found])
    return Figure(name, value, bound, floor, f"{seen}; {note}" if note else seen)


def shown_time(seconds: float) -> str:
    """A time in the largest unit of which there is one."""
    unit, size = next((each for each in _UNITS if abs(seconds) >= each[1]), _UNITS[-1])
    return f"{three_digits(seconds / size)} {unit}"


def seconds(action: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """The seconds of the clock that an action takes."""
    start = clock()
    action()
    return clock() - start


def p99(values: Sequence[float]) -> float:
    """The 99th percentile: the smallest value that 99 % do not exceed."""
    return sorted(values)[ceil(len(values) * 0.99) - 1]


def three_digits(number: float) -> str:
    """A number with three digits, or with all that stand before its point."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
