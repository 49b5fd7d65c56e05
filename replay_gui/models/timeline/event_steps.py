"""From one event to the next of the same lane, or to the next error of the agent, its tools or the log."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.run_index import FLAG_FAILED, FLAG_UNREADABLE, RunIndex
from replay_gui.core.log.kinds import is_failure
from replay_gui.core.verification.verification import VerificationReport

_EVENTS_PER_SCAN = 1 << 16  # events looked at in one go, so that a near neighbour costs the same in any run


def next_error(index: RunIndex, report: VerificationReport | None, position: int, forward: bool) -> int:
    """The position of the next, or previous, error after `position`; `position` itself where there is none.

    An error is an event of a failure's kind, a failed response, a record that cannot be read, or one that the report
    names.
    """
    place, count = position - 1, index.count
    broken = _reported_indexes(report, count)
    starts = (
        range(place + 1, count, _EVENTS_PER_SCAN)
        if forward
        else range(place - _EVENTS_PER_SCAN, -_EVENTS_PER_SCAN, -_EVENTS_PER_SCAN)
    )
    for start in starts:
        stretch = slice(max(start, 0), min(start + _EVENTS_PER_SCAN, count if forward else place))
        found = np.flatnonzero(_is_error(index, stretch)) + stretch.start
        named = broken[(broken >= stretch.start) & (broken < stretch.stop)]
        if len(found) or len(named):
            both = np.concatenate((found, named))
            return int(both.min() if forward else both.max()) + 1
    return position


def _is_error(index: RunIndex, which: slice) -> NDArray[np.bool_]:
    kinds = np.array([is_failure(name) for name in index.kinds], bool)
    wrong: NDArray[np.bool_] = kinds[index.kind[which]] | ((index.flags[which] & (FLAG_FAILED | FLAG_UNREADABLE)) != 0)
    return wrong


def _reported_indexes(report: VerificationReport | None, count: int) -> NDArray[np.int64]:
    findings = () if report is None else (*report.failures, *report.mismatches)
    return np.array([finding.index for finding in findings if finding.index < count], np.int64)


def next_in_lane(index: RunIndex, position: int, forward: bool) -> int:
    """The position of the next, or previous, event of the kind and tool of the one at `position`.

    `position` itself where there is none. At position 0, which has no event, the run's first.
    """
    if position == 0:
        return min(1, index.count) if forward else 0
    place, count = position - 1, index.count
    kind, tool = index.kind[place], index.tool[place]
    starts = (
        range(place + 1, count, _EVENTS_PER_SCAN)
        if forward
        else range(place - _EVENTS_PER_SCAN, -_EVENTS_PER_SCAN, -_EVENTS_PER_SCAN)
    )
    for start in starts:
        stretch = slice(max(start, 0), min(start + _EVENTS_PER_SCAN, count if forward else place))
        found = np.flatnonzero((index.kind[stretch] == kind) & (index.tool[stretch] == tool))
        if len(found):
            return int(found[0 if forward else -1]) + stretch.start + 1
    return position
