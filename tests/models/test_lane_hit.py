from __future__ import annotations

import numpy as np
import pytest

from replay_gui.core.run_index import NO_PAIR, RunIndex
from replay_gui.models.lane_hit import event_near
from replay_gui.models.lanes import NOTHING, Lane

PAIR = np.full(200, NO_PAIR, np.int32)
PAIR[49], PAIR[79] = 79, 49  # the call at position 50 is answered at 80
INDEX = RunIndex(kind=np.zeros(200, np.uint16), pair=PAIR)
POSITIONS = np.array([10, 20, 50, 100], np.int32)
CALLS = Lane("t", "ToolRequest", 0, POSITIONS, NOTHING)
MARKS = Lane("o", "Observation", None, POSITIONS, NOTHING)


@pytest.mark.parametrize(
    ("lane", "position", "found"),
    [
        (MARKS, 10, 10),
        (MARKS, 11.9, 10),
        (MARKS, 12.5, None),
        (MARKS, 18.5, 20),
        (MARKS, 0, None),
        (MARKS, 101, 100),
        (MARKS, 70, None),
        (CALLS, 70, 50),  # within the call
        (CALLS, 81, None),
        (CALLS, 15, None),
        (Lane("e", "Error", None, NOTHING, NOTHING), 10, None),
    ],
)
def test_what_is_near(lane: Lane, position: float, found: int | None) -> None:
    assert event_near(lane, INDEX, position, 2.0) == found
