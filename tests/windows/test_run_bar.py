from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from replay_gui.models.run.playback import Playback
from replay_gui.models.run.run_search import RunSearch
from replay_gui.widgets.parts.find_field import FindField
from replay_gui.windows.actions import make_actions
from replay_gui.windows.run_bar import RunBar
from tests.helpers.runs import StillSession, synthetic_index

HEIGHT = 40


@pytest.fixture
def session() -> StillSession:
    return StillSession()


@pytest.fixture
def playback(session: StillSession) -> Playback:
    return Playback(session, parent=session)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def bar(window: QWidget, session: StillSession, playback: Playback) -> RunBar:
    bar = RunBar(session, playback, FindField(RunSearch(session, session)), make_actions(window), window)
    window.resize(2000, HEIGHT)
    bar.resize(2000, HEIGHT)
    window.show()
    return bar


def test_a_wide_bar_shows_everything(bar: RunBar) -> None:
    assert bar.compact_level == 0
    assert not any(button.isHidden() for button in bar.buttons.values())
    assert bar.buttons["compare_with"].text() == " Compare with…"


def test_a_narrower_bar_shows_less_and_never_more(bar: RunBar) -> None:
    levels = []
    for width in range(1600, 300, -20):
        bar.resize(width, HEIGHT)
        levels.append(bar.compact_level)
    assert levels == sorted(levels)
    assert set(levels) == {0, 1, 2, 3, 4, 5}
    assert bar.axis.isHidden()
    assert bar.speed.isHidden()
    assert {name for name, button in bar.buttons.items() if button.isHidden()} == {
        "first",
        "last",
        "previous_error",
        "next_error",
    }


def test_each_level_fits_the_width_at_which_it_begins(bar: RunBar) -> None:
    for width in range(1600, 700, -20):
        bar.resize(width, HEIGHT)
        if bar.compact_level < 5:
            assert bar.wanted_px(bar.compact_level) <= width


def test_what_was_hidden_comes_back(bar: RunBar) -> None:
    bar.resize(400, HEIGHT)
    bar.resize(2000, HEIGHT)
    assert bar.compact_level == 0
    assert not bar.axis.isHidden()


def test_a_speed_is_chosen(bar: RunBar, playback: Playback) -> None:
    for choice in bar.speed.menu().actions():
        choice.trigger()
        assert playback.speed == choice.data()
        assert bar.speed.text() == choice.text()
        assert [other.isChecked() for other in bar.speed.menu().actions()].count(True) == 1


def test_the_clock_is_offered_only_with_times(bar: RunBar, session: StillSession) -> None:
    session.show(synthetic_index(100))
    by_name = {choice.data(): choice for choice in bar.axis.menu().actions()}
    assert by_name["number"].isEnabled()
    assert by_name["time"].isEnabled() == (not session.why_no_time)
