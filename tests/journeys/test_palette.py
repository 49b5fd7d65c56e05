"""Ctrl+K: actions, tools, kinds, events, values and runs by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from replay_gui.core.translation.numbers import use_number_signs
from replay_gui.engine.answers import IndexGrew
from replay_gui.models.palette.palette_entry import PaletteGroup
from replay_gui.samples import REFERENCE
from replay_gui.windows.palette.command_palette import CommandPalette
from tests.helpers.journey import Journey
from tests.helpers.logs import write_log

Key, Ctrl = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "run.rlog")


@pytest.fixture
def _german_numbers() -> Iterator[None]:
    use_number_signs(".", ",")
    yield
    use_number_signs(",", ".")


def search(journey: Journey, text: str) -> CommandPalette:
    """The palette, opened by its key, with this text typed into it."""
    journey.press(Key.Key_K, Ctrl)
    (palette,) = journey.window.findChildren(CommandPalette)
    assert palette.line.hasFocus()
    QTest.keyClicks(palette.line, text)
    return palette


def chosen(palette: CommandPalette) -> tuple[str, PaletteGroup]:
    entry = palette.view.model().entry(palette.view.currentIndex().row())  # type: ignore[attr-defined]
    return entry.name, entry.group


def test_an_action_by_a_few_of_its_letters(journey: Journey, log: Path) -> None:
    journey.open(log)
    palette = search(journey, "to the en")
    assert chosen(palette) == ("To the end", PaletteGroup.ACTION)
    journey.press(Key.Key_Return)
    assert palette.isHidden()
    journey.arrive(51)


def test_without_a_run_what_needs_one_is_not_done(journey: Journey) -> None:
    palette = search(journey, "to the end")
    assert chosen(palette) == ("To the end", PaletteGroup.ACTION)
    journey.press(Key.Key_Return)
    assert palette.isVisible()
    journey.press(Key.Key_Escape)
    assert palette.isHidden()
    assert journey.window.focusWidget() is not palette.line


def test_an_event_by_its_number_and_a_recent_run(journey: Journey, log: Path, tmp_path: Path) -> None:
    journey.open(write_log(tmp_path / "older.rlog", turns=3))
    journey.open(log)
    palette = search(journey, "33")
    assert chosen(palette) == ("Event 33", PaletteGroup.EVENT)
    journey.press(Key.Key_Return)
    journey.arrive(33)
    search(journey, "older")
    assert chosen(palette) == ("older.rlog", PaletteGroup.RUN)
    journey.press(Key.Key_Return)
    journey.until(lambda: journey.session.facts is not None and journey.session.facts.name == "older.rlog")


@pytest.mark.usefixtures("_german_numbers")
def test_the_number_of_an_event_as_the_language_writes_it(journey: Journey, tmp_path: Path) -> None:
    journey.open(write_log(tmp_path / "long.rlog", turns=250))
    palette = search(journey, "1.033")
    assert chosen(palette) == ("Event 1.033", PaletteGroup.EVENT)
    journey.press(Key.Key_Return)
    journey.arrive(1033)


def test_a_tool_and_a_kind_are_listed_alone(journey: Journey, log: Path) -> None:
    journey.open(log)
    table = journey.window.run_view.events.table
    tool = journey.session.index.tools[0]
    palette = search(journey, tool)
    assert chosen(palette) == (tool, PaletteGroup.TOOL)
    journey.press(Key.Key_Return)
    assert {table.event_row(row).tool for row in range(table.rowCount())} == {tool}
    search(journey, "memorywrite")
    assert chosen(palette) == ("Memory (MemoryWrite)", PaletteGroup.KIND)
    journey.press(Key.Key_Return)
    assert {table.event_row(row).kind for row in range(table.rowCount())} == {"MemoryWrite"}
    for absent in ("patchrejected", "toolrequest"):  # without events; listed by its tool
        palette = search(journey, absent)
        assert chosen(palette)[1] is PaletteGroup.SEARCH
        journey.press(Key.Key_Escape)


def test_a_value_of_the_state_at_the_position(journey: Journey) -> None:
    journey.open(REFERENCE.path)
    journey.press(Key.Key_End)
    journey.arrive(journey.session.index.count)
    journey.press(Key.Key_I, Ctrl)  # the facts stand in the place of the state
    state = journey.window.run_view.state
    palette = search(journey, "messages[0].content")
    journey.until(lambda: palette.view.model().rowCount() > 0)
    assert chosen(palette) == ("messages[0].content", PaletteGroup.VALUE)
    journey.press(Key.Key_Return)
    assert state.isVisible()
    assert state.tree.path(state.view.currentIndex().row()) == ("messages", 0, "content")
    assert state.trace.path == ("messages", 0, "content")


def test_the_arrows_choose_and_a_click_elsewhere_closes(journey: Journey, log: Path) -> None:
    journey.open(log)
    palette = search(journey, "theme")
    first = chosen(palette)[0]
    journey.press(Key.Key_Down)
    assert chosen(palette)[0] != first
    journey.press(Key.Key_Up)
    assert chosen(palette)[0] == first
    assert journey.session.position == 0, "the keys of the palette are not those of the window"
    QTest.mouseClick(journey.window.run_view.events.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, 30))
    assert palette.isHidden()


def test_what_is_read_while_it_is_open_is_offered(journey: Journey, log: Path) -> None:
    journey.open(log)
    palette = search(journey, "later_tool")
    assert chosen(palette) == ("Find “later_tool” in events", PaletteGroup.SEARCH)
    journey.press(Key.Key_Return)
    assert journey.window.find_field.line.text() == "later_tool"
    palette = search(journey, "later_tool")
    index = journey.session.index
    groups = replace(index.groups, tools=np.append(index.groups.tools, 1))
    grown = replace(index, tools=(*index.tools, "later_tool"), groups=groups)
    journey.session.following.on_following_message(IndexGrew(grown))
    assert chosen(palette) == ("later_tool", PaletteGroup.TOOL)
