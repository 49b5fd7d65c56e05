"""What the timeline shows, chosen as a person would: by key, by pointer, by the menu."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from replay_gui.core.resource_paths import resources
from replay_gui.look.theme import LANE
from replay_gui.widgets.timeline.timeline import Timeline
from replay_gui.widgets.timeline.timeline_layout import TOP_PX, TimelineLayout
from replay_gui.widgets.timeline.timeline_menu import TimelineMenu
from replay_gui.widgets.timeline.timeline_panel import TimelinePanel
from tests.helpers.journey import Journey

pytestmark = pytest.mark.qt_log_ignore(
    "This plugin does not support"
)  # the offscreen display has no windows above others
SAMPLE = resources() / "samples" / "reference.rlog"
LEFT, RIGHT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def timeline(journey: Journey) -> Timeline:
    journey.open(Path(SAMPLE))
    panels = journey.window.findChildren(TimelinePanel)
    return next(panel.timeline for panel in panels if panel.overview is not None)  # the others are the comparison's


def titles(timeline: Timeline) -> list[str]:
    return [row.title for row in timeline.rows]


def test_lanes_fold_by_key_and_the_panels_below_get_the_room(journey: Journey, timeline: Timeline) -> None:
    before, tall = titles(timeline), timeline.height()
    journey.press(Qt.Key.Key_T)
    journey.press(Qt.Key.Key_M)
    assert titles(timeline) == ["Agent", "Input", "Assistant", "Tools", "Memory, errors …"]
    journey.until(lambda: timeline.height() < tall)
    journey.press(Qt.Key.Key_M)
    journey.press(Qt.Key.Key_T)
    assert titles(timeline) == before


def test_a_lane_is_hidden_by_the_menu_of_its_name_and_comes_back_by_key(journey: Journey, timeline: Timeline) -> None:
    point = QPoint(60, round(TOP_PX + 1.5 * LANE))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, timeline.mapToGlobal(point))
    QApplication.sendEvent(timeline, event)
    menu = timeline.findChild(TimelineMenu)
    assert isinstance(menu, TimelineMenu)
    next(action for action in menu.actions() if action.text() == "Hide Input").trigger()
    menu.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert "Input" not in titles(timeline)
    journey.press(Qt.Key.Key_L)
    assert "Input" in titles(timeline)


def test_the_pointer_tells_what_an_event_says(journey: Journey, timeline: Timeline) -> None:
    errors = next(row for row in timeline.rows if row.key == "errors")
    position = int(errors.parts[0].positions[0])  # the response of a failed call
    layout = TimelineLayout(timeline.width(), timeline.height(), len(timeline.rows))
    y = round(layout.lane(timeline.rows.index(errors)).center().y())
    timeline.show_hover(QPoint(round(timeline.x_of(position)), y))
    assert timeline.hover.words.startswith(f"{position:,} · ← search")
    journey.until(lambda: len(timeline.hover.words.splitlines()) == 4)
    timeline.hover.hide()


def test_along_the_clock_scrubbing_and_zooming_find_their_events(journey: Journey, timeline: Timeline) -> None:
    session = journey.session
    session.set_axis("time")
    left, right = (QPoint(round(timeline.x_of(position)), 60) for position in (400, 600))
    QTest.mousePress(timeline, RIGHT, NONE, left)
    QTest.mouseMove(timeline, right)
    QTest.mouseRelease(timeline, RIGHT, NONE, right)
    assert session.view == pytest.approx((400, 600), abs=12)
    QTest.mousePress(timeline, LEFT, NONE, QPoint(round(timeline.x_of(450)), 60))
    QTest.mouseMove(timeline, QPoint(round(timeline.x_of(550)), 60))
    QTest.mouseRelease(timeline, LEFT, NONE, QPoint(round(timeline.x_of(550)), 60))
    assert session.position == pytest.approx(550, abs=1)
    journey.arrive(session.position)
    journey.press(Qt.Key.Key_W)
    assert session.view[0] < session.position < session.view[1]
    journey.press(Qt.Key.Key_F)
    assert session.view == (0.0, session.index.count)
