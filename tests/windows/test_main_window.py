"""The window by itself: its actions are all connected, its pages come when they are needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QToolBar
from pytestqt.qtbot import QtBot

from replay_gui.models.session import Session
from replay_gui.widgets.parts.panel import Panel
from replay_gui.windows.actions import ACTION_SPECS, Handlers, connect_actions
from replay_gui.windows.compare_actions import CompareActions
from replay_gui.windows.dialogs.diagnostics_dialog import DiagnosticsDialog
from replay_gui.windows.dialogs.documentation_dialog import DocumentationDialog
from replay_gui.windows.dialogs.help_actions import HelpActions
from replay_gui.windows.dialogs.shortcuts_dialog import ShortcutsDialog
from replay_gui.windows.main_window import MainWindow
from replay_gui.windows.session.layout_actions import LayoutActions
from replay_gui.windows.settings.settings_store import SettingsStore
from tests.helpers.facts import run_facts
from tests.helpers.scripted_bridge import ScriptedBridge


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[MainWindow]:
    """Without an engine: nothing can be opened."""
    window = MainWindow(Session(), qapp, SettingsStore())
    qtbot.addWidget(window)
    yield window
    window.close()


def all_handlers(window: MainWindow) -> list[Handlers]:
    window.build_pages()
    of_comparison = window.findChild(CompareActions)
    assert isinstance(of_comparison, CompareActions)
    help_actions = window.findChild(HelpActions)
    assert isinstance(help_actions, HelpActions)
    layout_actions = window.findChild(LayoutActions)
    assert isinstance(layout_actions, LayoutActions)
    return [
        window.file_actions.handlers,
        layout_actions.handlers,
        window.sources.handlers,
        window.run_actions.handlers,
        window.value_actions.handlers,
        window.follow_actions.handlers,
        window.links.handlers,
        window.note_actions.handlers,
        window.undo_actions.handlers,
        window.find_actions.handlers,
        window.palette_actions.handlers,
        window.settings_actions.handlers,
        window.reruns.handlers,
        help_actions.handlers,
        of_comparison.handlers,
    ]


def test_every_action_has_one_handler(window: MainWindow) -> None:
    handled = Counter(name for handlers in all_handlers(window) for name in handlers)
    assert handled == Counter(spec.name for spec in ACTION_SPECS)


def test_a_handler_is_named_after_its_action(window: MainWindow) -> None:
    for handlers in all_handlers(window):
        assert all(handler.__name__ == f"on_{name}" for name, handler in handlers.items())


def test_connected_is_what_is_triggered(qapp: QApplication) -> None:
    plain, checkable = QAction(), QAction()
    checkable.setCheckable(True)
    calls: list[object] = []
    connect_actions({"a": plain, "b": checkable}, {"a": lambda *_: calls.append("a"), "b": calls.append})
    plain.trigger()
    checkable.trigger()
    checkable.trigger()
    assert calls == ["a", True, False]


def test_the_first_window_builds_no_page_of_a_run(window: MainWindow) -> None:
    on_demand = {"run_view", "run_status", "compare_view", "compare_bar"}
    assert not on_demand & set(window.__dict__)
    window.close()
    assert not on_demand & set(window.__dict__), "closing needs none either"


def test_a_run_needs_no_page_of_a_comparison(window: MainWindow) -> None:
    window.session.alerts_cleared.emit()  # as when a run is opened
    assert {"run_view", "run_status"} <= set(window.__dict__)
    assert not {"compare_view", "compare_bar"} & set(window.__dict__)
    window.comparison.alerts_cleared.emit()
    assert {"compare_view", "compare_bar"} <= set(window.__dict__)


def test_pages_wait_for_their_code_and_then_come_in_parts(window: MainWindow, qtbot: QtBot) -> None:
    on_demand = {"run_view", "run_status", "compare_view", "compare_bar"}
    bridge = ScriptedBridge()
    window.wait_for_code(bridge)
    window.comparison.start("b.rlog", "a.rlog")
    window.build_pages()
    QApplication.processEvents()
    assert not on_demand & set(window.__dict__)
    built: list[int] = []
    panels: set[int] = set()
    turns = QTimer(window, interval=0)
    turns.timeout.connect(lambda: built.append(len(on_demand & set(window.__dict__))))
    turns.timeout.connect(lambda: panels.add(len(window.findChildren(Panel))))
    turns.start()
    bridge.imported.emit()
    qtbot.waitUntil(lambda: bool(built) and built[-1] == 4)
    assert {2, 3, 4} <= set(built), "the parts of a run, the page of the comparison, its bar"
    assert len(panels) > 6, "the panels of each page come in several turns"
    qtbot.waitUntil(lambda: not window.compare_view.isHidden())
    window.comparison.end()
    window.build_pages()


def test_a_run_that_is_opened_meanwhile_is_shown_once_its_page_is_there(window: MainWindow, qtbot: QtBot) -> None:
    bridge = ScriptedBridge()
    window.wait_for_code(bridge)
    window.session.alerts_cleared.emit()
    window.session.facts = run_facts("/runs/a.rlog")
    window.session.run_changed.emit()
    QApplication.processEvents()
    assert "run_view" not in window.__dict__
    bridge.imported.emit()
    qtbot.waitUntil(lambda: "run_view" in window.__dict__ and not window.run_view.isHidden())
    qtbot.waitUntil(lambda: "compare_bar" in window.__dict__)
    assert window.compare_view.isHidden()


def test_pages_are_built_once(window: MainWindow) -> None:
    window.build_pages()
    pages = window.run_view, window.compare_view, window.compare_bar
    bars = len(window.findChildren(QToolBar))
    window.build_pages()
    assert (window.run_view, window.compare_view, window.compare_bar) == pages
    assert len(window.findChildren(QToolBar)) == bars
    assert window.compare_bar.isHidden()
    assert window.run_status.isHidden()


def test_without_a_run_only_general_actions_are_enabled(window: MainWindow) -> None:
    window.build_pages()
    enabled = {name for name, action in window.actions_.items() if action.isEnabled()}
    expected = {spec.name for spec in ACTION_SPECS if not spec.needs_run and not spec.comparison}
    assert enabled == expected - {"runs"}  # no folder was listed yet


@pytest.mark.parametrize(
    ("action", "dialog"),
    [("shortcuts", ShortcutsDialog), ("documentation", DocumentationDialog), ("diagnostics", DiagnosticsDialog)],
)
def test_help_opens_its_dialogs(window: MainWindow, action: str, dialog: type[QDialog]) -> None:
    window.actions_[action].trigger()
    shown = window.findChild(dialog)
    assert isinstance(shown, QDialog)
    assert shown.isVisible()
    shown.close()


def test_the_layout_is_kept_without_pages_too(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """A start in which no run was opened does not lose the sizes of the panels."""
    settings = SettingsStore()
    first = MainWindow(Session(), qapp, settings)
    qtbot.addWidget(first)
    first.build_pages()
    first.close()
    kept = settings.value("columns")
    second = MainWindow(Session(), qapp, settings)
    qtbot.addWidget(second)
    second.close()
    assert settings.value("columns") == kept
