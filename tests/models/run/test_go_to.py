from __future__ import annotations

import pytest

from replay_gui.core.log.positions import Position
from replay_gui.models.run.go_to import GoToEvent, GoToReader, GoToText, GoToTime, NotUnderstood, position_at_time
from tests.helpers.story import MS, START, story_index, time_of, untimed

INDEX = story_index(1500)  # of 100 laps; it begins at 22:13:20 UTC
LENGTH = time_of(1499) - time_of(0)


def reader(position: int = 0, first_broken: int | None = None) -> GoToReader:
    return GoToReader(INDEX, Position(position), "run:7f3a", first_broken)


@pytest.mark.parametrize(
    ("typed", "position"), [("812", 812), ("#812", 812), ("1,500", 1500), ("1 500", 1500), ("1.500", 1500), ("0", 0)]
)
def test_a_number(typed: str, position: int) -> None:
    place = reader().read(f" {typed} ")
    assert isinstance(place, GoToEvent)
    assert place.position == position


@pytest.mark.parametrize(
    ("typed", "ms"),
    [
        ("2:30", 150_000), ("0:02.5", 2500), ("2 s", 2000), ("350ms", 350), ("1 min 5 s", 65_000), ("1.5 MIN", 90_000),
        ("0:02,5", 2500), ("1,5 min", 90_000),
        ("22:14:20", 60_000), ("22:14", 40_000), ("22:14:20 UTC", 60_000), ("0:03:05", 185_000),
        ("2023-11-14 22:14:20.5 UTC", 60_500), ("2023-11-14T22:14:20Z", 60_000),
    ],
)  # fmt: skip
def test_a_time_since_the_start_or_of_the_clock(typed: str, ms: int) -> None:
    place = reader().read(typed)
    assert isinstance(place, GoToTime), place
    assert place.time == START + ms * MS


@pytest.mark.parametrize(("typed", "ms"), [("+35 s", 35_000), ("-2s", -2000), ("−2 s", -2000), ("+1:30", 90_000)])
def test_a_step_in_time(typed: str, ms: int) -> None:
    place = reader(position=100).read(typed)
    assert isinstance(place, GoToTime)
    assert place.time == time_of(99) + ms * MS


@pytest.mark.parametrize(("typed", "position"), [("+10", 110), ("-5", 95), ("-500", 0), ("+99999", 1500)])
def test_a_step_of_events(typed: str, position: int) -> None:
    place = reader(position=100).read(typed)
    assert isinstance(place, GoToEvent)
    assert place.position == position


def test_an_id_of_the_run_and_of_its_source() -> None:
    place = reader().read("run:7f3a:811")
    assert place == GoToEvent(Position(812), "Event 812 of 1,500")
    assert isinstance(reader().read("toolu_01Abc"), GoToText)
    behind_damage = reader(first_broken=400).read("run:7f3a:811")
    assert isinstance(behind_damage, NotUnderstood)
    assert isinstance(reader(first_broken=812).read("run:7f3a:811"), GoToEvent)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "An event’s number, 2:30"),
        ("1501", "There is no event 1,501: the run has 1,500 events"),
        ("99999999999999999999", "There is no event"),
        ("abc", "“abc” is none of: number, 2:30"),
        ("+abc", "“abc” is none of: number, 2:30"),
        ("\x1b[31m", "“\\x1b"),
        ("9:99:99", "The run lasts"),
        ("05:00:00", "The run lasts"),
        ("2 h", "The run has no event then"),
        ("-35 s", "The run has no event then"),
        ("2023-13-14 22:14", "No calendar has"),
        ("2024-01-01 22:14", "The run has no event then"),
    ],
)
def test_what_leads_nowhere_is_explained_in_a_line(typed: str, words: str) -> None:
    place = reader().read(typed)
    assert isinstance(place, NotUnderstood), place
    assert place.words.startswith(words)
    assert "\n" not in place.words


def test_without_times_numbers_are_left() -> None:
    without = GoToReader(untimed(INDEX), Position(4), "r", None)
    for typed in ("2:30", "35 s", "2023-11-14 22:14"):
        assert without.read(typed) == NotUnderstood("The events of this run have no times")
    assert isinstance(without.read("+35 s"), NotUnderstood)
    assert isinstance(without.read("+35"), GoToEvent)


def test_the_first_event_at_or_after_a_time() -> None:
    assert position_at_time(INDEX, START) == 1
    assert position_at_time(INDEX, time_of(99)) == 100
    assert position_at_time(INDEX, time_of(99) + 1) == 101
    assert position_at_time(INDEX, START + LENGTH + 1) == 1500
