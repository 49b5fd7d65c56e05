"""When the pictures of a timeline are drawn."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPixmap
from pytestqt.qtbot import QtBot

from replay_gui.models.timeline.timeline_scale import TimelineScale
from replay_gui.models.timeline.timeline_scene import TimelineScene
from replay_gui.widgets.timeline import timeline_pictures
from replay_gui.widgets.timeline.timeline import Timeline
from replay_gui.widgets.timeline.timeline_layout import TimelineLayout
from replay_gui.widgets.timeline.timeline_painter import names_picture, still_picture
from tests.helpers.runs import StillSession, synthetic_index
from tests.helpers.shown import finish_drawing, shown


@pytest.fixture
def session() -> StillSession:
    session = StillSession()
    session.show(synthetic_index(1_523))
    return session


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The widths of all pictures that are drawn: of the plot, and of the names."""
    widths: list[float] = []

    def draw(layout: TimelineLayout, scale: TimelineScale, scene: TimelineScene, ratio: float) -> QPixmap:
        widths.append(layout.width)
        return still_picture(layout, scale, scene, ratio)

    def draw_names(layout: TimelineLayout, scene: TimelineScene, ratio: float) -> QPixmap:
        widths.append(layout.names)
        return names_picture(layout, scene, ratio)

    monkeypatch.setattr(timeline_pictures, "still_picture", draw)
    monkeypatch.setattr(timeline_pictures, "names_picture", draw_names)
    return widths


def test_for_a_new_size_and_other_names_it_draws_in_a_later_turn(
    session: StillSession, drawn: list[float], qtbot: QtBot
) -> None:
    """In this turn the rest of the window is laid out and painted."""
    timeline = shown(qtbot, Timeline(session), 1_280)
    timeline.grab()
    drawn.clear()
    timeline.resize(1_000, timeline.height())
    session.set_names_needed(session.names_needed + 20)
    timeline.grab()
    assert drawn == []
    finish_drawing(timeline)
    assert len(drawn) == 2
    assert drawn[1] == 1_000


def test_what_was_drawn_because_it_was_painted_is_not_drawn_again(
    session: StillSession, drawn: list[float], qtbot: QtBot
) -> None:
    timeline = Timeline(session)
    qtbot.addWidget(timeline)
    timeline.show()
    timeline.grab()
    assert len(drawn) == 2
    finish_drawing(timeline)
    assert len(drawn) == 2
