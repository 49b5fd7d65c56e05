"""The axis of the timeline: event numbers, or the clock.

An *axis* maps positions to *coordinates*, never falling, and back. On the axis of numbers they are the same. On the
clock's a coordinate is ns since the first event, less the parts cut out of idle gaps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias, assert_never

from replay_gui.core.index.run_clock import SECOND, NoClock, RunClock
from replay_gui.core.index.run_index import RunIndex
from replay_gui.core.log.positions import Position, index_before
from replay_gui.core.numpy_on_demand import np
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import decimal_number, whole_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray: TypeAlias = NDArray[np.float64]

_MINUTE, _HOUR = 60 * SECOND, 3600 * SECOND
_TIME_STEPS: tuple[int, ...] = (
    *(part * power for power in (10**n for n in range(3, 9)) for part in (1, 2, 5)),  # 1 µs … 0.5 s
    *(part * SECOND for part in (1, 2, 5, 10, 15, 30)),
    *(part * _MINUTE for part in (1, 2, 5, 10, 15, 30)),
    *(part * _HOUR for part in (1, 2, 3, 6, 12, 24)),
)


def nice_step(at_least: float) -> int:
    """Return the smallest whole 1, 2, 2.5 or 5 times a power of ten that is not less than `at_least`."""
    if at_least <= 1:
        return 1
    power = 10 ** math.floor(math.log10(at_least))
    steps = (power, 2 * power, 5 * power // 2 if power > 1 else 5, 5 * power, 10 * power)
    return int(next((step for step in steps if step >= at_least), 10 * power))


def nice_time_step(at_least: float) -> int:
    """Return the smallest step of a clock that is at least `at_least`, in ns; above a day, round numbers of days."""
    for step in _TIME_STEPS:
        if step >= at_least:
            return step
    return 24 * _HOUR * nice_step(at_least / (24 * _HOUR))


def time_text(ns: int, step: int) -> str:
    """Return a time since the start with the digits that a step of `step` ns needs: 3:10, 3:10.25, 1:03:10."""
    seconds, rest = divmod(ns, SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    if step >= SECOND:
        return text
    digits = 9 - min(len(str(step)) - len(str(step).rstrip("0")), 8)
    return f"{text}.{f'{rest:09}'[:digits]}"


def rounded_duration(ns: float) -> str:
    """Return a duration rounded to one unit: 12 s, 3 min, 4 h, 2 days."""
    if ns >= 36 * _HOUR:
        return trn("{n} day", "{n} days", round(ns / (24 * _HOUR)))
    if ns >= 1.5 * _HOUR:
        return tr("{number} h", number=whole_number(round(ns / _HOUR)))
    if ns >= 1.5 * _MINUTE:
        return tr("{number} min", number=whole_number(round(ns / _MINUTE)))
    return tr("{number} s", number=decimal_number(max(ns / SECOND, 0.1), 0 if ns >= 10 * SECOND else 1))


MIN_SPAN_EVENTS = 8.0  # events: no closer zoom by number, unless a run has fewer
MIN_SPAN_NS = 1e5  # ns: no closer zoom by the clock


class TimelineAxis(Protocol):
    """Attributes: gaps: coordinates at which a cut gap begins. gap: the drawn length of each. cut: ns, of each."""

    @property
    def gaps(self) -> FloatArray:
        """Coordinates at which an idle gap was cut out."""

    @property
    def gap(self) -> float:
        """The drawn length of each cut gap, in coordinates."""

    @property
    def cut(self) -> FloatArray:
        """The real length of each cut gap, in nanoseconds."""

    def coordinates(self, positions: NDArray[np.generic]) -> FloatArray:
        """Return the coordinate of each position, float64."""

    def positions(self, coordinates: FloatArray) -> FloatArray:
        """Return the position at each coordinate, float64; between two events it is not whole."""

    def extent(self, count: int) -> float:
        """The coordinate at which a run of `count` events ends."""
        ...

    def min_span(self, count: int) -> float:
        """The shortest span that can be shown, in coordinates."""
        ...

    def ticks(self, start: float, end: float, apart: float) -> list[tuple[float, str]]:
        """Return round coordinates from start to end, at least `apart` from each other, with their labels."""
        ...


class GaplessAxis:
    """The base of axes that count events: without cut gaps, and with one closest zoom."""

    __slots__ = ()

    @property
    def gaps(self) -> FloatArray:
        """No gaps: an empty array."""
        return np.zeros(0)

    @property
    def gap(self) -> float:
        """The drawn length of a gap: 0, since there are none."""
        return 0.0

    @property
    def cut(self) -> FloatArray:
        """No gaps: an empty array."""
        return np.zeros(0)

    def min_span(self, _count: int) -> float:
        """The shortest span that can be shown, in events."""
        return MIN_SPAN_EVENTS


@dataclass(frozen=True, slots=True)
class NumberAxis(GaplessAxis):
    """Coordinates are positions."""

    def coordinates(self, positions: NDArray[np.generic]) -> FloatArray:
        """Return the positions as float64."""
        return positions.astype(np.float64)

    def positions(self, coordinates: FloatArray) -> FloatArray:
        """Return the coordinates themselves."""
        return coordinates

    def extent(self, count: int) -> float:
        """The coordinate of the run's end; at least 1, so that an empty run has a scale."""
        return max(float(count), 1.0)

    def ticks(self, start: float, end: float, apart: float) -> list[tuple[float, str]]:
        """Return coordinates and labels between start and end, at least `apart` events from each other."""
        step = nice_step(apart)
        first = int(np.ceil(start / step)) * step
        return [(float(tick), whole_number(tick)) for tick in range(first, int(np.floor(end)) + 1, step)]


NUMBERS = NumberAxis()


@dataclass(frozen=True, slots=True, eq=False)
class TimeAxis:
    """A run's clock, without its idle gaps.

    `waited`: the nanoseconds by which it is extended after the last event, as by one further event: a call is still
    running.
    """

    clock: RunClock
    waited: int = 0

    @property
    def gaps(self) -> FloatArray:
        """Coordinates at which an idle gap was cut out."""
        return self.clock.gaps

    @property
    def gap(self) -> float:
        """The drawn length of each cut gap, in nanoseconds."""
        return self.clock.gap

    @property
    def cut(self) -> FloatArray:
        """The real length of each cut gap, in nanoseconds."""
        return self.clock.cut

    @property
    def _count(self) -> int:
        """The number of the times, with the one after `waited`."""
        return len(self.clock.times) + bool(self.waited)

    @property
    def _real(self) -> FloatArray:
        return self._until_now(self.clock.real)

    @property
    def _drawn(self) -> FloatArray:
        return self._until_now(self.clock.drawn)

    def _until_now(self, corners: FloatArray) -> FloatArray:
        return np.append(corners[:-1], corners[-1] + self.waited) if self.waited else corners

    def _since_start(self, indexes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the ns from the run's first event to each of these events."""
        times = self.clock.times
        since = times[np.minimum(indexes, len(times) - 1)] - times[0]
        return np.asarray(np.where(indexes < len(times), since, since + self.waited), np.int64)

    def time_since(self, position: Position) -> int:
        """Return the ns from the event at a position to the end of the clock."""
        times = self.clock.times
        return int(times[-1] - times[index_before(position)]) + self.waited

    def coordinates(self, positions: NDArray[np.generic]) -> FloatArray:
        """Return the coordinate of each position, in drawn nanoseconds since the run's start."""
        wanted = positions.astype(np.float64)
        whole = np.clip(wanted.astype(np.int64), 1, self._count)
        here = self._since_start(whole - 1)
        further = self._since_start(np.minimum(whole, self._count - 1)) - here
        since = here + np.clip(wanted - whole, 0.0, 1.0) * further
        return np.asarray(np.interp(since, self._real, self._drawn), np.float64)

    def coordinates_before(self, positions: NDArray[np.integer], durations: NDArray[np.int64]) -> FloatArray:
        """Return the coordinate these many nanoseconds before each of these events, at least the start."""
        since = self._since_start(positions.astype(np.int64) - 1).astype(np.float64) - durations
        return np.asarray(np.interp(since, self._real, self._drawn), np.float64)

    def positions(self, coordinates: FloatArray) -> FloatArray:
        """Return the position at each coordinate; between two events it is not whole.

        Beyond the last event positions continue with the average spacing.
        """
        times, drawn = self.clock.times, self._drawn
        since = np.interp(coordinates, drawn, self._real)
        whole = np.searchsorted(times, times[0] + since.astype(np.int64), "right")
        if self.waited:
            whole += since.astype(np.int64) >= times[-1] - times[0] + self.waited
        here = self._since_start(whole - 1)
        further = self._since_start(np.minimum(whole, self._count - 1)) - here
        share = (since - here) / np.maximum(further, 1)
        beyond = np.where(further > 0, np.clip(share, 0.0, 1.0), 0.0)
        beyond += np.maximum(coordinates / drawn[-1] - 1.0, 0.0) * self._count
        return np.asarray(np.where(coordinates <= 0.0, 0.0, whole + beyond), np.float64)

    def extent(self, _count: int) -> float:
        """The coordinate of the run's end, in drawn nanoseconds."""
        return float(self.clock.drawn[-1]) + self.waited

    def min_span(self, _count: int) -> float:
        """The shortest span that can be shown, in nanoseconds."""
        return min(MIN_SPAN_NS, self.extent(0))

    def ticks(self, start: float, end: float, apart: float) -> list[tuple[float, str]]:
        """Return coordinates and labels between start and end, at round times of each stretch between two gaps."""
        step = nice_time_step(apart)
        # Each stretch between two gaps has its own round times; some have none.
        drawn = self._drawn
        starts, ends = drawn[0::2], drawn[1::2]
        visible = slice(int(np.searchsorted(ends, start)), int(np.searchsorted(starts, end, "right")))
        offset = (self._real - drawn)[0::2][visible]
        first = np.ceil((np.maximum(starts[visible], start) + offset) / step)
        last = np.floor((np.minimum(ends[visible], end) + offset) / step)
        ticks: list[tuple[float, str]] = []
        for stretch in np.flatnonzero(last >= first).tolist():
            for number in range(int(first[stretch]), int(last[stretch]) + 1):
                at = number * step - float(offset[stretch])
                if not ticks or at - ticks[-1][0] >= apart:
                    ticks.append((at, time_text(number * step, step)))
        return ticks


def why_no_times(index: RunIndex) -> str:
    """Return a sentence on why a run cannot be drawn along the clock; "" if it can."""
    match index.clock:
        case RunClock():
            return ""
        case NoClock.NO_EVENTS:
            return tr("There are no events yet.")
        case NoClock.NO_TIMES:
            return tr("The events of this run have no times.")
        case NoClock.ONE_TIME:
            return tr("All events have the same time.")
        case NoClock.GOES_BACK:
            return tr("The times of this run only go back.")
        case _:
            assert_never(index.clock)
