"""What two runs that are compared are read as."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.session import Session
from replay_gui.windows.dialogs.mapping_dialog import MappingDialog
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.foreign import written
from tests.helpers.journey import Journey
from tests.helpers.logs import write_log

Key, Ctrl, Shift = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
TRIAL = {"task_id": 1, "trial": 0, "reward": 1.0, "info": {}, "traj": [{"role": "user", "content": "hi"}]}

MAPPED = ["AgentInit", "Observation", "Decision"]


@pytest.fixture
def trials(tmp_path: Path) -> tuple[Path, Path]:
    """Two files that would be taken for tau-bench results."""
    a, b = (
        written(tmp_path, [{**TRIAL, "task_id": task}, {**TRIAL, "task_id": task}], f"{task}.json") for task in (1, 2)
    )
    return a, b


def _formats(comparison: ComparisonSession) -> list[str]:
    return [session.facts.format for session in (comparison.a, comparison.b) if session.facts is not None]


def _names(comparison: ComparisonSession) -> list[str]:
    return [session.facts.name for session in (comparison.a, comparison.b) if session.facts is not None]


def _kinds(session: Session) -> list[str]:
    return [session.index.kinds[kind] for kind in session.index.kind]


def test_a_format_that_is_given_is_for_both_and_stays(journey: Journey, trials: tuple[Path, Path]) -> None:
    journey.window.comparison.start(str(trials[1]), str(trials[0]), format="json-lines")
    comparison = journey.compared()
    assert _formats(comparison) == ["json-lines"] * 2
    journey.press(Key.Key_S, Ctrl | Shift)
    journey.until(lambda: _names(comparison) == ["2.json", "1.json"])
    assert _formats(journey.compared()) == ["json-lines"] * 2
    with journey.qtbot.waitSignal(comparison.b.run_changed):
        journey.press(Key.Key_R, Ctrl)
    assert _formats(journey.compared()) == ["json-lines"] * 2


def test_the_format_that_was_chosen_for_a_run_is_kept_when_comparing(
    journey: Journey, trials: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    journey.open(trials[0], format="json-lines")
    asked = list[object]()

    def ask(_parent: object, _title: str, *more: object) -> tuple[str, str]:
        asked.extend(more)
        return str(trials[1]), ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", ask)
    journey.press(Key.Key_O, Ctrl | Shift)
    assert _formats(journey.compared()) == ["json-lines"] * 2
    assert asked == [str(trials[0].parent), "Runs of this kind (*.json);;All files (*)"], "its siblings first"


def test_a_file_that_is_not_of_the_format_chosen_for_the_other_is_read_as_its_content_says(
    journey: Journey, tmp_path: Path, trials: tuple[Path, Path]
) -> None:
    session = write(tmp_path, user("u1", None, "find it"), assistant("a1", "u1", text("here")))
    journey.open(trials[0], format="tau-bench")
    comparison = journey.window.comparison
    for other, format in ((session, "claude-code"), (write_log(tmp_path / "run.rlog", turns=2), "rlog")):
        with journey.qtbot.waitSignal(comparison.b.run_changed):
            comparison.start(str(other))
        assert _names(comparison)[1:] == [other.name]
        assert _formats(journey.compared()) == ["tau-bench", format]


def test_no_such_format_is_said_in_words(journey: Journey, trials: tuple[Path, Path]) -> None:
    comparison = journey.window.comparison
    records: list[str] = []
    comparison.alert_raised.connect(lambda alert: records.append(alert.text))
    comparison.a.alert_raised.connect(lambda alert: records.append(alert.text))
    comparison.start(str(trials[1]), str(trials[0]), format="nonsense")
    journey.until(lambda: not comparison.active)
    assert any("no format is called 'nonsense'" in words for words in records)


def test_a_mapping_holds_for_both_and_saving_one_compares_anew(journey: Journey, tmp_path: Path) -> None:
    paths = []
    for name, last in (("a", "ready"), ("b", "done")):
        lines = [{"who was": "user", "compared said": "hi"}, {"who was": "agent", "compared said": last}]
        paths.append(tmp_path / f"{name}.jsonl")
        paths[-1].write_text("\n".join(map(json.dumps, lines)))
    journey.window.comparison.start(str(paths[1]), str(paths[0]))
    comparison = journey.compared()
    assert _kinds(comparison.a) != MAPPED
    journey.window.actions_["mapping"].trigger()
    (dialog,) = journey.window.findChildren(MappingDialog)
    journey.until(dialog.save.isEnabled)
    for part, member in (("kind", "who was"), ("output", "compared said")):
        dialog.boxes[part].setCurrentIndex(dialog.boxes[part].findData(member))
    with journey.qtbot.waitSignals([comparison.a.run_changed, comparison.b.run_changed]):
        dialog.save.click()
    journey.compared()
    for side in (comparison.a, comparison.b):
        assert _kinds(side) == MAPPED
    assert comparison.point_count == 1


def test_bookkeeping_lines_of_both_runs_are_shown_on_demand(journey: Journey, tmp_path: Path) -> None:
    title = {"type": "ai-title", "sessionId": "session-1", "aiTitle": "Work"}
    paths = []
    for run in "ab":
        (tmp_path / run).mkdir()
        lines = user("u1", None, "do it"), title, assistant("a1", "u1", text(f"done {run}"))
        paths.append(write(tmp_path / run, *lines))
    journey.window.comparison.start(str(paths[1]), str(paths[0]))
    comparison, view = journey.compared(), journey.window.compare_view
    rows, button = view.divergences.rows, view.divergences.bookkeeping
    lanes = [{lane.title for lane in panel.timeline.rows} for panel in view.timelines]
    assert button.text() == "1 bookkeeping line · Show"
    folds = [line for line in range(rows.rowCount()) if rows.shown.fold(line)]
    assert [rows.fold_text(line) for line in folds] == ["1 bookkeeping line"]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.text() == "1 bookkeeping line · Hide"
    assert not [line for line in range(rows.rowCount()) if rows.shown.fold(line)]
    assert not comparison.b.hides_bookkeeping
    for before, panel in zip(lanes, view.timelines, strict=True):
        assert {lane.title for lane in panel.timeline.rows} > before
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert [line for line in range(rows.rowCount()) if rows.shown.fold(line)] == folds
    comparison.end()
