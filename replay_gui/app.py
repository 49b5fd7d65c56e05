"""Builds the window and runs it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from replay_gui.core.log.positions import RUN_START, Position
from replay_gui.core.path_kinds import is_folder
from replay_gui.core.text.plain_text import visible
from replay_gui.core.translation.messages import tr
from replay_gui.engine.gil_yield import SWITCH_SECONDS
from replay_gui.engine.termination import held_signals

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from replay_gui.engine.files.stream_spool import StreamSpool
    from replay_gui.windows.main_window import MainWindow
    from replay_gui.windows.settings.settings_store import SettingsStore

ORGANISATION = "replay-gui"
_PREPARE_AFTER_MS = 100  # once the first window is painted; the first run then opens without that wait
_CODE_OF_PAGES = (
    "replay_gui.windows.run_view",
    "replay_gui.windows.run_status",
    "replay_gui.windows.compare_actions",
    "replay_gui.windows.compare_bar",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOptions:
    """The options of the window on the command line.

    Attributes:
        many: files and folders to show as a page.
        path: the run to open, or a folder to list. other: the run to compare it with. demo: compare two bundled runs.
        at: the first position. format: name of the importer; None: detected from the content.
        theme: dark, light, auto, or None for the last one. language: its tag, or None for the chosen one.
        screenshot: where to save a picture instead of showing the window. size: of the window (width, height) in
        logical pixels. scale: physical pixels per logical pixel. fit: the longest side of the picture in pixels, to
        which a larger one is scaled down. show: "welcome", "run", "compare" or "report".
        value: the keys of the value of the state to choose. follow: follow the growing file, even if this is off in the
        settings. is_passing: the file is deleted with the window, so it is not opened again. spool: standard input,
        which is still coming; `path` is that of its copy.
        on_progress: called with (done, total), in any unit, while the program waits for a picture.
        restores: restore the content of the last closed window, unless this is off in the settings.
    """

    path: str | None = None
    many: tuple[str, ...] = ()
    demo: bool = False
    at: Position = RUN_START
    theme: str | None = None
    language: str | None = None
    screenshot: str | None = None
    size: tuple[int, int] | None = None
    scale: float | None = None
    fit: int | None = None
    show: str | None = None
    other: str | None = None
    format: str | None = None
    value: tuple[str, ...] = ()
    follow: bool = False
    is_passing: bool = False
    spool: StreamSpool | None = None
    on_progress: Callable[[int, int], None] | None = None
    restores: bool = False


def run_app(options: WindowOptions) -> int:
    """Show the window until it is closed, or save its picture; return the exit code (130: Ctrl-C in the terminal)."""
    _prepare_environment(options)
    with held_signals() as held:
        return _run_app(options, held)


def _run_app(options: WindowOptions, held: list[int]) -> int:
    if options.screenshot is None:
        settings = _user_settings()  # read before there is a window, which would wait for the disk
        try:
            code = _run(_application(), settings, options, held)
        finally:
            is_saved = settings.close()
        if not is_saved:
            problem = f"{settings.path}: the disk does not respond, so the last settings are not saved"
            print(f"replay-gui: {visible(problem)}", file=sys.stderr, flush=True)
            os._exit(code)  # Qt would wait for the disk at the end of the program
        return code
    from PySide6.QtCore import qInstallMessageHandler

    from replay_gui.windows.screenshot import pass_on_messages
    from replay_gui.windows.settings.settings_store import SettingsStore

    app = _application()
    qInstallMessageHandler(pass_on_messages)
    return _run(app, SettingsStore(), options, held)  # a picture neither uses nor changes the user's settings


def _application() -> QApplication:
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication([ORGANISATION])
    app.setApplicationName(ORGANISATION)
    app.setDesktopFileName(ORGANISATION)  # a desktop shows its windows under the menu's entry of this name
    return app


def _user_settings() -> SettingsStore:
    """Return the user's settings; their file is made for the user alone, and a broken one is set aside first."""
    from PySide6.QtCore import QStandardPaths

    from replay_gui.windows.settings.settings_file import set_aside_if_broken
    from replay_gui.windows.settings.settings_store import SettingsStore

    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericConfigLocation)
    path = Path(folder, ORGANISATION, f"{ORGANISATION}.ini")
    problem = set_aside_if_broken(path)
    if problem:
        print(f"replay-gui: {visible(problem)}", file=sys.stderr)
    with suppress(OSError):  # without a file the settings last as long as the window
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK, 0o600))
    return SettingsStore(path)


def _prepare_environment(options: WindowOptions) -> None:
    """Set the environment variables that Qt reads once, when it is imported."""
    if options.screenshot is not None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if options.scale is not None:
        os.environ["QT_SCALE_FACTOR"] = str(options.scale)


def _run(app: QApplication, settings: SettingsStore, options: WindowOptions, held: list[int]) -> int:
    from PySide6.QtCore import QTimer

    from replay_gui.engine.bridge import EngineBridge
    from replay_gui.look.theme import apply_theme, choose_theme, theme_events, ui_font
    from replay_gui.models.session import Session
    from replay_gui.models.time_choice import time_choice
    from replay_gui.samples import SAMPLES
    from replay_gui.widgets.run.welcome_page import Sample
    from replay_gui.windows.dialogs.crash_dialog import CrashHook
    from replay_gui.windows.gc_control import GcControl
    from replay_gui.windows.interrupts import Interrupts
    from replay_gui.windows.main_window import MainWindow
    from replay_gui.windows.settings.language import apply_language, remembered_language
    from replay_gui.windows.settings.settings_actions import remembered_local_times, remembered_text_size

    apply_language(app, options.language or remembered_language(settings))
    theme_events().text_scale = remembered_text_size(settings)
    time_choice().choose(remembered_local_times(settings))
    app.setFont(ui_font())
    gc_control = GcControl()
    sys.setswitchinterval(SWITCH_SECONDS)
    hook, interrupts = CrashHook(), Interrupts()
    hook.install()
    interrupts.install()
    for number in held:
        signal.raise_signal(number)  # while Qt was imported; ends the event loop as soon as it begins
    takes_picture = options.screenshot is not None
    bridge = EngineBridge(modules=() if takes_picture else _CODE_OF_PAGES)
    session = Session(bridge=bridge)
    theme = options.theme or _remembered_theme(settings)
    choose_theme(app, theme)
    window = MainWindow(session, app, settings)
    if not takes_picture:
        window.wait_for_code(bridge)
    window.show_samples([Sample(tr(sample.title), tr(sample.about), str(sample.path)) for sample in SAMPLES])
    if options.size is not None:
        window.resize(*options.size)
    apply_theme(app, theme)  # now: adding widgets to a styled window is slow
    shows_run = _open_what_is_named(window, options)
    try:
        if takes_picture:
            return _take_picture(app, window, options, shows_run)
        window.show()
        if options.restores:
            window.restore.restore()
        QTimer.singleShot(_PREPARE_AFTER_MS, bridge.prepare)
        QTimer.singleShot(_PREPARE_AFTER_MS, partial(_set_icon, app))
        return app.exec()
    finally:
        if not takes_picture and window.isVisible():
            window.close()  # it was ended in the terminal; the content of the window is kept anyway
        session.close()
        interrupts.uninstall()
        hook.uninstall()
        gc_control.stop()


def _open_what_is_named(window: MainWindow, options: WindowOptions) -> bool:
    """Open the files of the command line; return whether these are one or two runs, and not a page of many."""
    path, other = _paths(options)
    at, opens_folder = options.at, path is not None and is_folder(path)
    if options.is_passing:
        window.recent_files.passing, window.restore.keeps = path, False
    if options.follow:
        window.follow_actions.follow_this_time()
    if options.many:
        window.runs_page.open(options.many)
    elif path is not None and other is not None:
        window.comparison.start(other, path, at, options.format)
    elif options.spool is not None:
        from replay_gui.windows.session.standard_input import StandardInput

        StandardInput(window.session, options.spool, at, options.format, window)
    elif path is not None and opens_folder:
        window.runs_page.open((path,))
    elif path is not None:
        window.session.open(path, at, options.format)
        if options.value:
            window.links.show_value(options.value, at)
    return path is not None and not opens_folder


def _set_icon(app: QApplication) -> None:
    from replay_gui.look.program_icon import program_icon

    app.setWindowIcon(program_icon())


def _take_picture(app: QApplication, window: MainWindow, options: WindowOptions, expects_run: bool) -> int:
    from replay_gui.windows.screenshot import Screenshot

    problems: list[str] = []
    path = Path(options.screenshot or "")
    export = window.file_actions.on_export if options.show == "report" else None
    comparison = window.comparison
    why = window.compare_view.why if comparison.active else None
    picture = Screenshot(
        window,
        window.session,
        comparison,
        window.runs_page.runs,
        path,
        expects_run=expects_run,
        why=why,
        export=export,
        fit=options.fit,
        trace=window.run_view.state.trace if options.value else None,
    )
    if options.on_progress is not None:
        picture.progressed.connect(options.on_progress)
    picture.finished.connect(problems.append)
    picture.finished.connect(app.quit)
    window.show()
    code = app.exec()
    if code:
        return code  # interrupted
    if problems and not problems[0]:
        return 0
    problem = problems[0] if problems else "ended before the window was complete"
    print(f"replay-gui: {visible(problem)}", file=sys.stderr)
    return 2


def _paths(options: WindowOptions) -> tuple[str | None, str | None]:
    """Return the run to open and the run to compare it with."""
    from replay_gui.samples import OTHERWISE, REFERENCE

    if not options.demo:
        return options.path, options.other
    return str(REFERENCE.path), None if options.show == "run" else str(OTHERWISE.path)


def _remembered_theme(settings: SettingsStore) -> str:
    """Return the last theme; "auto" if the settings have none or an invalid one."""
    from replay_gui.windows.actions import THEMES

    theme = settings.value("theme")
    return theme if isinstance(theme, str) and theme in THEMES else "auto"
