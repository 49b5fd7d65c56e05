from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.log.positions import Position
from replay_gui.core.reasons.why_result import SetAside
from replay_gui.engine.comparison.why_answers import ReasonsNotFound, ReasonsProgress, Trail, TrailGap, TrailRow
from replay_gui.engine.requests import GetTrail, SetOutcome, Side
from replay_gui.models.comparison.comparison_states import Shown
from replay_gui.models.why.action_table import ActionColumn, ActionTable
from replay_gui.models.why.reason_cards import MAX_REASONS, ReasonCards
from replay_gui.models.why.trail_table import TrailTable
from replay_gui.models.why.why_session import NO_REASON
from replay_gui.models.why.why_words import (
    chain_words,
    count_words,
    headline,
    left_out_words,
    reason_words,
    run_line,
    same_words,
)
from tests.helpers.reasons import CANCEL, FAILED, LOOKED, NOT_GRADED, PAID, PASSED, StoryWhy, index, why_of
from tests.helpers.story import story_row

TIP = Qt.ItemDataRole.ToolTipRole


@pytest.fixture
def session(qtbot: QtBot) -> StoryWhy:
    return StoryWhy()


def test_the_first_reason_is_chosen_and_both_runs_go_there(session: StoryWhy) -> None:
    session.show_origins(True)
    session.show(why_of(CANCEL, PAID))
    assert session.chosen == 0
    assert (session.story.b.position, session.story.row) == (20, 19)
    assert session.sent[-1] == GetTrail(0)
    session.step(1)
    assert (session.story.a.position, session.story.b.position) == (9, 11)
    session.step(1)
    assert session.chosen == 1, "there is no further one"
    session.choose_last()
    session.step(-1)
    assert session.chosen == 0


def test_where_the_runs_part_is_left_alone_while_that_is_shown(session: StoryWhy) -> None:
    session.show(why_of(CANCEL))
    assert session.chosen == 0
    assert session.story.row == 0


def test_the_origins_of_the_chosen_reason_are_marked(session: StoryWhy) -> None:
    session.show_origins(True)
    session.show(why_of(CANCEL, PAID))
    assert session.story.b.marks.origins.tolist() == [4, 6, 19]
    assert session.story.b.marks.shows_origins
    session.choose(1)
    assert session.story.a.marks.origins.tolist() == [8]
    session.show_origins(False)
    assert not session.story.b.marks.shows_origins


def test_an_old_answer_stays_until_the_next_has_come(session: StoryWhy) -> None:
    session.show(why_of(CANCEL))
    session.story.compare()
    assert session.result is not None
    assert not session.fresh
    assert not session.working, "first the runs are compared"
    session.story.state = Shown()
    assert session.working
    session.on_reasons_answer(ReasonsProgress(3, 4))
    assert session.working
    session.on_reasons_answer(ReasonsNotFound("The search for reasons was stopped."))
    assert not session.working
    assert session.problem.startswith("The search")


def test_reasons_are_cards_with_links(session: StoryWhy, qtmodeltester: ModelTester) -> None:
    cards = ReasonCards(session, session)
    session.show(why_of(CANCEL, PAID, LOOKED))
    qtmodeltester.check(cards)  # type: ignore[no-untyped-call]
    first = cards.item(0)
    assert first.title == CANCEL.sentence
    assert first.chips == ("not done", "the user said something else")
    assert [(link.side, link.index) for link in first.links] == [("b", index(20)), ("b", index(5))]
    assert [cards.item(row).heavy for row in range(3)] == [True, True, False]
    assert cards.item(2).chips == ("not looked up", "effect not certain")
    assert cards.index(0).data().startswith("1 trial 0 never cancelled")


def test_hostile_reasons_are_harmless_and_very_many_are_cut(session: StoryWhy) -> None:
    cards = ReasonCards(session, session)
    evil = replace(CANCEL, sentence="<b>\u202e\x1b[0m\n", chip="<i>\x1b")
    session.show(why_of(evil, *[PAID] * 300))
    assert cards.rowCount() == MAX_REASONS
    assert "\x1b" not in cards.item(0).title
    assert "\u202e" not in cards.item(0).title
    assert cards.item(0).chips == ("not done", "<i>\\x1b")
    assert cards.index(0).data(TIP).startswith("<qt>")


def test_equal_actions_are_folded_and_open(session: StoryWhy, qtmodeltester: ModelTester) -> None:
    table = ActionTable(session, session)
    session.show(why_of(CANCEL))
    qtmodeltester.check(table)  # type: ignore[no-untyped-call]
    assert [table.index(row, ActionColumn.SIDE_B).data() for row in range(table.rowCount())] == [
        "2 equal actions",
        "11 pay x",
        "20 cancel_reservation x, 2 times",
        "not done",
    ]
    assert table.index(3, ActionColumn.SIDE_A).data() == "25 note x, failed"
    assert table.index(2, ActionColumn.GUTTER).data() == "only B"
    assert 'changes something: the name says "x"' in table.index(1, ActionColumn.SIDE_A).data(TIP)
    assert table.row_of(None, index(22)) == 2
    table.open_fold(0)
    assert table.rowCount() == 5
    assert table.row_of(index(3), None) == 0
    session.on_reasons_answer(ReasonsProgress(1, 2))
    assert table.rowCount() == 5, "it is the same answer"


def test_the_steps_of_a_trail_and_its_gaps(session: StoryWhy, qtmodeltester: ModelTester) -> None:
    table = TrailTable(session, "b", session)
    session.show(why_of(CANCEL))
    gap = TrailGap(index(6), index(20))
    row = TrailRow(row=story_row(4), is_key=True)
    session.show_trail(Trail(0, (), (row, gap, TrailRow(row=story_row(19)))))
    qtmodeltester.check(table)  # type: ignore[no-untyped-call]
    assert table.index(1).data() == "14 more steps"
    assert table.index(0).data().startswith("5 ")
    assert (table.row_at(Position(20)), table.row_at(Position(6))) == (2, -1)
    table.activate(1)
    assert session.sent[-1] == GetTrail(0, (), ((5, 19),))
    table.activate(0)
    assert session.story.b.position == 5


def test_what_a_call_does_is_known_by_its_action_or_else_its_tool(session: StoryWhy) -> None:
    table = TrailTable(session, "a", session)
    session.show(why_of(CANCEL))
    unknown = session.effect_of("a", index(25), "note")
    assert unknown == EffectFinding(Effect.UNKNOWN, 'the name says "x"')
    assert session.effect_of("b", index(25), "note") is None
    request = next(story_row(at) for at in range(30) if story_row(at).kind == "ToolRequest")
    assert request.tool == "read_file"
    session.show_trail(Trail(0, (TrailRow(row=request), TrailRow(row=story_row(0))), ()))
    assert table.effect(TrailRow(row=request)) == EffectFinding(Effect.READS, 'the name says "read"')
    assert 'reads: the name says "read"' in table.index(0).data(TIP)
    assert table.effect(TrailRow(row=story_row(0))) is None
    assert session.story.a.marks.tool_effects["read_file"].counts == {Effect.READS: 5}


def test_an_outcome_is_set_by_hand_only_where_no_grader_says_it(session: StoryWhy) -> None:
    session.set_outcome("a", True)
    session.show(why_of(CANCEL, results=(NOT_GRADED, PASSED), failed=None))
    session.set_outcome("b", False)
    assert not any(isinstance(body, SetOutcome) for body in session.sent)
    session.set_outcome("a", False)
    assert session.sent[-1] == SetOutcome(Side.A, False)


def test_the_words_of_the_window() -> None:
    failed, unknown = why_of(CANCEL, PAID), why_of(CANCEL, failed=None, results=(NOT_GRADED, NOT_GRADED))
    same = why_of(results=(PASSED, PASSED), failed=None)
    assert [headline(why) for why in (failed, unknown, same)] == [
        "Why trial 0 failed",
        "What differs",
        "They did the same",
    ]
    assert headline(why_of(CANCEL, failed="b")) == "Why trial 1 failed"
    unseen = why_of(failed=None, results=(PASSED, PASSED), limits=("9 calls are not listed.",))
    assert [headline(why) for why in (why_of(), unseen)] == ["No reason was found"] * 2
    assert same_words(unseen).endswith("9 calls are not listed.")
    assert (count_words(failed), count_words(unknown), count_words(same)) == ("2 reasons", "1 difference", "")
    assert [reason_words(chosen, failed) for chosen in (0, NO_REASON)] == ["reason 1 of 2", "2 reasons"]
    assert (reason_words(0, None), reason_words(NO_REASON, same)) == ("no reason yet", "no difference")
    assert same_words(same).startswith("Both runs passed. No difference was found in what they did.")
    assert "Their outcomes differ nevertheless.\n\nA ended so." in same_words(why_of(last_words="A ended so."))
    assert left_out_words(failed).startswith("Wording differs in 11 messages")
    assert left_out_words(why_of(CANCEL, set_aside=SetAside())) == "No difference was left out"


def test_where_values_came_from_in_one_line(session: StoryWhy) -> None:
    session.show(why_of(CANCEL))
    run = session.story.b.index
    assert chain_words(CANCEL, "b", run) == "user 5 (nora_lind_1180) → answer 7 (PX4R7D) → search 20"
    assert chain_words(CANCEL, "a", run) == ""


def test_a_run_in_one_line(session: StoryWhy) -> None:
    session.show(why_of(CANCEL))
    assert session.sizes is not None
    assert run_line(30, session.sizes[0], FAILED, None) == "30 events · 5 calls, 1 failed · score 0 · 2.00 s"
    assert run_line(1, None, NOT_GRADED, ()) == "1 event · answered"
