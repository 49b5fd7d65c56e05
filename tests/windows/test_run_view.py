from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSplitter
from pytestqt.qtbot import QtBot

from replay_gui.look.theme import GAP
from replay_gui.models.comparison.rule_book import RuleBook
from replay_gui.models.run.run_search import RunSearch
from replay_gui.windows.run_view import RunView
from tests.helpers.runs import StillSession, report_of, synthetic_index
from tests.helpers.shown import shown
from tests.helpers.story import StorySession, story_index

TOOLS = ("search", "read_file", "run_tests", "query_db", "write_file", "list_dir", "read_clock", "ask")


@pytest.fixture
def session() -> StillSession:
    return StillSession()


@pytest.fixture
def view(qtbot: QtBot, session: StillSession) -> RunView:
    return shown(qtbot, built_view(session), 1440, 808)


def built_view(session: StillSession | StorySession) -> RunView:
    view = RunView(session, RunSearch(session, session), RuleBook(session.sources))
    view.build()
    return view


def titles(view: RunView) -> list[str]:
    return [row.title for row in view.timeline.timeline.rows]


def test_the_timeline_has_the_height_that_its_lanes_need(view: RunView, session: StillSession) -> None:
    session.show(synthetic_index(1_000, TOOLS[:1]))
    few = view.timeline.height()
    assert few == view.timeline.sizeHint().height()
    session.show(synthetic_index(1_000, TOOLS))
    assert few < view.timeline.height() < 808 * 0.45
    assert set(TOOLS) <= set(titles(view)), "eight tools have a lane each"


def test_in_a_small_window_tools_share_a_lane_and_nothing_is_cut(view: RunView, session: StillSession) -> None:
    session.show(synthetic_index(1_000, TOOLS))
    view.resize(1024, 548)
    timeline = view.timeline.timeline
    assert any(title.endswith("more tools") for title in titles(view))
    assert timeline.height() >= timeline.minimumSizeHint().height()
    view.resize(1440, 808)
    assert set(TOOLS) <= set(titles(view))


def test_a_damaged_run_opens_at_its_damage_even_if_its_page_is_built_later(qtbot: QtBot) -> None:
    for report, position in ((None, 0), (report_of(9, "INVALID", 4), 5), (report_of(9), 0)):
        session = StorySession()
        session.show(story_index(9))
        session.report = report
        view = built_view(session)
        qtbot.addWidget(view)
        assert session.position == position
        session.report = report_of(9, "INVALID", 6)
        session.report_changed.emit()
        assert session.position == (7 if report is None else position), "once is enough"


def test_a_border_can_be_taken_at_a_place_of_24_pixels(view: RunView, session: StillSession) -> None:
    session.show(synthetic_index(1_000, TOOLS))
    rows, columns = view.findChildren(QSplitter)[:2]
    handle = columns.handle(1)
    place, before = handle.geometry(), columns.sizes()[0]
    assert place.width() == 24
    assert all(columns.childAt(x, 5) is handle for x in range(place.left(), place.right() + 1))
    assert columns.childAt(place.left() + 2, 100) is not handle, "the panels keep what can be clicked in them"
    across = rows.handle(1).geometry()
    assert all(rows.childAt(across.center().x(), y) is rows.handle(1) for y in range(across.top(), across.bottom()))
    assert rows.childAt(across.left() + 50, across.top() + 2) is not rows.handle(1)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(handle, left, none, QPoint(2, 5))
    QTest.mouseMove(handle, QPoint(32, 5))
    QTest.mouseRelease(handle, left, none, QPoint(32, 5))
    assert columns.sizes()[0] == before + 30


def test_a_border_that_was_dragged_stays(view: RunView, session: StillSession, qtbot: QtBot) -> None:
    session.show(synthetic_index(1_000, TOOLS))
    assert view.save()[0].isEmpty()
    before = view.timeline.height()
    rows = view.findChild(QSplitter)
    assert rows is not None
    handle, down = rows.handle(1), QPoint(GAP // 2, 50)
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(GAP // 2, 2))
    QTest.mouseMove(handle, down)
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, down)
    dragged = view.timeline.height()
    assert dragged > before
    session.show(synthetic_index(1_000, TOOLS[:1]))
    assert view.timeline.height() == dragged
    other = built_view(session)
    qtbot.addWidget(other)
    other.restore(*view.save())
    assert not other.save()[0].isEmpty()
