"""Which event of a lane is under the pointer."""

from __future__ import annotations

import numpy as np

from replay_gui.core.run_index import NO_PAIR, RunIndex
from replay_gui.models.lanes import Lane, places_of


def event_near(lane: Lane, index: RunIndex, position: float, reach: float) -> int | None:
    """The position of the lane's event nearest to `position` and not further than `reach`; None where there is none.

    A call is also found anywhere between its request and its answer.
    """
    positions = lane.positions
    if not len(positions):
        return None
    after = int(places_of(positions, (position,))[0])
    near = positions[max(after - 1, 0) : after + 1]
    nearest = int(near[np.argmin(np.abs(near - position))])
    if abs(nearest - position) <= reach:
        return nearest
    if lane.is_calls and after:
        begin = int(positions[after - 1])
        answer = int(index.pair[begin - 1])
        if answer != NO_PAIR and begin <= position <= answer + 1:
            return begin
    return None
