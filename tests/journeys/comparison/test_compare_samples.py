"""The bundled samples compared in the window, as a person would."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.core.divergence.rules.rules_file import read_rules, rules_beside
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.samples import DAMAGED, OTHERWISE, REFERENCE, RERUN
from replay_gui.windows.actions import ACTION_SPECS
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.journey import Journey

Key, Ctrl, Shift = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def copies(tmp_path: Path) -> tuple[Path, Path]:
    """Logs beside which rules may be written."""
    paths = tmp_path / "a.rlog", tmp_path / "b.rlog"
    for path, sample in zip(paths, (REFERENCE, OTHERWISE), strict=True):
        path.write_bytes(sample.path.read_bytes())
    return paths


def _compare(journey: Journey, a: Path, b: Path) -> ComparisonSession:
    journey.window.comparison.start(str(b), str(a))
    journey.window.actions_["show_divergences"].setChecked(True)
    return journey.compared()


def test_from_divergence_to_divergence_by_keys(journey: Journey) -> None:
    comparison = _compare(journey, REFERENCE.path, OTHERWISE.path)
    assert comparison.point == 0
    first = comparison.row
    assert comparison.a.position == comparison.b.position == 424  # the search that was answered otherwise
    journey.press(Key.Key_F8)
    assert comparison.point == 1
    journey.press(Key.Key_F7)
    assert comparison.row == first
    journey.press(Key.Key_F8, Shift)
    assert comparison.point == comparison.point_count - 1
    journey.press(Key.Key_F7, Shift)
    assert comparison.point == 0
    journey.compared()
    assert comparison.step is not None
    assert any(found.path.startswith("/output/hits") for found in comparison.step.payload)
    assert comparison.step.state


def test_the_first_cause_is_the_search_and_a_click_goes_there(journey: Journey) -> None:
    comparison = _compare(journey, REFERENCE.path, OTHERWISE.path)
    causes = journey.window.compare_view.causes
    item = causes.list.item(0)
    assert item.cause is not None
    assert item.cause.tool == "search"
    assert item.cause.certain
    comparison.select_point(-1)
    view = causes.causes
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(causes.list.index(0)).center())
    assert comparison.a.position == 424


def test_a_tool_marked_non_deterministic_and_undone(journey: Journey, copies: tuple[Path, Path]) -> None:
    comparison = _compare(journey, *copies)
    before = comparison.point_count
    causes = journey.window.compare_view.causes
    menu = causes.cause_menu(0)
    next(action for action in menu.actions() if "non-deterministic" in action.text()).trigger()
    journey.compared()
    assert comparison.point_count < before
    assert comparison.comparison is not None
    assert all(cause.tool != "search" for cause in comparison.comparison.causes)
    prompt = journey.window.compare_view.rule_prompt
    assert prompt is not None
    assert prompt.isVisible()
    assert not rules_beside(copies[0]).exists()
    prompt.beside.click()
    assert not prompt.isVisible()
    file = rules_beside(copies[0])  # the engine writes it
    journey.until(lambda: file.exists() and [rule.tool for rule in read_rules(file)] == ["search"])
    journey.press(Key.Key_Z, Ctrl)
    journey.compared()
    assert comparison.point_count == before
    journey.until(lambda: list(read_rules(file)) == [])
    journey.press(Key.Key_Z, Ctrl | Shift)
    journey.compared()
    assert comparison.point_count < before


def test_sides_are_swapped_and_the_step_stays(journey: Journey) -> None:
    comparison = _compare(journey, REFERENCE.path, OTHERWISE.path)
    comparison.select_point(2)
    journey.press(Key.Key_S, Ctrl | Shift)
    journey.until(lambda: comparison.a.facts is not None and comparison.a.facts.name == OTHERWISE.path.name)
    journey.compared()
    assert comparison.comparison is not None
    assert comparison.comparison.counts.only_a > 0
    assert comparison.point == 2


def test_rules_stay_in_force_when_sides_are_swapped(journey: Journey, copies: tuple[Path, Path]) -> None:
    comparison = _compare(journey, *copies)
    before = comparison.point_count
    comparison.rules.add(Rule(Action.NONDETERMINISTIC, tool="read_clock"))
    journey.compared()
    fewer = comparison.point_count
    assert fewer < before
    for name in ("b.rlog", "a.rlog"):
        with journey.qtbot.waitSignals([comparison.a.run_changed, comparison.b.run_changed]):
            journey.press(Key.Key_S, Ctrl | Shift)
        journey.compared()
        assert comparison.a.facts is not None
        assert comparison.a.facts.name == name
        assert comparison.point_count == fewer
    journey.press(Key.Key_Z, Ctrl)
    journey.compared()
    assert comparison.point_count == before
    comparison.rules.redo()
    _compare(journey, copies[1], copies[0])  # begun anew: as the file says
    assert comparison.point_count == before


def test_changes_only(journey: Journey) -> None:
    comparison = _compare(journey, REFERENCE.path, OTHERWISE.path)
    rows = journey.window.compare_view.divergences.rows
    everything = rows.rowCount()
    journey.press(Key.Key_C, Ctrl | Shift)
    assert rows.rowCount() < everything
    assert rows.shown.row(rows.shown.line(comparison.row)) == comparison.row
    journey.press(Key.Key_C, Ctrl | Shift)
    assert rows.rowCount() == everything


def test_two_files_dropped_are_compared_and_one_run_is_left_afterwards(journey: Journey) -> None:
    journey.drop(REFERENCE.path, RERUN.path)
    comparison = journey.compared()
    assert comparison.comparison is not None
    assert not comparison.comparison.diverged
    assert journey.window.compare_view.causes.accessibleName() == "The runs are the same"
    of_one = [journey.window.actions_[spec.name] for spec in ACTION_SPECS if spec.single_run_only]
    assert not any(action.isEnabled() for action in of_one)
    journey.press(Key.Key_W, Ctrl | Shift)
    assert not comparison.active
    assert all(action.isEnabled() for action in of_one)
    assert journey.session.facts is not None
    assert journey.session.facts.name == REFERENCE.path.name
    assert comparison.b.facts is None


def test_compare_with_another(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    journey.open(REFERENCE.path)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(DAMAGED.path), ""))
    journey.press(Key.Key_O, Ctrl | Shift)
    comparison = journey.compared()
    assert comparison.b.facts is not None
    assert comparison.b.facts.name == DAMAGED.path.name
    assert comparison.point_count == 1


def test_a_second_file_that_cannot_be_read_leaves_the_first(journey: Journey, tmp_path: Path) -> None:
    bad = tmp_path / "bad.rlog"
    bad.write_bytes(b"this is no log")
    journey.open(REFERENCE.path)
    with journey.qtbot.waitSignal(
        journey.window.comparison.alert_raised, check_params_cb=lambda alert: "Not compared" in alert.text
    ):
        journey.window.comparison.start(str(bad))
    assert not journey.window.comparison.active
    assert journey.session.facts is not None


def test_an_anchor_by_hand(journey: Journey) -> None:
    comparison = _compare(journey, REFERENCE.path, OTHERWISE.path)
    view = journey.window.compare_view.divergences
    comparison.select_point(1)
    journey.compared()
    row = comparison.row
    view.view.setFocus()
    journey.press(Key.Key_Right)  # only B has an event here
    journey.press(Key.Key_Equal)
    assert view.prompt.isVisible()
    comparison.select(row - 3)
    journey.press(Key.Key_Return)
    assert not view.prompt.isVisible()
    assert len(comparison.anchors) == 1
    journey.compared()
    assert comparison.comparison is not None
    a, b = comparison.anchors[0]
    assert int(comparison.comparison.alignment.partner_of_a[a]) == b
    assert journey.window.actions_["undo"].text() == "&Undo steps set by hand"
    journey.press(Key.Key_Z, Ctrl)
    assert not comparison.anchors
    journey.compared()
    assert not journey.window.actions_["undo"].isEnabled()


def test_reload_compares_again_from_disk_and_close_leaves_the_run_in_a(
    journey: Journey, copies: tuple[Path, Path]
) -> None:
    comparison = _compare(journey, *copies)
    assert comparison.compared is not None
    assert comparison.compared.comparison.diverged
    copies[1].write_bytes(copies[0].read_bytes())
    journey.press(Key.Key_R, Ctrl)
    comparison = journey.compared()
    assert comparison.compared is not None
    assert not comparison.compared.comparison.diverged
    journey.press(Key.Key_W, Ctrl)
    assert not comparison.active
    assert journey.session.facts is not None
    assert journey.session.facts.name == "a.rlog"
    journey.press(Key.Key_W, Ctrl)
    assert journey.session.facts is None


def test_runs_of_different_formats_are_compared(journey: Journey, tmp_path: Path) -> None:
    foreign = write(tmp_path, user("u1", None, "find it"), assistant("a1", "u1", text("here")))
    comparison = _compare(journey, REFERENCE.path, foreign)
    assert comparison.b.facts is not None
    assert comparison.b.facts.format == "claude-code"
    assert comparison.point_count > 0
    assert comparison.step is not None
    journey.press(Key.Key_S, Ctrl | Shift)  # the foreign file is found again, as A
    journey.until(lambda: comparison.a.facts is not None and comparison.a.facts.format == "claude-code")
    assert journey.compared().point_count > 0


def test_rules_that_change_quickly_come_to_the_last_of_them(journey: Journey, copies: tuple[Path, Path]) -> None:
    comparison = _compare(journey, *copies)
    assert comparison.compared is not None
    before = comparison.compared.comparison.counts.ignored
    comparison.rules.choose_file(rules_beside(copies[0]))
    for _ in range(3):
        comparison.rules.add(Rule(Action.IGNORE, tool="search"))
        comparison.rules.undo()
    comparison.rules.add(Rule(Action.IGNORE, pattern="clock times"))
    journey.compared()
    assert comparison.compared.comparison.counts.ignored > before
    assert comparison.rules.in_force == (Rule(Action.IGNORE, pattern="clock times"),)
