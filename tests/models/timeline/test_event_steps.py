from __future__ import annotations

import numpy as np

from replay_gui.core.index.run_index import FLAG_FAILED, FLAG_UNREADABLE
from replay_gui.core.log.positions import Position
from replay_gui.models.timeline.event_steps import next_error, step_position
from tests.helpers.runs import report_of, synthetic_index
from tests.helpers.story import story_index, with_bookkeeping


def test_it_finds_what_a_walk_finds() -> None:
    index = synthetic_index(3_000)
    report = report_of(3_000, "INVALID", broken=812)
    kinds = np.array(index.kinds)[index.kind]
    wrong = np.isin(kinds, ("Error", "CapabilityDenied")) | ((index.flags & (FLAG_FAILED | FLAG_UNREADABLE)) != 0)
    wrong[812] = True
    places = np.flatnonzero(wrong)
    position, seen = 0, []
    while (found := next_error(index, report, Position(position), forward=True)) != position:
        position = found
        seen.append(position - 1)
    assert seen == places.tolist()
    back = [position - 1]
    while (found := next_error(index, report, Position(position), forward=False)) != position:
        position = found
        back.append(position - 1)
    assert back == places[::-1].tolist()


def test_where_there_is_none_one_stays() -> None:
    index = synthetic_index(1)
    assert next_error(index, None, Position(0), forward=True) == 0
    assert next_error(index, None, Position(1), forward=False) == 1


def test_it_looks_far() -> None:
    index = synthetic_index(300_000)
    index.flags[:] = 0
    index.kind[:] = 0
    index.flags[[5, 290_000]] = FLAG_FAILED
    assert next_error(index, None, Position(6), forward=True) == 290_001
    assert next_error(index, None, Position(290_001), forward=False) == 6


def test_steps_pass_over_bookkeeping() -> None:
    index = with_bookkeeping(story_index(12), 0, 3, 4, 11)
    visited = [0]
    while (position := step_position(index, Position(visited[-1]), 1)) != visited[-1]:
        visited.append(position)
    assert visited == [0, 2, 3, 6, 7, 8, 9, 10, 11]
    back = [12]
    while back[-1]:
        back.append(step_position(index, Position(back[-1]), -1))
    assert back == [12, 11, 10, 9, 8, 7, 6, 3, 2, 0]
    assert step_position(index, Position(2), 3) == 7
    assert step_position(index, Position(2), 99) == 11
    assert step_position(index, Position(7), -3) == 2
    assert step_position(story_index(12), Position(5), 99) == 12


def test_steps_pass_over_a_long_stretch_of_bookkeeping() -> None:
    index = with_bookkeeping(story_index(200_000), *range(10, 190_000))
    assert step_position(index, Position(10), 1) == 190_001
    assert step_position(index, Position(190_001), -1) == 10
    assert step_position(index, Position(190_002), -3) == 9
