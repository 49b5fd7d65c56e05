from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from replay_gui.engine.answers import Progress
from replay_gui.look.theme import apply_theme
from replay_gui.widgets.run.verification_badge import VerificationBadge
from tests.helpers.runs import StillSession, report_of
from tests.helpers.story import FACTS

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise", "grabbing the keyboard")


@pytest.fixture
def session() -> StillSession:
    return StillSession()


@pytest.fixture
def badge(qtbot: QtBot, qapp: QApplication, session: StillSession) -> VerificationBadge:
    apply_theme(qapp, "dark")
    badge = VerificationBadge(session)
    qtbot.addWidget(badge)
    return badge


def open_run(session: StillSession) -> None:
    session.facts, session.report = FACTS, None
    session.run_changed.emit()


def test_without_a_run_there_is_no_badge(badge: VerificationBadge, session: StillSession) -> None:
    assert (badge.text().strip(), badge.isEnabled()) == ("", False)
    open_run(session)
    assert (badge.text().strip(), badge.isEnabled()) == ("Not checked", True)
    session.facts = None
    session.run_changed.emit()
    assert (badge.text().strip(), badge.isEnabled(), badge.toolTip()) == ("", False, "")


def test_it_tells_progress_and_then_the_verdict(badge: VerificationBadge, session: StillSession) -> None:
    open_run(session)
    session.progress_changed.emit(Progress("Verifying", 1, 4, None))
    assert (badge.text().strip(), badge.property("role")) == ("Checking… 25 %", "raised")
    assert badge.icon().isNull()
    session.report = report_of(1_523)
    session.report_changed.emit()
    assert (badge.text().strip(), badge.property("role")) == ("VALID · 1,523 of 1,523 events", "good")
    assert badge.accessibleName() == badge.text().strip()
    assert not badge.icon().isNull(), "colour does not speak alone"
    session.progress_changed.emit(None)
    assert badge.property("role") == "good"


def test_the_next_run_starts_anew(badge: VerificationBadge, session: StillSession) -> None:
    open_run(session)
    session.report = report_of(1_523, "INVALID", 411)
    session.report_changed.emit()
    assert badge.property("role") == "bad"
    open_run(session)
    assert (badge.text().strip(), badge.property("role")) == ("Not checked", "raised")


def test_pressed_it_says_what_it_rests_on(badge: VerificationBadge, session: StillSession) -> None:
    open_run(session)
    session.report = report_of(1_523, "INVALID", 411)
    session.report_changed.emit()
    badge.show()
    QTest.mouseClick(badge, Qt.MouseButton.LeftButton)
    assert badge.popup.isVisible()
    (label,) = badge.popup.findChildren(QLabel)
    assert session.report.line in label.text()
    assert "Event 412" in label.text()
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    QTest.keyClick(badge.popup, Qt.Key.Key_Escape)
    assert not badge.popup.isVisible()


def test_an_ampersand_is_no_shortcut(badge: VerificationBadge, session: StillSession) -> None:
    session.facts = msgspec.structs.replace(FACTS, has_hashes=False, imported_from="Who&When")
    session.run_changed.emit()
    assert badge.text().strip() == "Imported from Who&&When"
    assert badge.accessibleName() == "Imported from Who&When"
