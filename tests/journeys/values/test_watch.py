"""The watched values on top of the state: pinned, followed through absence, kept for the format, on both sides."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from replay_gui import Recorder
from replay_gui.core.log.positions import Position
from replay_gui.models.comparison.diff_lines import DiffStyle
from replay_gui.models.values.value_row import ChangeMark
from replay_gui.widgets.values.watch_view import WatchView
from replay_gui.windows.compare_status import CompareStatus
from tests.helpers.journey import Journey

Key, Ctrl, Alt = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def write(path: Path, *plans: str) -> Path:
    """Event 1 begins the run; 2 notes something else; then the plans, something else, no plan, something else."""
    with Recorder(path, "a", "1") as run:
        run.memory_write("other", 1)
        for plan in plans:
            run.memory_write("plan", plan)
        run.memory_write("other", 2)
        run.memory_delete("plan")
        run.memory_write("other", 3)
    return path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write(tmp_path / "run.rlog", "one", "two")


def go(journey: Journey, position: int) -> None:
    journey.session.seek(Position(position))
    journey.arrive(position)


def watch(journey: Journey, *path: str | int) -> WatchView:
    inspector = journey.window.run_view.state
    inspector.show_value(path)
    journey.press(Key.Key_W, Ctrl | Alt)
    return inspector.watched


def words(watched: WatchView) -> list[str]:
    return [str(watched.model().index(row, 0).data()) for row in range(watched.model().rowCount())]


def test_a_watched_value_is_followed_through_absence(journey: Journey, log: Path) -> None:
    journey.open(log)
    go(journey, 4)
    watched = watch(journey, "memory", "plan")
    assert watched.isVisible()
    journey.until(lambda: watched.model().row(0).mark is ChangeMark.CHANGED)  # type: ignore[attr-defined]
    assert words(watched) == ['memory.plan "two" before: "one"']
    for position, text in (
        (1, "memory.plan not there until 3"),
        (5, 'memory.plan "two"'),
        (6, "memory.plan removed at 6"),
        (7, "memory.plan removed at 6"),
    ):
        go(journey, position)
        journey.until(lambda expected=text: words(watched) == [expected])  # type: ignore[misc]
    journey.press(Key.Key_W, Ctrl | Alt)
    assert not watched.isVisible()


def test_a_click_shows_the_value_and_delete_ends_the_watch(journey: Journey, log: Path) -> None:
    journey.open(log)
    go(journey, 5)
    watch(journey, "memory", "plan")
    watched = watch(journey, "memory", "other")
    assert words(watched)[0] == 'memory.plan "two"'
    inspector = journey.window.run_view.state
    QTest.mouseClick(
        watched.viewport(), Qt.MouseButton.LeftButton, pos=watched.visualRect(watched.model().index(0, 0)).center()
    )
    assert inspector.trace.path == ("memory", "plan")
    watched.setFocus()
    watched.setCurrentIndex(watched.model().index(0, 0))
    journey.press(Key.Key_Delete)
    assert [text.split()[0] for text in words(watched)] == ["memory.other"]


def test_the_watch_list_is_kept_for_the_format(journey: Journey, log: Path, tmp_path: Path) -> None:
    journey.open(log)
    go(journey, 5)
    watch(journey, "memory", "plan")
    foreign = tmp_path / "foreign.jsonl"
    foreign.write_text('{"kind": "note", "text": "a"}\n{"kind": "note", "text": "b"}\n')
    journey.open(foreign)
    assert not journey.window.run_view.state.watched.isVisible()
    journey.open(write(tmp_path / "other.rlog", "three"))
    watched = journey.window.run_view.state.watched
    journey.until(lambda: words(watched) == ["memory.plan not there until 3"])
    assert watched.isVisible()


def test_the_comparison_shows_both_sides_of_what_is_watched(journey: Journey, log: Path, tmp_path: Path) -> None:
    journey.open(log)
    go(journey, 4)
    watch(journey, "memory", "plan")
    watch(journey, "memory", "other")
    journey.window.comparison.start(str(write(tmp_path / "b.rlog", "one", "deux")))
    comparison = journey.window.comparison
    journey.until(lambda: comparison.settled)
    rows = journey.window.compare_view.step.watched.model()

    def lines() -> list[tuple[DiffStyle, str, str | None, str | None]]:
        shown = (rows.line(row) for row in range(rows.rowCount()))  # type: ignore[attr-defined]
        return [(line.style, line.key, line.a, line.b) for line in shown]

    comparison.select(3)
    journey.until(lambda: lines()[:1] == [(DiffStyle.PAIR, "memory.plan", '"two"', '"deux"')])
    assert lines()[1][:2] == (DiffStyle.QUIET, "memory.other")
    comparison.select(0)
    journey.until(lambda: rows.line(0).note == "not there until 3")  # type: ignore[attr-defined]
    step = journey.window.compare_view.step
    step.watched.setFocus()
    step.watched.setCurrentIndex(rows.index(0, 0))
    journey.press(Key.Key_W, Ctrl | Alt)
    assert [line[1] for line in lines()] == ["memory.other"]
    journey.press(Key.Key_W, Ctrl | Alt)  # no value is chosen, which is said
    assert "choose it" in journey.window.compare_view.findChildren(CompareStatus)[0].currentMessage()
    journey.window.actions_["show_divergences"].setChecked(True)
    comparison.select(3)

    def paths() -> list[str]:
        return [step.state_rows.line(row).path for row in range(step.state_rows.rowCount())]

    journey.until(lambda: "/memory/plan" in paths())
    step.state.setFocus()
    step.state.setCurrentIndex(step.state_rows.index(paths().index("/memory/plan"), 0))
    journey.press(Key.Key_W, Ctrl | Alt)
    assert [line[1] for line in lines()] == ["memory.other", "memory.plan"]
