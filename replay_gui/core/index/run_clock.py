"""The clock of a run without its idle gaps, to draw the run along it.

The engine makes it with the index, since it must look at the time of each event.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

from replay_gui.core.numpy_on_demand import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SECOND = 1_000_000_000  # ns
IDLE_FACTOR = 5.0  # times as long as nine of ten spacings are: a gap
MIN_IDLE_NS = float(SECOND)  # ns: the shortest gap
MIN_IDLE_SHARE = 0.04  # of the run: shorter gaps are not worth a break
DRAWN_GAP_SHARE = 0.02  # of the run: the drawn length of a gap
UNKNOWN_TIME = -(1 << 63)  # in a column of times; the same as NO_TIME of an index
_MEASURED_GROWTH = 9 / 8  # times as many events, at which `limit` is measured again
_MAX_SAMPLED_SPACINGS = 1 << 16  # spacings examined to find the usual one
_STEP_EVENTS = 1 << 17  # examined at once, so that the arrays stay in the processor's cache


class NoClock(IntEnum):
    """Why a run has no clock."""

    NO_EVENTS = 0
    NO_TIMES = 1
    ONE_TIME = 2  # all events have the same
    GOES_BACK = 3  # the times only go back


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RunClock:
    """The times of one run's events, and a mapping from them to *coordinates*: ns without the idle gaps.

    A gap is idle if it is longer than each of: MIN_IDLE_NS, IDLE_FACTOR times the 90th percentile of the spacings, and
    MIN_IDLE_SHARE of the run without such gaps. It is drawn as DRAWN_GAP_SHARE of the run. A time that goes back is
    replaced (see `_ascending`); an event without a time has that of the event before it.

    Attributes:
        times: int64, ns, of each event, ascending. real, drawn: float64, the corners of the mapping from ns since the
            first event to coordinates, linear in between. gaps: float64, coordinates at which a gap was cut out.
        gap: the drawn length of each gap, in coordinates. cut: float64, ns, that were cut out of each.
        limit: ns, a longer gap is idle. measured: the number of events from which it was computed.
        corrected: whether `times` differ from the recorded ones.
    """

    times: NDArray[np.int64]
    real: NDArray[np.float64]
    drawn: NDArray[np.float64]
    gaps: NDArray[np.float64]
    gap: float
    cut: NDArray[np.float64]
    limit: float
    measured: int
    corrected: bool

    def grown(self, recorded: NDArray[np.int64]) -> RunClock | NoClock:
        """Return the clock of a run with the same events and more; usually only the new ones are examined.

        Which gaps are idle, and how long they are drawn, is measured again once the run is an eighth longer; until
        then, if times were replaced, new ones that go back are held at the latest. What is measured again may have no
        clock: with later times, another correction changes fewer.
        """
        known = len(self.times)
        if known > len(recorded) or len(recorded) > _MEASURED_GROWTH * self.measured:
            return clock_of(recorded)
        new = recorded[known:]
        if self.corrected:
            held = np.maximum.accumulate(np.maximum(new, self.times[-1]))
            return self._until_end_of(np.concatenate((self.times, held)))
        is_ascending = _is_ascending(recorded[known - 1 :])
        return self._until_end_of(recorded) if is_ascending else clock_of(recorded)

    def _until_end_of(self, times: NDArray[np.int64]) -> RunClock:
        """Return this clock with the times that follow its own, of which `times` holds all."""
        known = len(self.times)
        before, spacing = _longer_spacings(times, known - 1, self.limit)
        cut = spacing - self.gap
        begin = (times[before] - times[0]).astype(np.float64)
        end = (times[before + 1] - times[0]).astype(np.float64)
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


def clock_of(recorded: NDArray[np.int64], before: RunClock | NoClock = NoClock.NO_EVENTS) -> RunClock | NoClock:
    """Return the clock of a run, or why it has none.

    Args:
        recorded: the times of its events in ns, UNKNOWN_TIME if an event has none.
        before: the clock of its first events, if they are not to be examined again.
    """
    if isinstance(before, RunClock):
        return before.grown(recorded)
    if not len(recorded):
        return NoClock.NO_EVENTS
    few = recorded[:: max(len(recorded) // _MAX_SAMPLED_SPACINGS, 1)]  # they usually suffice
    for times in (few, recorded):
        known = times[times != UNKNOWN_TIME]
        if len(known) and known[0] < known[-1]:
            return _measured(recorded)
    if not len(known) or known.min() == known.max():
        return NoClock.ONE_TIME if len(known) else NoClock.NO_TIMES
    times = _ascending(recorded)
    return _measured(recorded) if times[0] < times[-1] else NoClock.GOES_BACK


def _measured(recorded: NDArray[np.int64]) -> RunClock:
    """Return the clock of all events."""
    times = _ascending(recorded)
    sampled = np.arange(0, len(times) - 1, max((len(times) - 1) // _MAX_SAMPLED_SPACINGS, 1))
    usual = float(np.percentile(times[sampled + 1] - times[sampled], 90))
    limit = max(MIN_IDLE_NS, IDLE_FACTOR * usual)
    busy = sum(float(np.minimum(spacing, limit).sum()) for _, spacing in _spacings(times))
    first = RunClock(
        times=times[:1],
        real=np.zeros(2),
        drawn=np.zeros(2),
        gaps=np.zeros(0),
        gap=DRAWN_GAP_SHARE * busy,
        cut=np.zeros(0),
        limit=max(limit, MIN_IDLE_SHARE * busy),
        measured=len(times),
        corrected=times is not recorded,
    )
    return first._until_end_of(times)


def _spacings(times: NDArray[np.int64], skipped: int = 0) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield stretches of the ns from each event to the next one, each with the number of events before it.

    `skipped`: the number of events to leave out at the beginning.
    """
    for begin in range(skipped, len(times) - 1, _STEP_EVENTS):
        yield begin, np.diff(times[begin : begin + _STEP_EVENTS + 1])


def _longer_spacings(
    times: NDArray[np.int64], skipped: int, limit: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the indexes of the events that a longer spacing than `limit` follows, and these spacings, in ns.

    `skipped`: the number of events to leave out at the beginning.
    """
    found, long = [np.zeros(0, np.int64)], [np.zeros(0)]
    for begin, spacing in _spacings(times, skipped):
        at = np.flatnonzero(spacing > limit)
        found.append(at + begin)
        long.append(spacing[at].astype(np.float64))
    return np.concatenate(found), np.concatenate(long)


def _is_ascending(times: NDArray[np.int64]) -> bool:
    parts = (times[begin : begin + _STEP_EVENTS + 1] for begin in range(0, len(times) - 1, _STEP_EVENTS))
    return all(bool((part[1:] >= part[:-1]).all()) for part in parts)  # a difference to UNKNOWN_TIME would overflow


def _ascending(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return times that never decrease: from two ways to correct a clock, it takes the one that changes fewer times.

    Times after one that is too late are raised to it, or times before one that is too early are lowered to it.
    """
    if times[0] != UNKNOWN_TIME and _is_ascending(times):
        return times
    known = times != UNKNOWN_TIME
    latest = np.maximum.accumulate(np.where(known, np.arange(len(times)), -1))
    filled = times[np.where(latest >= 0, latest, int(np.argmax(known)))]
    waiting, held = np.maximum.accumulate(filled), np.minimum.accumulate(filled[::-1])[::-1]
    return waiting if int((waiting != filled).sum()) <= int((held != filled).sum()) else held
