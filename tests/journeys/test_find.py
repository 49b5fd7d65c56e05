"""Finding text in a run, by hand and by key."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from replay_gui.core.log.positions import EventIndex
from replay_gui.models.run.run_search import RunSearch
from replay_gui.widgets.parts.find_field import FindField
from replay_gui.widgets.run.event_list import EventList
from replay_gui.windows.run_bar import RunBar
from tests.helpers.journey import Journey
from tests.helpers.logs import write_log

Key, Ctrl, Shift = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "run.rlog")


def field(journey: Journey) -> FindField:
    (bar,) = journey.window.findChildren(RunBar)
    (found,) = bar.findChildren(FindField)
    return found


def finder(journey: Journey) -> RunSearch:
    return journey.window.finder


def events(journey: Journey) -> EventList:
    (found,) = journey.window.findChildren(EventList)
    return found


def search(journey: Journey, text: str) -> None:
    journey.press(Key.Key_F, Ctrl)
    line = journey.window.focusWidget()
    assert isinstance(line, QLineEdit)
    QTest.keyClicks(line, text)
    journey.until(lambda: finder(journey).text == text and not finder(journey).searching)


def test_find_lists_marks_and_goes_from_hit_to_hit(journey: Journey, log: Path) -> None:
    journey.open(log)
    search(journey, "BECAUSE OF")
    assert field(journey).count.text() == "10 hits"
    assert events(journey).table.rowCount() == 10
    assert list(journey.session.marks.found) == [2 + 5 * turn for turn in range(10)]
    assert finder(journey).hits[EventIndex(7)].text == "because of 1"
    for key, modifiers, position in (
        (Key.Key_F3, Qt.KeyboardModifier.NoModifier, 3),
        (Key.Key_F3, Qt.KeyboardModifier.NoModifier, 8),
        (Key.Key_Return, Qt.KeyboardModifier.NoModifier, 13),
        (Key.Key_F3, Shift, 8),
        (Key.Key_F3, Shift, 3),
        (Key.Key_F3, Shift, 48),
    ):
        journey.press(key, modifiers)
        journey.arrive(position)
    assert field(journey).count.text() == "10 of 10"
    assert events(journey).view.currentIndex().row() == 9


def test_escape_ends_the_finding_and_shows_all_again(journey: Journey, log: Path) -> None:
    journey.open(log)
    search(journey, "question 3")
    assert events(journey).table.rowCount() == 1
    journey.press(Key.Key_Escape)
    assert field(journey).line.text() == ""
    assert events(journey).table.rowCount() == 51
    assert len(journey.session.marks.found) == 0


def test_hits_only_can_be_let_go_and_case_can_count(journey: Journey, log: Path) -> None:
    journey.open(log)
    search(journey, "Question")
    assert events(journey).table.rowCount() == 10
    events(journey).hits_only.click()
    assert events(journey).table.rowCount() == 51
    field(journey).case.click()
    journey.until(lambda: not finder(journey).searching)
    assert field(journey).count.text() == "no hits"


def test_a_newer_search_ends_the_one_under_way(journey: Journey, log: Path) -> None:
    journey.open(log)
    for text in ("because", "question", "fact7"):
        finder(journey).find(text)
    journey.until(lambda: not finder(journey).searching)
    assert [hit.text for hit in finder(journey).hits.values()] == ["fact7"]


def test_another_run_is_searched_for_the_same(journey: Journey, log: Path, tmp_path: Path) -> None:
    journey.open(log)
    search(journey, "because of")
    journey.open(write_log(tmp_path / "short.rlog", turns=3))
    journey.until(lambda: not finder(journey).searching)
    assert finder(journey).count == 3
    journey.window.actions_["close"].trigger()
    assert finder(journey).text == ""


def test_without_a_run_there_is_nothing_to_find(journey: Journey) -> None:
    assert not field(journey).isEnabled()
    assert not journey.window.actions_["find"].isEnabled()
