from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.index.run_clock import DRAWN_GAP_SHARE, SECOND
from replay_gui.core.index.run_index import NO_TIME, RunIndex
from replay_gui.models.timeline.timeline_axis import (
    NUMBERS,
    TimeAxis,
    nice_step,
    nice_time_step,
    rounded_duration,
    time_text,
    why_no_times,
)
from tests.helpers.runs import indexed, synthetic_index, time_axis

BEGIN = 1_700_000_000 * SECOND


def index_at(*seconds: float | None) -> RunIndex:
    """An index of events at these times since the beginning; None: without a time."""
    times = [NO_TIME if at is None else BEGIN + int(at * SECOND) for at in seconds]
    return indexed(RunIndex(kind=np.zeros(len(times), np.uint16), tool=np.full(len(times), -1), time=np.array(times)))


def seconds_of(axis: TimeAxis, *positions: float) -> list[float]:
    return [float(at) for at in (axis.coordinates(np.array(positions)) / SECOND).round(6)]


@pytest.mark.parametrize(
    ("times", "shown"),
    [
        ((0, 1, 2, 3), [0, 1, 2, 3]),
        ((0, 0, 0, 2), [0, 0, 0, 2]),  # at the same instant
        ((5, 6, 7), [0, 1, 2]),  # the clock of the first
        ((0, 3, 1, 2, 4), [0, 1, 1, 2, 4]),  # one too late: held back to what follows
        ((0, 1, 2, -5, 3, 4), [0, 1, 2, 2, 3, 4]),  # one too early: stands still
        ((0, 1, 900, 2, 3, 4, 5), [0, 1, 2, 2, 3, 4, 5]),  # a glitch far ahead moves nobody else
        ((None, 0, None, 2), [0, 0, 0, 2]),  # without a time: with the one before, or the first that has one
    ],
)
def test_where_events_stand(times: tuple[float | None, ...], shown: list[float]) -> None:
    axis = time_axis(index_at(*times))
    assert seconds_of(axis, *range(1, len(times) + 1)) == shown
    assert len(axis.gaps) == 0


def test_the_start_and_between_events() -> None:
    axis = time_axis(index_at(0, 1, 2, 4))
    assert seconds_of(axis, 0, 0.5, 1, 1.5, 3.25, 4, 9) == [0, 0, 0, 0.5, 2.5, 4, 4]
    assert axis.positions(np.array([-5.0, 0.0, 0.5, 1.0, 2.5, 4.0, 99.0]) * SECOND).tolist() == [
        0, 0, 1.5, 2, 3.25, 4, 99,
    ]  # fmt: skip
    assert axis.extent(4) == 4 * SECOND


def test_idle_gaps_are_cut_to_a_small_share_and_say_how_much() -> None:
    busy = [float(n) for n in range(50)]
    later = [3_600 + at for at in busy]
    axis = time_axis(index_at(*busy, *later))
    drawn = DRAWN_GAP_SHARE * (49 + 49 + 5) * SECOND  # as much of a gap as could be usual counts as busy
    assert axis.gap == pytest.approx(drawn)
    assert axis.gaps.tolist() == [49 * SECOND]
    assert axis.cut == pytest.approx([3_551 * SECOND - drawn])
    assert axis.extent(100) == pytest.approx(98 * SECOND + drawn)
    assert seconds_of(axis, 50) == [49]
    assert seconds_of(axis, 51)[0] == pytest.approx(49 + drawn / SECOND)


@pytest.mark.parametrize(
    ("times", "gaps"),
    [
        ([0.0, 0.1, 0.2, 0.9, 1.0], 0),  # all within a second
        ([float(n * n) for n in range(20)], 0),  # slower and slower: nothing sticks out
        ([*range(100), *range(103, 200)], 0),  # a few seconds of a few minutes are not worth a break
        ([*range(100), *range(1_000, 1_100), *range(9_000, 9_100)], 2),
    ],
)
def test_what_counts_as_idle(times: list[float], gaps: int) -> None:
    assert len(time_axis(index_at(*times)).gaps) == gaps


def test_ticks_are_round_times_and_none_stands_in_a_gap() -> None:
    axis = time_axis(index_at(*range(50), *range(3_600, 3_650)))
    ticks = axis.ticks(0, axis.extent(100), 9.5 * SECOND)
    assert [text for _, text in ticks[:6]] == ["0:00", "0:10", "0:20", "0:30", "0:40", "1:00:00"]
    assert len(ticks) == 10
    assert not any(49 * SECOND < at < 49 * SECOND + axis.gap for at, _ in ticks)
    assert np.diff([at for at, _ in ticks]).min() >= 9.5 * SECOND


@pytest.mark.parametrize(
    ("index", "why"),
    [
        (RunIndex(), "There are no events yet."),
        (index_at(None, None), "The events of this run have no times."),
        (index_at(3, None, 3), "All events have the same time."),
        (index_at(3), "All events have the same time."),
        (index_at(None, 3, 4), ""),
        (index_at(4, 3), "The times of this run only go back."),
        (index_at(4, 3, 5), ""),
    ],
)
def test_why_there_is_no_clock(index: RunIndex, why: str) -> None:
    assert why_no_times(index) == why


times_of_runs = st.lists(st.none() | st.integers(-(10**7), 10**7), min_size=2, max_size=60).filter(
    lambda times: len({t for t in times if t is not None}) > 1
)


@given(times_of_runs, st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_the_mapping_never_falls_and_comes_back(times: list[int | None], shares: list[float]) -> None:
    index = index_at(*times)
    if why_no_times(index):
        return
    axis = time_axis(index)
    at = axis.coordinates(np.arange(len(times) + 1))
    assert (np.diff(at) >= 0).all()
    wanted = np.sort(np.array(shares)) * axis.extent(len(times))
    there = axis.positions(wanted)
    assert (np.diff(there) >= -1e-9).all()
    assert ((there >= 0) & (there <= len(times))).all()
    assert axis.extent(len(times)) > 0
    beyond = axis.positions(np.array([1.001 * axis.extent(len(times))]))
    assert beyond > len(times), "what stands at the end is drawn, as what stands before a little beyond it"
    back = axis.coordinates(there)
    assert np.abs(back - wanted).max() <= 1e-6 * axis.extent(len(times)) + 2


def test_numbers_are_their_own_coordinates() -> None:
    assert NUMBERS.coordinates(np.array([0, 3])).tolist() == [0, 3]
    assert [text for _, text in NUMBERS.ticks(699.5, 950, 20)] == [str(n) for n in range(700, 951, 20)]
    assert len(NUMBERS.gaps) == 0


def test_a_long_run_needs_no_copy_of_its_times() -> None:
    index = synthetic_index(50_000)
    assert time_axis(index).clock.times is index.time


MINUTE, HOUR, DAY = 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND


@pytest.mark.parametrize(
    ("at_least", "step"),
    [
        (0.1, 1),
        (1, 1),
        (1.5, 2),
        (3, 5),
        (6, 10),
        (11, 20),
        (21, 25),
        (26, 50),
        (51, 100),
        (101, 200),
        (240_000, 250_000),
    ],
)
def test_steps_are_round(at_least: float, step: int) -> None:
    assert nice_step(at_least) == step


@pytest.mark.parametrize(
    ("at_least", "step"),
    [
        (1, 1_000),
        (3_000_000, 5_000_000),
        (0.6 * SECOND, SECOND),
        (11 * SECOND, 15 * SECOND),
        (31 * SECOND, MINUTE),
        (16 * MINUTE, 30 * MINUTE),
        (4 * HOUR, 6 * HOUR),
        (DAY, DAY),
        (3 * DAY, 5 * DAY),
        (400 * DAY, 500 * DAY),
    ],
)
def test_steps_of_a_clock(at_least: float, step: int) -> None:
    assert nice_time_step(at_least) == step


@pytest.mark.parametrize(
    ("ns", "step", "text"),
    [
        (0, SECOND, "0:00"),
        (190 * SECOND, 10 * SECOND, "3:10"),
        (3_790 * SECOND, MINUTE, "1:03:10"),
        (500_000_000, 500_000_000, "0:00.5"),
        (2 * SECOND + 50_000_000, 50_000_000, "0:02.05"),
        (1_000_000, 1_000_000, "0:00.001"),
        (2_000, 1_000, "0:00.000002"),
    ],
)
def test_times_have_the_digits_they_need(ns: int, step: int, text: str) -> None:
    assert time_text(ns, step) == text


@pytest.mark.parametrize(
    ("ns", "words"),
    [
        (1.24 * SECOND, "1.2 s"),
        (42 * SECOND, "42 s"),
        (3 * MINUTE, "3 min"),
        (4.4 * HOUR, "4 h"),
        (2 * DAY, "2 days"),
    ],
)
def test_about(ns: float, words: str) -> None:
    assert rounded_duration(ns) == words


def test_a_run_that_goes_on_has_a_clock_that_does() -> None:
    index = RunIndex(time=np.array([0, 10, 20]) * SECOND, kind=np.zeros(3, np.uint16))
    recorded = time_axis(index)
    later = TimeAxis(recorded.clock, waited=5 * SECOND)
    assert (recorded.extent(3), later.extent(3)) == (20 * SECOND, 25 * SECOND)
    assert later.coordinates(np.array([1, 2, 3, 4])).tolist() == [
        0,
        10 * SECOND,
        20 * SECOND,
        25 * SECOND,
    ]
    assert later.positions(np.array([20.0, 22.5, 25.0]) * SECOND).tolist() == [3, 3.5, 4]
    assert [text for _, text in later.ticks(0, 25 * SECOND, 5 * SECOND)] == [
        "0:00",
        "0:05",
        "0:10",
        "0:15",
        "0:20",
        "0:25",
    ]
