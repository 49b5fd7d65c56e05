from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from replay_gui.core.divergence.comparison import Change
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_effects import ToolEffects
from replay_gui.models.comparison.comparison_rows import ComparisonColumn, ComparisonRows, RowTone
from tests.helpers.comparisons import StoryComparison, cause, comparison_of

E, C, A, B, M, S = Change.EQUAL, Change.CHANGED, Change.ONLY_A, Change.ONLY_B, Change.MOVED, Change.STATE


def _rows(changes: list[Change], qtmodeltester: ModelTester, **parts: object) -> tuple[StoryComparison, ComparisonRows]:
    session = StoryComparison()
    rows = ComparisonRows(session, session)
    qtmodeltester.check(rows)  # type: ignore[no-untyped-call]
    session.show(comparison_of(changes, **parts))  # type: ignore[arg-type]
    qtmodeltester.check(rows)  # type: ignore[no-untyped-call]
    return session, rows


def test_tones(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    _, rows = _rows([E, C, C, A, B, M, M, S, C], qtmodeltester, causes=[cause(0)], ignored=[8])
    assert [rows.tone(row) for row in range(9)] == [
        RowTone.EQUAL, RowTone.CAUSE, RowTone.CHANGED, RowTone.ONLY_A, RowTone.ONLY_B,
        RowTone.MOVED, RowTone.MOVED, RowTone.STATE, RowTone.IGNORED,
    ]  # fmt: skip
    assert [rows.difference(row) for row in (1, 2, 3)] == [RowTone.CHANGED, RowTone.CHANGED, RowTone.ONLY_A]


def test_texts_come_in_blocks_and_what_the_index_knows_is_there_before(
    qtbot: QtBot, qtmodeltester: ModelTester
) -> None:
    session, rows = _rows([E] * 200 + [C] + [E] * 200, qtmodeltester)
    before = rows.aligned(150).a
    assert before is not None
    assert before.text == ""
    assert before.position == 151
    rows.request_texts(150, 152)
    session.answer_rows()
    after = rows.aligned(150).a
    assert after is not None
    assert after.text != ""
    session.asked.clear()
    rows.request_texts(150, 152)
    assert session.asked == []


def test_a_gap_has_no_event(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    _, rows = _rows([E, A, B], qtmodeltester)
    assert rows.aligned(1).b is None
    assert rows.aligned(2).a is None
    assert rows.index(1, ComparisonColumn.SIDE_B).data() == "only in the other run"
    assert rows.index(1, ComparisonColumn.SIDE_A).data().startswith("2 ")
    assert rows.index(1, ComparisonColumn.GUTTER).data() == "only in A"


def test_changes_only_folds_and_a_fold_opens(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    _, rows = _rows([E] * 50 + [C] + [E] * 50, qtmodeltester)
    rows.set_changes_only(True)
    qtmodeltester.check(rows)  # type: ignore[no-untyped-call]
    assert rows.rowCount() == 9
    assert rows.index(0, ComparisonColumn.SIDE_A).data() == "47 equal steps"
    rows.open_fold(0)
    assert rows.rowCount() == 47 + 7 + 1
    rows.set_changes_only(False)
    assert rows.rowCount() == 101


def test_the_old_rows_stay_until_the_new_ones_have_come(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    session, rows = _rows([E, C, E], qtmodeltester)
    session.compare()
    assert rows.rowCount() == 3
    session.asked.clear()
    rows.request_texts(0, 2)
    assert session.asked == []  # the engine could not answer about them any more
    session.end()
    assert rows.rowCount() == 0


def test_what_rules_ignore_is_a_change_if_wanted(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    _, rows = _rows([E] * 50 + [C] + [E] * 50 + [C] + [E] * 50, qtmodeltester, ignored=[50])
    rows.set_changes_only(True)
    assert rows.changes.tolist() == [101]
    assert rows.rowCount() == 9
    rows.set_ignored_shown(True)
    qtmodeltester.check(rows)  # type: ignore[no-untyped-call]
    assert rows.changes.tolist() == [50, 101]
    assert rows.rowCount() == 17
    rows.set_ignored_shown(False)
    assert rows.rowCount() == 9


def test_a_call_says_what_it_does_once_that_is_known(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    session, rows = _rows([E] * 30, qtmodeltester)
    session.answer_rows()
    kinds = [session.a.index.kinds[number] for number in session.a.index.kind.tolist()]
    call = rows.index(kinds.index("ToolRequest"), ComparisonColumn.SIDE_A)
    assert call.data(Qt.ItemDataRole.ToolTipRole) is None
    effects = dict.fromkeys(session.a.index.tools, ToolEffects({Effect.READS: 3}, "declared read-only"))
    session.a.set_marks(replace(session.a.marks, tool_effects=effects))
    assert call.data(Qt.ItemDataRole.ToolTipRole) == "reads: declared read-only"
    answer = rows.index(kinds.index("ToolResponse"), ComparisonColumn.SIDE_A)
    assert answer.data(Qt.ItemDataRole.ToolTipRole) is None
    assert rows.index(call.row(), ComparisonColumn.GUTTER).data(Qt.ItemDataRole.ToolTipRole) is None
