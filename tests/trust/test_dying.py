"""Workers that die or hang, an engine that raises, slots that raise: the window says so and lives on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel

from replay_gui.core.log.positions import Position
from replay_gui.engine.open_run import OpenRun
from replay_gui.engine.worker_pool import EXTRA_NICENESS, WorkerPool
from replay_gui.widgets.parts.find_field import FindField
from replay_gui.widgets.parts.row_view import RowView
from replay_gui.windows.dialogs.crash_dialog import CrashHook
from replay_gui.windows.dialogs.export_dialog import ExportDialog
from tests.helpers.claude_code_lines import assistant, text, user, write
from tests.helpers.journey import Journey
from tests.helpers.logs import write_log
from tests.helpers.time_bounds import seconds_to_close

DIED = "ended unexpectedly (signal 9, SIGKILL)"
JOBS = ["index", "convert", "find", "compare", "evaluate"]
OF_KEPT_INDEXES = ("file_hash", "applicable")  # they start where the index is kept from an earlier opening
OTHERS = [pytest.param(job, marks=pytest.mark.long) for job in ("states", "integrity", *OF_KEPT_INDEXES, "report")]


class Trouble:
    """What waits for one job of a journey, and how a user has that job done."""

    def __init__(self, job: str, folder: Path) -> None:
        self.job, self.folder = job, folder
        self.file = folder / "trouble"

    @property
    def met(self) -> bool:
        return self.file.with_name("met").exists()

    def lay(self, how: str) -> None:
        self.file.with_name("met").unlink(missing_ok=True)
        self.file.write_text(how)

    def has_stopped(self) -> bool:
        return self.met and Path("/proc", self._worker, "stat").read_text().rpartition(")")[2].split()[0] == "T"

    def go_on(self) -> None:
        os.kill(int(self._worker), signal.SIGCONT)

    @property
    def _worker(self) -> str:
        return self.file.with_name("met").read_text()

    def prepare(self, journey: Journey) -> None:
        self.run = write_log(self.folder / "runs" / "run.rlog", state_hash_every=0 if self.job == "applicable" else 1)
        self.other = write_log(self.folder / "runs" / "other.rlog", turns=9)
        self.foreign = write(self.folder, user("u1", None, "find it"), assistant("a1", "u1", text("here")))
        if self.job in ("find", "report", "evaluate", "convert"):
            journey.open(self.run)
            journey.session.seek(Position(7))
            journey.arrive(7)
        if self.job in OF_KEPT_INDEXES:
            journey.open(self.run)

    def begin(self, journey: Journey) -> None:
        match self.job:
            case "convert":
                journey.session.open(str(self.foreign))
            case "find":
                (field,) = [one for one in journey.window.findChildren(FindField) if one.isVisible()]
                field.line.setText("")
                field.line.setText("because")
            case "compare":
                journey.window.comparison.start(str(self.run), str(self.other))
            case "report":
                for dialog in journey.window.findChildren(ExportDialog):
                    dialog.close()
                journey.window.actions_["export"].trigger()
            case "evaluate":
                journey.window.runs_page.open((str(self.run.parent),))
            case _:
                journey.session.open(str(self.run))

    def succeeded(self, journey: Journey) -> bool:
        session = journey.session
        match self.job:
            case "convert":
                return session.facts is not None and session.facts.format == "claude-code" and not session.working
            case "find":
                return any("of" in words and "10" in words for words in shown())
            case "compare":
                return journey.window.comparison.active and journey.window.comparison.fresh
            case "report":
                return any(dialog.complete for dialog in journey.window.findChildren(ExportDialog))
            case "evaluate":
                runs = journey.window.runs_page.runs
                return len(runs.runs) == len(runs.outcomes) == 2 and not runs.working
            case _:
                return session.report is not None and session.report.verdict == "VALID"


def shown() -> list[str]:
    """Every text on the screen."""
    found = list[str]()
    for widget in QApplication.allWidgets():
        if isinstance(widget, QLabel | QAbstractButton) and widget.isVisible():
            found.append(f"{widget.text()} {widget.toolTip()}")
        elif isinstance(widget, RowView) and widget.isVisible():
            found.append(widget.hint)
    return found


def processes() -> set[str]:
    """The children of this process; workers that tests before this one keep are among them."""
    return {pid for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()}


@pytest.fixture
def trouble(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trouble:
    found = Trouble(request.param, tmp_path)
    (tmp_path / "runs").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setenv("TROUBLED_JOB", found.job)
    monkeypatch.setenv("TROUBLE", str(found.file))
    monkeypatch.setattr(WorkerPool.__init__, "__defaults__", (2, "troubled_jobs", EXTRA_NICENESS))
    return found


@pytest.mark.parametrize("trouble", [*JOBS, *OTHERS], indirect=True)
def test_a_worker_that_is_killed(trouble: Trouble, journey: Journey) -> None:
    """The window says so, where it is looked for; the second time it is done, by a worker that was stopped;
    nothing else is lost.
    """
    trouble.prepare(journey)
    facts, position = journey.session.facts, journey.session.position
    trouble.lay("kill")
    trouble.begin(journey)
    journey.until(lambda: trouble.met)
    journey.until(lambda: any(DIED in words for words in shown()))
    if facts is not None:
        assert (journey.session.facts, journey.session.position) == (facts, position)
    trouble.lay("stop")
    trouble.begin(journey)
    journey.until(trouble.has_stopped)
    assert not trouble.succeeded(journey)
    trouble.go_on()
    journey.until(lambda: trouble.succeeded(journey))
    journey.until(lambda: journey.session.index.count >= 3)  # a run is shown before all of it is read
    journey.session.seek(Position(3))
    journey.arrive(3)


@pytest.mark.parametrize("trouble", [*JOBS, "report", *OTHERS[:-1]], indirect=True)
def test_closing_the_window_in_the_middle_of_it(trouble: Trouble, journey: Journey) -> None:
    """It does not wait for the work, and no process is left."""
    before = processes()
    trouble.prepare(journey)
    trouble.lay("hang")
    trouble.begin(journey)
    journey.until(lambda: trouble.met)
    assert processes() - before
    bound = seconds_to_close()
    begin = time.monotonic()
    journey.window.close()
    assert time.monotonic() - begin < bound
    assert processes() <= before


@pytest.mark.parametrize("trouble", ["index"], indirect=True)
def test_a_job_that_raises(trouble: Trouble, journey: Journey) -> None:
    trouble.prepare(journey)
    trouble.lay("raise")
    trouble.begin(journey)
    journey.until(lambda: any("<b>nobody foresaw this" in words for words in shown()))
    trouble.begin(journey)
    journey.until(lambda: trouble.succeeded(journey))


@pytest.fixture
def hook(journey: Journey) -> Iterator[CrashHook]:
    hook = CrashHook()
    hook.install()
    yield hook
    hook.uninstall()
    if hook.dialog is not None:
        hook.dialog.close()
        hook.dialog.deleteLater()


@pytest.mark.usefixtures("kept_workers")
def test_an_engine_that_raises(
    journey: Journey, hook: CrashHook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey.open(write_log(tmp_path / "run.rlog"))

    def position_state(self: OpenRun, position: int) -> None:
        raise ValueError(f"<b>no state at {position}")

    monkeypatch.setattr(OpenRun, "position_state", position_state)
    with journey.qtbot.waitSignal(hook.crashed):
        journey.session.seek(Position(5))
    monkeypatch.undo()
    journey.until(lambda: hook.dialog is not None)
    assert hook.dialog is not None
    assert "ValueError: <b>no state at 5" in hook.dialog.report.toPlainText()
    journey.session.seek(Position(9))
    journey.arrive(9)
    assert journey.session.position_state is not None
    assert journey.session.position_state.event is not None


def raising(n: int) -> Callable[[], None]:
    def slot() -> None:
        raise KeyError(f"slot {n}")

    return slot


@pytest.mark.usefixtures("kept_workers")
def test_slots_that_raise_and_raise(journey: Journey, hook: CrashHook, tmp_path: Path) -> None:
    """A hundred in a row are one dialog, not a hundred; the window goes on being used."""
    journey.open(write_log(tmp_path / "run.rlog"))
    crashes = list[str]()
    hook.crashed.connect(crashes.append)
    for n in range(100):
        QTimer.singleShot(0, journey.window, raising(n))
    journey.until(lambda: bool(crashes))
    for _ in range(5):
        QApplication.processEvents()
    assert len(crashes) == 1
    assert "KeyError: 'slot 0'" in crashes[0]
    assert hook.dialog is not None
    hook.dialog.close()
    journey.window.activateWindow()
    journey.session.seek(Position(4))
    journey.arrive(4)
    journey.press(Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier)
