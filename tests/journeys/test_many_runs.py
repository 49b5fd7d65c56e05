"""Many runs of an evaluation: their tasks, what separates them, into a run and back, two of them compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from replay_gui.widgets.runs.picture_layout import COLUMN_WIDTH, HEAD_HEIGHT, MARK_WIDTH, NAMES_WIDTH
from replay_gui.windows.dialogs.export_dialog import ExportDialog
from replay_gui.windows.runs.runs_view import RunsView
from tests.helpers.evaluations.evaluation_logs import write_evaluation
from tests.helpers.journey import Journey

Key, Ctrl, Shift = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_evaluation(tmp_path / "runs")


def shown(journey: Journey, folder: Path) -> RunsView:
    """Opens the folder, and waits until the first task is contrasted."""
    page = journey.window.runs_page
    journey.window.open_paths([str(folder)])
    journey.until(lambda: not page.runs.working and page.runs.failures is not None)
    assert page.view.isVisible()
    return page.view


def test_a_folder_opens_as_a_page(journey: Journey, folder: Path) -> None:
    view = shown(journey, folder)
    runs = journey.window.runs_page.runs
    assert runs.counts == (6, 3, 0)
    assert runs.task is not None
    assert runs.task.task == "refund"
    assert "cancel_reservation" in view.separators.separators.item(0).title
    assert view.failures.model().rowCount() > 0
    assert journey.window.runs_page.bar.isVisible()
    assert not journey.window.run_bar.isVisible()


def test_the_arrows_go_from_task_to_task(journey: Journey, folder: Path) -> None:
    view = shown(journey, folder)
    runs = journey.window.runs_page.runs
    view.tasks.setFocus()
    journey.press(Key.Key_Down)
    journey.until(
        lambda: not runs.working and runs.contrasted is not None and runs.contrasted.chosen == runs.tasks[1].runs
    )
    assert "send_certificate" in view.separators.separators.item(0).title
    QTest.mouseClick(view.whole_button, LEFT)
    journey.until(lambda: not runs.working and runs.contrasted is not None and runs.contrasted.per_task)


def test_a_cell_opens_its_event_and_a_key_leads_back(journey: Journey, folder: Path) -> None:
    view = shown(journey, folder)
    runs = journey.window.runs_page.runs
    assert runs.contrasted is not None
    cell = runs.contrasted.picture.cells[0]
    view.picture.setFocus()
    journey.press(Key.Key_Right)  # to the first cell
    assert view.picture.current == (0, 0)
    while view.picture.current != (cell.row, cell.column):
        journey.press(Key.Key_Down if view.picture.current[0] < cell.row else Key.Key_Right)
    with journey.qtbot.waitSignal(journey.session.run_changed):
        journey.press(Key.Key_Return)
    journey.until(lambda: journey.session.position == cell.index + 1)
    assert not view.isVisible()
    journey.press(Key.Key_R, Ctrl | Shift)
    assert view.isVisible()
    assert journey.session.facts is not None  # the run stays open


def test_two_runs_are_compared(journey: Journey, folder: Path) -> None:
    view = shown(journey, folder)
    assert not view.compare_button.isEnabled()
    for row, modifier in ((0, Qt.KeyboardModifier.NoModifier), (3, Ctrl)):
        place = view.runs.visualRect(view.runs.model().index(row, 1)).center()
        QTest.mouseClick(view.runs.viewport(), LEFT, modifier, place)
    assert view.compare_button.isEnabled()
    QTest.mouseClick(view.compare_button, LEFT)
    journey.until(lambda: journey.window.comparison.settled)
    assert journey.window.compare_view.isVisible()


def test_the_head_of_a_column_chooses_what_it_separates_by(journey: Journey, folder: Path) -> None:
    view = shown(journey, folder)
    contrasted = journey.window.runs_page.runs.contrasted
    assert contrasted is not None
    columns = contrasted.picture.columns
    number = next(number for number, column in enumerate(columns) if column.separator is not None)
    x = round(NAMES_WIDTH + MARK_WIDTH + (number + 0.5) * COLUMN_WIDTH)
    QTest.mouseClick(view.picture.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(x, round(HEAD_HEIGHT) - 10))
    assert view.separators.currentIndex().row() == columns[number].separator


def test_what_passing_is_can_be_written(journey: Journey, folder: Path) -> None:
    shown(journey, folder)
    bar, runs = journey.window.runs_page.bar, journey.window.runs_page.runs
    bar.passed.setFocus()
    QTest.keyClicks(bar.passed, "events >")
    assert bar.passed.toolTip() != ""
    journey.press(Key.Key_Return)
    assert runs.passed == ""  # it is no expression yet
    QTest.keyClicks(bar.passed, " 100")
    journey.press(Key.Key_Return)
    journey.until(lambda: not runs.working)
    assert runs.counts == (0, 9, 0)


def test_closing_a_run_leads_back_to_the_runs(journey: Journey, folder: Path) -> None:
    view = shown(journey, folder)
    journey.open(folder / "hello.rlog")
    assert not view.isVisible()
    journey.press(Key.Key_W, Ctrl)
    assert view.isVisible()


def test_a_report_on_the_runs_is_saved(journey: Journey, folder: Path, tmp_path: Path) -> None:
    shown(journey, folder)
    page = journey.window.runs_page
    QTest.mouseClick(page.bar.export, LEFT)
    (dialog,) = journey.window.findChildren(ExportDialog)
    assert not page.bar.export.isEnabled(), "while a report is made"
    journey.until(lambda: dialog.complete)
    assert [button.text() for button in dialog.form.buttons()][-1] == "Markdown (.md)"
    for name in ("report.json", "report.md", "report.pdf"):
        dialog.save(tmp_path / name)
        journey.until(lambda: dialog.success.text.startswith("Saved") and dialog.save_button.isEnabled())
    form = json.loads((tmp_path / "report.json").read_bytes())
    assert (form["contrast"]["passed"], form["contrast"]["failed"]) == (6, 3)
    assert form["command"].startswith("replay-gui contrast ")
    assert "Contrast of 9 runs" in (tmp_path / "report.md").read_text("utf-8")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    dialog.close()
    runs = page.runs
    assert runs.contrasted is not None
    assert runs.counts == (6, 3, 0)
    assert not runs.working


def test_closing_while_the_report_is_made_ends_that(journey: Journey, folder: Path) -> None:
    shown(journey, folder)
    page = journey.window.runs_page
    page.on_export().close()
    assert not page.runs.working
    page.runs.choose_task(page.runs.tasks[1])
    journey.until(lambda: not page.runs.working and page.runs.problem == "")
