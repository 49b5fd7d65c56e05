from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from replay_gui.engine.answers import Progress
from replay_gui.models.session import Session
from replay_gui.windows.main_window import MainWindow
from replay_gui.windows.screenshot import Screenshot
from replay_gui.windows.settings.settings_store import SettingsStore
from tests.helpers.evaluations.evaluation_logs import write_evaluation
from tests.helpers.logs import write_log
from tests.helpers.paths import ROOT

FOR_RUNS_ONLY = ("numpy", "replay_gui.engine.engine", "replay_gui.windows.run_view", "replay_gui.core.log.log_reader")
"""What the window imports for runs only: it is shown sooner without."""


def picture(tmp_path: Path, **options: object) -> tuple[int, str, Path]:
    """Runs the program for one picture, in a process of its own: exit code, standard error, the picture.

    The names of the modules that it has imported are written to "modules" beside the picture.
    """
    out = tmp_path / "picture.png"
    made = f"WindowOptions(screenshot={str(out)!r}, **{options!r})"
    script = (
        f"import pathlib, sys; from replay_gui.app import WindowOptions, run_app; code = run_app({made}); "
        f"pathlib.Path({str(tmp_path / 'modules')!r}).write_text(' '.join(sys.modules)); sys.exit(code)"
    )
    env = {name: value for name, value in os.environ.items() if name not in ("QT_QPA_PLATFORM", "DISPLAY")}
    env |= {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=90)
    return done.returncode, done.stderr, out


def png_size(path: Path) -> tuple[int, int]:
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    return width, height


def test_a_picture_of_a_run_without_a_display(tmp_path: Path) -> None:
    log = write_log(tmp_path / "run.rlog")
    options: dict[str, Any] = {"theme": "light", "size": (1024, 640), "scale": 2.0, "fit": 9999}
    code, said, out = picture(tmp_path, path=str(log), at=20, **options)
    assert code == 0, said
    assert png_size(out) == (2048, 1280)
    assert list(tmp_path.glob(".*.new")) == []


def test_a_picture_of_the_welcome_page(tmp_path: Path) -> None:
    code, said, out = picture(tmp_path, theme="dark", size=(1280, 800))
    assert code == 0, said
    assert png_size(out) == (1280, 800)
    imported = (tmp_path / "modules").read_text().split()
    assert "replay_gui.models.session" in imported
    assert [name for name in imported if name.startswith(FOR_RUNS_ONLY)] == []


def test_what_cannot_be_opened_is_said_and_leaves_no_picture(tmp_path: Path) -> None:
    code, said, out = picture(tmp_path, path=str(tmp_path / "none.rlog"))
    assert code == 2
    assert "none.rlog: cannot be read" in said
    assert "Traceback" not in said
    assert not out.exists()


def test_a_picture_of_a_folder_shows_its_runs(tmp_path: Path) -> None:
    folder = write_evaluation(tmp_path / "runs")
    code, said, out = picture(tmp_path, path=str(folder), theme="dark", size=(1280, 800), fit=256)
    assert code == 0, said
    assert png_size(out) == (256, 160)


def test_a_folder_without_runs_leaves_no_picture(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, said, out = picture(tmp_path, path=str(tmp_path / "empty"))
    assert code == 2
    assert "no run in it that can be read" in said
    assert not out.exists()


def test_it_waits_as_long_as_work_goes_on_and_tells_how_far_it_is(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    window = MainWindow(Session(), qapp, SettingsStore())
    qtbot.addWidget(window)
    session, runs = window.session, window.runs_page.runs
    trace = window.run_view.state.trace
    path = tmp_path / "picture.png"
    shot = Screenshot(window, session, window.comparison, runs, path, expects_run=True, trace=trace)
    ends, seen = list[str](), list[tuple[int, int]]()
    shot.finished.connect(ends.append)
    shot.progressed.connect(lambda done, total: seen.append((done, total)))
    session._set_working(Progress("Indexing", 3 << 30, 9 << 30, None))
    shot._on_timeout()
    assert (ends, seen) == ([], [(3 << 30, 9 << 30)])
    session._set_working(None)
    trace.follow(("memory", "plan"))
    shot._on_timeout()
    assert ends == [], "the changes of the value are not known"
    trace.stop()
    shot._on_timeout()
    assert len(ends) == 1
    assert "nothing has changed" in ends[0]
    window.close()
