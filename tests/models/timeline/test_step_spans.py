from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.index.run_index import NO_DURATION, NO_TIME, RunIndex
from replay_gui.core.log.kinds import END, KINDS, Kind
from replay_gui.models.timeline.lanes import LanePart
from replay_gui.models.timeline.step_spans import positions_before, stand_alone, step_at, step_pixels, steps_between
from replay_gui.models.timeline.timeline_axis import NUMBERS
from replay_gui.models.timeline.timeline_scale import TimelineScale
from tests.helpers.runs import time_axis

DECISION, RESPONSE = KINDS.index(Kind.DECISION), KINDS.index(Kind.TOOL_RESPONSE)


def index_of(times: list[int], took: list[int]) -> RunIndex:
    kind = np.full(len(times), DECISION, np.uint16)
    return RunIndex(kind=kind, time=np.array(times, np.int64), duration=np.array(took, np.int64))


@given(
    st.lists(st.tuples(st.one_of(st.just(NO_TIME), st.integers(0, 50)), st.integers(1, 60)), min_size=1, max_size=30)
)
def test_a_step_begins_at_the_last_event_that_was_there(events: list[tuple[int, int]]) -> None:
    times, took = [time for time, _ in events], [length for _, length in events]
    found = positions_before(index_of(times, took), np.arange(1, len(events) + 1, dtype=np.int32))
    for own, begin in enumerate(found.tolist()):
        if times[own] == NO_TIME:
            assert begin == own  # the position of the event before it, or the start
            continue
        there = [at for at in range(own) if times[at] != NO_TIME and times[at] <= times[own] - took[own]]
        assert begin == (there[-1] + 1 if there else 0)


def test_a_bar_is_from_the_beginning_of_a_step_to_its_end() -> None:
    """Events at 0, 10, 20 … s; the one at 50 s took 25 s, and one that answers a call is no step."""
    second = 10**9
    index = index_of([second * 10 * n for n in range(11)], [NO_DURATION] * 11)
    index.duration[[5, 8]] = second * 25
    index.kind[8] = RESPONSE
    part = LanePart(Kind.DECISION, None, np.arange(1, 12, dtype=np.int32))
    assert steps_between(part, index, 0, 11).tolist() == [6]
    assert steps_between(part, index, 4, 5).tolist() == [6], "it is seen, though it ends later"
    steps = np.array([6], np.int32)
    numbers = TimelineScale(0.0, 11.0, 110.0, NUMBERS)
    clock = TimelineScale(0.0, 100.0 * second, 100.0, time_axis(index))
    assert [place.tolist() for place in step_pixels(numbers, index, steps)] == [[30.0], [60.0]]
    assert [place.tolist() for place in step_pixels(clock, index, steps)] == [[25.0], [50.0]]
    assert [step_at(part, index, numbers, pixel) for pixel in (29, 31, 59, 61)] == [None, 6, 6, None]
    assert [step_at(part, index, clock, pixel) for pixel in (24, 26, 49, 51)] == [None, 6, 6, None]


def test_the_duration_that_an_end_states_is_no_bar() -> None:
    index = index_of([0, 10, 20], [NO_DURATION, NO_DURATION, 20])
    part = LanePart(Kind.DECISION, None, np.arange(1, 4, dtype=np.int32))
    assert steps_between(part, index, 0, 3).tolist() == [3]
    for kind in (END, "x:otel/step", "x:langfuse/agent"):  # of the run, and before the steps within
        index = replace(index, kinds=(*KINDS, kind))
        index.kind[2] = len(KINDS)
        assert steps_between(part, index, 0, 3).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(2, 20)), max_size=8))
def test_a_bar_stands_alone_if_no_other_lies_over_it(bars: list[tuple[int, int]]) -> None:
    spans = [(left, left + width) for left, width in bars]
    found = stand_alone(np.array([left for left, _ in spans], float), np.array([right for _, right in spans], float))
    assert found.tolist() == [
        all(right <= begin or end <= left for other, (begin, end) in enumerate(spans) if other != own)
        for own, (left, right) in enumerate(spans)
    ]
