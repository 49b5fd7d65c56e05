from __future__ import annotations

from pytestqt.qtbot import QtBot

from replay_gui.widgets.parts.panel_find_bar import PanelFindBar
from tests.helpers.shown import shown


def test_the_bar_is_gone_when_it_says_so_and_says_so_once(qtbot: QtBot) -> None:
    bar = shown(qtbot, PanelFindBar("Find", "Find in the panel"), 300, 60)
    records: list[tuple[bool, bool]] = []

    def on_opened(on: bool) -> None:
        records.append((on, bar.isHidden()))
        if not on:
            bar.end()  # as a button does that is released when the bar goes

    bar.end()
    bar.opened.connect(on_opened)
    bar.begin()
    bar.line.setText("word")
    bar.end()
    assert records == [(True, False), (False, True)]
    assert bar.line.text() == ""
