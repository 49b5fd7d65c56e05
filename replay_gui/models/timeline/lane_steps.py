"""Moving along a lane: from an event to the next of its kind and tool."""

from __future__ import annotations

import numpy as np

from replay_gui.core.index.run_index import RunIndex

_EVENTS_PER_SCAN = 1 << 16  # events looked at in one go, so that a near neighbour costs the same in any run


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
