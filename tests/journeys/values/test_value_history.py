"""The history of the chosen value: when it changed, and steps from change to change."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from replay_gui import Recorder
from replay_gui.core.log.positions import Position
from replay_gui.widgets.run.state_inspector import StateInspector
from tests.helpers.journey import Journey

Key, Alt = Qt.Key, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Event 1 begins the run; 2, 4 and 7 change the plan, 5 writes it again, 8 removes it."""
    path = tmp_path / "run.rlog"
    with Recorder(path, "a", "1") as run:
        run.memory_write("plan", "one")
        run.memory_write("other", 1)
        run.memory_write("plan", "two")
        run.memory_write("plan", "two")
        run.observation("message", "user", "go on")
        run.memory_write("plan", {"steps": ["three"]})
        run.memory_delete("plan")
        run.memory_write("other", 2)
    return path


def choose(journey: Journey, *path: str | int) -> StateInspector:
    inspector = journey.window.run_view.state
    inspector.tree.reveal(path)
    row = inspector.tree.row_of(path)
    assert row is not None
    inspector.view.choose(row)
    journey.until(lambda: not inspector.trace.tracing)
    return inspector


def test_before_the_first_event_the_end_stands_beside_the_card(journey: Journey, log: Path) -> None:
    journey.open(log)
    inspector = journey.window.run_view.state
    journey.until(lambda: inspector.accessibleName() == "State at the end")
    inspector.tree.reveal(("memory", "other"))
    row = inspector.tree.row_of(("memory", "other"))
    assert row is not None
    assert (inspector.tree.row(row).text, inspector.tree.row_of(("memory", "plan"))) == ("2", None)
    journey.press(Key.Key_Right)
    journey.arrive(1)
    assert inspector.accessibleName() == "State after 1"


def test_the_chosen_value_says_when_it_changed(journey: Journey, log: Path) -> None:
    journey.open(log)
    journey.session.seek(Position(6))
    journey.arrive(6)
    inspector = choose(journey, "memory", "plan")
    assert inspector.trace_bar.isVisible()
    assert inspector.trace_bar.words.text().startswith("plan: changed 4 times, last by 4 (Memory")
    assert list(journey.session.marks.value_changes) == [1, 3, 6, 7]


def test_keys_and_buttons_go_from_change_to_change(journey: Journey, log: Path) -> None:
    journey.open(log)
    journey.session.seek(Position(6))
    journey.arrive(6)
    inspector = choose(journey, "memory", "plan")
    for key, position in ((Key.Key_Up, 4), (Key.Key_Up, 2), (Key.Key_Up, 2), (Key.Key_Down, 4), (Key.Key_Down, 7)):
        journey.press(key, Alt)
        journey.arrive(position)
    QTest.mouseClick(inspector.trace_bar.next, Qt.MouseButton.LeftButton)
    journey.arrive(8)
    assert inspector.trace_bar.words.text().startswith("plan: changed 4 times, removed by 8 (Memory")
    assert not inspector.trace_bar.next.isEnabled()
    QTest.mouseClick(inspector.trace_bar.previous, Qt.MouseButton.LeftButton)
    journey.arrive(7)
    assert inspector.tree.path(inspector.view.currentIndex().row()) == ("memory", "plan")


def test_a_value_that_is_not_there_yet_is_said_so(journey: Journey, log: Path) -> None:
    journey.open(log)
    journey.session.seek(Position(7))
    journey.arrive(7)
    inspector = choose(journey, "memory", "plan", "steps", 0)
    assert inspector.trace_bar.words.text().startswith("steps[0]: changed 2 times, last by 7 (Memory")
    journey.session.seek(Position(3))
    journey.arrive(3)
    assert inspector.trace_bar.words.text().startswith("steps[0]: changed 2 times, first by 7 (Memory")


def test_another_run_begins_without_a_chosen_value(journey: Journey, log: Path, tmp_path: Path) -> None:
    journey.open(log)
    journey.session.seek(Position(6))
    journey.arrive(6)
    inspector = choose(journey, "memory", "other")
    other = tmp_path / "other.rlog"
    with Recorder(other, "a", "1") as run:
        run.memory_write("plan", "one")
    journey.open(other)
    assert inspector.trace.path is None
    assert not inspector.trace_bar.isVisible()
    assert len(journey.session.marks.value_changes) == 0


def test_a_trace_can_be_stopped(journey: Journey, log: Path) -> None:
    journey.open(log)
    journey.session.seek(Position(6))
    journey.arrive(6)
    inspector = journey.window.run_view.state
    inspector.trace.follow(("memory", "plan"))
    assert inspector.trace.tracing
    QTest.mouseClick(inspector.trace_bar.stop, Qt.MouseButton.LeftButton)
    assert not inspector.trace.tracing
    assert inspector.trace.words == "its history is not known: stopped"
    assert not inspector.trace_bar.stop.isVisible()
