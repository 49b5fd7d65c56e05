"""Finding text in both runs of a comparison, by hand and by key."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from replay_gui.core.recorder.recorder import Recorder
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.run.event_search_model import EventSearchModel
from replay_gui.widgets.comparison.divergence_search import DivergenceFind
from replay_gui.widgets.parts.find_field import FindField
from replay_gui.windows.run_bar import RunBar
from tests.helpers.journey import Journey

Key, Ctrl, Shift = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
None_ = Qt.KeyboardModifier.NoModifier


def _record(path: Path, messages: list[str]) -> Path:
    with Recorder(path, "t", "1", {}, run_id=path.stem, created=1) as run:
        for number, words in enumerate(messages):
            run.decision("step", words, time=number + 2)
    return path


@pytest.fixture
def comparison(journey: Journey, tmp_path: Path) -> ComparisonSession:
    """Steps of A and B, in rows: needle at 10 in both, at 40 in A, at 51 in B alone, at 90 in both."""
    listed = [f"step {number}" for number in range(120)]
    for number in (9, 89):
        listed[number] = f"Needle {number}"
    a, b = [*listed], [*listed]
    a[39] = "the needle of A"
    b.insert(50, "a needle that only B has")
    journey.window.comparison.start(str(_record(tmp_path / "b.rlog", b)), str(_record(tmp_path / "a.rlog", a)))
    return journey.compared()


def _finding(journey: Journey) -> DivergenceFind:
    return journey.window.compare_view.divergences.finding


def _search(journey: Journey, text: str) -> EventSearchModel:
    journey.press(Key.Key_F, Ctrl)
    line = journey.window.focusWidget()
    assert isinstance(line, QLineEdit)
    assert line is _finding(journey).field.line
    QTest.keyClicks(line, text)
    finder = journey.window.compare_view.divergences.finder
    journey.until(lambda: finder.text == text and not finder.searching)
    return finder


def test_hits_of_both_are_counted_marked_and_gone_through(journey: Journey, comparison: ComparisonSession) -> None:
    assert not _finding(journey).isVisible()
    view = journey.window.compare_view.divergences
    comparison.select(0)
    finder = _search(journey, "needle")
    assert _finding(journey).field.count.text() == "4 hits"
    assert comparison.a.marks.found.tolist() == [10, 40, 90]
    assert comparison.b.marks.found.tolist() == [10, 51, 91]
    assert len(comparison.a.marks.divergences)
    assert len(view.strip.hits()) == 4
    for key, modifiers, row, text, found in (
        (Key.Key_F3, None_, 10, "1 of 4", [("A, B", "Needle 9")]),
        (Key.Key_F3, None_, 40, "2 of 4", [("A", "the needle of A")]),
        (Key.Key_Return, None_, 51, "3 of 4", [("B", "a needle that only B has")]),
        (Key.Key_F3, None_, 91, "4 of 4", [("A, B", "Needle 89")]),
        (Key.Key_F3, None_, 10, "1 of 4", [("A, B", "Needle 9")]),
        (Key.Key_F3, Shift, 91, "4 of 4", [("A, B", "Needle 89")]),
        (Key.Key_Return, Shift, 51, "3 of 4", [("B", "a needle that only B has")]),
    ):
        journey.press(key, modifiers)
        assert (comparison.row, finder.status_text) == (row, text)
        assert [(side, hit.text) for side, hit in _finding(journey).found.hits] == found
        first, last = view.view.rows_in_sight()
        assert first <= row <= last
        assert view.view.currentIndex().row() == row
    journey.compared()
    assert view.view.side.name == "SIDE_B"
    journey.press(Key.Key_F3, Shift)
    assert view.view.side.name == "SIDE_A"
    assert (comparison.a.position, comparison.b.position) == (41, 41)


def test_a_hit_in_a_fold_is_unfolded(journey: Journey, comparison: ComparisonSession) -> None:
    journey.press(Key.Key_C, Ctrl | Shift)
    rows = journey.window.compare_view.divergences.rows
    assert rows.shown.fold(rows.shown.line(10))
    _search(journey, "needle 9")
    journey.press(Key.Key_F3)
    assert comparison.row == 10
    assert not rows.shown.fold(rows.shown.line(10))
    assert rows.shown.fold(rows.shown.line(2))
    assert journey.window.compare_view.divergences.view.currentIndex().row() == rows.shown.line(10)


def test_escape_closes_from_the_line_and_from_the_rows(journey: Journey, comparison: ComparisonSession) -> None:
    view = journey.window.compare_view.divergences
    _search(journey, "needle")
    journey.press(Key.Key_Escape)
    assert not _finding(journey).isVisible()
    assert len(comparison.a.marks.found) == len(comparison.b.marks.found) == len(view.strip.hits()) == 0
    assert len(comparison.b.marks.divergences)
    assert view.view.hasFocus()
    journey.press(Key.Key_F3)  # nothing is looked for: to the line
    assert _finding(journey).field.line.hasFocus()
    _search(journey, "needle")
    view.view.setFocus()
    journey.press(Key.Key_F3)
    assert view.view.hasFocus()
    journey.until(lambda: not journey.window.actions_["cancel"].isEnabled())  # while it is, the key ends what works
    journey.press(Key.Key_Escape)
    assert not _finding(journey).isVisible()
    _search(journey, "needle")
    _finding(journey).field.stop.click()
    assert not _finding(journey).isVisible()
    view.find_button.click()
    assert _finding(journey).field.line.hasFocus()


def test_sides_are_swapped_and_the_search_goes_on(journey: Journey, comparison: ComparisonSession) -> None:
    finder = _search(journey, "only B has")
    assert len(comparison.b.marks.found) == 1
    journey.press(Key.Key_S, Ctrl | Shift)
    journey.until(lambda: comparison.a.facts is not None and comparison.a.facts.name == "b.rlog")
    journey.compared()
    journey.until(lambda: finder.count == 1 and not finder.searching)
    assert (len(comparison.a.marks.found), len(comparison.b.marks.found)) == (1, 0)
    assert _finding(journey).field.line.text() == "only B has"


def test_what_is_looked_for_goes_along_from_one_run_to_two_and_back(
    journey: Journey, comparison: ComparisonSession
) -> None:
    assert comparison.b.facts is not None
    other = comparison.b.facts.path
    bar = journey.window.findChild(RunBar)
    assert bar is not None
    (field,) = bar.findChildren(FindField)
    _search(journey, "needle")
    journey.press(Key.Key_W, Ctrl | Shift)
    assert not comparison.active
    assert (field.line.text(), field.count.text()) == ("needle", "2 of 3")
    field.begin()
    QTest.keyClicks(field.line, "step 11")
    journey.until(lambda: field.count.text() == "11 hits")
    comparison.start(other)
    journey.compared()
    finder = journey.window.compare_view.divergences.finder
    journey.until(lambda: not finder.searching)
    assert _finding(journey).isVisible()
    assert _finding(journey).field.line.text() == "step 11"
    assert finder.words == "11 hits"
    _finding(journey).end()
    journey.press(Key.Key_W, Ctrl | Shift)
    assert field.line.text() == ""
