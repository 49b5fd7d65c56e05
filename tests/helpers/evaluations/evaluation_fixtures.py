"""Fixtures of many runs: their folders, and a session that evaluates them at once. A conftest.py imports them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from replay_gui.models.runs.runs_session import RunsSession
from tests.helpers.evaluations.evaluation_logs import write_evaluation, write_versions
from tests.helpers.evaluations.inline_evaluation import InlineBridge


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_evaluation(tmp_path / "runs")


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    return write_versions(tmp_path / "versions")


@pytest.fixture
def bridge(qtbot: QtBot, tmp_path: Path) -> InlineBridge:
    return InlineBridge(tmp_path)


@pytest.fixture
def session(bridge: InlineBridge) -> RunsSession:
    return RunsSession(bridge.as_bridge())
