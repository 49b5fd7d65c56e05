"""Where the time and the money went: a range dragged on the axis, its sums, tables that sort, numbers that lead on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from replay_gui import Recorder
from replay_gui.look.theme import AXIS
from replay_gui.models.facts.fact_table import FactTable
from replay_gui.widgets.parts.section import Section, SectionColumn
from replay_gui.widgets.run.fact_view import FactView
from replay_gui.widgets.run.run_facts_panel import RunFactsPanel
from replay_gui.widgets.timeline.timeline_layout import TOP_PX
from tests.helpers.journey import Journey

Key, LEFT = Qt.Key, Qt.MouseButton.LeftButton


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Event 1 begins the run; then four turns of answer, request and response: 2 … 13. The third call fails."""
    path = tmp_path / "run.rlog"
    with Recorder(path, "a", "1") as run:
        for turn in range(4):
            meta: dict[str, Any] = {
                "model": f"m{turn % 2}",
                "tokens": {"input": 100 + turn, "output": 10},
                "cost": 0.5 * (turn + 1),
            }
            run.decision("message", f"turn {turn}", **meta)
            call = run.tool_request("search" if turn < 3 else "book", {"turn": turn})
            run.tool_response(call, {"hits": turn}, success=turn != 2, duration=10**9 * (turn + 1))
    return path


def drag(journey: Journey, first: float, last: float) -> None:
    """Drags along the axis of the timeline, from one position to another."""
    timeline = journey.window.run_view.timeline.timeline
    y = timeline.height() - 8
    begin, end = (QPoint(round(timeline.x_of(position)), y) for position in (first, last))
    QTest.mousePress(timeline, LEFT, pos=begin)
    QTest.mouseMove(timeline, end)
    QTest.mouseRelease(timeline, LEFT, pos=end)


def texts(table: FactTable) -> list[list[str]]:
    return [[table.cell(row, column).text for column in range(table.columnCount())] for row in range(table.rowCount())]


def test_a_range_is_summed_up_by_tool_and_model(journey: Journey, log: Path) -> None:
    journey.open(log)
    panel = journey.window.run_view.range
    assert not panel.isVisible()
    drag(journey, 4.6, 11.4)  # events 5 … 11: the second and the third turn, and the answer of the fourth
    assert journey.session.chosen == (5, 11)
    assert panel.isVisible()
    journey.until(lambda: panel.models.rowCount() == 2)
    assert panel.accessibleName() == "Events 5 to 11"
    assert [row[:3] for row in texts(panel.tools)] == [["search", "2", "1"]]
    assert texts(panel.models) == [
        ["m1", "2", "204", "–", "20", "$3.00"],
        ["m0", "1", "102", "–", "10", "$1.50"],
    ]


def test_a_click_on_the_axis_goes_there_and_a_double_click_zooms(journey: Journey, log: Path) -> None:
    journey.open(log)
    timeline = journey.window.run_view.timeline.timeline
    QTest.mouseClick(timeline, LEFT, pos=QPoint(round(timeline.x_of(4)), timeline.height() - 8))
    assert (journey.session.position, journey.session.chosen) == (4, None)
    drag(journey, 1.6, 11.4)
    QTest.mouseDClick(timeline, LEFT, pos=QPoint(round(timeline.x_of(6)), timeline.height() - 8))
    assert journey.session.view == pytest.approx((1.5, 11.5))
    timeline.setFocus()
    journey.press(Key.Key_Escape)
    assert journey.session.chosen is None
    assert journey.window.run_view.state.isVisible()


def test_keys_sum_up_what_is_in_sight(journey: Journey, log: Path) -> None:
    journey.open(log)
    journey.session.set_view(2.5, 12.5)
    journey.window.run_view.timeline.timeline.setFocus()
    journey.press(Key.Key_R)
    assert journey.session.chosen == (3, 12)
    journey.press(Key.Key_R)
    assert journey.session.chosen is None


def test_hovering_a_bar_lights_up_its_request_its_answer_and_what_it_caused(journey: Journey, tmp_path: Path) -> None:
    """The call is events 2 and 4; it caused 3."""
    with Recorder(tmp_path / "run.rlog", "a", "1") as run:
        call = run.tool_request("search", {"to": "Oslo"})
        run.decision("message", "while it looks", parent=call.seq)
        run.tool_response(call, {"hits": 1})
        run.decision("message", "done")
    journey.open(tmp_path / "run.rlog")
    timeline = journey.window.run_view.timeline.timeline
    row = [lane.title for lane in timeline.rows].index("search")
    y = round(TOP_PX + (row + 0.5) * (timeline.height() - AXIS - TOP_PX) / len(timeline.rows))
    timeline.show_hover(QPoint(round(timeline.x_of(3)), y))
    journey.until(lambda: timeline.hover.highlighted == (1, 2, 3))
    timeline.hover.leave()
    assert not timeline.hover.highlighted
    listed = [lane.title for lane in timeline.rows].index("Assistant")
    y += round((listed - row) * (timeline.height() - AXIS - TOP_PX) / len(timeline.rows))
    timeline.show_hover(QPoint(round(timeline.x_of(3)), y))
    journey.until(lambda: timeline.hover.highlighted == (1, 2))  # what was said, and the call that it was said for


def facts_of(journey: Journey) -> RunFactsPanel:
    journey.window.run_view.toggle_facts()
    facts = journey.window.run_view.facts
    journey.until(lambda: facts.dearest.rowCount() == 4)
    return facts


def view_of(facts: RunFactsPanel, name: str) -> FactView:
    (view,) = (view for view in facts.findChildren(FactView) if view.accessibleName() == name)
    return view


def test_the_facts_can_be_scrolled_to_the_last_of_them_and_no_further(journey: Journey, log: Path) -> None:
    journey.open(log)
    facts = facts_of(journey)
    (column,) = facts.findChildren(SectionColumn)
    journey.window.resize(1100, 700)
    QApplication.processEvents()
    column.verticalScrollBar().setValue(column.verticalScrollBar().maximum())
    ends = [one.mapTo(column, one.rect().bottomLeft()).y() for one in facts.findChildren(Section) if one.isVisible()]
    assert max(ends) == column.height() - 1


def test_tables_of_facts_are_sorted_by_their_headings(journey: Journey, log: Path) -> None:
    journey.open(log)
    facts = facts_of(journey)
    names = [row[0] for row in texts(facts.tools)]
    assert names == ["search", "book"]
    head = view_of(facts, "Tools").horizontalHeader()
    head.sectionClicked.emit(0)
    assert [row[0] for row in texts(facts.tools)] == ["book", "search"]
    head.sectionClicked.emit(1)
    assert [row[1] for row in texts(facts.tools)] == ["3", "1"]
    head.sectionClicked.emit(1)
    assert [row[1] for row in texts(facts.tools)] == ["1", "3"]


def test_what_failed_leads_to_a_filtered_list_and_the_first_of_them(journey: Journey, log: Path) -> None:
    journey.open(log)
    facts = facts_of(journey)
    view = view_of(facts, "Tools")
    view.clicked.emit(facts.tools.index(0, 2))
    journey.arrive(10)
    assert journey.window.run_view.events.table.filter.failed
    assert journey.window.run_view.events.table.rowCount() == 1


def test_the_dearest_answers_are_links(journey: Journey, log: Path) -> None:
    journey.open(log)
    facts = facts_of(journey)
    assert [row[:2] + row[3:] for row in texts(facts.dearest)] == [
        ["m1", "11", "$2.00"],
        ["m0", "8", "$1.50"],
        ["m1", "5", "$1.00"],
        ["m0", "2", "$0.50"],
    ]
    view_of(facts, "Most expensive answers").row_activated.emit(1)
    journey.arrive(8)
