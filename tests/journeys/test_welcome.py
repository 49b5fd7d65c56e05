"""The first page: the sessions on this computer, once the user has asked for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from replay_gui.windows.main_window import MainWindow
from tests.helpers.claude_code_lines import user
from tests.helpers.journey import Journey


def test_sessions_are_listed_on_demand_and_opened_by_enter(
    journey: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "nobody")
    session = tmp_path / "projects/-work/one.jsonl"
    session.parent.mkdir(parents=True)
    session.write_text(json.dumps(user("1", None, "Mend the door")) + "\n")
    window: MainWindow = journey.window
    page = window._welcome
    assert page.rows == [], "nothing is read before it is asked for"
    page.sessions.click()
    journey.until(lambda: len(page.rows) == 1)
    assert page.rows[0].name == "Mend the door"
    assert page.rows[0].accessibleDescription().startswith("Claude Code · ")
    page.rows[0].setFocus()
    QTest.keyClick(page.rows[0], Qt.Key.Key_Return)
    journey.until(lambda: journey.session.facts is not None and journey.session.facts.format == "claude-code")
    window.actions_["close"].trigger()
    assert journey.settings.value("sessions") == "yes", "from now on they are listed when the page is shown"
