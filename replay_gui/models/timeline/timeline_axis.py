"""The axis of the timeline: event numbers, or the clock.

An *axis* maps positions to *coordinates*, never falling, and back. On the axis of numbers they are the same. On the
clock's a coordinate is ns since the first event, less the parts cut out of idle gaps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias

from replay_gui.core.index.run_index import NO_TIME, RunIndex
from replay_gui.core.numpy_on_demand import np
from replay_gui.core.translation.messages import tr, trn
from replay_gui.core.translation.numbers import decimal_number, whole_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray: TypeAlias = NDArray[np.float64]

SECOND = 1_000_000_000  # ns
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
IDLE_FACTOR = 5.0  # times as long as nine of ten spacings are: a gap
MIN_IDLE_NS = float(SECOND)  # ns: the shortest gap
MIN_IDLE_SHARE = 0.04  # of the run: shorter gaps are not worth a break
DRAWN_GAP_SHARE = 0.02  # of the run: the drawn length of a gap
_MEASURED_GROWTH = 9 / 8  # times as many events, at which `limit` is measured again
_MAX_SAMPLED_SPACINGS = 1 << 16  # spacings examined to find the usual one


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


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TimeAxis:
    """The clock of one index, without its idle gaps.

    A gap is idle if it is longer than each of: MIN_IDLE_NS, IDLE_FACTOR times the 90th percentile of the spacings, and
    MIN_IDLE_SHARE of the run without such gaps. It is drawn as DRAWN_GAP_SHARE of the run. A time that goes back is
    replaced (see `_ascending`); an event without a time has that of the event before it.

    Attributes:
        times: int64, ns, of each event, ascending. real, drawn: the corners of the mapping from ns since the first
            event to coordinates, linear in between. limit: ns, a longer gap is idle. measured: the number of events
            from which it was computed. corrected: whether `times` differ from the recorded ones.
    """

    times: NDArray[np.int64]
    real: FloatArray
    drawn: FloatArray
    gaps: FloatArray
    gap: float
    cut: FloatArray
    limit: float
    measured: int
    corrected: bool

    @classmethod
    def of(cls, index: RunIndex) -> TimeAxis:
        """Return the axis of an index with times (see `why_no_times`)."""
        times = _ascending(index.time)
        spacing = np.diff(times)
        usual = float(np.percentile(spacing[:: max(len(spacing) // _MAX_SAMPLED_SPACINGS, 1)], 90))
        limit = max(MIN_IDLE_NS, IDLE_FACTOR * usual)
        busy = float(np.minimum(spacing, limit).sum())
        first = cls(
            times=times[:1],
            real=np.zeros(2),
            drawn=np.zeros(2),
            gaps=np.zeros(0),
            gap=DRAWN_GAP_SHARE * busy,
            cut=np.zeros(0),
            limit=max(limit, MIN_IDLE_SHARE * busy),
            measured=len(times),
            corrected=times is not index.time,
        )
        return first._until_end_of(times)

    def grown(self, index: RunIndex) -> TimeAxis:
        """Return the axis of a longer index with the same events before; usually only the new ones are examined.

        Which gaps are idle, and how long they are drawn, is measured again once the run is an eighth longer.
        """
        times, known = index.time, len(self.times)
        is_measured = not self.corrected and known <= len(times) <= _MEASURED_GROWTH * self.measured
        new = times[known - 1 :]
        return self._until_end_of(times) if is_measured and bool((new[1:] >= new[:-1]).all()) else TimeAxis.of(index)

    def _until_end_of(self, times: NDArray[np.int64]) -> TimeAxis:
        """Return this axis with the times that follow its own, of which `times` holds all."""
        known = len(self.times)
        spacing = np.diff(times[known - 1 :])
        before = np.flatnonzero(spacing > self.limit)
        cut = spacing[before].astype(np.float64) - self.gap
        begin = (times[before + known - 1] - times[0]).astype(np.float64)
        end = (times[before + known] - times[0]).astype(np.float64)
        gone = float(self.cut.sum()) + np.cumsum(cut)
        gaps = begin - (gone - cut)
        last = float(times[-1] - times[0])
        total = last - float(gone[-1] if len(gone) else self.cut.sum())
        return replace(
            self,
            times=times,
            real=np.concatenate((self.real[:-1], np.column_stack((begin, end)).ravel(), [last])),
            drawn=np.concatenate((self.drawn[:-1], np.column_stack((gaps, gaps + self.gap)).ravel(), [total])),
            gaps=np.concatenate((self.gaps, gaps)),
            cut=np.concatenate((self.cut, cut)),
        )

    def until(self, ns: int) -> TimeAxis:
        """Return the axis of a running run: extended by these nanoseconds without an event, as by one further event."""
        later = np.append(np.zeros(len(self.real) - 1), ns)  # not an idle gap: a call is still running
        times = np.append(self.times, self.times[-1] + ns)
        return replace(self, times=times, real=self.real + later, drawn=self.drawn + later)

    def coordinates(self, positions: NDArray[np.generic]) -> FloatArray:
        """Return the coordinate of each position, in drawn nanoseconds since the run's start."""
        wanted = positions.astype(np.float64)
        whole = np.clip(wanted.astype(np.int64), 1, len(self.times))
        here = self.times[whole - 1]
        further = self.times[np.minimum(whole, len(self.times) - 1)] - here
        since = (here - self.times[0]) + np.clip(wanted - whole, 0.0, 1.0) * further
        return np.asarray(np.interp(since, self.real, self.drawn), np.float64)

    def coordinates_before(self, positions: NDArray[np.integer], durations: NDArray[np.int64]) -> FloatArray:
        """Return the coordinate these many nanoseconds before each of these events, at least the start."""
        since = (self.times[positions - 1] - self.times[0]).astype(np.float64) - durations
        return np.asarray(np.interp(since, self.real, self.drawn), np.float64)

    def positions(self, coordinates: FloatArray) -> FloatArray:
        """Return the position at each coordinate; between two events it is not whole.

        Beyond the last event positions continue with the average spacing.
        """
        since = np.interp(coordinates, self.drawn, self.real)
        whole = np.searchsorted(self.times, self.times[0] + since.astype(np.int64), "right")
        here = self.times[whole - 1]
        further = self.times[np.minimum(whole, len(self.times) - 1)] - here
        share = (since - (here - self.times[0])) / np.maximum(further, 1)
        beyond = np.where(further > 0, np.clip(share, 0.0, 1.0), 0.0)
        beyond += np.maximum(coordinates / self.drawn[-1] - 1.0, 0.0) * len(self.times)
        return np.asarray(np.where(coordinates <= 0.0, 0.0, whole + beyond), np.float64)

    def extent(self, _count: int) -> float:
        """The coordinate of the run's end, in drawn nanoseconds."""
        return float(self.drawn[-1])

    def min_span(self, _count: int) -> float:
        """The shortest span that can be shown, in nanoseconds."""
        return min(MIN_SPAN_NS, float(self.drawn[-1]))

    def ticks(self, start: float, end: float, apart: float) -> list[tuple[float, str]]:
        """Return coordinates and labels between start and end, at round times of each stretch between two gaps."""
        step = nice_time_step(apart)
        # Each stretch between two gaps has its own round times; some have none.
        starts, ends = self.drawn[0::2], self.drawn[1::2]
        visible = slice(int(np.searchsorted(ends, start)), int(np.searchsorted(starts, end, "right")))
        offset = (self.real - self.drawn)[0::2][visible]
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
    if not index.count:
        return tr("There are no events yet.")
    for times in (index.time[:: max(index.count // _MAX_SAMPLED_SPACINGS, 1)], index.time):  # a few usually suffice
        known = times[times != NO_TIME]
        if len(known) and known[0] < known[-1]:
            return ""
    if len(known) and known.min() < known.max():
        ascending = _ascending(index.time)
        return "" if ascending[0] < ascending[-1] else tr("The times of this run only go back.")
    return tr("All events have the same time.") if len(known) else tr("The events of this run have no times.")


def _ascending(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return times that never decrease: from two ways to correct a clock, it takes the one that changes fewer times.

    Times after one that is too late are raised to it, or times before one that is too early are lowered to it.
    """
    if times[0] != NO_TIME and bool((times[1:] >= times[:-1]).all()):
        return times
    known = times != NO_TIME
    latest = np.maximum.accumulate(np.where(known, np.arange(len(times)), -1))
    filled = times[np.where(latest >= 0, latest, int(np.argmax(known)))]
    waiting, held = np.maximum.accumulate(filled), np.minimum.accumulate(filled[::-1])[::-1]
    return waiting if int((waiting != filled).sum()) <= int((held != filled).sum()) else held
