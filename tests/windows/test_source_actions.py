from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from replay_gui.engine.answers import Alert, RunFacts
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.windows.actions import make_actions
from replay_gui.windows.source_actions import EDIT_MAPPING, MAPPED_FORMAT, SHOW_RUNS, SourceActions
from tests.helpers.facts import run_facts
from tests.helpers.runs import StillSession


class OpeningSession(StillSession):
    """Notes what it is to open."""

    opened: tuple[str, str | None] | None = None

    def open(self, path: str, position: int = 0, format: str | None = None, paired: bool = False) -> None:
        self.opened = path, format

    def show_facts(self, facts: RunFacts | None) -> None:
        self.facts = facts
        self.run_changed.emit()


@pytest.fixture
def session() -> OpeningSession:
    return OpeningSession()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def actions(window: QWidget) -> dict[str, QAction]:
    return make_actions(window)


@pytest.fixture
def sources(session: OpeningSession, window: QWidget, actions: dict[str, QAction]) -> SourceActions:
    return SourceActions(session, ComparisonSession(session, session), actions, window)


@pytest.fixture
def alerts(sources: SourceActions) -> list[Alert]:
    alerts: list[Alert] = []
    sources.noticed.connect(alerts.append)
    return alerts


def test_the_runs_of_a_file_with_one_run_cannot_be_listed(
    session: OpeningSession, sources: SourceActions, actions: dict[str, QAction], alerts: list[Alert]
) -> None:
    session.show_facts(run_facts("/runs/a.jsonl", run="one", runs=("one",)))
    assert not actions["runs"].isEnabled()
    assert alerts == []


def test_a_file_with_several_runs_offers_the_others(
    session: OpeningSession, sources: SourceActions, actions: dict[str, QAction], alerts: list[Alert]
) -> None:
    session.show_facts(run_facts("/runs/a.jsonl", run="two", runs=("one", "two")))
    assert actions["runs"].isEnabled()
    assert [(alert.severity, alert.text, alert.actions) for alert in alerts] == [
        ("info", "a.jsonl holds 2 runs; this is number 2 (two).", (SHOW_RUNS,))
    ]


def test_records_that_were_not_understood_offer_the_mapping(
    session: OpeningSession, sources: SourceActions, actions: dict[str, QAction], alerts: list[Alert]
) -> None:
    session.show_facts(run_facts("/runs/a.jsonl", format=MAPPED_FORMAT, notes=("3 records have no kind",)))
    assert actions["mapping"].isEnabled()
    assert [alert.actions for alert in alerts] == [(EDIT_MAPPING,)]
    session.show_facts(run_facts("/runs/a.jsonl", format="other"))
    assert not actions["mapping"].isEnabled()


def test_a_format_reads_an_imported_file_again(session: OpeningSession, sources: SourceActions) -> None:
    session.show_facts(run_facts("/runs/a.jsonl", origin="imported"))
    sources.on_format_chosen("langsmith")
    assert session.opened == ("/runs/a.jsonl", "langsmith")


def test_a_format_asks_for_a_file_when_none_was_imported(
    session: OpeningSession, sources: SourceActions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chosen = [str(tmp_path / "b.json"), ""]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (chosen.pop(0), ""))
    sources.on_format_chosen("langsmith")
    assert session.opened == (str(tmp_path / "b.json"), "langsmith")
    session.opened = None
    sources.on_format_chosen("langsmith")
    assert session.opened is None, "the dialog was cancelled"
