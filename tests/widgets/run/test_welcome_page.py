from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFrame
from pytestqt.qtbot import QtBot

from replay_gui.core.facts.known_sessions import KnownSession, known_folders
from replay_gui.core.importers.registry import importers
from replay_gui.widgets.run.welcome_page import AGENTS, FORMATS, RecentEntry, Sample, WelcomePage

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(qtbot: QtBot) -> WelcomePage:
    widget = WelcomePage()
    qtbot.addWidget(widget)
    widget.resize(900, 640)
    widget.show()
    return widget


def run(path: str) -> RecentEntry:
    return RecentEntry((path,), None)


def test_open_asks_for_a_file(page: WelcomePage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.open_requested):
        QTest.mouseClick(page.open, LEFT)


def test_recent_runs_and_samples_are_chosen(page: WelcomePage, qtbot: QtBot) -> None:
    assert page.rows == []
    page.set_recent([run(str(Path.home() / "runs" / "a\u202e.rlog")), run("/b.rlog")])
    page.set_samples([Sample("Reference", "1,523 events.", "/samples/reference.rlog")])
    assert [row.name for row in page.rows] == ["a\\u202e.rlog", "b.rlog", "Reference"]
    assert page.rows[0].accessibleDescription() == "~/runs"
    with qtbot.waitSignal(page.path_chosen) as chosen:
        QTest.mouseClick(page.rows[2], LEFT)
    assert chosen.args == ["/samples/reference.rlog"]
    page.rows[1].setFocus()
    with qtbot.waitSignal(page.path_chosen) as chosen:
        QTest.keyClick(page.rows[1], Qt.Key.Key_Space)
    assert chosen.args == ["/b.rlog"]


def test_lists_are_replaced(page: WelcomePage) -> None:
    page.set_recent([run(f"/run-{i}.rlog") for i in range(20)])
    assert len(page.rows) == 8
    page.set_recent([])
    assert page.rows == []
    assert not page.grab().isNull()


def test_what_stands_there_has_a_name(page: WelcomePage) -> None:
    page.set_recent([run("/b.rlog")])
    page.set_samples([Sample("Reference", "1,523 events.", "/samples/reference.rlog")])
    named = [frame.accessibleName() for frame in page.findChildren(QFrame) if frame.isVisible()]
    for name in ("Open a run, or drop a log here", "Recent", "Samples"):
        assert name in named
    assert [row.name for row in page.rows] == ["b.rlog", "Reference"]
    assert page.accessibleName() == "Welcome"


def known(number: int, prompt: str = "") -> KnownSession:
    return KnownSession(f"/s/{number}.jsonl", "Codex", prompt, 1_700_000_000 * 10**9, 12_345)


def test_sessions_are_asked_for_and_listed(page: WelcomePage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.sessions_wanted):
        page.sessions.click()
    assert page.sessions.text() == "Looking for sessions…"
    page.set_sessions([known(number, f"<b>Ask {number}</b>") for number in range(8)])
    assert [row.name for row in page.rows] == [f"<b>Ask {number}</b>" for number in range(6)]
    assert page.rows[0].accessibleDescription().startswith("Codex · 2023-11-1")
    assert page.rows[0].accessibleDescription().endswith(" · 12.3 kB · /s")
    assert page.sessions.text() == "Show 2 more"
    page.sessions.click()
    assert len(page.rows) == 8
    assert not page.sessions.isVisible()
    with qtbot.waitSignal(page.path_chosen) as chosen:
        QTest.keyClick(page.rows[7], Qt.Key.Key_Return)
    assert chosen.args == ["/s/7.jsonl"]


def test_where_there_are_no_sessions_it_says_so(page: WelcomePage) -> None:
    page.set_sessions([])
    assert page.sessions.text() == f"No sessions of {AGENTS} were found"
    page.set_sessions([], "the worker died")
    assert page.sessions.text() == "the worker died"


def test_the_formats_that_are_named_are_read() -> None:
    titles = " ".join(importer.title for importer in importers())
    words = FORMATS.removeprefix("Reads its own logs, and those of ").partition(" and others")[0]
    assert [name for name in words.split(", ") if name not in titles] == []
    assert [folder.agent for folder in known_folders({}, Path("/"))] == re.split(", | and ", AGENTS)


def test_a_comparison_is_opened_again(page: WelcomePage, qtbot: QtBot) -> None:
    page.set_recent(
        [RecentEntry(("/r/a.rlog", "/s/b.rlog"), 1_700_000_000 * 10**9), RecentEntry(("/r/a.rlog", "/r/c.rlog"), None)]
    )
    assert [row.name for row in page.rows] == ["a.rlog ↔ b.rlog", "a.rlog ↔ c.rlog"]
    assert page.rows[0].accessibleDescription().startswith("2023-11-1")
    assert page.rows[0].accessibleDescription().endswith(" · /r ↔ /s")
    assert page.rows[1].accessibleDescription() == "/r"
    with qtbot.waitSignal(page.pair_chosen) as chosen:
        page.rows[0].click()
    assert chosen.args == [["/r/a.rlog", "/s/b.rlog"]]
