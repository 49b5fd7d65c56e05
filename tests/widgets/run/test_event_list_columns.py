from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QFontMetrics, QFontMetricsF
from pytestqt.qtbot import QtBot

from replay_gui.look.theme import ui_font
from replay_gui.models.run.event_filter import EventFilter
from replay_gui.models.run.event_table import EventColumn
from replay_gui.models.run.run_search import RunSearch
from replay_gui.widgets.run.event_list import EventList
from replay_gui.widgets.run.filter_menu import FilterMenu
from tests.helpers.shown import shown
from tests.helpers.story import StorySession, story_index


@pytest.mark.parametrize("events", [40, 6_000])
def test_the_counts_in_the_menu_of_filters_end_below_each_other(qtbot: QtBot, events: int) -> None:
    menu, index = FilterMenu(), story_index(events)
    qtbot.addWidget(menu)
    menu.fill(index, EventFilter())
    counts = [action.text().partition("\t")[2] for action in menu.actions() if "\t" in action.text()]
    metrics = QFontMetricsF(ui_font())
    assert len({len(count.strip("\u2007\u2008")) for count in counts}) > 1
    assert len({round(metrics.horizontalAdvance(count), 1) for count in counts}) == 1


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
