from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from replay_gui.core.index.run_index import NO_DURATION, NO_PAIR, RunIndex
from replay_gui.models.timeline.lane_hit import event_near, events_within
from replay_gui.models.timeline.lanes import NO_POSITIONS, Lane, LanePart
from replay_gui.models.timeline.timeline_scale import TimelineScale

PAIR = np.full(200, NO_PAIR, np.int32)
PAIR[49], PAIR[79] = 79, 49  # the call at position 50 is answered at 80
PAIR[51], PAIR[89] = 89, 51  # and at the same time the one at 52, at 90
TOOK = np.full(200, NO_DURATION, np.int64)
TOOK[99] = 20  # ns: the step at position 100, an event a nanosecond, began at that at 80
INDEX = RunIndex(kind=np.zeros(200, np.uint16), pair=PAIR, time=np.arange(1, 201, dtype=np.int64), duration=TOOK)
POSITIONS = np.array([10, 20, 50, 52, 100], np.int32)
CALLS = Lane("tool:t", "t", (LanePart("ToolRequest", 0, POSITIONS),))
MARKS = Lane("observations", "o", (LanePart("Observation", None, POSITIONS),))
APART = Lane("rest", "r", (LanePart("Memory", None, POSITIONS[:2]), LanePart("Error", None, POSITIONS[2:])))
NONE = Lane("errors", "e", (LanePart("Error", None, NO_POSITIONS),))
SCALE = TimelineScale(0.0, 200.0, 400.0)  # two pixels an event


@pytest.mark.parametrize(
    ("lane", "position", "height", "found"),
    [
        (MARKS, 10, 0.5, 10),
        (MARKS, 11.9, 0.5, 10),
        (MARKS, 12.5, 0.5, None),
        (MARKS, 18.5, 0.5, 20),
        (MARKS, 0, 0.5, None),
        (MARKS, 101, 0.5, 100),
        (MARKS, 70, 0.5, None),
        (MARKS, 80.5, 0.5, 100),  # on the bar of a step
        (MARKS, 95, 0.5, 100),
        (APART, 21, 0.5, 20),
        (APART, 51.5, 0.5, 52),
        (CALLS, 50.5, 0.5, 50),  # within the first call alone
        (CALLS, 70, 0.2, 50),  # within both: the upper
        (CALLS, 70, 0.8, 52),  # the lower
        (CALLS, 85, 0.2, 52),  # only the lower is left
        (CALLS, 93, 0.5, None),
        (CALLS, 15, 0.5, None),
        (CALLS, 20.5, 0.5, 20),  # a call without an answer
        (NONE, 10, 0.5, None),
    ],
)
def test_what_is_near(lane: Lane, position: float, height: float, found: int | None) -> None:
    assert event_near(lane, INDEX, SCALE, pixel=SCALE.pixel(position), height=height, max_pixels=4.0) == found


@pytest.mark.parametrize(("position", "found"), [(15, 10), (195, 100), (202, None)])
def test_a_call_whose_answer_may_come_is_found_up_to_the_end_of_the_run(position: float, found: int | None) -> None:
    near = partial(event_near, CALLS, INDEX, SCALE, pixel=SCALE.pixel(position), height=0.99, max_pixels=1.0)
    assert near(goes_on=True) == found
    assert near() is None


def test_how_many_are_there() -> None:
    assert events_within(MARKS, SCALE, SCALE.pixel(51), 4.0) == 2
    assert events_within(APART, SCALE, SCALE.pixel(15), 30.0) == 2
    assert events_within(NONE, SCALE, SCALE.pixel(15), 30.0) == 0
