"""A session that a test scripts, and the event list on it."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from replay_gui.models.run.run_search import RunSearch
from replay_gui.widgets.run.event_list import EventList
from tests.helpers.shown import shown
from tests.helpers.story import StorySession


@pytest.fixture
def session() -> StorySession:
    return StorySession()


@pytest.fixture
def events(qtbot: QtBot, session: StorySession) -> EventList:
    return shown(qtbot, EventList(session, RunSearch(session)), 500, 480)
