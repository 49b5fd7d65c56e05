"""The origin of a value: its writer, the causes, and the first event with it; each certain or possible."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from replay_gui import Recorder
from replay_gui.core.log.positions import Position
from replay_gui.windows.values.origin_dialog import OriginDialog
from tests.helpers.journey import Journey

Key, Ctrl = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """1 begins; 2 the user; 3, 4 a search that says the flight; 5 a note of it; 6 a note of something short."""
    path = tmp_path / "run.rlog"
    with Recorder(path, "a", "1") as run:
        run.observation("message", "user", "find me a flight")
        call = run.tool_request("search", {"to": "Oslo"})
        run.tool_response(call, {"flight": "SK-4711-B"})
        run.memory_write("flight", "SK-4711-B")
        run.memory_write("seats", 2)
    return path


def origin_of(journey: Journey, *path: str | int) -> OriginDialog:
    state = journey.window.run_view.state
    state.show_value(path)
    journey.press(Key.Key_F12, Ctrl)
    (dialog,) = journey.window.findChildren(OriginDialog)
    journey.until(lambda: not dialog.origin.working)
    return dialog


def test_the_first_answer_with_it_is_only_possible_since_its_text_is_equal(journey: Journey, log: Path) -> None:
    journey.open(log)
    journey.session.seek(Position(6))
    journey.arrive(6)
    dialog = origin_of(journey, "memory", "flight")
    assert dialog.windowTitle() == "Where memory.flight came from"
    steps = [(row.name, row.position, row.certain) for row in dialog.origin.rows]
    assert steps[0] == ("written by", 5, True)
    assert ("first in", 4, False) in steps
    assert ("asked in", 3, False) in steps
    assert "possible" in dialog.words.text()
    assert journey.session.marks.shows_origins
    next(row for row in dialog.rows if row.aim == 4).click()
    journey.arrive(4)
    dialog.close()
    assert not journey.session.marks.shows_origins


def test_a_short_value_is_not_searched(journey: Journey, log: Path) -> None:
    journey.open(log)
    journey.session.seek(Position(6))
    journey.arrive(6)
    dialog = origin_of(journey, "memory", "seats")
    assert [row.name for row in dialog.origin.rows] == ["written by"]
    assert dialog.words.text().startswith("The value is too short")
