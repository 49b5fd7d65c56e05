from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from replay_gui.core.index.event_groups import EventGroups, Group
from replay_gui.core.index.run_index import FLAG_FAILED, NO_TIME, RunIndex
from replay_gui.core.log.kinds import KINDS
from replay_gui.models.timeline.overview import Overview
from replay_gui.models.timeline.timeline_axis import NUMBERS, NumberAxis
from replay_gui.models.timeline.timeline_marks import TimelineMarks
from tests.helpers.runs import indexed, synthetic_index, time_axis


def test_errors_stand_in_their_columns_and_none_is_lost() -> None:
    index = replace(synthetic_index(1_000), kind=np.full(1_000, KINDS.index("Decision"), np.uint16))
    index.flags[:] = 0
    index.kind[[105, 106]] = KINDS.index("Error")
    index.flags[999] = FLAG_FAILED
    overview = Overview.of(indexed(index), 100)
    assert np.flatnonzero(overview.errors).tolist() == [10, 99]
    assert overview.errors[[10, 99]].tolist() == [1.0, 0.5]


def test_a_burst_is_higher_than_a_pause() -> None:
    index = synthetic_index(1_000)
    steps = np.full(1_000, 10**9)
    steps[300:500] = 10**6
    steps[700:900] = 10**11
    pace = Overview.of(replace(index, time=np.cumsum(steps)), 100).pace
    assert pace[35:45].min() > 0.9
    assert pace[75:85].max() < 0.1
    assert pace[5] == 0.5


def test_without_times_or_with_a_clock_that_goes_back_it_stays_within_bounds() -> None:
    index = synthetic_index(1_000)
    flat = Overview.of(replace(index, time=np.full(1_000, NO_TIME)), 100)
    assert not flat.has_pace
    assert (flat.pace == 0.5).all()
    wild = Overview.of(replace(index, time=index.time[::-1].copy()), 100).pace
    assert ((wild >= 0) & (wild <= 1)).all()


def test_small_runs() -> None:
    for index in (RunIndex(), synthetic_index(1), synthetic_index(3)):
        overview = Overview.of(index, 500)
        assert len(overview.edges) == len(overview.pace) + 1
        assert len(overview.mark_edges) == len(overview.errors) + 1 == 501


def test_a_few_events_without_time_do_not_matter() -> None:
    index = synthetic_index(1_000)
    time = index.time.copy()
    time[::7] = NO_TIME
    holed, whole = (Overview.of(replace(index, time=t), 100) for t in (time, index.time))
    assert holed.has_pace
    assert np.abs(holed.pace - whole.pace).max() < 0.2


def test_marks_stand_in_their_columns() -> None:
    marks = TimelineMarks(
        found=np.array([3, 4, 995, 5_000]),
        causes=np.array([500]),
        divergences=np.array([500, 501]),
        value_changes=np.array([205]),
    )
    overview = Overview.of(synthetic_index(1_000), 100, NUMBERS, marks)
    assert np.flatnonzero(overview.found).tolist() == [0, 99], "what is beyond the index is left out"
    assert np.flatnonzero(overview.value_changes).tolist() == [20]
    assert np.flatnonzero(overview.causes).tolist() == np.flatnonzero(overview.divergences).tolist() == [50]


def test_along_the_clock_columns_are_equally_long() -> None:
    index = synthetic_index(1_000)
    steps = np.full(1_000, 10**9)
    steps[:500] = 10**7
    overview = Overview.of(index := replace(index, time=np.cumsum(steps)), 100, time_axis(index))
    assert overview.edges[-1] == index.time[-1] - index.time[0]
    assert overview.pace[0] > 0.9
    assert np.abs(overview.pace[10:90] - 0.5).max() < 0.1


def test_columns_are_those_of_a_histogram_and_cost_nothing_by_the_event() -> None:
    random = np.random.default_rng(1)
    index = synthetic_index(5_000)
    index = replace(index, time=np.cumsum(random.integers(0, 3, 5_000) * 10**9))  # many have one time
    found = np.flatnonzero(random.random(5_000) < 0.3)
    asked = []

    class Counting(NumberAxis):
        def coordinates(self, positions: NDArray[np.generic]) -> NDArray[np.float64]:
            asked.append(len(positions))
            return super().coordinates(positions)

    for axis in (NUMBERS, time_axis(index), Counting()):
        coordinates = axis.coordinates(found + 1)
        asked.clear()
        overview = Overview.of(index, 70, axis, TimelineMarks(found=found))
        counts = np.histogram(coordinates, 70, (0.0, overview.mark_edges[-1]))[0]
        assert (overview.found > 0).tolist() == (counts > 0).tolist()
        groups = EventGroups(index.count, {Group.ERRORS: (found + 1).astype(np.int32)})
        errors = Overview.of(replace(index, groups=groups), 70, axis).errors
        assert errors.tolist() == (counts / counts.max()).tolist()
    assert max(asked) <= 70
