"""Many runs of an evaluation: their tasks, what separates them, into a run and back, two of them compared."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest

from replay_gui.core.catalogue.indexing import index_batch
from replay_gui.core.catalogue.writing import write_catalogue
from replay_gui.core.contrast.features.feature import FeatureKind
from replay_gui.core.contrast.runs_picture import CellState
from replay_gui.core.contrast.separators import Share
from replay_gui.core.effects.effect import Effect
from replay_gui.core.facts.notes_places import notes_beside
from replay_gui.core.facts.run_notes import RunNotes, write_notes
from replay_gui.look.theme import GAP
from replay_gui.models.runs.runs_totals import outcome_source_words
from replay_gui.widgets.parts.panel import Panel
from replay_gui.widgets.runs.picture_painter import head_title
from replay_gui.widgets.runs.runs_picture_view import state_words
from replay_gui.windows.dialogs.export_dialog import ExportDialog
from replay_gui.windows.runs.runs_view import RunsView
from tests.helpers.evaluations.evaluation_logs import write_evaluation, write_versions
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
    write_notes(RunNotes(False), notes_beside(next(folder.rglob("*.rlog"))))
    view = shown(journey, folder)
    runs = journey.window.runs_page.runs
    assert runs.counts == (6, 3, 0), "as if there were no notes"
    assert view.banner is not None
    assert view.banner.text.startswith("Notes beside 1 run are not used: the files beside these logs are not allowed.")
    QTest.mouseClick(view.banner.close_button, LEFT)
    assert view.banner is None
    assert runs.group is not None
    assert runs.group.value == "refund"
    assert [panel for panel in view.findChildren(Panel) if panel.accessibleName() == "What separates · task refund"]
    assert "cancel_reservation" in view.separators.separators.item(0).title
    assert view.failures.model().rowCount() > 0
    bar = journey.window.runs_page.bar
    assert bar.isVisible()
    assert not journey.window.run_bar.isVisible()
    for width, level in ((1000, 2), (1024, 1), (1440, 0)):
        journey.window.resize(width, 640)
        journey.until(lambda: bar.compact_level == level)  # noqa: B023  called at once
        QTest.qWait(0)  # laid out
        for field in (bar.filter, bar.passed):
            assert field.width() > field.fontMetrics().horizontalAdvance(field.placeholderText()) + 2 * GAP
    with_words = bar.counts.sizeHint().width()
    for width in range(1000, 620, -20):
        journey.window.resize(width, 640)
        QTest.qWait(0)  # laid out
        assert bar.counts.width() >= bar.counts.sizeHint().width(), width
    assert bar.compact_level == 3
    assert bar.counts.sizeHint().width() == with_words - bar.counts.spared_px
    assert bar.counts.accessibleName() == "6 passed, 3 failed", "those who hear it hear the words"


def test_the_arrows_go_from_task_to_task(journey: Journey, folder: Path) -> None:
    view = shown(journey, folder)
    runs = journey.window.runs_page.runs
    view.groups.groups.setFocus()
    journey.press(Key.Key_Down)
    journey.until(
        lambda: not runs.working and runs.contrasted is not None and runs.contrasted.chosen == runs.groups[1].runs
    )
    assert "send_certificate" in view.separators.separators.item(0).title
    QTest.mouseClick(view.whole_button, LEFT)
    journey.until(lambda: not runs.working and runs.contrasted is not None and runs.contrasted.tasks > 1)


def test_a_cell_opens_its_event_and_a_key_or_closing_it_leads_back(journey: Journey, folder: Path) -> None:
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
    journey.until(lambda: journey.session.position == cell.index + 1 and not view.isVisible())
    journey.press(Key.Key_R, Ctrl | Shift)
    assert view.isVisible()
    assert journey.session.facts is not None  # the run stays open
    journey.until(lambda: journey.session.report is not None)  # else the next one would be taken for verified by it
    journey.open(folder / "hello.rlog")
    assert not view.isVisible()
    journey.press(Key.Key_W, Ctrl)
    assert view.isVisible()


def test_the_head_of_a_column_keeps_the_value_that_tells_it_from_others(journey: Journey, folder: Path) -> None:
    view = shown(journey, folder)
    contrasted = journey.window.runs_page.runs.contrasted
    assert contrasted is not None
    column = replace(contrasted.picture.columns[0], tool="update_reservation_flights", values="HAT052, XEWRD9")
    metrics = QFontMetrics(view.picture.font())
    whole = metrics.horizontalAdvance(column.title)
    assert head_title(column, metrics, whole + 1) == "update_reservation_flights · HAT052, XEWRD9"
    assert head_title(column, metrics, whole * 2 // 3).endswith("… · HAT052")
    assert head_title(column, metrics, whole // 6).startswith("u")
    unpassed = replace(column, passing=Share(0, 2))
    assert state_words(CellState.SAME, unpassed) == "done as in most runs that made such a call"
    assert state_words(CellState.SAME, replace(column, passing=Share(1, 2))) == "done as in most runs that passed"


def test_the_head_of_a_column_splits_the_runs_and_two_rows_are_compared(journey: Journey, folder: Path) -> None:
    view = shown(journey, folder)
    contrasted = journey.window.runs_page.runs.contrasted
    assert contrasted is not None
    columns = contrasted.picture.columns
    number = next(number for number, column in enumerate(columns) if column.separator is not None)
    head = view.picture.head_center(number)
    QTest.mouseClick(view.picture.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, head)
    assert view.separators.currentIndex().row() == columns[number].separator
    assert view.picture.split == number
    assert view.picture.split_words.startswith("did it: 2 passed; did not: 2 failed; p = 0.33; 4 runs: nothing")
    QTest.mouseClick(view.picture.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, head)
    assert view.picture.split is None
    view.picture.setFocus()
    journey.press(Key.Key_Down)
    journey.press(Key.Key_Space)
    assert len(view.picture.chosen) == 1
    for _ in range(2):
        journey.press(Key.Key_Down)
    journey.press(Key.Key_Space)
    journey.until(lambda: journey.window.comparison.settled)
    assert journey.window.compare_view.isVisible()
    runs, rules = journey.window.runs_page.runs, journey.window.comparison.rules
    rules.set_effect("cancel_reservation", Effect.READS)
    rules.choose_file(rules.user_file())
    journey.until(lambda: runs.contrasted is not None and len(runs.contrasted.rules.rules) == 1)
    contrasted = runs.contrasted
    assert contrasted is not None
    assert contrasted.separation.separators[0].feature.kind == FeatureKind.READ
    assert "1 rule of rules.toml is applied" in outcome_source_words(runs)
    rules.user_file().unlink()


def test_runs_are_grouped_by_a_fact_and_two_groups_are_compared(journey: Journey, tmp_path: Path) -> None:
    journey.window.open_paths([str(write_versions(tmp_path / "versions"))])
    page = journey.window.runs_page
    journey.until(lambda: page.has_runs and not page.runs.working)
    menu = page.bar.group_by.list
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == "model").trigger()
    journey.until(lambda: not page.runs.working)
    groups = page.view.groups
    assert [group.value for group in page.runs.groups] == ["new", "old"]
    assert not groups.versions_button.isEnabled()
    for row, modifier in ((1, Qt.KeyboardModifier.NoModifier), (0, Ctrl)):
        place = groups.groups.visualRect(groups.groups.model().index(row, 0)).center()
        QTest.mouseClick(groups.groups.viewport(), LEFT, modifier, place)
    QTest.mouseClick(groups.versions_button, LEFT)
    QTest.mouseClick(groups.swap_button, LEFT)  # from the old one to the new one
    journey.until(lambda: not page.runs.working and bool(page.runs.flip_reasons))
    assert groups.flips.isVisible()
    assert "broken: trial 0 (failed) never cancelled" in groups.flips.model().index(0, 3).data()
    assert groups.summary == "1 broken of 2 tasks. Passing by version, within tasks: p = 0.33, not significant."
    groups.flips.setFocus()
    journey.press(Key.Key_Down)
    journey.until(
        lambda: not page.runs.working and page.runs.contrasted is not None and page.runs.contrasted.tasks == 1
    )
    assert not page.view.whole_button.isChecked()
    QTest.mouseClick(groups.leave_button, LEFT)
    journey.until(lambda: not page.runs.working)
    assert groups.groups.isVisible()


def test_chosen_runs_are_contrasted_and_without_outcomes_show_what_they_agree_on(
    journey: Journey, folder: Path
) -> None:
    view = shown(journey, folder)
    runs = journey.window.runs_page.runs
    QTest.mouseClick(view.groups.table_button, LEFT)
    table = view.groups.all_runs
    assert not view.groups.contrast_button.isEnabled()
    table.setFocus()
    journey.press(Key.Key_A, Ctrl)
    QTest.mouseClick(view.groups.contrast_button, LEFT)
    journey.until(lambda: not runs.working and runs.contrasted is not None and len(runs.contrasted.chosen) == 9)
    runs.set_passed("score > 1")
    journey.until(lambda: not runs.working)
    assert "Choose one task" in view.separators.hint
    runs.choose_group(next(group for group in runs.groups if group.value == "refund"))
    journey.until(lambda: not runs.working)
    assert view.consensus.isVisible()
    assert not view.separators.isVisible()


def test_a_catalogue_whose_sources_are_gone_is_asked_by_sql_and_its_runs_are_opened_and_compared(
    journey: Journey, folder: Path
) -> None:
    catalogue = folder.parent / "catalogue"
    write_catalogue((str(folder),), catalogue, partial(map, index_batch))
    shutil.rmtree(folder)
    view = shown(journey, catalogue)
    page = journey.window.runs_page
    assert any("never cancelled" in str(view.failures.model().index(row, 1).data()) for row in range(2))
    assert not view.query.isVisible()
    QTest.mouseClick(page.bar.query, LEFT)
    query = view.query
    query.field.setPlainText("select run, event from steps where tool = 'cancel_reservation' order by run")
    journey.press(Key.Key_Return, Ctrl)
    journey.until(lambda: not query.query.working)
    assert query.table.model().rowCount() == 2
    view.query.field.setPlainText("select count(*) from range(10000000) a, range(10000000) b where a.range < b.range")
    QTest.mouseClick(view.query.ask_button, LEFT)
    assert view.query.cancel_button.isVisible()
    QTest.mouseClick(view.query.cancel_button, LEFT)
    assert not view.query.query.working
    query.field.setPlainText("copy runs to 'stolen.csv'")
    QTest.mouseClick(query.ask_button, LEFT)
    journey.until(lambda: not query.query.working)
    assert query.table.hint.startswith("sql: one SELECT")
    query.field.setPlainText("select run, event from steps where tool = 'cancel_reservation' order by run")
    QTest.mouseClick(query.ask_button, LEFT)
    journey.until(lambda: query.table.model().rowCount() == 2)
    query.table.setFocus()
    journey.press(Key.Key_Down)
    with journey.qtbot.waitSignal(journey.session.run_changed):
        journey.press(Key.Key_Return)
    journey.until(lambda: journey.session.position == 5 and not view.isVisible())  # the event of that call
    facts, told = journey.session.facts, "This is the run as the catalogue keeps it."
    assert facts is not None
    assert facts.name == "refund-2.rlog"
    assert any(told in text for text in journey.banners())
    assert view.open_run == str(folder / facts.name)
    journey.press(Key.Key_R, Ctrl | Shift)
    assert not view.compare_button.isEnabled()
    for row, modifier in ((0, Qt.KeyboardModifier.NoModifier), (1, Ctrl)):
        place = view.runs.visualRect(view.runs.model().index(row, 1)).center()
        QTest.mouseClick(view.runs.viewport(), LEFT, modifier, place)
    assert view.compare_button.isEnabled()
    QTest.mouseClick(view.compare_button, LEFT)
    comparison = journey.window.comparison
    journey.until(lambda: comparison.active and comparison.settled)
    assert journey.window.compare_view.isVisible()


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


def test_a_report_on_the_runs_is_saved(journey: Journey, folder: Path, tmp_path: Path) -> None:
    shown(journey, folder)
    page = journey.window.runs_page
    QTest.mouseClick(page.bar.export, LEFT)
    (dialog,) = journey.window.findChildren(ExportDialog)
    assert not page.bar.export.isEnabled(), "while a report is made"
    journey.until(lambda: dialog.complete)
    assert [button.text() for button in dialog.form.buttons()][-2:] == ["Markdown (.md)", "PNG (.png)"]
    for name in ("report.json", "report.md", "report.pdf", "report.png"):
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
    page.runs.choose_group(page.runs.groups[1])
    journey.until(lambda: not page.runs.working and page.runs.problem == "")
