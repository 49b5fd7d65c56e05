"""Builds and wires the window: the one place that knows all of it."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from replay_gui.windows.main_window import MainWindow

ORGANISATION = "replay-gui"
_BUILD_PAGES_AFTER_MS = 100  # once the first window is painted; the first run then opens without that wait


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says of the window.

    Attributes:
        path: the run to open, or a folder to list. other: one to compare it with. demo: compare two bundled runs.
        at: position to begin at. format: what the runs are read as; None: judged from their content.
        theme: dark, light, auto, or None for the remembered one.
        screenshot: where to save a picture instead of showing the window. size: of the window (width, height) in
        logical pixels. scale: physical pixels a logical one. show: "welcome", "run" or "compare".
    """

    path: str | None = None
    demo: bool = False
    at: int = 0
    theme: str | None = None
    screenshot: str | None = None
    size: tuple[int, int] | None = None
    scale: float | None = None
    show: str | None = None
    other: str | None = None
    format: str | None = None


def run_app(options: Options) -> int:
    """Shows the window until it is closed (Ctrl-C in the terminal: 130), or saves its picture; the exit code."""
    _prepare_environment(options)
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication([ORGANISATION])
    app.setApplicationName(ORGANISATION)
    ini = QSettings.Format.IniFormat
    if options.screenshot is None:
        return _run(app, QSettings(ini, QSettings.Scope.UserScope, ORGANISATION, ORGANISATION), options)
    from PySide6.QtCore import qInstallMessageHandler

    from replay_gui.windows.screenshot import pass_on_messages

    qInstallMessageHandler(pass_on_messages)
    with tempfile.TemporaryDirectory() as folder:  # a picture neither shows nor changes what somebody has set
        return _run(app, QSettings(str(Path(folder, "settings.ini")), ini), options)


def _prepare_environment(options: Options) -> None:
    """What Qt reads only once, before it is imported."""
    if options.screenshot is not None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if options.scale is not None:
        os.environ["QT_SCALE_FACTOR"] = str(options.scale)


def _run(app: QApplication, settings: QSettings, options: Options) -> int:
    from PySide6.QtCore import QTimer

    from replay_gui.engine.bridge import EngineBridge
    from replay_gui.look.theme import apply_theme, ui_font
    from replay_gui.models.session import Session
    from replay_gui.samples import SAMPLES
    from replay_gui.widgets.run.welcome_page import Sample
    from replay_gui.windows.dialogs.crash_dialog import CrashHook
    from replay_gui.windows.gc_control import GcControl
    from replay_gui.windows.interrupts import Interrupts
    from replay_gui.windows.main_window import MainWindow

    app.setFont(ui_font())
    gc_control = GcControl()
    sys.setswitchinterval(0.001)  # seconds that the engine thread may keep the window waiting at a time
    hook, interrupts = CrashHook(), Interrupts()
    hook.install()
    interrupts.install()
    session = Session(bridge=EngineBridge())
    window = MainWindow(session, app, settings)
    window.show_samples([Sample(one.title, one.about, str(one.path)) for one in SAMPLES])
    if options.size is not None:
        window.resize(*options.size)
    apply_theme(app, options.theme or _remembered_theme(settings))  # late: a styled widget is slow to put in place
    path, other = _paths(options)
    if path is not None and other is not None:
        window.comparison.start(other, path, options.at, options.format)
    elif path is not None and os.path.isdir(path):
        window.sources.show_runs(path)
    elif path is not None:
        session.open(path, options.at, options.format)
    try:
        if options.screenshot is not None:
            return _take_picture(app, window, options, path is not None)
        window.show()
        QTimer.singleShot(_BUILD_PAGES_AFTER_MS, window.build_pages)
        return app.exec()
    finally:
        session.close()
        interrupts.uninstall()
        hook.uninstall()
        gc_control.stop()


def _take_picture(app: QApplication, window: MainWindow, options: Options, expects_run: bool) -> int:
    from replay_gui.windows.screenshot import Screenshot

    problems: list[str] = []
    path = Path(options.screenshot or "")
    export = window.on_export if options.show == "report" else None
    picture = Screenshot(window, window.session, window.comparison, path, expects_run, export)
    picture.finished.connect(problems.append)
    picture.finished.connect(app.quit)
    window.show()
    code = app.exec()
    if code:
        return code  # interrupted
    if problems and not problems[0]:
        return 0
    print(f"replay-gui: {problems[0] if problems else 'ended before the window was complete'}", file=sys.stderr)
    return 2


def _paths(options: Options) -> tuple[str | None, str | None]:
    """The run to open, and the one to compare it with."""
    from replay_gui.samples import OTHERWISE, REFERENCE

    if not options.demo:
        return options.path, options.other
    return str(REFERENCE.path), None if options.show == "run" else str(OTHERWISE.path)


def _remembered_theme(settings: QSettings) -> str:
    """The theme chosen last; "auto" where the settings hold nothing, or nonsense."""
    from replay_gui.windows.actions import THEMES

    theme = settings.value("theme")
    return theme if isinstance(theme, str) and theme in THEMES else "auto"
