from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from replay_gui.core.index.run_index import NO_TOOL, RunIndex
from replay_gui.core.log.kinds import KINDS
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex, Position
from replay_gui.engine.answers import Alert, IndexGrew, PositionState, Rows, RunOpened
from replay_gui.engine.bridge import EngineBridge
from replay_gui.engine.requests import Open, Request, Side
from replay_gui.models.session import Session
from replay_gui.models.timeline.event_steps import next_in_lane
from replay_gui.models.timeline.timeline_axis import NUMBERS
from replay_gui.models.timeline.timeline_marks import TimelineMarks
from tests.helpers.comparisons import facts_of
from tests.helpers.logs import damage, write_log
from tests.helpers.runs import first_events, synthetic_index
from tests.helpers.scripted_bridge import ScriptedBridge
from tests.helpers.story import position_state_at

WAIT = 30_000  # ms


@pytest.fixture
def session(qapp: QCoreApplication, kept_workers: None) -> Iterator[Session]:
    session = Session(bridge=EngineBridge())
    yield session
    session.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "run.rlog")


def open_whole(qtbot: QtBot, session: Session, path: Path) -> None:
    with qtbot.waitSignal(session.report_changed, timeout=WAIT):
        session.open(str(path))
    if session.working:
        qtbot.waitUntil(lambda: not session.working, timeout=WAIT)


def arrive(qtbot: QtBot, session: Session, position: int) -> None:
    qtbot.waitUntil(lambda: (at := session.position_state) is not None and at.position == position, timeout=WAIT)


def test_opening_a_run_fills_the_session(qtbot: QtBot, session: Session, log: Path) -> None:
    open_whole(qtbot, session, log)
    arrive(qtbot, session, 0)
    assert session.facts is not None
    assert session.facts.name == "run.rlog"
    assert (session.index.count, session.index.complete, session.position) == (51, True, 0)
    assert session.view == (0.0, 51.0)
    assert session.report is not None
    assert session.report.verdict == "VALID"


def test_seek_clamps_speaks_at_once_and_brings_the_moment(qtbot: QtBot, session: Session, log: Path) -> None:
    open_whole(qtbot, session, log)
    with qtbot.waitSignal(session.position_changed, check_params_cb=lambda position: position == 51):
        session.seek(Position(10**12))
    assert session.position == 51
    arrive(qtbot, session, 51)
    session.seek(Position(-3))
    assert session.position == 0
    arrive(qtbot, session, 0)


def test_scrubbing_ends_on_the_last_position(qtbot: QtBot, session: Session, log: Path) -> None:
    open_whole(qtbot, session, log)
    for position in [*range(51), *range(51, 20, -1)]:
        session.seek(position)
    arrive(qtbot, session, 21)
    for _ in range(5):
        session.step(-1)
    arrive(qtbot, session, 16)
    assert session.position_state is not None
    assert session.position_state.event is not None
    assert session.position_state.event.index == 15


def test_a_position_wanted_at_opening_is_gone_to(qtbot: QtBot, session: Session, log: Path) -> None:
    session.open(str(log), Position(30))
    arrive(qtbot, session, 30)
    session.open(str(log), Position(10_000))
    arrive(qtbot, session, 51)


def test_reload_stays_where_it_was_as_far_as_that_exists(qtbot: QtBot, session: Session, log: Path) -> None:
    open_whole(qtbot, session, log)
    session.seek(Position(40))
    arrive(qtbot, session, 40)
    write_log_again = log.with_name("shorter.rlog")
    os.replace(write_log(write_log_again, turns=4), log)
    with qtbot.waitSignal(session.run_changed, timeout=WAIT):
        session.reload()
    arrive(qtbot, session, 21)
    assert session.index.count == 21


def test_close_run_resets_everything(qtbot: QtBot, session: Session, log: Path) -> None:
    open_whole(qtbot, session, log)
    session.seek(Position(5))
    with qtbot.waitSignals([session.run_changed, session.alerts_cleared]):
        session.close_run()
    assert session.facts is None
    assert (session.index.count, session.position, session.position_state, session.report) == (0, 0, None, None)
    open_whole(qtbot, session, log)  # what was under way for the closed run comes too late to matter
    assert session.index.count == 51


def test_closing_while_opening_shows_nothing(qtbot: QtBot, session: Session, log: Path, tmp_path: Path) -> None:
    session.open(str(log))
    session.close_run()
    other = write_log(tmp_path / "other.rlog", turns=1)
    open_whole(qtbot, session, other)
    assert session.facts is not None
    assert session.facts.name == "other.rlog"


def test_what_cannot_be_opened_leaves_the_run_as_it_is(
    qtbot: QtBot, session: Session, log: Path, tmp_path: Path
) -> None:
    open_whole(qtbot, session, log)
    with qtbot.waitSignal(session.alert_raised, timeout=WAIT) as caught:
        session.open(str(tmp_path / "none.rlog"))
    assert caught.args is not None
    assert caught.args[0].severity == "error"
    session.seek(Position(3))
    arrive(qtbot, session, 3)


def test_rows_come_as_asked(qtbot: QtBot, session: Session, log: Path) -> None:
    session.request_rows(FIRST_EVENT, EventIndex(5))  # no run: nothing is asked
    open_whole(qtbot, session, log)
    with qtbot.waitSignal(session.rows_ready, timeout=WAIT) as caught:
        session.request_rows(EventIndex(10), EventIndex(13))
    assert caught.args is not None
    rows: Rows = caught.args[0]
    assert (rows.start, len(rows.rows)) == (10, 3)


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_changes_on_disk_is_told_of(
    qtbot: QtBot, session: Session, log: Path, tmp_path: Path, replaced: bool
) -> None:
    open_whole(qtbot, session, log)
    with qtbot.waitSignal(session.alert_raised, timeout=WAIT) as caught:
        if replaced:
            os.replace(write_log(tmp_path / "new.rlog", turns=3), log)
        else:
            with log.open("ab") as file:
                file.write(b"x")
    assert caught.args == [Alert("warning", "The file has changed on disk.", ("reload",))]


def test_damage_is_shown_in_the_moment(qtbot: QtBot, session: Session, log: Path) -> None:
    damage(log)
    session.open(str(log), Position(51))
    qtbot.waitUntil(lambda: session.position_state is not None and not session.position_state.trusted, timeout=WAIT)
    assert session.report is not None
    assert session.report.verdict == "INVALID"


# ---- the visible range ----------------------------------------------------------------------------
def with_index(count: int) -> Session:
    session = Session()
    session.index = RunIndex(kind=np.zeros(count, np.uint16))
    session.fit_view()
    return session


@pytest.mark.parametrize(
    ("asked", "view"),
    [
        ((10.0, 20.0), (10.0, 20.0)),
        ((-5.0, 20.0), (0.0, 25.0)),
        ((95.0, 130.0), (65.0, 100.0)),
        ((50.0, 50.5), (50.0, 58.0)),
        ((-10.0, 500.0), (0.0, 100.0)),
    ],
)
def test_the_view_stays_within_the_run(
    qapp: QCoreApplication, asked: tuple[float, float], view: tuple[float, float]
) -> None:
    session = with_index(100)
    session.set_view(*asked)
    assert session.view == view


def test_zoom_keeps_the_position_in_place_and_pan_moves(qapp: QCoreApplication) -> None:
    session = with_index(1000)
    session.seek(Position(250))
    session.zoom(0.5)
    assert session.view == (125.0, 625.0)
    session.pan(0.2)
    assert session.view == (225.0, 725.0)
    session.zoom(100)
    assert session.view == (0.0, 1000.0)


def test_the_view_follows_a_growing_run_only_while_it_shows_all(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    open_whole(qtbot, session, write_log(tmp_path / "a.rlog", turns=20))
    assert session.view == (0.0, 101.0)
    session.set_view(10, 30)
    session.follow_growth()
    assert session.view == (10.0, 30.0)
    session.fit_view()
    session.follow_growth()
    assert session.view == (0.0, 101.0)


def test_a_position_out_of_sight_is_brought_into_view(qtbot: QtBot, session: Session, log: Path) -> None:
    open_whole(qtbot, session, log)
    session.set_view(0, 10)
    session.seek(Position(30))
    start, end = session.view
    assert start <= 30 <= end
    assert end - start == 10


# ---- moving in a lane -----------------------------------------------------------------------------
def lanes_index() -> RunIndex:
    names = ["AgentInit", "Observation", "ToolRequest", "ToolResponse", "Observation", "ToolRequest", "ToolRequest"]
    kind = np.array([KINDS.index(name) for name in names], np.uint16)
    tool = np.array([NO_TOOL, NO_TOOL, 0, 0, NO_TOOL, 1, 0], np.int32)
    return RunIndex(kind=kind, tool=tool, tools=("a", "b"))


@pytest.mark.parametrize(
    ("position", "forward", "there"),
    [(0, True, 1), (0, False, 0), (1, True, 1), (2, True, 5), (5, False, 2), (5, True, 5), (3, True, 7), (7, False, 3),
     (6, True, 6), (6, False, 6)],
)  # fmt: skip
def test_the_next_in_the_lane_has_the_same_kind_and_tool(position: int, forward: bool, there: int) -> None:
    assert next_in_lane(lanes_index(), Position(position), forward) == there


def test_lanes_are_walked_over_long_gaps() -> None:
    kind = np.zeros(300_000, np.uint16)
    kind[[5, 299_990]] = 3
    index = RunIndex(kind=kind, tool=np.full(300_000, NO_TOOL, np.int32))
    assert next_in_lane(index, Position(6), forward=True) == 299_991
    assert next_in_lane(index, Position(299_991), forward=False) == 6


def test_two_sessions_share_an_engine_and_mind_their_own_run(
    qtbot: QtBot, session: Session, log: Path, tmp_path: Path
) -> None:
    beside = Session(session, session.bridge, Side.B)
    open_whole(qtbot, session, log)
    open_whole(qtbot, beside, write_log(tmp_path / "other.rlog", turns=2))
    session.seek(Position(40))
    beside.seek(Position(7))
    arrive(qtbot, session, 40)
    arrive(qtbot, beside, 7)
    assert (session.index.count, beside.index.count) == (51, 11)
    beside.close_run()
    beside.close()  # the engine is not its own
    session.seek(Position(41))
    arrive(qtbot, session, 41)


# ---- what the timeline shows --------------------------------------------------------------------------
def test_the_clock_is_chosen_as_soon_as_there_are_times(qtbot: QtBot, session: Session, log: Path) -> None:
    session.set_axis("time")
    assert (session.axis, session.why_no_time) == ("number", "There are no events yet.")
    with qtbot.waitSignal(session.axis_changed):
        open_whole(qtbot, session, log)
    assert (session.axis, session.why_no_time) == ("time", "")
    assert session.view == (0.0, 51.0)
    with qtbot.waitSignal(session.axis_changed):
        session.set_axis("number")
    assert session.timeline_axis is NUMBERS


def test_along_the_clock_view_zoom_and_pan_stay_in_the_run(qtbot: QtBot, session: Session, log: Path) -> None:
    open_whole(qtbot, session, log)
    session.set_axis("time")
    axis = session.timeline_axis
    session.set_view(10.0, 30.0)
    before = np.diff(axis.coordinates(np.array(session.view)))[0]
    session.zoom(0.5)
    assert np.diff(axis.coordinates(np.array(session.view)))[0] == pytest.approx(before / 2)
    session.pan(99.0)
    assert session.view[1] == 51.0
    session.fit_view()
    assert session.view == (0.0, 51.0)


def test_marks_are_those_of_one_run(qtbot: QtBot, session: Session, log: Path) -> None:
    open_whole(qtbot, session, log)
    marks = TimelineMarks(found=np.array([3, 5]))
    with qtbot.waitSignal(session.marks_changed):
        session.set_marks(marks)
    assert session.marks is marks
    session.close_run()
    assert len(session.marks.found) == 0


def test_what_still_comes_of_the_old_run_does_not_use_up_where_the_new_one_begins(
    qtbot: QtBot, session: Session, log: Path, tmp_path: Path
) -> None:
    open_whole(qtbot, session, log)
    session.open(str(write_log(tmp_path / "other.rlog", turns=20)), Position(70))
    session.seek(Position(3))  # of the run that is still shown
    arrive(qtbot, session, 70)


def test_work_on_a_run_that_could_not_be_opened_ends_too(
    qtbot: QtBot, session: Session, log: Path, tmp_path: Path
) -> None:
    open_whole(qtbot, session, log)
    path = tmp_path / "notes.txt"
    path.write_text("nothing like a run")
    with qtbot.waitSignal(session.alert_raised, timeout=WAIT):
        session.open(str(path))
    assert not session.working
    assert session.facts is not None
    assert session.facts.name == "run.rlog"


def state_at(position: int) -> PositionState:
    return position_state_at(position, event=None, related=(), state={}, changes=())


@pytest.fixture
def scripted(qapp: QCoreApplication) -> Iterator[tuple[Session, ScriptedBridge]]:
    """A session whose requests wait for the test to answer them."""
    bridge = ScriptedBridge()
    session = Session(bridge=bridge)
    yield session, bridge
    session.close()


def opened_at(scripted: tuple[Session, ScriptedBridge], position: int) -> Request:
    session, bridge = scripted
    session.open("/run.rlog", Position(position))
    request = bridge.take("open")
    assert request is not None
    assert isinstance(request.body, Open)
    return request


def test_the_answer_to_open_carries_the_first_state(scripted: tuple[Session, ScriptedBridge]) -> None:
    session, bridge = scripted
    request = opened_at(scripted, 30)
    assert isinstance(request.body, Open)
    assert request.body.at == 30
    index = synthetic_index(51)
    bridge.answer(request, RunOpened(facts_of("/run.rlog"), index, state_at(30), Position(30)))
    assert (session.position, session.position_state) == (30, state_at(30))
    assert bridge.take("seek") is None, "no second round trip"


def test_a_position_beyond_the_index_is_reached_once_the_index_covers_it(
    scripted: tuple[Session, ScriptedBridge],
) -> None:
    session, bridge = scripted
    request = opened_at(scripted, 30)
    whole = synthetic_index(51)
    bridge.answer(request, RunOpened(facts_of("/run.rlog"), RunIndex(), state_at(0), Position(30)))
    assert (session.position, session.position_state) == (0, state_at(0))
    bridge.answer(request, IndexGrew(first_events(whole, 20)))
    assert session.position == 0
    bridge.answer(request, IndexGrew(whole))
    assert session.position == 30
    assert bridge.take("seek") is not None


def test_a_user_who_moves_meanwhile_is_not_moved_again(scripted: tuple[Session, ScriptedBridge]) -> None:
    session, bridge = scripted
    request = opened_at(scripted, 30)
    whole = synthetic_index(51)
    bridge.answer(request, RunOpened(facts_of("/run.rlog"), first_events(whole, 10), state_at(0), Position(30)))
    session.seek(Position(5))
    bridge.answer(request, IndexGrew(whole))
    assert session.position == 5


def test_a_run_begins_where_it_was_left_unless_a_position_is_given(scripted: tuple[Session, ScriptedBridge]) -> None:
    session, bridge = scripted
    session.last_positions = lambda path: {"run-1": Position(7)} if path == "/run.rlog" else {}
    for position, at, start in ((0, None, 7), (9, 9, 9)):
        session.open("/run.rlog", Position(position))
        request = bridge.take("open")
        assert request is not None
        assert isinstance(request.body, Open)
        assert request.body.at == at
        assert request.body.start_of("run-1") == start
        assert request.body.start_of("run-2") == (at or 0)
