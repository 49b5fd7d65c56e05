"""Hostile text in every field shows as plain text, in everything that the window has."""

from __future__ import annotations

import io
import json
import sys
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from replay_gui.cli import main
from replay_gui.core.log.positions import Position
from replay_gui.widgets.comparison.cause_panel import CausePanel
from replay_gui.widgets.comparison.divergence_view import DivergenceView
from replay_gui.widgets.parts.find_field import FindField
from replay_gui.widgets.run.event_detail import EventDetail
from replay_gui.widgets.timeline.timeline import Timeline
from replay_gui.windows.dialogs.crash_dialog import CrashHook
from replay_gui.windows.dialogs.export_dialog import ExportDialog
from replay_gui.windows.dialogs.mapping_dialog import MappingDialog
from tests.helpers.hostile import EVIL, HTML, faults_on_screen, write_hostile
from tests.helpers.journey import Journey

pytestmark = pytest.mark.usefixtures("kept_workers")
NAME = "run <img src=x> \u202ea&File.rlog"  # what a file system allows


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_hostile(tmp_path / NAME)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return write_hostile(tmp_path / f"other {NAME}", "otherwise")


def look() -> None:
    QApplication.processEvents()
    assert faults_on_screen() == []


def hover(widget: QWidget, step: int) -> None:
    """The pointer over all of it, with the tool tips that come of it."""
    for y in range(2, widget.height(), step):
        for x in range(2, widget.width(), 4 * step):
            at = QPoint(x, y)
            QTest.mouseMove(widget, at)
            QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at)))


def test_every_event_of_a_run(journey: Journey, run: Path) -> None:
    journey.open(run)
    (detail,) = journey.window.findChildren(EventDetail)
    for position in range(1, journey.session.index.count + 1):
        journey.session.seek(Position(position))
        journey.arrive(position)
        for tab in detail.tabs.buttons():
            tab.click()
            look()


def test_the_timeline_under_the_pointer(journey: Journey, run: Path) -> None:
    journey.open(run)
    (timeline,) = [one for one in journey.window.findChildren(Timeline) if one.isVisible()]
    hover(timeline, 12)
    look()


def test_what_is_found(journey: Journey, run: Path) -> None:
    journey.open(run)
    (field,) = [one for one in journey.window.findChildren(FindField) if one.isVisible()]
    for words in ("img", "bold", "x1b"):
        field.line.setText(words)
        journey.until(lambda: not journey.session.working)
        look()


def test_facts_and_menus(journey: Journey, run: Path) -> None:
    journey.open(run)
    journey.window.actions_["run_facts"].trigger()
    look()
    for menu in journey.window.findChildren(QMenu):
        menu.aboutToShow.emit()
        look()


def test_two_runs(journey: Journey, run: Path, other: Path) -> None:
    comparison = journey.window.comparison
    comparison.start(str(other), str(run))
    journey.until(lambda: comparison.active and comparison.fresh and comparison.settled and not journey.session.working)
    assert comparison.point_count >= 1
    for _ in range(comparison.point_count):
        look()
        journey.press(Qt.Key.Key_F8)
        journey.until(lambda: comparison.settled)
    look()
    divergences = journey.window.compare_view.divergences
    divergences.finding.begin()
    for words in ("img", "bold", "x1b"):
        divergences.finding.field.line.setText(words)
        divergences.finder.find(words)
        journey.until(lambda: not divergences.finder.searching)
        divergences.finding.step(forward=True)
        look()


def test_the_report(journey: Journey, run: Path) -> None:
    journey.open(run)
    journey.window.actions_["export"].trigger()
    (dialog,) = journey.window.findChildren(ExportDialog)
    journey.until(lambda: dialog.complete)
    look()
    dialog.close()


def test_the_list_of_runs(journey: Journey, run: Path, other: Path) -> None:
    page = journey.window.runs_page
    page.open((str(run.parent),))
    journey.until(lambda: not page.runs.working)
    assert len(page.runs.runs) == 2
    look()


def test_menus_over_what_differs(journey: Journey, run: Path, other: Path) -> None:
    comparison = journey.window.comparison
    comparison.start(str(other), str(run))
    journey.until(lambda: comparison.active and comparison.fresh and comparison.settled and not journey.session.working)
    (view,), (causes,) = journey.window.findChildren(DivergenceView), journey.window.findChildren(CausePanel)
    menus = [view.row_menu(row, side) for row in range(4) for side in (0, 1)]
    menus += [causes.cause_menu(row) for row in range(causes.list.rowCount())]
    assert any(menu.actions() for menu in menus)
    look()
    for menu in menus:
        menu.deleteLater()


def test_the_mapping_of_a_hostile_file(journey: Journey, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.jsonl"
    path.write_text("".join(json.dumps({EVIL: EVIL, "kind": EVIL, "n": n}) + "\n" for n in range(5)))
    journey.open(path)
    journey.window.sources.on_mapping()
    (dialog,) = journey.window.findChildren(MappingDialog)
    journey.until(lambda: dialog.preview.rowCount() > 0)
    look()
    dialog.close()


def test_a_crash_with_hostile_words(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    hook, said = CrashHook(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    hook.on_exception(ValueError, ValueError(EVIL), None)
    journey.until(lambda: hook.dialog is not None)
    assert hook.dialog is not None
    look()
    assert HTML in hook.dialog.report.toPlainText()
    assert "\x1b" not in said.getvalue()
    assert "\u202e" not in said.getvalue()
    hook.dialog.close()
    hook.dialog.deleteLater()


def test_commands_print_nothing_that_a_terminal_obeys(
    run: Path, other: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = tmp_path / f"{NAME}.jsonl"
    foreign.write_text("".join(json.dumps({EVIL: EVIL, "kind": EVIL}) + "\n" for _ in range(5)))
    absent = str(tmp_path / "absent \x1b[31m\u202e")
    for arguments in (
        ["verify", str(run), str(other), str(foreign), absent],
        ["verify", str(run), "--json"],
        ["info", str(run), absent],
        ["info", str(run), "--json"],
        ["events", str(run)],
        ["events", str(run), "--json"],
        ["events", str(run), "--kind", EVIL.replace("\x00", "")],
        ["state", str(run), "--at", "9"],
        ["state", str(run), "--at", "9", "--json"],
        ["state", str(run), "--at", "9", "--path", "/\x1b[31m"],
        ["diff", str(run), str(other)],
        ["diff", str(run), str(other), "--json"],
        ["import", str(foreign), "-o", str(tmp_path / "made\u202e.rlog")],
        ["verify", "--\u202e"],
    ):
        main(arguments)
        printed = capsys.readouterr()
        for text in (printed.out, printed.err):
            assert not [c for c in set(text) if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"], arguments[:2]


class Markup(HTMLParser):
    """Every tag, and what in it may lead elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.tags = set[str]()
        self.links = list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [f"{name}={value}" for name, value in attrs if name.startswith("on") or name in ("src", "href")]


@pytest.mark.parametrize("suffix", [".html", ".md", ".json", ".xml", ".sarif", ".pdf"])
@pytest.mark.parametrize("command", ["verify", "diff"])
def test_no_report_obeys_the_log(
    run: Path, other: Path, tmp_path: Path, suffix: str, command: str, capsys: object
) -> None:
    damaged = tmp_path / "damaged.rlog"
    damaged.write_bytes(other.read_bytes().replace(b"bold", b"bolD"))
    target = tmp_path / f"report{suffix}"
    main([command, str(run), str(damaged if command == "verify" else other), "--report", str(target)])
    data = target.read_bytes()
    if suffix == ".pdf":
        assert data.startswith(b"%PDF")
        for action in (b"/URI", b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/OpenAction"):
            assert action not in data
        return
    text = data.decode()
    if suffix == ".json":  # as RFC 8785 has it: JSON escapes control characters, and all else stands as it is
        assert not [c for c in set(text) if unicodedata.category(c) == "Cc" and c != "\n"]
        return
    assert not [c for c in set(text) if unicodedata.category(c) in ("Cc", "Cf") and c not in "\n\t"]
    if suffix == ".html":
        found = Markup()
        found.feed(text)
        assert not found.tags & {"img", "script", "a", "b", "iframe", "object", "link", "base", "form"}
        assert found.links == []
    elif suffix == ".xml":
        assert "img" not in {node.tag for node in ElementTree.fromstring(text).iter()}


def test_what_cannot_be_opened(journey: Journey, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(EVIL.encode() * 10)
    with journey.qtbot.waitSignal(journey.session.alert_raised, timeout=30_000):
        journey.session.open(str(path))
    look()


def test_the_look_itself_finds_what_is_wrong(qtbot: object, qapp: QApplication) -> None:
    """The walk above is worth nothing unless it can fail."""
    from PySide6.QtWidgets import QLabel, QTextEdit

    label, text = QLabel(EVIL), QTextEdit()
    text.setHtml(EVIL)
    label.setToolTip("<b>" + EVIL)
    found = " ".join(faults_on_screen())
    for what in ("AutoText", "a link or an image", "rich text", "x1b"):
        assert what in found, what
    label.deleteLater()
    text.deleteLater()
