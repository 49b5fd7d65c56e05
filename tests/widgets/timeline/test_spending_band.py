"""Tokens and cost below the timeline: there for runs that tell of them, folded and hidden as lanes are."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from replay_gui.core.facts.nesting import Nesting, NestingBuilder
from replay_gui.core.facts.spending import Spending, SpendingBuilder
from replay_gui.core.log.positions import Position
from replay_gui.engine.answers import Totals
from replay_gui.look.theme import LABELS, LANE, theme
from replay_gui.models.timeline.timeline_choice import SPENDING
from replay_gui.widgets.timeline.spending_band import SpendingBand
from replay_gui.widgets.timeline.timeline_panel import TimelinePanel
from tests.helpers.runs import StillSession, synthetic_index
from tests.helpers.shown import count_of, shown

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
COUNT = 60


def spending(count: int = COUNT, every: int = 3) -> Spending:
    builder = SpendingBuilder()
    for position in range(every, count + 1, every):
        tokens = {"input": 900, "output": 100, "cache_read": 500}
        builder.add_event(Position(position), "Decision", {"tokens": tokens, "cost": 0.1})
    return builder.build()


def tell(session: StillSession, found: Spending, nesting: Nesting = Nesting()) -> None:  # noqa: B008
    session.totals = Totals(uses=(), spending=found, nesting=nesting)
    session.totals_changed.emit()


@pytest.fixture
def session() -> StillSession:
    session = StillSession()
    session.show(synthetic_index(COUNT))
    return session


@pytest.fixture
def panel(qtbot: QtBot, session: StillSession) -> TimelinePanel:
    return shown(qtbot, TimelinePanel(session), 1_280, 420)


def band_of(panel: TimelinePanel) -> SpendingBand:
    assert panel.spending is not None
    return panel.spending


def test_it_is_there_only_for_a_run_that_tells_of_any(panel: TimelinePanel, session: StillSession) -> None:
    band = band_of(panel)
    assert not band.isVisible()
    tell(session, Spending())
    assert not band.isVisible()
    tell(session, spending())
    assert band.isVisible()
    session.totals = None
    session.show(synthetic_index(COUNT))
    assert not band.isVisible()


@pytest.mark.parametrize("axis", ["number", "time"])
def test_columns_and_line_are_drawn(panel: TimelinePanel, session: StillSession, axis: str) -> None:
    tell(session, spending())
    session.axis = axis
    session.axis_changed.emit()
    image = panel.spending.grab().toImage() if panel.spending else QImage()
    for color in (theme().observation, theme().density, theme().decision, theme().memory):
        assert count_of(image, color) > 40
    session.set_view(0.0, 2.5)  # where nothing is used
    assert count_of(band_of(panel).grab().toImage(), theme().observation) == 0


def test_it_is_folded_and_hidden_as_lanes_are(panel: TimelinePanel, session: StillSession, qtbot: QtBot) -> None:
    tell(session, spending())
    band = band_of(panel)
    assert band.sizeHint().height() == 2 * LANE
    with qtbot.waitSignal(panel.lanes_changed):
        QTest.mouseClick(band, LEFT, NONE, QPoint(6, LANE // 2))
    assert band.sizeHint().height() == LANE
    saved = panel.save_lanes()
    panel.toggle_spending()
    panel.restore_lanes(saved)
    assert band.sizeHint().height() == LANE
    panel.timeline.choose(panel.timeline.choice.without(SPENDING))
    assert not band.isVisible()
    panel.show_all_lanes()
    assert band.isVisible()


def test_a_click_goes_there_and_the_wheel_zooms(panel: TimelinePanel, session: StillSession) -> None:
    tell(session, spending())
    band, x = band_of(panel), round(panel.timeline.x_of(30))
    QTest.mouseClick(band, LEFT, NONE, QPoint(x, LANE))
    assert session.position == 30
    before = session.view
    wheel = QWheelEvent(
        QPointF(x, LANE), QPointF(x, LANE), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(band, wheel)
    assert session.view[1] - session.view[0] < before[1] - before[0]


def test_the_hover_tells_what_was_used(panel: TimelinePanel, session: StillSession) -> None:
    tell(session, spending())
    band = band_of(panel)
    band.show_hover(QPoint(round(panel.timeline.x_of(30)), LANE))
    assert "900 in (500 cached) · 100 out · $1.00 so far" in band.hover.words
    band.show_hover(QPoint(LABELS // 2, LANE))
    assert "18,000 in (10,000 cached) · 2,000 out · $2.00" in band.hover.words
    assert "Grey and thin: input from the cache." in band.hover.words
    assert "18,000 in" in band.accessibleDescription()


def test_subagents_have_lanes_below_the_agents_that_fold(panel: TimelinePanel, session: StillSession) -> None:
    builder = NestingBuilder()
    for position in range(5, 40):
        builder.add_event(Position(position), {"subagent": ["front"] if position % 10 < 5 else ["front", "deep"]})
    tell(session, Spending(), builder.build())
    timeline = panel.timeline
    titles = [row.title for row in timeline.rows]
    assert titles[:4] == ["Agent", "front", "deep", "Input"]
    assert [(row.depth, row.count) for row in timeline.rows[1:3]] == [(1, 15), (2, 20)]
    session.set_view(0.0, float(COUNT))
    color = theme().agent
    before = count_of(timeline.grab().toImage(), color)
    timeline.choose(timeline.choice.toggled("subagents"))
    assert [row.title for row in timeline.rows][:3] == ["Agent", "Subagents", "Input"]
    assert timeline.rows[1].count == 35
    assert before > 500
    session.totals = None
    session.show(synthetic_index(COUNT))
    assert [row.title for row in timeline.rows][:2] == ["Agent", "Input"]
