from __future__ import annotations

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from replay_gui.core.index.run_index import RunIndex
from replay_gui.look.theme import LABELS, apply_theme, theme
from replay_gui.widgets.timeline.overview_strip import OverviewStrip
from replay_gui.widgets.timeline.timeline_panel import TimelinePanel
from tests.helpers.runs import StillSession, report_of, synthetic_index
from tests.helpers.shown import finish_drawing, shown

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen display has no window manager to tell
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
COUNT = 1_523


@pytest.fixture
def session() -> StillSession:
    session = StillSession()
    session.show(synthetic_index(COUNT))
    session.set_view(600.0, 800.0)
    return session


@pytest.fixture
def panel(qtbot: QtBot, session: StillSession, monkeypatch: pytest.MonkeyPatch) -> TimelinePanel:
    monkeypatch.setitem(pg.CONFIG_OPTIONS, "mouseRateLimit", -1)  # made-up moves come quicker than a hand's
    panel = shown(qtbot, TimelinePanel(session), 1_280)
    panel.grab()
    return panel


def strip_of(panel: TimelinePanel) -> OverviewStrip:
    assert panel.overview is not None
    return panel.overview


def drag(panel: TimelinePanel, start: float, end: float) -> None:
    """From above one position to above another, within the strip."""
    view = strip_of(panel).graphics.viewport()
    a, b = (QPointF(round(strip_of(panel).x_of(position)), view.height() // 2) for position in (start, end))
    steps = [a + (b - a) * step / 8 for step in range(1, 9)]
    press, move, release = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease
    no_button = Qt.MouseButton.NoButton
    for kind, point, button, held in (
        (move, a, no_button, no_button),
        (press, a, LEFT, LEFT),
        *((move, step, no_button, LEFT) for step in steps),
        (release, b, LEFT, no_button),
    ):
        event = QMouseEvent(kind, point, QPointF(view.mapToGlobal(point)), button, held, NONE)
        QApplication.sendEvent(view, event)


def test_columns_stand_below_events(panel: TimelinePanel, session: StillSession) -> None:
    session.fit_view()
    view = strip_of(panel).graphics
    for position in (0, 700, COUNT):
        strip = view.mapTo(panel, QPoint(0, 0)).x() + strip_of(panel).x_of(position)
        lanes = panel.timeline.mapTo(panel, QPoint(0, 0)).x() + panel.timeline.x_of(position)
        assert strip == pytest.approx(lanes, abs=1.5)


def test_a_click_centres_the_view(panel: TimelinePanel, session: StillSession) -> None:
    view = strip_of(panel).graphics.viewport()
    QTest.mouseClick(view, LEFT, NONE, QPoint(round(strip_of(panel).x_of(1_200)), view.height() // 2))
    assert session.view == pytest.approx((1_100, 1_300), abs=2)


def test_the_window_is_dragged_as_a_whole(panel: TimelinePanel, session: StillSession) -> None:
    drag(panel, 700, 1_000)
    assert session.view == pytest.approx((900, 1_100), abs=8)
    assert session.view[1] - session.view[0] == pytest.approx(200)


def test_an_edge_under_the_pointer_keeps_its_line(panel: TimelinePanel) -> None:
    strip = strip_of(panel)
    view = strip.graphics.viewport()
    point = QPointF(round(strip.x_of(800)), view.height() // 2)
    for x in (5.0, point.x()):
        at = QPointF(x, point.y())
        no_button = Qt.MouseButton.NoButton
        QApplication.sendEvent(
            view, QMouseEvent(QEvent.Type.MouseMove, at, QPointF(view.mapToGlobal(at)), no_button, no_button, NONE)
        )
        image = view.grab().toImage()
        near = [image.pixelColor(round(point.x()) + step, 2) for step in range(-2, 3)]
        far = image.pixelColor(round(point.x()) - 8, 2)
        accent = theme().accent
        assert min(abs(color.blue() - accent.blue()) for color in near) < abs(far.blue() - accent.blue())
        assert min(abs(color.blue() - accent.blue()) for color in near) < 12


def test_an_edge_is_dragged_alone(panel: TimelinePanel, session: StillSession) -> None:
    drag(panel, 800, 1_000)
    assert session.view == pytest.approx((600, 1_000), abs=8)
    drag(panel, 1_014, 1_114)  # ten pixels beside it: a hand need not be exact
    assert session.view == pytest.approx((600, 1_100), abs=8)
    drag(panel, 613, 513)
    assert session.view == pytest.approx((500, 1_100), abs=8)


def test_a_drag_beside_the_window_draws_another_and_a_double_click_shows_the_whole(
    panel: TimelinePanel, session: StillSession
) -> None:
    drag(panel, 300, 100)
    assert session.view == pytest.approx((100, 300), abs=8)
    view = strip_of(panel).graphics.viewport()
    place = QPoint(round(strip_of(panel).x_of(1_200)), view.height() // 2)
    QTest.mouseClick(view, LEFT, NONE, place)
    for kind in (QEvent.Type.MouseButtonDblClick, QEvent.Type.MouseButtonRelease):  # as the second click of a hand
        point = QPointF(place)
        QApplication.sendEvent(view, QMouseEvent(kind, point, QPointF(view.mapToGlobal(place)), LEFT, LEFT, NONE))
    assert session.view == (0, COUNT)


def test_a_drag_on_the_whole_run_draws_a_part_of_it(panel: TimelinePanel, session: StillSession) -> None:
    session.fit_view()
    drag(panel, 400, 900)
    assert session.view == pytest.approx((400, 900), abs=8)


def test_the_window_stops_at_the_ends(panel: TimelinePanel, session: StillSession) -> None:
    drag(panel, 700, 1_520)
    assert session.view == pytest.approx((COUNT - 200, COUNT), abs=1)


def test_a_narrow_window_keeps_its_span_when_dragged(panel: TimelinePanel, session: StillSession) -> None:
    session.show(synthetic_index(200_000))
    session.set_view(100_000, 100_050)
    finish_drawing(panel)  # the strip takes in another run
    panel.grab()  # the strip lays itself out when it is painted
    drag(panel, 100_025, 150_000)
    assert session.view[1] - session.view[0] == pytest.approx(50)
    assert session.view[0] == pytest.approx(150_000, rel=0.02)


def test_looking_does_not_change_the_view(panel: TimelinePanel, session: StillSession) -> None:
    view = session.view
    session.index_changed.emit()
    session.report = report_of(COUNT, "INVALID", 900)
    session.report_changed.emit()
    panel.resize(1_000, panel.height())
    panel.grab()
    assert session.view == view


def test_damage_and_themes_are_drawn(qapp: QApplication, panel: TimelinePanel, session: StillSession) -> None:
    before = strip_of(panel).grab().toImage()
    session.report = report_of(COUNT, "INVALID", 900)
    session.report_changed.emit()
    broken = strip_of(panel).grab().toImage()
    assert broken != before
    apply_theme(qapp, "light")
    assert strip_of(panel).grab().toImage() != broken


def test_a_run_without_events(panel: TimelinePanel, session: StillSession) -> None:
    session.show(RunIndex())
    panel.grab()
    assert strip_of(panel).graphics.mapTo(panel, QPoint(0, 0)).x() >= LABELS
