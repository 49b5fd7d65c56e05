"""A report from the window: what it will look like, what it hides, and the file."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel

from replay_gui.windows.dialogs.export_dialog import FORMS, ExportDialog
from tests.core.translation.languages import ACCENTED, in_language
from tests.helpers import logs
from tests.helpers.journey import Journey


def dialog_of(journey: Journey) -> ExportDialog:
    """Opened by its key, with the report there."""
    journey.window.actions_["export"].trigger()
    (dialog,) = journey.window.findChildren(ExportDialog)
    journey.until(lambda: dialog.complete)
    return dialog


def saved(journey: Journey, dialog: ExportDialog, path: Path) -> Path:
    dialog.save(path)
    journey.until(lambda: dialog.success.text.startswith("Saved") and dialog.save_button.isEnabled())
    return path


def test_a_run_is_exported_in_every_form(journey: Journey, tmp_path: Path) -> None:
    journey.open(logs.write_log(tmp_path / "run.rlog"))
    dialog = dialog_of(journey)
    assert dialog.preview.page_count >= 1
    assert journey.session.report is not None
    for suffix, *_ in FORMS:
        whole = saved(journey, dialog, tmp_path / f"report{suffix}").read_bytes()
        assert (
            whole[:5] == b"%PDF-"
            if suffix == ".pdf"
            else journey.session.report.line.encode() in whole.replace(b"\\", b"")
        )
    form = json.loads((tmp_path / "report.json").read_bytes())
    assert form["runs"][0]["verification"]["file_blake3"] == journey.session.report.file_blake3
    dialog.close()


@pytest.fixture
def accented_journey(request: pytest.FixtureRequest) -> Iterator[Journey]:
    """A window whose language has an accent on each letter, and whose workers have it, too."""
    with in_language(ACCENTED):
        yield request.getfixturevalue("journey")


def test_files_for_programs_are_english_in_a_window_of_another_language(
    accented_journey: Journey, tmp_path: Path
) -> None:
    journey = accented_journey
    a, b = logs.write_log(tmp_path / "a.rlog"), logs.write_log(tmp_path / "b.rlog", turns=8)
    journey.window.comparison.start(str(b), str(a))
    journey.until(lambda: journey.window.comparison.compared is not None and journey.window.comparison.settled)
    dialog = dialog_of(journey)
    files = dict[str, str]()
    for suffix in (".html", ".json", ".xml", ".sarif", ".md"):
        dialog.save(tmp_path / f"report{suffix}")
        journey.until(lambda: bool(dialog.success.text) and dialog.save_button.isEnabled())
        files[suffix] = (tmp_path / f"report{suffix}").read_text("utf-8")
    accented = {suffix for suffix, text in files.items() if "éṽéñţš" in text or "ðîƒƒ" in text}
    assert accented == {".html", ".md"}
    form = json.loads(files[".json"])
    assert form["words"].startswith("The runs diverge")
    dialog.close()


def test_a_comparison_is_exported_with_its_rules(journey: Journey, tmp_path: Path) -> None:
    a, b = logs.write_log(tmp_path / "a.rlog"), logs.write_log(tmp_path / "b.rlog", turns=8)
    journey.window.comparison.start(str(b), str(a))
    journey.until(lambda: journey.window.comparison.compared is not None and journey.window.comparison.settled)
    dialog = dialog_of(journey)
    form = json.loads(saved(journey, dialog, tmp_path / "report.json").read_bytes())
    assert form["verdict"] == "DIVERGED"
    assert form["comparison"]["total"] == 10
    assert form["command"] == f"replay-gui diff {a} {b}"
    dialog.close()


def test_what_is_hidden_is_not_in_the_file(journey: Journey, tmp_path: Path) -> None:
    journey.open(logs.write_log(tmp_path / "alice@example.org.rlog"))
    dialog = dialog_of(journey)
    dialog.hiding.button(1).click()
    journey.until(lambda: dialog.complete)
    whole = saved(journey, dialog, tmp_path / "report.html").read_text("utf-8")
    assert "alice@" not in whole
    assert "redacted" in whole
    dialog.close()


def test_a_profile_that_is_none_says_so_and_hides_nothing(
    journey: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey.open(logs.write_log(tmp_path / "run.rlog"))
    bad = tmp_path / "bad.toml"
    bad.write_text("presets = 1", "utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(bad), ""))
    dialog = dialog_of(journey)
    dialog.hiding.button(2).click()
    journey.until(lambda: "not a list of strings" in dialog.notice.text)
    assert dialog.hiding.checkedId() == 0
    assert dialog.maker.report is not None
    assert dialog.maker.report.redaction is None
    dialog.close()


def test_a_full_disk_is_told_in_the_dialog(journey: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journey.open(logs.write_log(tmp_path / "run.rlog"))
    dialog, file = dialog_of(journey), tmp_path / "report.html"
    file.write_text("old", "utf-8")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    dialog.save(file)
    journey.until(lambda: "the disk is full" in dialog.notice.text)
    assert file.read_text("utf-8") == "old"
    assert dialog.save_button.isEnabled()
    dialog.close()


def test_closing_while_the_report_is_made_ends_that(journey: Journey, tmp_path: Path) -> None:
    journey.open(logs.write_log(tmp_path / "run.rlog", turns=400))
    journey.window.actions_["export"].trigger()
    (dialog,) = journey.window.findChildren(ExportDialog)
    assert not dialog.save_button.isEnabled()
    dialog.reject()
    assert dialog_of_next(journey).complete


def dialog_of_next(journey: Journey) -> ExportDialog:
    """A second one, once the first is gone."""
    journey.until(lambda: not journey.window.findChildren(ExportDialog))
    return dialog_of(journey)


def test_hostile_names_are_plain_text(journey: Journey, tmp_path: Path) -> None:
    journey.open(logs.write_log(tmp_path / "<img src=x>\u202e.rlog"))
    dialog = dialog_of(journey)
    saved(journey, dialog, tmp_path / "<b>\u202ex.html")
    for label in dialog.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText
        assert "\u202e" not in label.text()
    dialog.close()


def test_closing_the_window_closes_the_dialog(journey: Journey, tmp_path: Path) -> None:
    journey.open(logs.write_log(tmp_path / "run.rlog"))
    dialog, file = dialog_of(journey), tmp_path / "report.pdf"
    dialog.save(file)
    journey.window.close()
    assert not dialog.isVisible()
    journey.until(file.is_file)  # completed without the window
    assert file.read_bytes().startswith(b"%PDF-")
