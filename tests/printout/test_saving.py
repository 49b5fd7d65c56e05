"""Saving a report: the format by the suffix, and a file that is whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from replay_gui.core.errors import NotWritten
from replay_gui.core.report.forms import FORMS
from replay_gui.core.report.layout import layout_document
from replay_gui.core.report.model import Report
from replay_gui.printout import report_saver
from replay_gui.printout.pages import Pages
from replay_gui.printout.report_saver import ReportSaver
from replay_gui.printout.saving import PDF, SUFFIXES, check_suffix, report_bytes, save_report, write_report_file

REPORT = Report(version="1.2.3", made=1_700_000_000 * 10**9, command="replay-gui verify", runs=())


def pages_of(report: Report) -> Pages:
    pages = Pages(layout_document(report))
    for _ in pages.steps():
        pass
    return pages


@pytest.mark.parametrize("name", ["report", "report.txt", "report.pdf.bak", ".html"])
def test_a_name_without_a_known_suffix_is_refused(name: str) -> None:
    with pytest.raises(NotWritten, match="not a report format"):
        check_suffix(Path(name))


def test_a_folder_is_refused_whatever_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "reports.html"
    folder.mkdir()
    with pytest.raises(NotWritten, match="is a folder"):
        save_report(REPORT, folder)
    with pytest.raises(NotWritten, match="is a folder"):
        write_report_file(folder, b"data")


@pytest.mark.parametrize("suffix", [suffix for suffix in SUFFIXES if suffix != PDF])
def test_the_suffix_chooses_the_format_in_either_case(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"report{suffix.upper()}"
    save_report(REPORT, file)
    assert file.read_bytes() == FORMS[suffix](REPORT)


@pytest.mark.usefixtures("qapp")
def test_a_pdf_is_a_pdf() -> None:
    assert report_bytes(REPORT, PDF).startswith(b"%PDF-")


def test_pages_that_are_laid_out_are_not_laid_out_again(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = pages_of(REPORT)

    def forbidden(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Pages, "steps", forbidden)
    monkeypatch.setattr(report_saver, "save_report", forbidden)
    saver, file = ReportSaver(), tmp_path / "report.pdf"
    with qtbot.waitSignal(saver.saved):
        saver.save(REPORT, file, pages)
        assert saver.busy
    assert not saver.busy
    assert file.read_bytes().startswith(b"%PDF-")


def test_a_stopped_saver_reports_nothing_but_completes_the_file(qtbot: QtBot, tmp_path: Path) -> None:
    for name, pages in (("report.pdf", pages_of(REPORT)), ("report.html", None)):
        saver, file = ReportSaver(), tmp_path / name
        saver.saved.connect(pytest.fail)
        saver.failed.connect(pytest.fail)
        saver.save(REPORT, file, pages)
        saver.stop()
        assert not saver.busy
        qtbot.waitUntil(file.is_file)


def test_a_fault_of_the_program_is_reported_and_raised(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(report_saver, "save_report", fail)
    saver = ReportSaver()
    with qtbot.captureExceptions() as raised, qtbot.waitSignal(saver.failed) as caught:
        saver.save(REPORT, tmp_path / "report.html")
    assert "a fault of this program" in caught.args[0]
    assert [kind for kind, _, _ in raised] == [ZeroDivisionError]
