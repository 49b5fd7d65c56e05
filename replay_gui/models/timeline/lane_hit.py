"""Finds the event of a lane under the pointer."""

from __future__ import annotations

import numpy as np

from replay_gui.core.index.event_groups import Positions
from replay_gui.core.index.run_index import NO_PAIR, RunIndex
from replay_gui.core.log.positions import Position
from replay_gui.models.timeline.lanes import Lane, LanePart, indexes_before
from replay_gui.models.timeline.step_spans import step_at
from replay_gui.models.timeline.timeline_scale import TimelineScale
from replay_gui.models.timeline.timeline_stacking import stack_calls

CALLS_BEFORE_VIEW = 64  # earlier calls that are examined, because some may extend to a place


def event_near(
    lane: Lane,
    index: RunIndex,
    scale: TimelineScale,
    *,
    pixel: float,
    height: float,
    max_pixels: float,
    goes_on: bool = False,
) -> Position | None:
    """Return the position of the lane's event nearest to `pixel`, at most `max_pixels` away; None if there is none.

    A call is found anywhere between its request and its answer, of several the one at `height`, a share of the lane's;
    another step with a duration anywhere on its bar, if no event is near.
    `goes_on`: as in `calls_between`.
    """
    if lane.is_calls:
        running = _call_at(lane, index, scale.position(pixel), height, goes_on)
        if running is not None:
            return running
    nearest = [_nearest(part, scale, pixel) for part in lane.parts if len(part.positions)]
    distance, position = min(nearest, default=(np.inf, 0))
    if distance <= max_pixels:
        return Position(position)
    parts = () if lane.is_calls or lane.spans is not None else lane.parts
    over = (step_at(part, index, scale, pixel) for part in parts)
    return next((Position(step) for step in over if step is not None), None)


def events_within(lane: Lane, scale: TimelineScale, pixel: float, reach: float) -> int:
    """Return the number of events of the lane within `reach` pixels of `pixel`."""
    bounds = scale.position(pixel - reach), scale.position(pixel + reach)
    return sum(int(np.diff(indexes_before(part.positions, bounds))[0]) for part in lane.parts)


def calls_between(
    lane: Lane, index: RunIndex, first: float, last: float, *, goes_on: bool = False
) -> tuple[Positions, Positions]:
    """Return (starts, stops): positions of the calls that may overlap first … last, ordered by start.

    A call without an answer ends at its start. `goes_on`: if it is among the last ones, it is pending, and extends
    beyond the last event.
    """
    some = []
    for part in lane.parts:
        begin, end = indexes_before(part.positions, (first, last))
        some.append(part.positions[max(int(begin) - CALLS_BEFORE_VIEW, 0) : end])
        if goes_on:
            latest = part.positions[-CALLS_BEFORE_VIEW:]
            some.append(latest[(index.pair[latest - 1] == NO_PAIR) & (latest <= last)])
    starts = some[0] if len(some) == 1 else np.unique(np.concatenate(some))
    pairs = index.pair[starts - 1]
    unanswered = np.full(len(starts), index.count + 1, starts.dtype) if goes_on else starts
    return starts, np.where(pairs == NO_PAIR, unanswered, pairs + 1)


def _call_at(lane: Lane, index: RunIndex, position: float, height: float, goes_on: bool) -> Position | None:
    starts, stops = calls_between(lane, index, position, position + 1e-9, goes_on=goes_on)
    row, rows = stack_calls(starts, stops)
    running = np.flatnonzero((starts <= position) & (position <= stops) & (stops > starts))
    if not len(running):
        return None
    aimed = running[row[running] == np.minimum((height * rows[running]).astype(np.int8), rows[running] - 1)]
    return Position(int(starts[aimed[-1]] if len(aimed) else starts[running[-1]]))


def _nearest(part: LanePart, scale: TimelineScale, pixel: float) -> tuple[float, int]:
    after = int(indexes_before(part.positions, (scale.position(pixel),))[0])
    near = part.positions[max(after - 1, 0) : after + 1]
    apart = np.abs(scale.pixels(near) - pixel)
    return float(apart.min()), int(near[np.argmin(apart)])
