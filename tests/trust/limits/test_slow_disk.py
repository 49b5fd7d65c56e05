"""A disk that does not answer: the window stays alive, and what was asked last is what is done."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from replay_gui.core.log.run_start import RecordingMeans, RunStart
from replay_gui.core.report import redaction_profile
from replay_gui.models.disk_question import DiskQuestion
from replay_gui.models.file_watch import FileWatch
from replay_gui.windows.dialogs.export_dialog import ExportDialog
from replay_gui.windows.dialogs.rerun_dialog import RerunDialog
from tests.helpers.facts import run_facts
from tests.helpers.journey import Journey
from tests.helpers.logs import write_log


class SlowDisk:
    """A folder below which nothing answers before `wake` is called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked = threading.Event()
        self._awake = threading.Event()

    def wait(self, path: object) -> None:
        assert threading.current_thread() is not threading.main_thread() or not self._is_below(path)
        if self._is_below(path):
            self.asked.set()
            self._awake.wait()

    def _is_below(self, path: object) -> bool:
        return str(path).startswith(str(self.folder))

    def wake(self) -> None:
        self._awake.set()


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDisk]:
    folder = tmp_path / "slow"
    folder.mkdir()
    slow, real = SlowDisk(folder), os.stat

    def stat(path: os.PathLike[str] | str | int, **more: object) -> os.stat_result:
        slow.wait(path)
        return real(path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "stat", stat)
    monkeypatch.setattr(Path, "is_dir", lambda self: os.path.isdir(self))
    yield slow
    slow.wake()


def test_the_journals_beside_a_database_are_looked_for_elsewhere(journey: Journey, disk: SlowDisk) -> None:
    database = disk.folder / "runs.db"
    database.touch()
    journal = database.with_name("runs.db-wal")
    journal.write_bytes(b"rows")
    watch, settled = FileWatch(journey.window), list[bool]()
    watch.settled.connect(lambda: settled.append(True))
    watch.watch(str(database))
    assert disk.asked.is_set()
    disk.wake()
    journey.until(lambda: watch.files() == [str(database), str(journal)])
    journey.until(lambda: settled == [True])
    journal.write_bytes(b"more rows")
    journey.until(lambda: settled == [True, True])
    watch.watch("")
    assert watch.files() == []


def test_the_last_question_is_answered(journey: Journey) -> None:
    question, answers, go = DiskQuestion(journey.window), list[object](), threading.Event()
    question.answered.connect(answers.append)
    question.ask_disk(lambda: go.wait() and "late")
    assert question.pending
    question.ask_disk(lambda: "at once")
    journey.until(lambda: answers == ["at once"])
    assert not question.pending
    go.set()
    question.ask_disk(lambda: None)
    journey.until(lambda: answers == ["at once", None])


def test_a_folder_that_is_dropped_and_does_not_answer(journey: Journey, disk: SlowDisk, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_log(disk.folder / f"{name}.rlog", turns=1)
    other = write_log(tmp_path / "other.rlog", turns=1)
    journey.window.open_paths([str(disk.folder)])
    assert disk.asked.is_set()
    journey.open(other)
    assert not journey.window.runs_page.has_runs
    disk.wake()
    journey.until(lambda: journey.window.runs_page.shown)


def test_the_dialog_for_running_again(journey: Journey, disk: SlowDisk, tmp_path: Path) -> None:
    begin = RunStart(command=("agent",), folder=str(disk.folder / "gone"), means=RecordingMeans.HOOKS)
    facts = run_facts(str(tmp_path / "run.rlog"), begin=begin)
    dialog = RerunDialog(facts, (), [], None, journey.window)
    assert not dialog.run_button.isEnabled()
    assert dialog._problem.text == "Looking for the folder…"
    dialog.folder.setText(str(tmp_path))
    journey.until(dialog.run_button.isEnabled)
    assert dialog.plan.folder == tmp_path
    dialog.close()

    dialog = RerunDialog(facts, (), [], None, journey.window)
    none = str(tmp_path / "none")
    dialog.folder.setText(none)
    journey.until(lambda: dialog._problem.text == "There is no such folder.")
    assert dialog.folder.text() == none, "what was typed stays, though it is the first folder that was looked for"
    dialog.close()

    dialog = RerunDialog(facts, (), [], None, journey.window)
    disk.wake()
    journey.until(dialog.run_button.isEnabled)
    assert dialog.folder.text() == str(tmp_path), "that of the log, where the run's own is gone"
    dialog.close()


def test_a_profile_that_does_not_come(
    journey: Journey, disk: SlowDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey.open(write_log(tmp_path / "run.rlog", turns=1))
    fifo = disk.folder / "profile.toml"
    os.mkfifo(fifo)

    def read_profile(path: Path) -> object:
        disk.wait(path)
        return redaction_profile.read_profile(path)

    monkeypatch.setattr("replay_gui.windows.dialogs.export_dialog.read_profile", read_profile)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(fifo), ""))
    journey.window.file_actions.on_export()
    (dialog,) = journey.window.findChildren(ExportDialog)
    journey.until(lambda: dialog.maker.report is not None)
    dialog.hiding.button(2).click()
    dialog.maker.made.emit()  # a report that was made before
    assert not dialog.save_button.isEnabled(), "it does not hide what is to be hidden"
    disk.wake()
    journey.until(lambda: "not a file but" in dialog.notice.text)
    assert dialog.hiding.checkedId() == 0
    dialog.close()
