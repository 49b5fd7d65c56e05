from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from replay_gui.core.divergence.comparison import CauseKind, Change
from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.models.comparison.cause_list import MAX_CAUSES, CauseCategory, CauseList
from replay_gui.models.comparison.rule_book import RuleEntry
from replay_gui.models.comparison.tool_table import ToolColumn, ToolTable
from tests.helpers.comparisons import StoryComparison, cause, comparison_of

C = Change.CHANGED
CAUSES = [cause(0, CauseKind.DECISION, certain=False), cause(1), cause(3, CauseKind.CONFIG, consequences=0)]


def test_certain_causes_first_then_possible_ones_then_what_is_silenced(
    qtbot: QtBot, qtmodeltester: ModelTester
) -> None:
    session = StoryComparison()
    causes = CauseList(session, session)
    session.rules.entries = (
        RuleEntry(Rule(Action.NONDETERMINISTIC, tool="clock")),
        RuleEntry(Rule(Action.IGNORE, kind="x"), False),
    )
    session.show(comparison_of([C] * 5, CAUSES))
    qtmodeltester.check(causes)  # type: ignore[no-untyped-call]
    items = [causes.item(row) for row in range(causes.rowCount())]
    assert [item.category for item in items] == [
        CauseCategory.CERTAIN,
        CauseCategory.CERTAIN,
        CauseCategory.POSSIBLE,
        CauseCategory.IGNORED,
    ]
    assert [item.number for item in items] == [1, 2, 3, 4]
    assert items[0].title == "What happened"
    assert items[0].body == "at point 1."
    assert items[0].follow == "2 divergences follow"
    assert items[1].follow == ""
    assert items[3].title == "Answers of clock"
    assert items[3].rule_number == 0
    assert [causes.row_of(place) for place in (0, 1, 2, -1, 3)] == [2, 0, 1, -1, -1]


def test_hostile_names_are_made_harmless(qtbot: QtBot) -> None:
    session = StoryComparison()
    causes = CauseList(session, session)
    evil = cause(0)
    session.show(comparison_of([C], [replace(evil, tool="<b>\u202eevil\n", explanation="<b>\u202eevil\n — x\x1b[0m")]))
    item = causes.item(0)
    assert item.title.startswith("<b>\\u202eevil")
    assert "\x1b" not in item.body


def test_of_very_many_causes_the_first_are_listed(qtbot: QtBot) -> None:
    session = StoryComparison()
    causes = CauseList(session, session)
    session.show(comparison_of([C] * 2000, [cause(point) for point in range(2000)]))
    assert causes.rowCount() == MAX_CAUSES + 1
    assert causes.item(MAX_CAUSES).title == "1,900 more causes"
    assert causes.row_of(1500) == -1


def test_tools_that_answered_otherwise_come_first(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    session = StoryComparison()
    tools = ToolTable(session, session)
    session.show(comparison_of([C]))
    qtmodeltester.check(tools)  # type: ignore[no-untyped-call]
    assert [tools.index(row, ToolColumn.TOOL).data() for row in range(2)] == ["search", "read_file"]
    assert tools.index(0, ToolColumn.DIFFERENT_ANSWERS).data() == "1"
    assert tools.differs(0, ToolColumn.DIFFERENT_ANSWERS)
    assert not tools.differs(1, ToolColumn.DIFFERENT_ANSWERS)
    tip = Qt.ItemDataRole.ToolTipRole
    assert tools.headerData(ToolColumn.CALLS, Qt.Orientation.Horizontal, tip) == "Calls in A and in B"
    assert tools.index(0, ToolColumn.CALLS).data(tip) == "search", "its name may be cut"
