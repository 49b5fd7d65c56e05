from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from replay_gui.core.index.run_index import FLAG_FAILED, RunIndex
from replay_gui.core.log.kinds import KINDS
from replay_gui.core.text.plain_text import one_line
from replay_gui.look.theme import LABELS, LANE, UNIT, apply_theme, theme
from replay_gui.widgets.timeline.timeline import HELP, Timeline
from tests.helpers.runs import StillSession, first_events, report_of, synthetic_index
from tests.helpers.shown import count_of, finish_drawing, shown

COUNT = 1_523
LEFT, MIDDLE, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class SteppingSession(StillSession):
    """Also remembers steps within the lane."""

    def __init__(self) -> None:
        super().__init__()
        self.lane_steps: list[int] = []

    def step_in_lane(self, delta: int) -> None:
        self.lane_steps.append(delta)


@pytest.fixture
def session() -> SteppingSession:
    session = SteppingSession()
    session.show(synthetic_index(COUNT))
    session.set_view(700.0, 950.0)
    return session


@pytest.fixture
def timeline(qtbot: QtBot, session: SteppingSession) -> Timeline:
    return shown(qtbot, Timeline(session), 1_280)


def at(timeline: Timeline, position: float, row: int = 2) -> QPoint:
    return QPoint(round(timeline.x_of(position)), UNIT + round((row + 0.5) * LANE))


def row_of(timeline: Timeline, title: str) -> int:
    return [row.title for row in timeline.rows].index(title)


def wheel(timeline: Timeline, where: QPoint, down: int = 0, across: int = 0, held: Qt.KeyboardModifier = NONE) -> None:
    event = QWheelEvent(
        QPointF(where), QPointF(timeline.mapToGlobal(where)), QPoint(), QPoint(across, down),
        Qt.MouseButton.NoButton, held, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(timeline, event)


def picture(timeline: Timeline) -> QImage:
    finish_drawing(timeline)
    return timeline.grab().toImage().convertToFormat(QImage.Format.Format_ARGB32)


def marks_of(index: RunIndex) -> int:
    """How many marks the lanes hold: one an event, of a call one; of a failed call another among the errors."""
    failed = (index.flags & FLAG_FAILED) != 0
    failed &= (index.kind == KINDS.index("ToolResponse")) & (index.tool >= 0)
    return index.count - int((index.pair >= 0).sum()) // 2 + int(failed.sum())


def settle(qtbot: QtBot, timeline: Timeline, session: SteppingSession) -> None:
    """Waits until all events of a long run are sorted into lanes."""
    qtbot.waitUntil(lambda: sum(row.count for row in timeline.rows) == marks_of(session.index))


# ---- moving -------------------------------------------------------------------------------------------
def test_a_click_goes_there(timeline: Timeline, session: SteppingSession) -> None:
    QTest.mouseClick(timeline, LEFT, NONE, at(timeline, 812))
    assert session.position == 812


def test_a_click_on_a_mark_goes_to_its_event_and_a_double_click_zooms_to_it(
    timeline: Timeline, session: SteppingSession
) -> None:
    row = next(place for place, lane in enumerate(timeline.rows) if lane.is_calls)
    calls = timeline.rows[row].parts[0].positions
    call = int(calls[(calls > 750) & (session.index.pair[calls - 1] > 0)][0])
    answer = int(session.index.pair[call - 1]) + 1
    inside = at(timeline, (call + answer) / 2, row)
    QTest.mouseClick(timeline, LEFT, NONE, inside)
    assert session.position == call
    QTest.mousePress(timeline, LEFT, NONE, inside)
    QTest.mouseMove(timeline, inside + QPoint(UNIT, 0))
    QTest.mouseRelease(timeline, LEFT, NONE, inside + QPoint(UNIT, 0))
    assert session.position == call, "the hand slipped"
    QTest.mouseDClick(timeline, LEFT, NONE, inside)
    assert session.position == call
    assert session.view == (call - 6, answer + 6)


def test_a_click_on_the_names_goes_nowhere(timeline: Timeline, session: SteppingSession) -> None:
    session.seek(800)
    QTest.mouseClick(timeline, LEFT, NONE, QPoint(LABELS - 5, 30))
    assert session.position == 800


def test_the_scrubber_follows_the_hand(timeline: Timeline, session: SteppingSession) -> None:
    passed: list[int] = []
    session.position_changed.connect(passed.append)
    QTest.mousePress(timeline, LEFT, NONE, at(timeline, 750))
    for position in (760, 780, 770):
        QTest.mouseMove(timeline, at(timeline, position))
    QTest.mouseRelease(timeline, LEFT, NONE, at(timeline, 770))
    QTest.mouseMove(timeline, at(timeline, 900))
    assert passed[-3:] == [760, 780, 770]
    assert abs(passed[0] - 750) <= 2, "the mark that is nearest"


def test_dragging_past_the_edge_scrolls(timeline: Timeline, session: SteppingSession) -> None:
    QTest.mousePress(timeline, LEFT, NONE, at(timeline, 940))
    QTest.mouseMove(timeline, QPoint(timeline.width() + 40, 50))
    assert session.position > 950
    assert session.view[0] <= session.position <= session.view[1]
    QTest.mouseRelease(timeline, LEFT, NONE, QPoint(timeline.width() + 40, 50))


@pytest.mark.parametrize(
    ("key", "held", "position"),
    [
        (Qt.Key.Key_Right, NONE, 801),
        (Qt.Key.Key_Left, NONE, 799),
        (Qt.Key.Key_Home, NONE, 0),
        (Qt.Key.Key_End, NONE, COUNT),
    ],
)
def test_keys_that_move(
    timeline: Timeline, session: SteppingSession, key: Qt.Key, held: Qt.KeyboardModifier, position: int
) -> None:
    session.seek(800)
    QTest.keyClick(timeline, key, held)
    assert session.position == position
    assert session.view[0] <= position <= session.view[1], "the view came along"


def test_shift_and_arrows_stay_in_the_lane(timeline: Timeline, session: SteppingSession) -> None:
    QTest.keyClick(timeline, Qt.Key.Key_Right, SHIFT)
    QTest.keyClick(timeline, Qt.Key.Key_Left, SHIFT)
    assert session.lane_steps == [1, -1]


def test_a_seek_within_the_view_does_not_scroll(timeline: Timeline, session: SteppingSession) -> None:
    session.seek(701)
    assert session.view == (700.0, 950.0)


# ---- zoom and pan ---------------------------------------------------------------------------------------
def test_the_wheel_zooms_at_the_pointer(timeline: Timeline, session: SteppingSession) -> None:
    where = at(timeline, 750)
    fixed = timeline.scale.position(where.x() - timeline.x_of(session.view[0]))
    wheel(timeline, where, down=120)
    assert session.view[1] - session.view[0] == pytest.approx(200)
    assert timeline.x_of(fixed) == pytest.approx(where.x())
    wheel(timeline, where, down=-120)
    assert session.view == pytest.approx((700, 950))


@pytest.mark.parametrize("turn", [{"across": -120}, {"down": -120, "held": SHIFT}])
def test_the_wheel_pans(timeline: Timeline, session: SteppingSession, turn: dict[str, int]) -> None:
    wheel(timeline, at(timeline, 750), **turn)  # type: ignore[arg-type]
    assert session.view == pytest.approx((725, 975))


@pytest.mark.parametrize(("button", "held"), [(MIDDLE, NONE), (LEFT, CTRL), (LEFT, Qt.KeyboardModifier.AltModifier)])
def test_a_drag_pans(
    timeline: Timeline, session: SteppingSession, button: Qt.MouseButton, held: Qt.KeyboardModifier
) -> None:
    start = at(timeline, 800)
    QTest.mousePress(timeline, button, held, start)
    QTest.mouseMove(timeline, start - QPoint(round(100 * timeline.scale.width / timeline.scale.span), 0))
    QTest.mouseRelease(timeline, button, held, start)
    assert session.view == pytest.approx((800, 1_050), abs=1)
    assert session.position == 0


def test_shift_and_drag_zooms_to_the_area(timeline: Timeline, session: SteppingSession) -> None:
    QTest.mousePress(timeline, LEFT, SHIFT, at(timeline, 900))
    QTest.mouseMove(timeline, at(timeline, 800))
    before = picture(timeline)
    assert before.pixelColor(at(timeline, 850, 8)) != before.pixelColor(at(timeline, 750, 8)), "the area is shown"
    QTest.mouseRelease(timeline, LEFT, SHIFT, at(timeline, 800))
    assert session.view == pytest.approx((800, 900), abs=0.5)
    assert session.position == 0


def test_escape_gives_the_area_up(timeline: Timeline, session: SteppingSession) -> None:
    QTest.mousePress(timeline, LEFT, SHIFT, at(timeline, 900))
    QTest.mouseMove(timeline, at(timeline, 800))
    QTest.keyClick(timeline, Qt.Key.Key_Escape)
    QTest.mouseRelease(timeline, LEFT, SHIFT, at(timeline, 800))
    assert session.view == (700.0, 950.0)


# ---- what is drawn ----------------------------------------------------------------------------------------
def test_the_position_is_one_line_of_the_accent(timeline: Timeline, session: SteppingSession) -> None:
    session.seek(812)
    image = picture(timeline)
    column = [image.pixelColor(round(timeline.x_of(812)), y) for y in range(20, 100)]
    assert sum(color == theme().accent for color in column) > 60


def test_moving_redraws_the_line_alone(
    timeline: Timeline, session: SteppingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(timeline)

    def fail(*_: object) -> None:
        pytest.fail("the still part was drawn again")

    monkeypatch.setattr("replay_gui.widgets.timeline.timeline_pictures.still_picture", fail)
    before = picture(timeline)
    session.seek(812)
    assert picture(timeline) != before


@pytest.mark.parametrize("change", ["view", "index", "report", "theme", "size", "run"])
def test_whatever_changes_is_drawn(
    qtbot: QtBot, qapp: QApplication, timeline: Timeline, session: SteppingSession, change: str
) -> None:
    before = picture(timeline)
    match change:
        case "view":
            session.set_view(710, 960)
        case "index":
            session.index = synthetic_index(2 * COUNT)
            session.index_changed.emit()
        case "report":
            session.report = report_of(COUNT, "INVALID", 800)
            session.report_changed.emit()
        case "theme":
            apply_theme(qapp, "light")
        case "size":
            timeline.resize(1_000, timeline.height())
        case "run":
            session.show(synthetic_index(COUNT, seed=8))
    qtbot.waitUntil(lambda: picture(timeline) != before)


@pytest.mark.parametrize("count", [1_523, 1_000_000])
def test_every_lane_shows_its_hue_near_and_far(
    qtbot: QtBot, timeline: Timeline, session: SteppingSession, count: int
) -> None:
    session.show(synthetic_index(count))
    session.fit_view()
    settle(qtbot, timeline, session)
    image = picture(timeline)
    for color in (theme().observation, theme().decision, theme().memory, *theme().tools[:4]):
        assert count_of(image, color, tolerance=60) > 50, color.name()


def test_damage_has_a_hue_of_its_own_from_where_it_broke(timeline: Timeline, session: SteppingSession) -> None:
    before = picture(timeline)
    assert count_of(before, theme().damage, 40) == 0
    session.report = report_of(COUNT, "INVALID", 799)
    session.report_changed.emit()
    after = picture(timeline)
    assert count_of(after, theme().damage, 40) > 50
    trusted = round(timeline.x_of(795))
    assert after.copy(0, 0, trusted, 200) == before.copy(0, 0, trusted, 200), "what came before it is not touched"


def test_damage_before_the_view_veils_all_of_it(timeline: Timeline, session: SteppingSession) -> None:
    before = picture(timeline)
    session.report = report_of(COUNT, "INVALID", 10)
    session.report_changed.emit()
    assert picture(timeline) != before


def test_a_failed_call_is_outlined_in_red(timeline: Timeline, session: SteppingSession) -> None:
    tool = next(row for row in timeline.rows if row.is_calls and len(row.parts[0].failed))
    row = timeline.rows.index(tool)
    failed = int(tool.parts[0].failed[0])
    session.set_view(max(failed - 8.0, 0), failed + 8.0)
    lane = picture(timeline).copy(LABELS, 4 + row * 22, timeline.width() - LABELS, 22)
    assert count_of(lane, theme().error, 30) > 20


def test_phases_reach_over_the_edges_of_the_view(timeline: Timeline, session: SteppingSession) -> None:
    place = session.index.phases[2][0]
    session.set_view(place + 40.0, place + 60.0)  # within one phase, far from both its ends
    lane = picture(timeline).copy(LABELS + 60, 4, timeline.width() - LABELS - 60, 22)
    assert count_of(lane, theme().band, 3) > 10_000


def test_drawing_a_million_events_does_not_look_at_each(
    qtbot: QtBot, timeline: Timeline, session: SteppingSession
) -> None:
    few, many = 10_000, 1_000_000
    session.show(synthetic_index(few))
    settle(qtbot, timeline, session)
    timeline.resize(1_400, timeline.sizeHint().height())
    finish_drawing(timeline)
    session.set_view(0, few)
    floor = min(_seconds_to_draw(timeline) for _ in range(5))
    session.show(synthetic_index(many))
    settle(qtbot, timeline, session)
    for view in ((0, many), (500_000, 504_000), (500_000, 500_200)):
        session.set_view(*view)
        best = min(_seconds_to_draw(timeline) for _ in range(5))
        assert best < 10 * floor, f"{best / floor:.1f} times the time for a hundredth of the events"


def _seconds_to_draw(timeline: Timeline) -> float:
    timeline.redraw()
    image = QImage(timeline.size(), QImage.Format.Format_ARGB32_Premultiplied)
    start = time.perf_counter()
    timeline.render(image)
    return time.perf_counter() - start


# ---- runs of all kinds ----------------------------------------------------------------------------------
def test_an_empty_run_says_so(timeline: Timeline, session: SteppingSession) -> None:
    session.show(RunIndex(complete=True))
    assert count_of(picture(timeline), theme().secondary, 60) > 20
    assert timeline.event_at(QPointF(300, 30)) is None


def test_lanes_grow_with_the_index(timeline: Timeline, session: SteppingSession) -> None:
    whole = synthetic_index(COUNT)
    session.show(first_events(whole, 100))
    session.index = whole
    session.index_changed.emit()
    assert sum(row.count for row in timeline.rows) == marks_of(whole)


def test_fewer_tools_where_there_is_no_room(timeline: Timeline, session: SteppingSession) -> None:
    session.show(synthetic_index(3_000, tools=tuple(f"tool_{n}" for n in range(20))))
    timeline.resize(1_280, 600)
    tall = len(timeline.rows)
    timeline.resize(1_280, timeline.minimumSizeHint().height())
    assert len(timeline.rows) < tall
    assert any(row.key == "more" for row in timeline.rows)
    picture(timeline)


def test_hostile_names_are_drawn_as_text(timeline: Timeline, session: SteppingSession) -> None:
    def names(tool: str) -> QImage:
        session.show(synthetic_index(COUNT, tools=(tool,)))
        return picture(timeline).copy(0, 0, LABELS - UNIT, timeline.height())

    assert names("<b>x</b>") != names("x"), "markup is shown, not obeyed"
    assert names("a\u202eb\n\x00") == names(one_line("a\u202eb\n\x00")), "what cannot be seen is escaped"
    assert names("a" * 10_000) == names("a" * 9_000), "a long name is cut"


def test_it_can_be_used_without_eyes_or_hands(timeline: Timeline) -> None:
    assert timeline.accessibleName() == "Timeline"
    assert timeline.accessibleDescription() == HELP
    assert timeline.focusPolicy() == Qt.FocusPolicy.StrongFocus
