from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication

from replay_gui.core.index.run_index import NO_TIME, RunIndex
from replay_gui.core.log.positions import Position
from replay_gui.models.run.playback import Playback, pauses, position_after_seconds
from tests.helpers.runs import StillSession, synthetic_index
from tests.helpers.story import with_bookkeeping


def timed(*seconds: float | None, complete: bool = True) -> RunIndex:
    """An index whose events have these times."""
    times = [NO_TIME if one is None else round(one * 1e9) for one in seconds]
    return replace(synthetic_index(len(times)), time=np.array(times, np.int64), complete=complete)


def test_pauses_are_those_recorded_but_none_is_long() -> None:
    assert pauses(timed(5, 5.5, 5.6, 90), Position(0)).tolist() == pytest.approx([0, 0.5, 0.1, 1.0])
    assert pauses(timed(5, 5.5, 5.6, 90), Position(2)).tolist() == pytest.approx([0.1, 1.0])
    assert pauses(timed(5, 4), Position(1)).tolist() == [0]
    assert pauses(timed(5, 4), Position(2)).tolist() == []


def test_without_times_four_events_a_second() -> None:
    assert pauses(timed(None, None, 3.0, 3.5), Position(1)).tolist() == pytest.approx([0.25, 0.25, 0.5])
    assert list(position_after_seconds(timed(*[None] * 50), Position(1), 5.1)) == pytest.approx([21, 0.1])


def test_several_steps_are_due_at_once_and_the_rest_is_kept() -> None:
    index = timed(*np.arange(20_000) / 1000)
    assert position_after_seconds(index, Position(1), 9.0005)[0] == 9001
    assert position_after_seconds(index, Position(1), 1e6)[0] == 20_000
    assert list(position_after_seconds(timed(0, 0.4, 0.8), Position(1), 0.5)) == pytest.approx([2, 0.1])


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def session(qapp: QCoreApplication) -> StillSession:
    return StillSession()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def playback(session: StillSession, clock: Clock) -> Playback:
    return Playback(session, clock, session)


def after(playback: Playback, session: StillSession, clock: Clock, seconds: float) -> int:
    """The position once the clock has gone on."""
    clock.now += seconds
    playback.tick()
    return session.position


def test_it_plays_to_the_end_and_stops(session: StillSession, playback: Playback, clock: Clock) -> None:
    session.show(timed(0, 0.5, 1.0, 1.5))
    playback.toggle()
    assert [after(playback, session, clock, 0.3) for _ in range(4)] == [1, 2, 2, 3]
    assert playback.playing
    assert after(playback, session, clock, 0.4) == 4
    assert not playback.playing
    playback.toggle()
    assert session.position == 0
    playback.pause()


def test_speed_counts_from_when_it_was_set(session: StillSession, playback: Playback, clock: Clock) -> None:
    session.show(timed(*range(100)))
    playback.toggle()
    assert after(playback, session, clock, 2.0) == 3
    clock.now += 0.5
    playback.faster()
    playback.faster()
    assert playback.speed == 4.0
    assert after(playback, session, clock, 0.125) == 4
    for _ in range(9):
        playback.slower()
    assert playback.speed == 0.25
    assert after(playback, session, clock, 3.9) == 4
    assert after(playback, session, clock, 0.2) == 5
    playback.pause()


def test_who_seeks_while_it_plays_goes_on_from_there(session: StillSession, playback: Playback, clock: Clock) -> None:
    session.show(timed(*range(100)))
    playback.toggle()
    after(playback, session, clock, 5.5)
    clock.now += 0.4
    session.seek(40)
    assert after(playback, session, clock, 0.9) == 40
    assert after(playback, session, clock, 0.2) == 41
    playback.pause()


def test_another_run_ends_it(session: StillSession, playback: Playback) -> None:
    session.show(timed(*range(100)))
    playback.toggle()
    session.show(timed(0, 1))
    assert not playback.playing


def test_it_waits_where_the_index_ends_for_now(session: StillSession, playback: Playback, clock: Clock) -> None:
    session.show(timed(0, 1, complete=False))
    playback.toggle()
    assert after(playback, session, clock, 1.5) == 2
    assert playback.playing
    clock.now += 10
    session.index = timed(0, 1, 2, 3)
    session.index_changed.emit()
    assert session.position == 2
    assert after(playback, session, clock, 1.1) == 3
    playback.pause()


def test_there_is_nothing_to_play_without_events(session: StillSession, playback: Playback) -> None:
    playback.toggle()
    assert not playback.playing


def test_hidden_events_are_passed_over(session: StillSession, clock: Clock, playback: Playback) -> None:
    session.show(with_bookkeeping(timed(0, 0.1, 0.2, 0.3, 0.4), 1, 4))
    playback.toggle()
    seen = []
    for clock.now in (0.05, 0.15, 0.25, 0.35, 0.45):
        playback.tick()
        seen.append(session.position)
    assert 2 not in seen
    assert seen[0] == 1
    assert seen[-1] == 5
    assert not playback.playing
