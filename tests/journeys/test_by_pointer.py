"""The timeline by hand: scrubbing, zooming and panning with buttons and wheel, and what the keys do meanwhile."""

from __future__ import annotations

from pathlib import Path

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from replay_gui.models.run.playback import SPEEDS
from replay_gui.widgets.timeline.timeline import Timeline
from tests.helpers.journey import Journey
from tests.helpers.logs import write_log

Key, Button = Qt.Key, Qt.MouseButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
MIDDLE = 60  # pixels from the top of the timeline: on a lane


@pytest.fixture
def timeline(journey: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Timeline:
    monkeypatch.setitem(pg.CONFIG_OPTIONS, "mouseRateLimit", -1)  # made-up moves come quicker than a hand's
    journey.open(write_log(tmp_path / "run.rlog", turns=60))
    return journey.window.run_view.timeline.timeline


def drag(widget: QWidget, start: QPoint, end: QPoint, button: Qt.MouseButton, held: Qt.KeyboardModifier = NONE) -> None:
    """With the button down from one place to another, in steps as a hand makes them, and up there."""
    steps = [start + (end - start) * step / 8 for step in range(9)]
    press, move, release = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease
    no_button = Button.NoButton
    for kind, place, changed, down in (
        (move, start, no_button, no_button),
        (press, start, button, button),
        *((move, step, no_button, button) for step in steps),
        (release, end, button, no_button),
    ):
        point = QPointF(place)
        where = QPointF(widget.mapToGlobal(place))
        QApplication.sendEvent(widget, QMouseEvent(kind, point, where, changed, down, held))


def at(timeline: Timeline, position: float) -> QPoint:
    return QPoint(round(timeline.x_of(position)), MIDDLE)


def test_the_scrubber_follows_the_hand_and_ends_on_the_right_state(journey: Journey, timeline: Timeline) -> None:
    seen: list[int] = []
    journey.session.position_changed.connect(seen.append)
    drag(timeline, at(timeline, 20), at(timeline, 240), Button.LeftButton)
    assert len(seen) > 5, "it moves along, not only at the end"
    assert seen == sorted(seen)
    assert journey.session.position == pytest.approx(240, abs=1)
    journey.arrive(journey.session.position)


def test_the_wheel_zooms_at_the_pointer_and_f_shows_the_whole_run(journey: Journey, timeline: Timeline) -> None:
    whole, place = journey.session.view, at(timeline, 100)
    for _ in range(4):
        wheel = QWheelEvent(
            QPointF(place),
            QPointF(timeline.mapToGlobal(place)),
            QPoint(),
            QPoint(0, 120),
            Button.NoButton,
            NONE,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(timeline, wheel)
    left, right = journey.session.view
    assert right - left < (whole[1] - whole[0]) / 2
    assert timeline.x_of(100) == pytest.approx(place.x(), abs=2)
    journey.press(Key.Key_F)
    assert journey.session.view == whole


@pytest.mark.parametrize(("button", "held"), [(Button.RightButton, NONE), (Button.LeftButton, SHIFT)])
def test_an_area_is_drawn_and_zoomed_to(
    journey: Journey, timeline: Timeline, button: Qt.MouseButton, held: Qt.KeyboardModifier
) -> None:
    drag(timeline, at(timeline, 50), at(timeline, 150), button, held)
    assert journey.session.view == pytest.approx((50, 150), abs=2)
    assert journey.session.position == 0


def test_the_visible_part_is_dragged_in_the_whole_run(journey: Journey, timeline: Timeline) -> None:
    overview = journey.window.run_view.timeline.overview
    assert overview is not None
    journey.session.set_view(50.0, 100.0)
    strip = overview.graphics.viewport()
    start, end = (QPoint(round(overview.x_of(place)), strip.height() // 2) for place in (75, 200))
    drag(strip, start, end, Button.LeftButton)
    assert journey.session.view == pytest.approx((175, 225), abs=3)
    assert journey.session.position == 0


def test_every_speed_of_playing(journey: Journey, timeline: Timeline) -> None:
    playback = journey.window.playback
    for _ in SPEEDS:
        journey.press(Key.Key_BracketLeft)
    seen = [playback.speed]
    for _ in SPEEDS:
        journey.press(Key.Key_BracketRight)
        seen.append(playback.speed)
    assert seen == [*SPEEDS, SPEEDS[-1]]
    assert (SPEEDS[0], SPEEDS[-1]) == (0.25, 16)


def test_when_the_finding_ends_the_keys_are_for_the_timeline_again(journey: Journey, timeline: Timeline) -> None:
    bar = journey.window.run_bar
    journey.until(
        lambda: bar.wanted_px(bar.compact_level) <= bar.width()
    )  # the verdict has come, and the words gave way
    worded = bar.compact_level
    journey.press(Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    find = journey.window.find_field
    assert find.line.hasFocus()
    QTest.keyClicks(find.line, "because")
    journey.until(lambda: bool(find.count.text()) and not journey.window.finder.searching)
    assert bar.compact_level > worded
    journey.press(Key.Key_Escape)
    assert timeline.hasFocus()
    assert not find.line.text()
    journey.until(lambda: bar.compact_level == worded)
    journey.press(Key.Key_End)
    journey.arrive(journey.session.index.count)
