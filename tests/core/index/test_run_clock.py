"""The clock of a run, however it was made, and its files. What it looks like: test_timeline_axis."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from replay_gui.core.index import run_clock
from replay_gui.core.index.clock_files import map_clock, write_clock
from replay_gui.core.index.run_clock import SECOND, NoClock, RunClock, clock_of
from replay_gui.core.index.run_index import NO_TIME
from replay_gui.models.timeline.timeline_axis import TimeAxis

BEGIN = 1_700_000_000 * SECOND


def times_at(*seconds: float | None) -> NDArray[np.int64]:
    return np.array([NO_TIME if at is None else BEGIN + int(at * SECOND) for at in seconds], np.int64)


def clock_at(*seconds: float | None) -> RunClock:
    clock = clock_of(times_at(*seconds))
    assert isinstance(clock, RunClock)
    return clock


def grown_by(clock: RunClock, recorded: NDArray[np.int64]) -> RunClock:
    grown = clock.grown(recorded)
    assert isinstance(grown, RunClock)
    return grown


def coordinates(clock: RunClock) -> NDArray[np.float64]:
    return TimeAxis(clock).coordinates(np.arange(len(clock.times) + 1))


times_of_runs = st.lists(st.none() | st.integers(-(10**7), 10**7), min_size=2, max_size=60)


def test_a_clock_is_gone_when_times_that_go_back_leave_none() -> None:
    first = clock_of(times_at(2, 0, 1))
    assert isinstance(first, RunClock)
    times = times_at(2, 0, 1, *[0] * 9)
    assert (clock_of(times), clock_of(times, first)) == (NoClock.GOES_BACK, NoClock.GOES_BACK)


@given(times_of_runs, st.integers(2, 59))
@example([None, None, None, 2, 0, None, None, None, 1, 0], 9)
def test_a_clock_that_grew_is_that_of_all_events(times: list[int | None], known: int) -> None:
    first = clock_of(times_at(*times[:known]))
    anew = clock_of(times_at(*times))
    grown = clock_of(times_at(*times), first)
    if not isinstance(grown, RunClock):
        assert grown is anew
        return
    assert (np.diff(grown.times) >= 0).all()
    if not isinstance(anew, RunClock):
        assert isinstance(first, RunClock)
        assert first.corrected, "until it is measured again, the clock stays"
        return
    assert (np.diff(coordinates(grown)) >= 0).all()
    if not isinstance(first, RunClock) or not first.corrected:
        assert grown.times.tolist() == anew.times.tolist()
        if (grown.limit, grown.gap) == (anew.limit, anew.gap):
            np.testing.assert_allclose(coordinates(grown), coordinates(anew), rtol=1e-9, atol=2)


def test_a_clock_that_grows_looks_at_what_came_and_measures_again_once_it_is_an_eighth_longer() -> None:
    seconds = [*range(160), *range(1_000, 1_020), *range(3_000, 3_100)]
    clock = clock_at(*seconds[:160])
    grown = grown_by(clock, times_at(*([-9.0] * 159), *seconds[159:180]))  # what stands before is not looked at again
    assert (grown.measured, grown.gaps.tolist()) == (160, [(159 + 9) * SECOND])
    grown = grown_by(clock, times_at(*seconds[:180]))
    assert TimeAxis(grown).extent(180) == pytest.approx((159 + 19) * SECOND + grown.gap)
    grown = grown_by(grown, times_at(*seconds))
    assert (grown.measured, len(grown.gaps)) == (280, 2)
    assert coordinates(grown).tolist() == coordinates(clock_at(*seconds)).tolist()


def test_times_that_go_back_are_held_until_the_clock_is_measured_again() -> None:
    seconds: list[float | None] = [0, 5, 1, *range(2, 40)]
    clock = clock_at(*seconds)
    assert clock.corrected
    grown = grown_by(clock, times_at(*seconds, 39.5, 38, None, 41))
    assert ((grown.times[-4:] - BEGIN) / SECOND).tolist() == [39.5, 39.5, 39.5, 41]
    assert grown.measured == len(seconds)
    more = [*range(42, 60)]
    again = grown_by(grown, times_at(*seconds, 39.5, 38, None, 41, *more))
    assert again.times.tolist() == clock_at(*seconds, 39.5, 38, None, 41, *more).times.tolist()


def test_a_run_that_had_no_clock_has_one_once_two_times_are_known() -> None:
    assert clock_of(times_at()) is NoClock.NO_EVENTS
    assert clock_of(times_at(None, None), NoClock.NO_EVENTS) is NoClock.NO_TIMES
    assert clock_of(times_at(None, 3, 3), NoClock.NO_TIMES) is NoClock.ONE_TIME
    assert clock_of(times_at(4, 3), NoClock.ONE_TIME) is NoClock.GOES_BACK
    assert isinstance(clock_of(times_at(4, 3, 5), NoClock.GOES_BACK), RunClock)


@pytest.mark.parametrize("seconds", [[*range(300), *range(9_000, 9_300)], [*range(50), None, 3, *range(60, 700)]])
def test_a_clock_is_the_same_however_many_events_are_examined_at_once(
    seconds: list[float | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = clock_at(*seconds)
    monkeypatch.setattr(run_clock, "_STEP_EVENTS", 7)
    parts = clock_at(*seconds)
    assert coordinates(parts) == pytest.approx(coordinates(whole))
    assert parts.times.tolist() == whole.times.tolist()


@pytest.mark.parametrize(
    "seconds", [[], [None], [3, 3], [4, 3], [0, 1, 2], [0, 3, 1, None, 4], [*range(50), *range(9_000, 9_050)]]
)
def test_the_files_hold_the_clock(tmp_path: Path, seconds: list[float | None]) -> None:
    times = times_at(*seconds)
    clock = clock_of(times)
    write_clock(tmp_path, clock)
    mapped = map_clock(tmp_path, times)
    if not isinstance(clock, RunClock):
        assert mapped is clock
        return
    assert isinstance(mapped, RunClock)
    for name in RunClock.__slots__:
        assert np.array_equal(getattr(mapped, name), getattr(clock, name)), name
    assert (mapped.times is times) == (clock.times is times), "times that were not replaced are not kept again"


def test_a_clock_of_another_run_is_refused(tmp_path: Path) -> None:
    write_clock(tmp_path, clock_at(0, 3, 1, 4))
    with pytest.raises(ValueError, match="size"):
        map_clock(tmp_path, times_at(0, 3, 1))
    (tmp_path / "clock").write_bytes(msgspec.msgpack.encode(7))
    with pytest.raises(ValueError, match="7"):
        map_clock(tmp_path, times_at(0, 3, 1))
