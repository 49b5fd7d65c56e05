"""What was open when the window was closed is open again after the next start."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from replay_gui.core.log.positions import Position
from replay_gui.engine.bridge import EngineBridge
from replay_gui.models.run.event_filter import EventFilter
from replay_gui.models.session import Session
from replay_gui.samples import EVALUATION, OTHERWISE, REFERENCE
from replay_gui.windows.main_window import MainWindow
from replay_gui.windows.session.session_restore import RESTORES
from replay_gui.windows.settings.settings_store import SettingsStore
from tests.helpers.journey import Journey
from tests.helpers.logs import write_log

Start = Callable[[], Journey]


@pytest.fixture
def start(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Start]:
    """Closes the window, and starts the program again with the same settings."""
    windows: list[MainWindow] = []
    stores: list[SettingsStore] = []

    def start() -> Journey:
        for window in windows:
            window.close()
        if windows:
            assert stores[-1].close(), "saved"
        settings = SettingsStore(tmp_path / "settings.ini")
        stores.append(settings)
        window = MainWindow(Session(bridge=EngineBridge()), qapp, settings)
        qtbot.addWidget(window)
        windows.append(window)
        window.resize(1280, 800)
        with qtbot.waitExposed(window):
            window.show()
        window.restore.restore()
        return Journey(qtbot, window, settings)

    yield start
    windows[-1].close()
    assert stores[-1].close()


def settled(journey: Journey) -> None:
    session = journey.session
    journey.until(lambda: session.facts is not None and session.report is not None and not session.working)
    journey.until(lambda: not journey.window.restore.working)


def test_a_run_is_shown_as_it_was(start: Start, tmp_path: Path) -> None:
    log = write_log(tmp_path / "run.rlog", turns=40)
    journey = start()
    journey.open(log)
    session, view = journey.session, journey.window.run_view
    session.seek(Position(120))
    journey.arrive(120)
    session.set_axis("time")
    session.set_view(60.0, 160.0)
    view.events.set_filter(EventFilter(tools=frozenset({"search"}), without_kinds=frozenset({"Decision"})))
    view.state.show_value(("memory", "fact3"))
    view.state.tree.open_paths([("tools", "search")], [])
    view.state.changed_only.setChecked(True)
    view.detail.show_tab(2)
    view.toggle_facts()
    shown = session.view
    view.events.view.verticalScrollBar().setValue(rows := 3)
    journey = start()
    settled(journey)
    session, view = journey.session, journey.window.run_view
    assert session.facts is not None
    assert session.facts.path == str(log)
    assert (session.position, session.axis) == (120, "time")
    assert session.view == pytest.approx(shown)
    assert view.events.table.filter == EventFilter(tools=frozenset({"search"}), without_kinds=frozenset({"Decision"}))
    assert view.state.view.chosen == ("memory", "fact3")
    assert {("tools", "search"), ("memory",)} <= view.state.tree.expanded
    assert (view.state.changed_only.isChecked(), view.detail.tabs.checkedId(), view.shows_facts) == (True, 2, True)
    assert view.events.view.verticalScrollBar().value() == rows
    journey.window.find_field.case.setChecked(True)
    journey.window.find_field.set_text("Look")
    journey.until(lambda: view.finder.text == "Look" and not view.finder.searching)
    count = view.finder.count
    view.events.hits_only.setChecked(False)
    journey = start()
    settled(journey)
    assert not journey.window.run_view.events.hits_only.isChecked()
    finder = journey.window.finder
    journey.until(lambda: finder.text == "Look" and not finder.searching)
    assert (finder.match_case, finder.count) == (True, count)
    assert journey.window.find_field.line.text() == "Look"


def _with_runs(journey: Journey, counts: tuple[int, int, int]) -> Journey:
    page = journey.window.runs_page
    journey.until(lambda: page.runs.contrasted is not None and not page.runs.working)
    journey.until(lambda: not journey.window.restore.working)
    assert (page.runs.counts, page.runs.passed, page.runs.group_by) == (counts, "calls > 3", "outcome")
    assert (page.bar.filter.text(), page.bar.passed.text()) == ("train", "calls > 3")
    return journey


def test_the_runs_of_a_folder_are_shown_as_they_were(start: Start) -> None:
    journey = start()
    page = journey.window.runs_page
    page.open((str(EVALUATION.path),))
    journey.until(lambda: page.runs.contrasted is not None and not page.runs.working)
    passed = page.runs.counts[0]
    page.bar.set_passed("calls > 3")
    page.runs.reload()
    journey.until(lambda: page.runs.contrasted is not None and not page.runs.working)
    assert page.runs.counts[0] != passed
    page.runs.set_group_by("outcome")
    page.bar.filter.setText("train")
    counts = page.runs.counts
    shown = _with_runs(start(), counts)
    assert (shown.window.runs_page.shown, shown.session.facts) == (True, None)
    shown.window.runs_page.view.run_wanted.emit(0)
    shown.until(lambda: shown.session.facts is not None)
    again = _with_runs(start(), counts)
    again.until(lambda: again.session.facts is not None)
    assert not again.window.runs_page.shown


def test_a_comparison_is_shown_as_it_was(start: Start) -> None:
    journey = start()
    journey.window.comparison.start(str(OTHERWISE.path), str(REFERENCE.path))
    journey.until(lambda: journey.window.comparison.settled)
    journey.window.actions_["show_divergences"].setChecked(True)
    row = journey.window.comparison.row + 2
    journey.window.comparison.select(row)
    journey.until(lambda: journey.window.comparison.settled)
    journey = start()
    comparison = journey.window.comparison
    journey.until(lambda: comparison.compared is not None and comparison.settled)
    assert comparison.a.facts is not None
    assert comparison.b.facts is not None
    assert (comparison.a.facts.path, comparison.b.facts.path) == (str(REFERENCE.path), str(OTHERWISE.path))
    assert comparison.row == row
    assert not journey.window.compare_view.shows_why


def test_what_is_gone_is_left_out_and_said(start: Start, tmp_path: Path) -> None:
    first, second = write_log(tmp_path / "a.rlog", 2), write_log(tmp_path / "b.rlog", 3)
    journey = start()
    journey.window.comparison.start(str(second), str(first))
    journey.until(lambda: journey.window.comparison.compared is not None)
    journey.window.close()
    first.unlink()
    journey = start()
    settled(journey)
    assert journey.session.facts is not None
    assert journey.session.facts.path == str(second)
    journey.window.close()
    second.unlink()
    journey = start()
    journey.until(lambda: bool(journey.banners()))
    assert journey.banners() == [f"{second}: cannot be read: No such file or directory"]
    assert journey.session.facts is None


def test_nothing_is_opened_where_the_user_does_not_want_it(start: Start, tmp_path: Path) -> None:
    journey = start()
    journey.open(write_log(tmp_path / "a.rlog", 1))
    assert start().window.restore.working
    journey = start()
    assert journey.window.restore.working, "a window that is closed before it is open again has not forgotten it"
    journey.settings.set_value(RESTORES, "no")
    assert not start().window.restore.working


BROKEN = ["[", "{}", json.dumps({"path": 3}), json.dumps({"path": "/dev/zero", "view": [1, 0]})]
BROKEN += [
    "[" * 100_000,
    '{"rows": ' + "9" * 5000 + "}",
    '{"path": "\\ud800", "view": [NaN, Infinity]}',
    '{"rows": 1e999}',
]


@pytest.mark.parametrize("kept", BROKEN)
def test_what_was_kept_may_be_broken(start: Start, kept: str) -> None:
    journey = start()
    journey.window.close()
    journey.settings.set_value("window_state", kept)
    journey.window.restore.keeps = False
    journey = start()
    if "zero" in kept or "ud800" in kept:
        journey.until(lambda: bool(journey.banners()))
    assert journey.session.facts is None
    assert not journey.window.restore.working
