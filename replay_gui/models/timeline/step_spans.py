"""The bars that show the durations of steps that are not calls.

A step with a duration is at its end in the log: its event came when it was done, as the answer of a model does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from replay_gui.core.index.event_groups import Positions
from replay_gui.core.index.run_index import NO_TIME, RunIndex
from replay_gui.core.log.kinds import KINDS, Kind
from replay_gui.models.timeline.lanes import LanePart, indexes_before
from replay_gui.models.timeline.timeline_axis import TimeAxis
from replay_gui.models.timeline.timeline_scale import TimelineScale

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay_gui.models.timeline.timeline_axis import FloatArray

STEPS_AFTER_VIEW = 8  # later steps that are examined, because some may begin before a place
_TOUCHING_PX = 0.5  # by which bars that follow each other may overlap, since times are rounded
_MAX_EARLIER_EVENTS = 64  # events before a step that are searched for the one at its beginning
_RESPONSE = KINDS.index(Kind.TOOL_RESPONSE)


def steps_between(part: LanePart, index: RunIndex, first: float, last: float) -> Positions:
    """Return the positions of a lane's steps that have a duration and may be seen from `first` to `last`.

    Calls, and the responses of failed calls among the errors, are excluded: see `calls_between`. So are End events: the
    duration that they state is that of the run. So are steps of a trace, which come when they begin.
    """
    begin, end = indexes_before(part.positions, (first, last))
    some = part.positions[int(begin) : int(end) + STEPS_AFTER_VIEW]
    kinds = index.kind[some - 1]
    steps: Positions = some[(index.duration[some - 1] > 0) & (kinds != _RESPONSE) & ~index.spanning[kinds]]
    return steps


def positions_before(index: RunIndex, steps: Positions) -> Positions:
    """Return, for each of these steps, the position of the last event before its beginning.

    For a step without a time, or that began before all examined events: the first of these events.
    """
    back = np.arange(1, _MAX_EARLIER_EVENTS + 1)
    before = steps[:, None] - 1 - back  # the indexes of the events before each
    times = np.where(before >= 0, index.time[np.maximum(before, 0)], NO_TIME)
    ended = index.time[steps - 1]
    known = (times != NO_TIME) & (times <= (ended - index.duration[steps - 1])[:, None])
    far = np.where(known.any(axis=1), known.argmax(axis=1) + 1, _MAX_EARLIER_EVENTS)
    far = np.where(ended == NO_TIME, 1, far)
    return np.maximum(steps - far, 0).astype(np.int32)


def step_pixels(scale: TimelineScale, index: RunIndex, steps: Positions) -> tuple[FloatArray, FloatArray]:
    """Return (left, right) of each of these steps, in pixels of the scale."""
    right = scale.pixels(steps)
    if isinstance(scale.axis, TimeAxis):
        begun = scale.axis.coordinates_before(steps, index.duration[steps - 1])
        return scale.pixels_at(begun), right
    return scale.pixels(positions_before(index, steps)), right


def stand_alone(left: FloatArray, right: FloatArray) -> NDArray[np.bool_]:
    """Return, for each bar (its pixels), whether no other one lies over it: a text in it can be of no other bar."""
    order = np.argsort(left, kind="stable")
    begin, end = left[order], right[order]
    before = np.append(-np.inf, np.maximum.accumulate(end)[:-1])
    alone = np.empty(len(order), bool)
    alone[order] = (begin > before - _TOUCHING_PX) & (np.append(begin[1:], np.inf) > end - _TOUCHING_PX)
    return alone


def step_at(part: LanePart, index: RunIndex, scale: TimelineScale, pixel: float) -> int | None:
    """Return the position of the step whose bar is at a pixel, of several the first to end; None: there is none."""
    at = scale.position(pixel)
    steps = steps_between(part, index, at, at)
    left, right = step_pixels(scale, index, steps)
    over = np.flatnonzero((left <= pixel) & (pixel <= right))
    return int(steps[over[0]]) if len(over) else None
