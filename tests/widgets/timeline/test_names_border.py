"""The border beside the names of the lanes: by the pointer, and by the menu."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from replay_gui.look.theme import GAP, LABELS
from replay_gui.widgets.timeline.timeline_layout import MAX_USUAL_NAMES_SHARE, MIN_NAMES_PX
from replay_gui.widgets.timeline.timeline_panel import TimelinePanel
from tests.helpers.shown import shown
from tests.helpers.story import StorySession, story_index

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
LONG = "mcp__a_server_with_a_long_name__and_a_tool_with_another"


def test_the_border_of_the_names_can_be_dragged(qtbot: QtBot) -> None:
    session = StorySession()
    index = story_index(400)
    session.show(index)
    panel = shown(qtbot, TimelinePanel(session), 1_280)
    timeline, strip = panel.timeline, panel.overview
    assert strip is not None

    def begins() -> list[int]:
        """Where the lanes begin, and where the strip below them does."""
        return [round(timeline.x_of(session.view[0])) - GAP, strip.graphics.mapTo(strip, QPoint(0, 0)).x()]

    assert begins() == [LABELS, LABELS], "short names"
    session.show(replace(index, tools=("mcp__files__read_file_x", *index.tools[1:])))
    assert begins()[0] == begins()[1] > timeline.fontMetrics().horizontalAdvance("mcp__files__read_file_x")
    session.show(replace(index, tools=(LONG, *index.tools[1:])))
    usual = round(MAX_USUAL_NAMES_SHARE * timeline.width())
    assert begins() == [usual, usual], "a fifth for long names, of which the middle is left out"
    session.set_view(100.0, 200.0)
    before, lanes = timeline.x_of(100), timeline.rows
    for taken in (usual - 15, usual + 5):  # a place of 24 pixels, in which the hand need not be exact
        QTest.mouseMove(timeline, QPoint(taken, 30))
        assert timeline.cursor().shape() is Qt.CursorShape.SplitHCursor
        QTest.mousePress(timeline, LEFT, NONE, QPoint(taken, 30))
        QTest.mouseMove(timeline, QPoint(taken + 60, 30))
        assert session.names_width == usual + 60
        QTest.mouseRelease(timeline, LEFT, NONE, QPoint(taken + 60, 30))
        assert timeline.x_of(100) == before + 60
        assert begins() == [usual + 60, usual + 60]
        session.set_names_width(None)
    assert (session.position, session.view) == (0, (100.0, 200.0))
    assert timeline.rows is lanes, "what is drawn is not made anew for each pixel"

    QTest.mousePress(timeline, LEFT, NONE, QPoint(usual, 30))
    QTest.mouseMove(timeline, QPoint(2, 30))
    QTest.mouseRelease(timeline, LEFT, NONE, QPoint(2, 30))
    assert begins() == [MIN_NAMES_PX, MIN_NAMES_PX]
    QTest.mouseDClick(timeline, LEFT, NONE, QPoint(MIN_NAMES_PX, 30))
    roomy = begins()[0]
    assert roomy > timeline.fontMetrics().horizontalAdvance(LONG)
    menu = timeline.lane_menu(None)
    widths = {action.text(): action for action in menu.actions()}
    for text, width in (("Narrower names", roomy - 32), ("Wider names", roomy + 32), ("Usual names", usual)):
        widths[text].trigger()
        assert begins() == [width, width], text
    assert session.names_width is None
    menu.close()
