"""Finding text inside an event and inside a panel."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from replay_gui.core.log.positions import Position
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.widgets.run.event_detail import RAW, READABLE, TREE
from tests.helpers.journey import Journey

Key, Ctrl, Shift = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
FAR = "x " * 50_000  # more than a page of text


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "run.rlog"
    with Recorder(path, agent_type="a", agent_version="1", config={}) as run:
        run.observation("message", "user", {"first": "a needle", "second": "and a Needle", "third": "needle, needle"})
        run.observation("message", "user", "nothing here")
        run.observation("message", "user", FAR + "a needle")
        run.memory_write("needle", "in the state")
        run.memory_write("other", "later")
    return path


def find(journey: Journey, text: str) -> None:
    journey.press(Key.Key_F, Ctrl)
    line = journey.window.focusWidget()
    assert isinstance(line, QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, text)
    journey.until(lambda: journey.window.finder.text == text and not journey.window.finder.searching)


@pytest.mark.parametrize("tab", [READABLE, TREE, RAW])
def test_f3_walks_the_matches_of_an_event_before_it_goes_to_the_next(journey: Journey, log: Path, tab: int) -> None:
    journey.open(log)
    detail = journey.window.run_view.detail
    journey.press(Key.Key_Right)
    journey.press(Key.Key_Right)
    journey.arrive(2)
    detail.show_tab(tab)
    find(journey, "needle")
    count = 3 if tab == TREE else 4  # a row of the tree is one match
    assert detail.search.words == f"1 of {count}"
    for number in range(2, count + 1):
        journey.press(Key.Key_F3)
        assert detail.search.words == f"{number} of {count}"
        assert journey.session.position == 2
    if tab == TREE:
        assert detail.tree.path(detail.tree_view.currentIndex().row())[-1] == "third"
    journey.press(Key.Key_F3)
    journey.arrive(4)
    if tab == TREE:
        assert detail.search.words == "", "the tree looks at the first 4,096 characters"
    else:
        journey.until(lambda: detail.search.words == "1 of 1")
    journey.press(Key.Key_F3, Shift)
    journey.arrive(2)
    assert detail.search.words == f"{count} of {count}", "from behind, the last one is first"
    journey.press(Key.Key_Escape)
    assert detail.search.words == ""


def test_a_match_far_down_a_long_text_is_scrolled_to(journey: Journey, log: Path) -> None:
    journey.open(log)
    detail = journey.window.run_view.detail
    find(journey, "needle")
    journey.session.seek(Position(4))
    journey.arrive(4)
    journey.until(lambda: detail.search.words == "1 of 1")
    bar = detail.text.verticalScrollBar()
    assert bar.value() > bar.maximum() // 2
    assert len(detail.text.extraSelections()) == 1


def test_ctrl_f_inside_a_panel_finds_in_that_panel(journey: Journey, log: Path) -> None:
    journey.open(log)
    view = journey.window.run_view
    journey.press(Key.Key_End)
    journey.arrive(6)
    view.detail.text.setFocus()
    journey.press(Key.Key_F, Ctrl)
    assert view.detail.find_bar.line.hasFocus()
    QTest.keyClicks(view.detail.find_bar.line, "e")
    first = view.detail.search.words
    journey.press(Key.Key_Return)
    assert view.detail.search.words != first
    journey.press(Key.Key_F3, Shift)
    assert view.detail.search.words == first
    assert journey.window.finder.text == ""
    journey.press(Key.Key_Escape)
    assert view.detail.find_bar.isHidden()
    assert view.detail.text.hasFocus()
    view.state.view.setFocus()
    journey.press(Key.Key_F, Ctrl)
    assert view.state.search.hasFocus()


def test_hits_that_the_event_did_not_change_are_told(journey: Journey, log: Path) -> None:
    journey.open(log)
    state = journey.window.run_view.state
    journey.press(Key.Key_End)
    journey.arrive(6)
    state.changed_only.click()
    state.view.setFocus()
    journey.press(Key.Key_F, Ctrl)
    QTest.keyClicks(state.search, "in the state")
    assert state.hits.text() == "0 · 1 hidden by “Changed only”"
    assert state.view.hint == "1 hit in values that this event did not change."
    state.changed_only.click()
    assert state.hits.text() == "1"
