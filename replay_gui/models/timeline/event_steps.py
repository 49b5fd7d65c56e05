"""Steps from one event to the next of the same lane, or to the next error of the agent, its tools or the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from replay_gui.core.index.run_index import FLAG_UNREADABLE, RunIndex, failures_of_index
from replay_gui.core.log.positions import EventIndex, Position, index_before, position_after
from replay_gui.core.numpy_on_demand import np
from replay_gui.core.verification.verification_report import VerificationReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    IsListed: TypeAlias = Callable[[EventIndex, EventIndex], NDArray[np.bool_]]
    """Returns whether each of the events start … stop - 1 is one that steps go to."""

_EVENTS_PER_SCAN = 1 << 16  # events examined together, so that the time to find a near one does not depend on the run


def next_error(
    index: RunIndex,
    report: VerificationReport | None,
    position: Position,
    forward: bool,
    is_listed: IsListed | None = None,
) -> Position:
    """Return the position of the next, or previous, error from `position`; `position` itself if there is none.

    An error is an event of a failure kind, a failed response, an unreadable record, or an event with a finding in the
    report.
    """
    event_index, count = index_before(position), index.count
    broken = _reported_indexes(report, count)
    starts = (
        range(event_index + 1, count, _EVENTS_PER_SCAN)
        if forward
        else range(event_index - _EVENTS_PER_SCAN, -_EVENTS_PER_SCAN, -_EVENTS_PER_SCAN)
    )
    for start in starts:
        stretch = slice(max(start, 0), min(start + _EVENTS_PER_SCAN, count if forward else event_index))
        is_error = _is_error(index, stretch)
        is_error[broken[(broken >= stretch.start) & (broken < stretch.stop)] - stretch.start] = True
        if is_listed is not None:
            is_error &= is_listed(EventIndex(stretch.start), EventIndex(stretch.stop))
        errors = np.flatnonzero(is_error)
        if len(errors):
            return position_after(EventIndex(stretch.start + int(errors[0 if forward else -1])))
    return position


def _is_error(index: RunIndex, which: slice) -> NDArray[np.bool_]:
    wrong: NDArray[np.bool_] = failures_of_index(index, which) | ((index.flags[which] & FLAG_UNREADABLE) != 0)
    return wrong


def _reported_indexes(report: VerificationReport | None, count: int) -> NDArray[np.int64]:
    findings = () if report is None else (*report.failures, *report.mismatches)
    return np.array([finding.index for finding in findings if finding.index < count], np.int64)


def step_position(index: RunIndex, position: Position, delta: int, is_listed: IsListed | None = None) -> Position:
    """Return the position `delta` listed events forward, or back; None: all events count but bookkeeping.

    Forward it ends at the last such event, and stays at `position` if there is none; backward it ends at 0.
    """
    hidden, count, left = index.bookkeeping, index.count, abs(delta)
    if (is_listed is None and not hidden.any()) or delta == 0:
        return Position(min(max(position + delta, 0), count))
    last, before = position, index_before(position)
    starts = (
        range(position, count, _EVENTS_PER_SCAN)
        if delta > 0
        else range(before - _EVENTS_PER_SCAN, -_EVENTS_PER_SCAN, -_EVENTS_PER_SCAN)
    )
    for start in starts:
        stretch = slice(max(start, 0), min(start + _EVENTS_PER_SCAN, count if delta > 0 else before))
        listed = (
            ~hidden[index.kind[stretch]]
            if is_listed is None
            else is_listed(EventIndex(stretch.start), EventIndex(stretch.stop))
        )
        shown = np.flatnonzero(listed) + stretch.start
        if len(shown) >= left:
            return position_after(EventIndex(int(shown[left - 1] if delta > 0 else shown[-left])))
        if len(shown):
            left, last = left - len(shown), position_after(EventIndex(int(shown[-1])))
    return last if delta > 0 else Position(0)


def next_in_lane(index: RunIndex, position: Position, forward: bool) -> Position:
    """Return the position of the next, or previous, event with the kind and tool of the one at `position`.

    `position` itself if there is none. At position 0, which has no event: the run's first.
    """
    if position == 0:
        return Position(min(1, index.count) if forward else 0)
    event_index, count = index_before(position), index.count
    kind, tool = index.kind[event_index], index.tool[event_index]
    starts = (
        range(event_index + 1, count, _EVENTS_PER_SCAN)
        if forward
        else range(event_index - _EVENTS_PER_SCAN, -_EVENTS_PER_SCAN, -_EVENTS_PER_SCAN)
    )
    for start in starts:
        stretch = slice(max(start, 0), min(start + _EVENTS_PER_SCAN, count if forward else event_index))
        in_lane = np.flatnonzero((index.kind[stretch] == kind) & (index.tool[stretch] == tool))
        if len(in_lane):
            return position_after(EventIndex(int(in_lane[0 if forward else -1]) + stretch.start))
    return position
