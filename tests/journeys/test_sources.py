"""Files of several runs, folders, formats and mappings, by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel

from replay_gui.widgets.parts.banner import Banner
from replay_gui.widgets.run.fact_view import FactView
from replay_gui.windows.dialogs.mapping_dialog import MappingDialog
from replay_gui.windows.dialogs.text_dialog import TextDialog
from replay_gui.windows.format_menu import FormatMenu
from replay_gui.windows.runs.runs_view import RunsView
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.foreign import written
from tests.helpers.journey import WAIT, Journey

D = TypeVar("D", bound=QDialog)
TRIAL = {"task_id": 1, "trial": 0, "reward": 1.0, "info": {}, "traj": [{"role": "user", "content": "hi"}]}


@pytest.fixture
def trials(tmp_path: Path) -> Path:
    """A file of three runs."""
    return written(tmp_path, [{**TRIAL, "trial": number} for number in range(3)], "trials.json")


def dialog(journey: Journey, kind: type[D]) -> D:
    journey.until(lambda: any(one.isVisible() for one in journey.window.findChildren(kind)))
    return next(one for one in journey.window.findChildren(kind) if one.isVisible())


def listed(journey: Journey) -> RunsView:
    """The page of the runs, once all are read."""
    page = journey.window.runs_page
    journey.until(lambda: page.has_runs and not page.runs.working and bool(page.runs.outcomes))
    assert page.view.isVisible()
    return page.view


def test_a_file_of_several_runs_offers_the_others(journey: Journey, trials: Path) -> None:
    journey.open(trials)
    session = journey.session
    (banner,) = [one for one in journey.window.findChildren(Banner) if "holds 3 runs" in one.text]
    QTest.mouseClick(banner.buttons[0], Qt.MouseButton.LeftButton)
    view = listed(journey)
    assert len(journey.window.runs_page.runs.runs) == 3
    view.runs.selectRow(1)
    QTest.keyClick(view.runs, Qt.Key.Key_Return)
    journey.until(lambda: session.facts is not None and session.facts.run == session.facts.runs[1])
    journey.until(lambda: not session.working)
    assert not [one for one in journey.window.findChildren(Banner) if one.isVisible() and "holds 3" in one.text]
    journey.window.actions_["runs"].trigger()
    assert journey.window.runs_page.view.isVisible(), "the runs of this file are there already"


def test_one_of_the_runs_is_compared_with_the_open_run(journey: Journey, trials: Path) -> None:
    journey.open(Path(f"{trials}#1"))
    journey.window.actions_["runs"].trigger()
    view = listed(journey)
    button = view.compare_button
    view.runs.selectRow(0)
    assert not button.isEnabled(), "it is the run that is open"
    view.runs.selectRow(1)
    assert (button.isEnabled(), button.text()) == (True, "Compare with the open run")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    comparison = journey.window.comparison
    journey.until(lambda: comparison.fresh and comparison.b.facts is not None)
    assert comparison.b.facts is not None
    assert comparison.b.facts.given == f"{trials}#2"
    comparison.end()


def test_a_wrong_guess_is_overridden_and_stays_so_after_a_reload(journey: Journey, trials: Path) -> None:
    journey.open(trials)
    session = journey.session
    journey.window.menus.shown.emit()
    journey.until(journey.window.menus.formats.isEnabled)
    entries = {entry.data(): entry for entry in journey.window.menus.formats.actions()}
    assert {"tau-bench", "json-lines", "oracle.omen"} <= entries.keys()
    entries["json-lines"].trigger()
    journey.until(lambda: session.facts is not None and session.facts.format == "json-lines")
    journey.until(lambda: not session.working)
    with journey.qtbot.waitSignal(session.run_changed, timeout=WAIT):
        session.reload()
    assert session.facts is not None
    assert session.facts.format == "json-lines"
    journey.until(lambda: not session.working)


def test_a_mapping_is_made_and_used_at_once(journey: Journey, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(json.dumps({"was": who, "mapped said": "hi"}) for who in ("user", "agent")))
    journey.open(path)
    session = journey.session
    (banner,) = [one for one in journey.window.findChildren(Banner) if "Edit the mapping" in one.text]
    QTest.mouseClick(banner.buttons[0], Qt.MouseButton.LeftButton)
    mapping = dialog(journey, MappingDialog)
    journey.until(lambda: mapping.save.isEnabled())
    for part, member in (("kind", "was"), ("output", "mapped said")):
        box = mapping.boxes[part]
        box.setCurrentIndex(box.findData(member))
    assert [mapping.preview.data(mapping.preview.index(row, 1)) for row in (1, 2)] == ["Observation", "Decision"]
    with journey.qtbot.waitSignal(session.run_changed, timeout=WAIT):
        mapping.save.click()
    journey.until(lambda: not session.working and session.index.count == 3)
    assert [session.index.kinds[kind] for kind in session.index.kind] == ["AgentInit", "Observation", "Decision"]


def test_the_facts_tell_of_tokens_by_model(journey: Journey, tmp_path: Path) -> None:
    path = write(tmp_path, user("u1", None, "go"), assistant("a1", "u1", text("so")), assistant("a2", "a1", text("on")))
    journey.open(path)
    journey.window.actions_["run_facts"].trigger()

    def shown() -> set[str]:
        """The words of all labels and cells."""
        labels = {label.text() for label in journey.window.findChildren(QLabel) if label.isVisible()}
        views = [view for view in journey.window.findChildren(FactView) if view.isVisible()]
        tables = [view.model() for view in views]
        return labels | {
            str(table.index(row, column).data())
            for table in tables
            for row in range(table.rowCount())
            for column in range(table.columnCount())
        }

    journey.until(lambda: shown() >= {"20 input, 6 output", "a-model", "20", "6"})


def test_a_broken_file_is_shown_as_text_and_read_as_another_format(journey: Journey, tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_text('{"messages": [{"role": "user", "content": "<b>bold</b> \\u202e"}, {"role": "assis', "utf-8")
    window, session = journey.window, journey.session
    with journey.qtbot.waitSignal(session.alert_raised, timeout=WAIT):
        session.open(str(path))
    (banner,) = [one for one in window.findChildren(Banner) if one.isVisible()]
    assert "the JSON ends in the middle, at byte" in banner.text
    assert "--format" not in banner.text
    open_as, show = banner.buttons
    QTest.mouseClick(show, Qt.MouseButton.LeftButton)
    shown = dialog(journey, TextDialog)
    journey.until(lambda: "<b>bold</b>" in shown.body.toPlainText())
    assert "\u202e" not in shown.body.toPlainText()
    assert shown.body.isReadOnly()
    shown.close()
    QTest.mouseClick(open_as, Qt.MouseButton.LeftButton)
    journey.until(lambda: any(menu.isVisible() for menu in window.findChildren(FormatMenu)))
    (menu,) = [menu for menu in window.findChildren(FormatMenu) if menu.isVisible()]
    (entry,) = [entry for entry in menu.actions() if entry.data() == "aider"]
    with journey.qtbot.waitSignal(session.alert_raised, timeout=WAIT):
        entry.trigger()
    menu.close()
    (banner,) = [one for one in window.findChildren(Banner) if one.isVisible()]
    assert "no Aider chat history in it" in banner.text
    assert len(banner.buttons) == 2
