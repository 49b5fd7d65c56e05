"""Moments in the time zone of this computer, where the user wants them so."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from replay_gui.core.log.positions import Position
from replay_gui.core.readable.event_reading import plain_event_lines
from replay_gui.models.run.go_to import GoToReader, GoToTime, NotUnderstood, accepted_forms
from replay_gui.models.time_choice import time_choice
from replay_gui.widgets.run.event_detail import EventDetail
from tests.helpers.shown import shown
from tests.helpers.story import StorySession, event_at, position_state_at, story_index

SECOND = 10**9


@pytest.fixture(autouse=True)
def _half_past(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A time zone five and a half hours before UTC."""
    monkeypatch.setenv("TZ", "HALF-05:30")
    time.tzset()
    yield
    time_choice().choose(is_local=False)
    monkeypatch.undo()
    time.tzset()


def test_an_event_is_told_in_the_chosen_zone_at_once(qtbot: QtBot) -> None:
    session = StorySession()
    detail = shown(qtbot, EventDetail(session), 420, 500)
    session.show(story_index(1523))
    session.show_position_state(position_state_at(7))

    def head() -> str:
        return detail.text.toPlainText().partition("\n")[0]

    assert head() == "Error  gpt-x · 22:13:22 UTC"
    time_choice().choose(is_local=True)
    assert head() == "Error  gpt-x · 03:43:22 HALF"
    more = [line.visible_text for line in detail.pages_read.lines if line.visible_text.startswith("time ")]
    assert more == ["time 2023-11-15 03:43:22.458 HALF"]
    time_choice().choose(is_local=False)
    assert head() == "Error  gpt-x · 22:13:22 UTC"
    time_choice().choose(is_local=True)
    assert "  time 2023-11-14 22:13:22.458 UTC" in plain_event_lines(event_at(6)), "what is handed on is in UTC"


def test_a_clock_time_is_typed_in_it(qapp: object) -> None:
    index = story_index(1500)
    assert index.span is not None
    reader, start = GoToReader(index, Position(0), "r", None), index.span[0]
    time_choice().choose(is_local=True)
    assert "09:15:30 (the time of this computer)" in accepted_forms()
    for typed in ("03:44:20", "03:44:20 ", "2023-11-15 03:44:20", "22:14:20 UTC", "2023-11-14 22:14:20 UTC"):
        place = reader.read(typed)
        assert isinstance(place, GoToTime), typed
        assert place.time // SECOND == start // SECOND + 60, typed
        assert place.words == "The first event from 2023-11-15 03:44:20 HALF on"
    refused = reader.read("22:14:20")
    assert isinstance(refused, NotUnderstood)
    begin, end = (time_choice().clock(moment) for moment in index.span)
    assert begin == "03:43:20 HALF"
    assert refused.words.endswith(f"from {begin} to {end}")
