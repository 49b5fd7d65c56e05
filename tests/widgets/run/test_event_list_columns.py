from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot

from replay_gui.look.theme import ui_font
from replay_gui.models.run.event_table import EventColumn
from replay_gui.models.run.run_search import RunSearch
from replay_gui.widgets.run.event_list import EventList
from tests.helpers.shown import shown
from tests.helpers.story import StorySession


def test_names_get_more_room_in_a_wide_list(qtbot: QtBot) -> None:
    session = StorySession()
    events = shown(qtbot, EventList(session, RunSearch(session)), 500, 480)
    tool = "update_the_reservation_of_flights_for_everybody"
    session.index = replace(session.index, tools=(tool, *session.index.tools[1:]))
    session.index_changed.emit()
    needed = QFontMetrics(ui_font()).horizontalAdvance(tool)
    widths = []
    for width in (500, 1500, 500):
        with qtbot.waitSignal(events.view.sight_changed):
            events.resize(width, 400)
        widths.append(events.view.columnWidth(EventColumn.LABEL))
    assert widths[0] == widths[2] < needed < widths[1]
