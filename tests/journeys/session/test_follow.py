"""A run that is still going on is followed in the window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from replay_gui.core.index.run_index import NO_PAIR
from replay_gui.core.log.positions import NO_EVENT, Position
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.engine.follower.follow_messages import FollowState
from replay_gui.widgets.parts.banner import Banner
from replay_gui.widgets.run.verification_badge import VerificationBadge
from replay_gui.windows.compare_status import CompareStatus
from tests.helpers.claude_code_lines import assistant, call, result, text, user
from tests.helpers.journey import Journey
from tests.helpers.logs import SECOND

Key = Qt.Key


class Agent:
    """An agent that is recorded."""

    def __init__(self, path: Path) -> None:
        self.path, self.now = path, 1_700_000_000 * SECOND
        self.run = Recorder(path, agent_type="triage", agent_version="1", config={}, created=self.now)
        self.note()

    def note(self) -> None:
        self.now += SECOND
        self.run.observation("message", "user", f"at {self.now}", time=self.now)


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    agent = Agent(tmp_path / "run.rlog")
    yield agent
    agent.run.close()


def test_a_run_that_is_recorded_is_followed(journey: Journey, agent: Agent) -> None:
    journey.open(agent.path)
    session, window = journey.session, journey.window
    session.seek(Position(1))
    journey.arrive(1)
    pending = agent.run.tool_request("search", {"q": "x"}, time=agent.now)
    agent.note()
    agent.note()
    journey.until(lambda: session.index.count == 5)
    assert session.position == 1, "it stays where the user is"
    assert session.index.pair[2] == NO_PAIR
    journey.until(lambda: session.following.state is FollowState.WAITING and session.report is not None)
    assert session.report is not None
    assert session.report.events == 5, "what there is is verified"
    assert (
        "Following, nothing new · Not sealed"
        in window.run_status.findChildren(type(window.run_status._right))[-1].text()
    )
    journey.press(Key.Key_End)
    journey.arrive(5)
    agent.run.tool_response(pending, {"rows": []}, time=agent.now)
    journey.until(lambda: session.index.count == 6)
    journey.arrive(6)
    assert session.index.pair[2] == 5
    assert window.run_view.events.table.rowCount() == 6
    assert session.following.state is FollowState.GROWING
    assert window.findChildren(VerificationBadge)[0].verdict.text == "Being written", (
        "no verdict is told of what was not read"
    )
    agent.run.seal(agent.now)
    journey.until(lambda: session.following.state is FollowState.OFF and session.report is not None)
    journey.until(lambda: not session.working)
    assert session.report.verdict == "VALID"
    assert journey.banners() == []


def test_a_pending_call_reaches_to_the_end(journey: Journey, agent: Agent) -> None:
    journey.open(agent.path)
    agent.run.tool_request("search", {"q": "x"}, time=agent.now)
    for _ in range(6):
        agent.note()
    journey.until(lambda: journey.session.index.count == 9)
    timeline = journey.window.run_view.timeline.timeline
    row = next(at for at, lane in enumerate(timeline.rows) if lane.title == "search")

    def drawn() -> int:
        """How many columns of the lane have anything on them, from the call on."""
        image = timeline.grab().toImage()
        ratio, y = image.devicePixelRatio(), timeline._layout().lane(row).center().y()
        x = range(round(timeline.x_of(3) * ratio), round(timeline.x_of(9) * ratio))
        ground = image.pixel(round(timeline.x_of(2) * ratio) - 20, round(y * ratio))
        return sum(image.pixel(at, round(y * ratio)) != ground for at in x)

    journey.until(lambda: drawn() > 0.9 * (timeline.x_of(9) - timeline.x_of(3)))

    session = journey.session
    session.set_axis("time")
    at_first = timeline.x_of(9)
    journey.until(lambda: session.waited > 0)  # by the clock it grows, though nothing comes
    journey.until(lambda: timeline.x_of(9) < at_first - 20)
    assert session.shows_all
    beyond = QPointF((timeline.x_of(9) + timeline.width()) / 2, timeline._layout().lane(row).center().y())
    assert timeline.event_at(beyond) == 3, "the call, after the last event"
    waited = session.waited
    journey.until(lambda: session.waited > waited)
    agent.note()
    journey.until(lambda: session.index.count == 10)
    assert session.waited < waited
    agent.run.seal(agent.now)
    journey.until(lambda: session.following.state is FollowState.OFF)
    assert session.waited == 0
    assert timeline.x_of(10) == pytest.approx(timeline._layout().origin + timeline.scale.width)


def test_a_session_is_followed_and_a_cut_is_said(journey: Journey, tmp_path: Path) -> None:
    lines = [
        user("u1", None, "find it"),
        assistant("a1", "u1", call("c1", "Bash", command="ls")),
        user("u2", "a1", [result("c1", "nothing")]),
        assistant("a2", "u2", text("There is none.")),
    ]
    path = tmp_path / "session.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines[:2]))
    journey.open(path)
    session = journey.session
    before = session.index.count
    with path.open("a") as file:
        file.write("".join(json.dumps(line) + "\n" for line in lines[2:]))
    journey.until(lambda: session.index.count == before + 2)
    journey.until(lambda: session.report is not None and session.report.events == before + 2)
    assert np.all(session.index.pair[[before - 1, before]] != NO_PAIR)
    path.write_text(json.dumps(lines[0]) + "\n")
    journey.until(lambda: bool(journey.banners()))
    assert journey.banners() == ["The file was cut; the window shows the earlier content."]
    assert session.index.count == before + 2


def test_it_is_the_users_choice(journey: Journey, agent: Agent) -> None:
    journey.window.actions_["follow"].trigger()
    journey.open(agent.path)
    agent.note()
    journey.until(lambda: bool(journey.banners()))
    assert journey.banners() == ["The file has changed on disk."]
    assert journey.session.index.count == 2
    journey.window.actions_["follow"].trigger()
    journey.until(lambda: journey.session.index.count == 3)


def test_both_runs_of_a_comparison_are_followed(journey: Journey, agent: Agent, tmp_path: Path) -> None:
    other = Agent(tmp_path / "other.rlog")
    comparison, session = journey.window.comparison, journey.session
    foot = journey.window.compare_view.findChildren(CompareStatus)[0]
    journey.open(agent.path)
    agent.note()
    journey.until(lambda: session.index.count == 3)
    comparison.start(str(other.path))
    journey.compared()
    assert session.following.state is FollowState.OFF
    journey.window.actions_["show_divergences"].setChecked(True)
    comparison.select(1)
    agent.note()
    journey.until(lambda: session.index.count == 4 and comparison.fresh)
    other.note()
    journey.until(lambda: comparison.b.index.count == 3 and comparison.fresh)
    journey.compared()
    assert comparison.comparison is not None
    assert comparison.comparison.alignment.a.tolist() == [0, 1, 2, 3]
    assert comparison.comparison.alignment.b.tolist() == [0, 1, 2, NO_EVENT]
    assert comparison.row == 1, "the chosen step stays"
    assert foot._left.text().endswith("Compared again as A and B grow")
    assert journey.banners() == []
    journey.window.actions_["follow"].trigger()  # no longer
    agent.note()
    journey.until(lambda: bool(journey.banners()))
    assert session.index.count == 4
    next(banner for banner in journey.window.findChildren(Banner) if banner.isVisible()).buttons[0].click()
    journey.until(lambda: session.index.count == 5 and comparison.fresh)
    journey.window.actions_["follow"].trigger()
    comparison.end()
    agent.note()
    journey.until(lambda: session.index.count == 6)
    other.run.close()
