"""The card of a run says what it is, and leads to the events that one looks at first."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from replay_gui.core.facts.nesting import Nesting
from replay_gui.core.facts.run_highlights import FirstPrompt, RunHighlights, highlights_of_index
from replay_gui.core.facts.run_outcome import Outcome, RunEnd, RunResult
from replay_gui.core.facts.run_totals import ModelUse
from replay_gui.core.facts.spending import SpendingBuilder
from replay_gui.core.log.kinds import KINDS, Kind
from replay_gui.core.log.positions import EventIndex
from replay_gui.engine.answers import Totals
from replay_gui.engine.follower.follow_messages import Followed, FollowState
from replay_gui.widgets.run.event_detail import CARD, READABLE, EventDetail
from tests.helpers.runs import report_of
from tests.helpers.shown import shown
from tests.helpers.story import StorySession, position_state_at, story_index

HOSTILE = "Fix <b>this</b>\u202e\nand that"


def totals(highlights: RunHighlights, outcomes: tuple[Outcome, ...] = ()) -> Totals:
    uses = (ModelUse("m-1", tokens={"input": 12, "output": 4}, cost=0.5), ModelUse("m-2"))
    result = RunResult(outcomes, RunEnd("limit", "30 turns"))
    return Totals(
        uses=uses,
        spending=SpendingBuilder().build(),
        nesting=Nesting(),
        result=result,
        prompt=FirstPrompt(EventIndex(1), HOSTILE),
        highlights=highlights,
    )


@pytest.fixture
def detail(qtbot: QtBot, session: StorySession) -> EventDetail:
    widget = shown(qtbot, EventDetail(session), 420, 600)
    index = story_index(1523)
    session.show(replace(index, duration=np.arange(index.count)))
    session.show_position_state(position_state_at(0, state={}, changes=(), related=()))
    return widget


def lines(detail: EventDetail) -> dict[str, str]:
    return {row.accessibleName().partition(":")[0]: row.shown_text for row in detail.card.rows}


def test_it_says_what_the_run_is_and_how_it_ended(detail: EventDetail, session: StorySession) -> None:
    failed = Outcome(False, 0.0, "tests", None)
    session.totals = totals(highlights_of_index(session.index), (failed, *[Outcome(None, 1.0, "b", None)] * 3))
    session.totals_changed.emit()
    said = lines(detail)
    assert said["model"] == "m-1 and 1 more model"
    assert "<b>" in said["asked"]
    assert "\u202e" not in said["asked"]
    assert (said["tokens in"], said["tokens out"]) == ("12", "4")
    assert said["end"] == "limit (30 turns)"
    assert [row.shown_text for row in detail.card.rows].count("and 1 more") == 1
    (first, *_) = [row for row in detail.card.rows if row.shown_text.startswith("failed, score 0")]
    assert first.sound is False


def test_a_model_is_named_whose_usage_is_unknown(detail: EventDetail, session: StorySession) -> None:
    known = totals(highlights_of_index(session.index))
    session.totals = msgspec.structs.replace(known, uses=(), models=("m-7", "m-8"))
    session.totals_changed.emit()
    assert lines(detail)["model"] == "m-7 and 1 more model"


def test_a_task_that_begins_the_prompt_is_not_told_twice(detail: EventDetail, session: StorySession) -> None:
    assert session.facts is not None
    for task, told in (("Fix <b>this</b>", False), ("task 7", True)):
        session.facts = msgspec.structs.replace(session.facts, task=task)
        session.totals = totals(highlights_of_index(session.index))
        session.totals_changed.emit()
        assert ("task" in lines(detail)) is told


def test_its_links_lead_to_events(detail: EventDetail, session: StorySession) -> None:
    highlights = highlights_of_index(session.index)
    session.totals = totals(highlights)
    session.totals_changed.emit()
    assert highlights.first_failure is not None
    assert highlights.slowest_call is not None
    for name, index in (
        ("asked", 1),
        ("failures", highlights.first_failure),
        ("slowest call", highlights.slowest_call),
        ("last event", session.index.count - 1),
    ):
        (row,) = [row for row in detail.card.rows if row.accessibleName().startswith(f"{name}:")]
        QTest.mouseClick(row, Qt.MouseButton.LeftButton)
        assert session.position == index + 1, name


def test_calls_without_an_answer_are_told_and_what_a_run_that_goes_on_waits_for(
    detail: EventDetail, session: StorySession
) -> None:
    index = session.index
    request = EventIndex(int(np.flatnonzero(index.kind == KINDS.index(Kind.TOOL_REQUEST))[0]))
    tool = index.tools[index.tool[request]]
    session.totals = totals(RunHighlights(unanswered=1, first_unanswered=request))
    session.totals_changed.emit()
    assert lines(detail)["no answer"] == f"{tool}, at {request + 1:,}"
    session.following.on_following_message(Followed(FollowState.WAITING))
    assert lines(detail)["waiting for"] == f"{tool}, at {request + 1:,}"
    session.totals = totals(RunHighlights(duration=10**9, unanswered=3, first_unanswered=request))
    session.totals_changed.emit()
    assert lines(detail)["duration"] == "1.00 s, so far"
    assert lines(detail)["waiting for"] == f"3 calls, the first at {request + 1:,}"


def test_what_became_known_while_it_was_hidden_is_said(detail: EventDetail, session: StorySession) -> None:
    detail.hide()
    session.totals = totals(highlights_of_index(session.index))
    session.totals_changed.emit()
    assert "model" not in lines(detail)
    detail.show()
    assert lines(detail)["model"] == "m-1 and 1 more model"


def test_damage_is_said_and_leads_there(detail: EventDetail, session: StorySession) -> None:
    session.report = report_of(1_523, "INVALID", broken=812)
    session.report_changed.emit()
    (row,) = [row for row in detail.card.rows if row.accessibleName().startswith("damaged:")]
    assert (row.shown_text, row.sound) == ("from event 813 on", False)
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    assert session.position == 813


def test_what_is_not_known_yet_has_no_line(detail: EventDetail) -> None:
    assert set(lines(detail)) == {"agent"}


def test_it_gives_way_to_the_event(detail: EventDetail, session: StorySession) -> None:
    assert detail.pages.currentIndex() == CARD
    assert not detail.tabs.button(READABLE).isVisible()
    session.show_position_state(position_state_at(7))
    assert detail.pages.currentIndex() == READABLE
    assert detail.tabs.button(READABLE).isVisible()


def test_the_set_up_says_which_model_and_task_where_no_event_does(detail: EventDetail, session: StorySession) -> None:
    assert session.facts is not None
    session.facts = msgspec.structs.replace(session.facts, model="m-9", task="T-7")
    detail.card.refresh()
    said = lines(detail)
    assert (said["model"], said["task"]) == ("m-9", "T-7")
    session.totals = totals(highlights_of_index(session.index))
    session.totals_changed.emit()
    assert lines(detail)["model"] == "m-1 and 1 more model"


def test_the_call_by_which_the_agent_ended_the_run_is_missing_no_answer(
    detail: EventDetail, session: StorySession
) -> None:
    index = session.index
    request = EventIndex(int(np.flatnonzero(index.kind == KINDS.index(Kind.TOOL_REQUEST))[0]))
    tool = index.tools[index.tool[request]]
    for unanswered, why, told in ((1, tool, False), (2, tool, True), (1, "other", True)):
        known = totals(RunHighlights(unanswered=unanswered, first_unanswered=request))
        session.totals = msgspec.structs.replace(known, result=RunResult((), RunEnd("answered", why)))
        session.totals_changed.emit()
        assert ("no answer" in lines(detail)) is told


def test_an_agent_without_a_name_has_no_row(detail: EventDetail, session: StorySession) -> None:
    assert session.facts is not None
    for agent, told in (("Shop", True), ("agent", False)):
        session.facts = msgspec.structs.replace(session.facts, agent_type=agent, agent_version="")
        session.totals = totals(highlights_of_index(session.index))
        session.totals_changed.emit()
        assert ("agent" in lines(detail)) is told
