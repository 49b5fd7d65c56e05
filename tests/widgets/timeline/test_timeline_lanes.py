"""Folding, hiding, the clock, marks: what the timeline can show beyond where the events are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from replay_gui.core.index.run_clock import SECOND
from replay_gui.core.index.run_index import NO_DURATION, NO_TIME, RunIndex
from replay_gui.core.log.kinds import KINDS, Kind
from replay_gui.look.theme import LABELS, LANE, apply_theme, theme
from replay_gui.models.run.event_filter import EventFilter
from replay_gui.models.run.listing import ALL_EVENTS, Listing
from replay_gui.models.timeline.timeline_choice import LaneChoice
from replay_gui.models.timeline.timeline_marks import TimelineMarks
from replay_gui.widgets.timeline.timeline import Timeline
from replay_gui.widgets.timeline.timeline_layout import TOP_PX, TimelineLayout
from replay_gui.widgets.timeline.timeline_menu import TimelineMenu
from replay_gui.widgets.timeline.timeline_panel import TimelinePanel
from tests.helpers.runs import StillSession, indexed, synthetic_index
from tests.helpers.shown import count_of, finish_drawing, shown

pytestmark = pytest.mark.qt_log_ignore(
    "This plugin does not support"
)  # the offscreen display has no windows above others
COUNT = 1_523
LEFT, RIGHT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def session() -> StillSession:
    session = StillSession()
    session.show(synthetic_index(COUNT))
    return session


@pytest.fixture
def panel(qtbot: QtBot, session: StillSession) -> TimelinePanel:
    return shown(qtbot, TimelinePanel(session), 1_280)


@pytest.fixture
def timeline(panel: TimelinePanel) -> Timeline:
    return panel.timeline


def titles(timeline: Timeline) -> list[str]:
    return [row.title for row in timeline.rows]


def place_of_calls(timeline: Timeline) -> int:
    return next(place for place, row in enumerate(timeline.rows) if row.is_calls)


def triangle_of(timeline: Timeline, title: str) -> QPoint:
    return QPoint(6, round(TOP_PX + (titles(timeline).index(title) + 0.5) * LANE))


def picture(timeline: Timeline) -> QImage:
    """With the card it stands on."""
    finish_drawing(timeline)
    whole = timeline.window().grab().toImage().convertToFormat(QImage.Format.Format_ARGB32)
    return whole.copy(QRect(timeline.mapTo(timeline.window(), QPoint()), timeline.size()))


def menu_at(timeline: Timeline, point: QPoint, by_key: bool = False) -> TimelineMenu | None:
    reason = QContextMenuEvent.Reason.Keyboard if by_key else QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(timeline, QContextMenuEvent(reason, point, timeline.mapToGlobal(point)))
    return timeline.findChild(TimelineMenu)


def pick(menu: TimelineMenu | None, text: str) -> None:
    assert menu is not None
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def many_tools(index: RunIndex) -> NDArray[np.int32]:
    """Return other tools for the calls of a run: twelve, one after another."""
    return np.where(index.tool >= 0, np.arange(index.count) // 2 % 12, index.tool).astype(index.tool.dtype)


# ---- lanes ---------------------------------------------------------------------------------------------
def test_a_triangle_folds_and_unfolds(timeline: Timeline) -> None:
    first_tool = next(row.title for row in timeline.rows if row.is_calls)
    before = titles(timeline)
    QTest.mouseClick(timeline, LEFT, NONE, triangle_of(timeline, first_tool))
    assert "Tools" in titles(timeline)
    assert first_tool not in titles(timeline)
    QTest.mouseClick(timeline, LEFT, NONE, triangle_of(timeline, "Memory"))
    assert titles(timeline) == ["Agent", "Input", "Assistant", "Tools", "Memory, errors …"]
    QTest.mouseClick(timeline, LEFT, NONE, triangle_of(timeline, "Memory, errors …"))
    QTest.mouseClick(timeline, LEFT, NONE, triangle_of(timeline, "Tools"))
    assert titles(timeline) == before


def test_a_click_on_the_rest_of_the_tools_gives_them_lanes(
    panel: TimelinePanel, timeline: Timeline, session: StillSession
) -> None:
    tools = tuple(f"tool {n}" for n in range(12))
    session.show(indexed(replace(session.index, tools=tools, tool=many_tools(session.index))))
    before = len(titles(timeline))
    (rest,) = (place for place, row in enumerate(timeline.rows) if row.title.endswith("more tools"))
    name = QPoint(60, round(TOP_PX + (rest + 0.5) * TimelineLayout(1, timeline.height(), before).lane_height))
    QTest.mouseClick(timeline, LEFT, NONE, name)
    panel.resize(panel.width(), panel.sizeHint().height())
    assert not any(title.endswith("more tools") for title in titles(timeline))
    assert {f"tool {n}" for n in range(12)} < set(titles(timeline))
    assert timeline.choice == LaneChoice.restored(timeline.choice.save())
    pick(menu_at(timeline, name), "Lanes for more tools")
    assert any(title.endswith("more tools") for title in titles(timeline))


@pytest.mark.parametrize("view", [(0.0, COUNT), (700.0, 760.0)])
def test_folded_lanes_show_what_is_in_them(
    panel: TimelinePanel, timeline: Timeline, session: StillSession, view: tuple[float, float]
) -> None:
    panel.toggle_tools()
    panel.toggle_rest()
    session.set_view(*view)
    image = picture(timeline)
    lanes = image.copy(LABELS, round(TOP_PX + 3 * LANE), image.width() - LABELS, 2 * LANE)
    assert count_of(lanes, theme().memory) > 100
    assert sum(count_of(lanes, color) for color in theme().tools) > 100
    if view[0] == 0.0:
        assert count_of(lanes, theme().error) > 20, "errors stand out among what is dense"


def test_a_lane_is_hidden_and_all_are_shown_again(panel: TimelinePanel, timeline: Timeline) -> None:
    before = titles(timeline)
    pick(menu_at(timeline, triangle_of(timeline, "Assistant") + QPoint(30, 0)), "Hide Assistant")
    assert titles(timeline) == [title for title in before if title != "Assistant"]
    pick(menu_at(timeline, triangle_of(timeline, "Memory")), "Show all lanes")
    assert titles(timeline) == before


def test_by_keyboard_every_lane_can_be_hidden_and_shown(timeline: Timeline) -> None:
    pick(menu_at(timeline, QPoint(), by_key=True), "Errors")
    assert "Errors" not in titles(timeline)
    pick(menu_at(timeline, QPoint(), by_key=True), "Errors")
    assert "Errors" in titles(timeline)


def test_the_last_lane_cannot_be_hidden(panel: TimelinePanel, timeline: Timeline) -> None:
    hidden = [row.key for row in timeline.rows if row.key != "errors"]
    panel.restore_lanes(f'{{"hidden": {hidden}}}'.replace("'", '"'))
    assert titles(timeline) == ["Errors"]
    menu = menu_at(timeline, triangle_of(timeline, "Errors") + QPoint(30, 0))
    assert menu is not None
    assert not next(action for action in menu.actions() if action.text() == "Hide Errors").isEnabled()
    menu.close()


def test_the_menu_is_that_of_the_names_only(timeline: Timeline) -> None:
    assert menu_at(timeline, QPoint(600, 50)) is None


def test_hostile_names_stay_themselves_in_the_menu(timeline: Timeline, session: StillSession) -> None:
    session.show(synthetic_index(COUNT, tools=("a&b\u202e", "<b>x</b>")))
    menu = menu_at(timeline, QPoint(), by_key=True)
    assert menu is not None
    texts = [action.text() for action in menu.actions()]
    assert any(text.startswith("a&&b") and "\u202e" not in text for text in texts)
    assert "<b>x</b>" in texts
    menu.close()


def test_lanes_are_remembered(qtbot: QtBot, panel: TimelinePanel, session: StillSession) -> None:
    panel.toggle_tools()
    other = TimelinePanel(session)
    qtbot.addWidget(other)
    with qtbot.waitSignal(other.lanes_changed):
        other.restore_lanes(panel.save_lanes())
    assert titles(other.timeline) == titles(panel.timeline)
    other.restore_lanes(object())
    assert "Tools" not in titles(other.timeline)


def test_a_compact_panel_names_its_run(qtbot: QtBot, session: StillSession) -> None:
    panel = TimelinePanel(session, "reference", compact=True)
    qtbot.addWidget(panel)
    assert panel.overview is None
    assert titles(panel.timeline) == ["Agent", "Input", "Assistant", "Tools", "Memory, errors …"]
    assert panel.accessibleName() == "Timeline of A, reference"
    assert panel.sizeHint().height() < 180
    panel.resize(900, panel.sizeHint().height())
    session.seek(700)
    assert count_of(panel.timeline.grab().toImage().convertToFormat(QImage.Format.Format_ARGB32), theme().accent) > 100


# ---- the clock -------------------------------------------------------------------------------------------
def with_a_gap(session: StillSession) -> None:
    """The run stands still for an hour after event 700."""
    index = synthetic_index(COUNT)
    time = index.time.copy()
    time[700:] += 3_600 * SECOND
    session.show(indexed(replace(index, time=time)))
    session.set_axis("time")


def test_along_the_clock_the_pointer_finds_events_and_zooms(timeline: Timeline, session: StillSession) -> None:
    with_a_gap(session)
    for position in (1, 300, 701, 1_400, COUNT):
        QTest.mouseClick(timeline, LEFT, NONE, QPoint(round(timeline.x_of(position)), timeline.height() - 10))
        assert abs(session.position - position) <= 2, "events less than a pixel apart"
    before = timeline.scale.coordinate(400.0)
    session.set_view(*timeline.scale.zoomed(0.5, 400.0, COUNT).view)
    assert timeline.scale.coordinate(400.0) == pytest.approx(before, rel=1e-6)


def test_an_idle_gap_is_torn_out_and_says_how_long_it_was(timeline: Timeline, session: StillSession) -> None:
    session.show(synthetic_index(COUNT))
    session.set_axis("time")
    assert count_of(picture(timeline), theme().window, 0) < 50
    with_a_gap(session)
    image = picture(timeline)
    begin, end = timeline.x_of(700), timeline.x_of(701)
    assert 8 < end - begin < 60
    band = image.copy(round(begin) + 4, 2, round(end - begin) - 8, 150)
    assert count_of(band, theme().window, 0) > 0.5 * band.width() * band.height()


def test_the_axis_can_be_changed_back_and_forth(timeline: Timeline, session: StillSession) -> None:
    numbers = picture(timeline)
    session.set_axis("time")
    assert picture(timeline) != numbers
    session.set_axis("number")
    assert picture(timeline) == numbers


def test_without_times_the_clock_is_off_and_says_why(timeline: Timeline, session: StillSession) -> None:
    index = synthetic_index(COUNT)
    session.show(indexed(replace(index, time=np.full(COUNT, NO_TIME))))
    session.set_axis("time")
    assert session.axis == "number"
    assert session.why_no_time == "The events of this run have no times."


def test_a_drag_with_the_right_button_zooms_along_the_clock(timeline: Timeline, session: StillSession) -> None:
    with_a_gap(session)
    left, right = (QPoint(round(timeline.x_of(position)), 60) for position in (200, 400))
    QTest.mousePress(timeline, RIGHT, NONE, left)
    QTest.mouseMove(timeline, right)
    QTest.mouseRelease(timeline, RIGHT, NONE, right)
    assert session.view == pytest.approx((200, 400), abs=3)
    assert session.position == 0


# ---- marks and durations -----------------------------------------------------------------------------------
def test_marks_of_a_search_and_a_comparison(timeline: Timeline, session: StillSession) -> None:
    session.set_view(0.0, 100.0)
    bare = picture(timeline)
    session.set_marks(TimelineMarks(found=np.array([20]), causes=np.array([49]), divergences=np.array([49, 70])))
    image = picture(timeline)
    for place, color in ((20, theme().changed_text), (49, theme().error), (70, theme().memory)):
        x = round(timeline.x_of(place + 1))
        assert image.pixelColor(x, 2) == color, place
        assert bare.pixelColor(x, 2) != color
    x = round(timeline.x_of(50))
    assert image.pixelColor(x - 1, 100) != bare.pixelColor(x - 1, 100), "a band from top to bottom"


def with_calls(*calls: tuple[int, int], took: int = NO_DURATION) -> RunIndex:
    """A run of decisions and these calls of one tool, without times; places of their requests and answers."""
    index = synthetic_index(COUNT)
    pair, tool, kind = index.pair.copy(), index.tool.copy(), index.kind.copy()
    request, response = KINDS.index("ToolRequest"), KINDS.index("ToolResponse")
    kind[:], tool[:], pair[:] = KINDS.index("Decision"), -1, -1
    for ask, answer in calls:
        kind[ask], kind[answer], tool[[ask, answer]], pair[ask], pair[answer] = request, response, 0, answer, ask
    times, durations = np.full(COUNT, NO_TIME), np.full(COUNT, took)
    return indexed(replace(index, kind=kind, tool=tool, pair=pair, time=times, duration=durations))


def test_a_call_says_how_long_it_took_where_there_is_room(
    qapp: QApplication, timeline: Timeline, session: StillSession
) -> None:
    apply_theme(qapp, "light")
    dark = []
    untimed, timed = (with_calls((10, 30), took=took) for took in (NO_DURATION, 2_390_000_000))
    for index in (untimed, timed, indexed(replace(untimed, time=np.full(COUNT, SECOND)))):
        session.show(index)
        session.set_view(0.0, 50.0)
        lane = picture(timeline).copy(LABELS, round(TOP_PX + place_of_calls(timeline) * LANE), 1_000, LANE)
        dark.append(count_of(lane, theme().on_mark, 60))
    assert dark[0] < dark[1] - 10
    assert dark[2] == dark[0], "equal times tell no duration"


def test_an_answer_of_a_model_is_a_bar_up_to_its_mark(timeline: Timeline, session: StillSession) -> None:
    index = with_calls((10, 30))
    took = index.duration.copy()
    took[39] = SECOND
    session.show(indexed(replace(index, time=np.arange(COUNT) * SECOND // 4, duration=took)))
    session.set_view(0.0, 50.0)
    y = round(TOP_PX + ([row.key for row in timeline.rows].index("decisions") + 0.5) * LANE)
    image, before = picture(timeline), [round(timeline.x_of(at)) for at in (36.5, 35.5)]
    inside, outside = (image.pixelColor(x, y - 4) for x in before)
    assert inside != outside, "it began four events before"
    found = [timeline.event_at(QPointF(timeline.x_of(at), y)) for at in (38.5, 38.1, 35.5)]
    assert found == [40, 38, None], "the bar, but for a mark that is near"
    took[39] = SECOND // 4  # one event's room
    pictures = []
    for durations in (took, index.duration):
        session.show(indexed(replace(index, time=np.arange(COUNT) * SECOND // 4, duration=durations)))
        session.set_view(0.0, 250.0)
        pictures.append(picture(timeline))
    assert pictures[0] == pictures[1], "a bar that is shorter than its mark would only blur it"


def test_of_steps_that_lie_over_each_other_none_has_words(timeline: Timeline, session: StillSession) -> None:
    index, inks = with_calls((1, 2)), []
    for steps in ((), (40,), (40, 44)):
        took = index.duration.copy()
        took[[step - 1 for step in steps]] = 5 * SECOND  # of the 20 events before
        session.show(indexed(replace(index, time=np.arange(COUNT) * SECOND // 4, duration=took)))
        session.set_view(0.0, 50.0)
        row = [row.key for row in timeline.rows].index("decisions")
        inks.append(count_of(picture(timeline).copy(LABELS, round(TOP_PX + row * LANE), 1_000, LANE), theme().text, 60))
    assert inks[1] > inks[0] + 5
    assert inks[2] <= inks[0]


def test_calls_at_the_same_time_stand_side_by_side(timeline: Timeline, session: StillSession) -> None:
    session.show(with_calls((10, 30), (12, 40)))
    session.set_view(0.0, 50.0)
    y, image = round(TOP_PX + place_of_calls(timeline) * LANE), picture(timeline)
    column = [image.pixelColor(round(timeline.x_of(25)), y + dy) == theme().tools[0] for dy in range(LANE)]
    ends = [n for n in range(1, LANE) if column[n - 1] and not column[n]]
    assert len(ends) == 2, "two bars, one above the other"


def test_a_run_with_thousands_of_idle_gaps_is_drawn(timeline: Timeline, session: StillSession) -> None:
    index = synthetic_index(100_000)
    steps = np.full(100_000, 10**6)
    steps[::11] = 10**13
    session.show(indexed(replace(index, time=np.cumsum(steps))))
    session.set_axis("time")
    pictures = []
    for view in ((0.0, 100_000.0), (50_000.0, 50_100.0)):
        session.set_view(*view)
        pictures.append(picture(timeline))
    assert len(timeline.scale.axis.gaps) == 100_000 // 11
    gap = timeline.scale.pixel(float(np.flatnonzero(steps[50_001:] > 10**6)[0] + 50_001))
    x = round(timeline.x_of(0) - timeline.scale.pixel(0) + gap)
    columns = [pictures[1].pixelColor(x + dx, 100) for dx in range(-4, 12)]
    assert theme().line in columns or theme().window in columns, "the cut is seen where it was made"
    assert count_of(pictures[0], theme().line) > 1_000, "and the whole run shows many"


def test_what_the_filter_leaves_out_is_faint(timeline: Timeline, session: StillSession) -> None:
    session.show(synthetic_index(COUNT))
    session.set_view(0.0, 60.0)
    all_shown = count_of(picture(timeline), theme().decision, 0)
    session.set_listing(Listing(filter=EventFilter(kinds=frozenset({Kind.OBSERVATION.value}))))
    assert count_of(picture(timeline), theme().decision, 0) < all_shown / 4
    assert count_of(picture(timeline), theme().observation, 0) > 0
    session.set_listing(ALL_EVENTS)
    assert count_of(picture(timeline), theme().decision, 0) == all_shown
