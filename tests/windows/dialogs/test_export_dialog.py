from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from replay_gui.core.report.model import Report
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.report_maker import MadeReport, MakingEnglishReport, ReportFailed
from replay_gui.models.run_report_maker import RunReportMaker
from replay_gui.windows.dialogs.export_dialog import FORMS, ExportDialog
from tests.core.translation.languages import ACCENTED, in_language
from tests.helpers.facts import run_facts
from tests.helpers.runs import StillSession

NOTHING, SHARING, OWN = range(3)


@pytest.fixture
def session(tmp_path: Path) -> StillSession:
    session = StillSession()
    (tmp_path / "run.rlog").write_bytes(b"log")
    session.facts = run_facts(str(tmp_path / "run.rlog"))
    return session


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1200, 800)
    return window


@pytest.fixture
def dialog(window: QWidget, session: StillSession, tmp_path: Path) -> ExportDialog:
    """Without an engine: no report comes by itself."""
    maker = RunReportMaker(session, ComparisonSession(session, session))
    return ExportDialog(maker, tmp_path, "run-report", window)


def test_nothing_can_be_saved_before_there_is_a_report(dialog: ExportDialog) -> None:
    assert not dialog.save_button.isEnabled()
    assert not dialog.complete


def test_each_form_is_explained(dialog: ExportDialog) -> None:
    for row, (_, _, about) in enumerate(FORMS):
        dialog.form.button(row).setChecked(True)
        assert dialog.about_form.text() == about


def test_the_reason_of_a_missing_report_is_shown_as_plain_text(dialog: ExportDialog) -> None:
    dialog.maker.work = ReportFailed("<b>the log</b>\nhas changed")
    dialog.maker.failed.emit()
    assert dialog.notice.text == "No report: <b>the log</b> has changed."
    assert not dialog.save_button.isEnabled()


def test_without_a_profile_nothing_is_hidden(dialog: ExportDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    dialog.hiding.button(OWN).click()
    assert dialog.hiding.checkedId() == NOTHING


def test_a_profile_that_cannot_be_read_hides_nothing_and_says_why(
    qtbot: QtBot, dialog: ExportDialog, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "missing.toml"), ""))
    dialog.hiding.button(OWN).click()
    qtbot.waitUntil(lambda: bool(dialog.notice.text))
    assert dialog.hiding.checkedId() == NOTHING
    assert "missing.toml" in dialog.notice.text


def test_what_the_report_is_about_is_never_overwritten(qtbot: QtBot, dialog: ExportDialog, tmp_path: Path) -> None:
    dialog.maker.work = MadeReport(Report(version="1", made=0, command="", runs=()))
    (tmp_path / "run.json").hardlink_to(tmp_path / "run.rlog")
    dialog.save(tmp_path / "run.json")
    qtbot.waitUntil(lambda: dialog.save_button.isEnabled())
    assert "it is itself what is read here" in dialog.notice.text
    assert (tmp_path / "run.json").read_bytes() == b"log"


def _report(words: str) -> Report:
    return Report(version="1", made=0, command=words, runs=())


def test_a_file_for_programs_waits_for_the_report_in_english(
    qtbot: QtBot, dialog: ExportDialog, tmp_path: Path
) -> None:
    with in_language("de"):
        dialog.maker.work = MadeReport(_report("deutsch"))
        dialog.save(tmp_path / "report.json")
        assert isinstance(dialog.maker.work, MakingEnglishReport)
        assert dialog.maker.report == _report("deutsch")
        assert not dialog.save_button.isEnabled()
        dialog.maker.work = MadeReport(_report("deutsch"), _report("english"))
        dialog.maker.made_in_english.emit()
        qtbot.waitUntil(lambda: dialog.save_button.isEnabled())
        assert '"command":"english"' in (tmp_path / "report.json").read_text("utf-8")
        dialog.save(tmp_path / "report.md")
        qtbot.waitUntil(lambda: dialog.save_button.isEnabled())
        assert "deutsch" in (tmp_path / "report.md").read_text("utf-8")


def test_a_run_that_is_closed_meanwhile_ends_the_report_in_english(
    dialog: ExportDialog, session: StillSession, tmp_path: Path
) -> None:
    with in_language("de"):
        dialog.maker.work = MadeReport(_report("deutsch"))
        dialog.save(tmp_path / "report.json")
        session.run_changed.emit()
        assert dialog.notice.text
    assert isinstance(dialog.maker.work, ReportFailed)
    assert not (tmp_path / "report.json").exists()


@pytest.mark.parametrize("language", ["en", "de", ACCENTED])
def test_no_choice_is_cut(qtbot: QtBot, window: QWidget, session: StillSession, tmp_path: Path, language: str) -> None:
    with in_language(language):
        dialog = ExportDialog(RunReportMaker(session, ComparisonSession(session, session)), tmp_path, "run", window)
        dialog.show()
        qtbot.waitExposed(dialog)
        buttons = (*dialog.form.buttons(), *dialog.hiding.buttons())
        assert [button.text() for button in buttons if button.width() < button.sizeHint().width()] == []
