from __future__ import annotations

from dataclasses import replace

import numpy as np

from replay_gui.models.facts.run_extremes import run_waits
from tests.helpers.story import story_index, with_bookkeeping

SECOND = 1_000_000_000


def test_a_pause_ends_with_what_is_listed() -> None:
    times = np.array([0, 1, 2, 62, 61, 63]) * SECOND  # the line of bookkeeping is a little late
    index = replace(story_index(6), time=times + SECOND)
    assert (run_waits(index).pause, run_waits(index).pause_end) == (60 * SECOND, 4)
    listed = run_waits(with_bookkeeping(index, 3))
    assert (listed.pause, listed.pause_end) == (59 * SECOND, 5)
