"""All changes of the chosen value: the table, the jump from it, the plot of numbers, the way to the writer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from replay_gui import Recorder
from replay_gui.core.log.positions import Position
from replay_gui.windows.values.changes_dialog import ChangesDialog
from tests.helpers.journey import Journey

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Event 1 begins the run; 2, 3, 5 and 6 set the budget, 7 removes it."""
    path = tmp_path / "run.rlog"
    with Recorder(path, "a", "1") as run:
        run.memory_write("budget", 10)
        run.memory_write("budget", 7.5)
        run.memory_write("other", True)
        run.memory_write("budget", "none left")
        run.memory_write("budget", 3)
        run.memory_delete("budget")
    return path


def changes_of(journey: Journey, *path: str | int) -> ChangesDialog:
    journey.window.run_view.state.show_value(path)
    journey.press(Key.Key_F12, Shift)
    (dialog,) = journey.window.findChildren(ChangesDialog)
    journey.until(lambda: not dialog.table.listing)
    return dialog


def cells(dialog: ChangesDialog) -> list[tuple[str, ...]]:
    table = dialog.table
    return [tuple(str(table.index(row, column).data()) for column in (0, 3, 4)) for row in range(table.rowCount())]


def test_every_change_is_listed_and_a_row_goes_there(journey: Journey, log: Path) -> None:
    journey.open(log)
    journey.session.seek(Position(4))
    journey.arrive(4)
    dialog = changes_of(journey, "memory", "budget")
    assert dialog.windowTitle() == "All changes of memory.budget"
    assert dialog.words.text() == "5 changes"
    assert cells(dialog) == [
        ("2", "not there", "10"),
        ("3", "10", "7.5"),
        ("5", "7.5", "none left"),
        ("6", "none left", "3"),
        ("7", "3", "not there"),
    ]
    assert dialog.view.currentIndex().row() == 1  # the last change at or before 4
    assert journey.session.position == 4
    dialog.view.setCurrentIndex(dialog.table.index(3, 0))
    journey.arrive(6)
    dialog.view.setCurrentIndex(dialog.table.index(4, 0))
    journey.arrive(7)
    journey.session.seek(Position(1))
    assert not dialog.view.currentIndex().isValid()
    positions, values = dialog.table.numbers()
    assert positions.tolist() == [2, 3, 5, 6, 7]
    np.testing.assert_array_equal(values, [10, 7.5, np.nan, 3, np.nan])
    assert dialog.plot.isVisible()


def test_the_table_follows_the_chosen_value_and_texts_have_no_plot(journey: Journey, log: Path) -> None:
    journey.open(log)
    journey.session.seek(Position(5))
    journey.arrive(5)
    dialog = changes_of(journey, "memory", "budget")
    journey.window.run_view.state.show_value(("memory", "other"))
    journey.until(lambda: not dialog.table.listing)
    assert dialog.windowTitle() == "All changes of memory.other"
    assert cells(dialog) == [("4", "not there", "true")]
    assert not dialog.plot.isVisible()
    dialog.close()


def test_a_key_goes_to_the_writer(journey: Journey, log: Path) -> None:
    journey.open(log)
    journey.session.seek(Position(4))
    journey.arrive(4)
    state = journey.window.run_view.state
    state.show_value(("memory", "budget"))
    journey.until(lambda: len(state.trace.indexes) == 5)
    journey.press(Key.Key_F12)
    journey.arrive(3)
