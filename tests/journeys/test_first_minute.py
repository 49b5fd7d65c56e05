"""A session of Claude Code, as a newcomer meets it: the card, the conversation, marks and lanes, by the pointer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.windows.dialogs.legend_dialog import LegendDialog
from tests.helpers.claude_code_lines import assistant, call, result, text, user
from tests.helpers.journey import Journey

Key, Left = Qt.Key, Qt.MouseButton.LeftButton
MARKDOWN = "## Plan\n\nRead **all** of it, see [the page](https://example.org) ![](https://example.org/a.png)\n\n- one"


@pytest.fixture
def session_file(tmp_path: Path) -> Path:
    edit = {"file_path": "/home/me/project/a.py", "old_string": "days = 3", "new_string": "days = 2"}
    lines = [
        user("u1", None, "Fix the forecast, please"),
        assistant("a1", "u1", text(MARKDOWN)),
        assistant("a2", "a1", call("c1", "Read", file_path="/home/me/project/a.py")),
        user("u2", "a2", [result("c1", "     1→{\n     2→  forecast\n     3→}")]),
        assistant("a3", "u2", call("c2", "Bash", command="pytest -q")),
        user("u3", "a3", [result("c2", "Exit code 1\n1 failed", is_error=True)]),
        assistant("a4", "u3", call("c3", "Edit", **edit)),
        user("u4", "a4", [result("c3", "The file was updated.")]),
        assistant("a5", "u4", text("It is fixed.")),
    ]
    path = tmp_path / "session.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def test_a_session_is_met_by_its_card_read_and_pointed_at(journey: Journey, session_file: Path) -> None:
    journey.open(session_file)
    session, window, view = journey.session, journey.window, journey.window.run_view
    card, detail, events, timeline = view.detail.card, view.detail, view.events, view.timeline.timeline
    journey.until(lambda: {"asked", "tokens in"} <= {row.accessibleName().partition(":")[0] for row in card.rows})
    facts = {row.accessibleName().partition(": ")[0]: row for row in card.rows}
    assert facts["agent"].accessibleName().endswith("claude-code 2.0.26")
    assert facts["model"].accessibleName().endswith("a-model")
    assert "Fix the forecast" in facts["asked"].accessibleName()
    assert "1 failed" in facts["failures"].accessibleName()

    facts["asked"].click()
    journey.until(lambda: session.position > 0 and "Fix the forecast" in detail.text.toPlainText())
    asked = session.position
    heads = {detail._secondary.text(), view.state.accessibleName().removeprefix("State after ")}
    assert heads == {f"{asked:,}"}, "one number names the event"
    journey.press(Key.Key_Right)
    journey.until(lambda: "Plan" in detail.text.toPlainText())
    words = detail.text.toPlainText()
    assert words.startswith("Assistant  a-model · ")
    assert "##" not in words
    assert "(picture)" in words

    kinds, tools = session.index.kinds, session.index.tools
    of_tool = {
        (kinds[kind], tools[tool]): position_after(EventIndex(at))
        for at, (kind, tool) in enumerate(zip(session.index.kind.tolist(), session.index.tool.tolist(), strict=True))
        if tool >= 0
    }
    failed = of_tool["ToolResponse", "Bash"]
    (row,) = (number for number, lane in enumerate(timeline.rows) if lane.title in ("Bash", "3 tools"))
    bar = QPointF(timeline.x_of(failed) - 2, timeline._layout().lane(row).center().y()).toPoint()
    QTest.mouseClick(timeline, Left, pos=bar)
    journey.arrive(of_tool["ToolRequest", "Bash"])
    assert "pytest -q" in events.table.words(events.table.event_row(events.view.currentIndex().row()), 3)
    session.seek(of_tool["ToolRequest", "Edit"])
    journey.until(lambda: "days = 2" in detail.text.toPlainText())
    assert "Memory" not in {lane.title for lane in timeline.rows}, "empty lanes are hidden"

    window.actions_["legend"].trigger()
    (legend,) = window.findChildren(LegendDialog)
    assert {"The position", "What the agent said, thought or planned"} <= _words(legend)
    legend.close()


def _words(widget: object) -> set[str]:
    assert hasattr(widget, "findChildren")
    return {label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)}
