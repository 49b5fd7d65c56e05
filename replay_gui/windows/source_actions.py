"""The actions on the sources of runs: folders, files with several runs, formats, mappings."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path, PurePath

from PySide6.QtCore import QEvent, QObject, Signal, Slot
from PySide6.QtGui import QAction, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from replay_gui.core.log.positions import RUN_START, Position
from replay_gui.core.text.given_paths import absolute_path, folder_of, home_folder
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.answers import OPEN_AS, SHOW_TEXT, Alert, RunFacts
from replay_gui.engine.sessions_messages import SessionsListed
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.session import Session
from replay_gui.widgets.parts.banner_area import BannerArea
from replay_gui.widgets.run.welcome_page import WelcomePage
from replay_gui.windows.actions import Handlers
from replay_gui.windows.format_menu import FormatMenu
from replay_gui.windows.runs.runs_page import RunsPage
from replay_gui.windows.settings.settings_store import SettingsStore

SHOW_RUNS = "show all runs"  # the action of the banner on a file with several runs
EDIT_MAPPING = "mapping…"  # the action of the banner on a file whose records were not all understood
LISTS_SESSIONS = "sessions"  # the setting: whether the user has listed the sessions on this computer
_ALL_FILES = translatable("All files (*)")
MAPPED_FORMAT = "json-lines"  # the format with mappings


def folder_of_run(facts: RunFacts | None) -> str:
    """Return the first folder of a dialog that asks for another run: that of the open one; "" without one."""
    return "" if facts is None else folder_of(absolute_path(facts.path))


def siblings_filter(facts: RunFacts | None) -> str:
    """Return the filters of a dialog that asks for a run like the open one: its siblings, then all files."""
    suffix = "" if facts is None else PurePath(facts.path).suffix
    is_plain = suffix.removeprefix(".").isalnum()  # a filter has its own special characters
    if not is_plain:
        return tr(_ALL_FILES)
    return f"{tr('Runs of this kind (*{suffix})', suffix=suffix)};;{tr(_ALL_FILES)}"


class SourceActions(QObject):
    """The slots of these actions; enables the available ones. Makes the window accept dropped files.

    Signals: noticed(object): an Alert to show as a banner. formats_known(object): (name, title) of every importer.
    dropped(object): the list of the paths of files that were dropped.
    """

    noticed = Signal(object)
    formats_known = Signal(object)
    dropped = Signal(object)

    def __init__(
        self, session: Session, comparison: ComparisonSession, actions: dict[str, QAction], window: QWidget
    ) -> None:
        super().__init__(window)
        self._session = session
        self._comparison = comparison
        self._actions = actions
        self._window = window
        self._page: RunsPage | None = None
        self._welcome: WelcomePage | None = None
        self._settings: SettingsStore | None = None
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        session.run_changed.connect(self._on_run_changed)
        session.facts_changed.connect(self._on_run_changed)
        session.sources.formats_known.connect(self.formats_known)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Accept local files that are dragged over the window, and report dropped ones."""
        if not isinstance(event, QDropEvent) or event.type() not in (QEvent.Type.DragEnter, QEvent.Type.Drop):
            return False
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
        if paths and event.type() == QEvent.Type.Drop:
            self.dropped.emit(paths)
        return True

    def attach_page(self, page: RunsPage) -> None:
        """Show many runs on this page."""
        self._page = page

    def attach_welcome(self, page: WelcomePage, settings: SettingsStore) -> None:
        """Handle the signals of the welcome page. Once the user has requested sessions, they are always listed."""
        self._welcome, self._settings = page, settings
        page.folder_requested.connect(self.on_open_folder)
        page.sessions_wanted.connect(self._on_sessions_wanted)
        page.shown.connect(self._on_welcome_shown)
        self._session.sources.sessions_listed.connect(self._on_sessions_listed)

    @Slot()
    def _on_sessions_wanted(self) -> None:
        from replay_gui.core.facts.known_sessions import known_folders  # not needed by the first window

        if self._settings is not None:
            self._settings.set_value(LISTS_SESSIONS, "yes")
        self._session.sources.request_sessions(known_folders(os.environ, Path(home_folder())))

    @Slot()
    def _on_welcome_shown(self) -> None:
        if self._settings is not None and self._settings.value(LISTS_SESSIONS) == "yes":
            self._on_sessions_wanted()

    @Slot(object)
    def _on_sessions_listed(self, listed: SessionsListed) -> None:
        if self._welcome is not None:
            self._welcome.set_sessions(listed.sessions, listed.problem)

    @property
    def handlers(self) -> Handlers:
        """The slots of the actions on files, folders and formats."""
        return {
            "open_folder": self.on_open_folder,
            "runs": self.on_runs,
            "mapping": self.on_mapping,
            "compare_with": self.on_compare_with,
        }

    @Slot()
    def refresh(self) -> None:
        """Enable the actions that are available now."""
        facts = self._session.facts
        has_page = self._page is not None and self._page.has_runs
        self._actions["runs"].setEnabled(has_page or (facts is not None and len(facts.runs) > 1))
        self._actions["mapping"].setEnabled(facts is not None and facts.format == MAPPED_FORMAT)

    @Slot()
    def _on_run_changed(self) -> None:
        self.refresh()
        facts = self._session.facts
        if facts is None or self._comparison.active:
            return
        name, run = one_line(facts.name, 80), one_line(facts.run, 80)
        if len(facts.runs) > 1 and not (self._page is not None and self._page.holds(facts.path)):
            number = facts.runs.index(facts.run) + 1 if facts.run in facts.runs else 0
            which = tr("number {number} ({run})", number=whole_number(number), run=run) if number else run
            runs = whole_number(len(facts.runs))
            words = tr("{file} holds {runs} runs; this is {which}.", file=name, runs=runs, which=which)
            self.noticed.emit(Alert("info", words, (SHOW_RUNS,)))
        if facts.format == MAPPED_FORMAT and facts.notes:
            words = tr(
                "Some records of {file} were not understood. Edit the mapping to define their content.", file=name
            )
            self.noticed.emit(Alert("info", words, (EDIT_MAPPING,)))

    def attach(self, run_banners: BannerArea, comparison_banners: BannerArea) -> None:
        """Show alerts among the banners of a run, and handle the actions of these and of a comparison's banners."""
        self.noticed.connect(run_banners.on_alert)
        run_banners.action_chosen.connect(self._on_banner_acted)
        comparison_banners.action_chosen.connect(self._on_comparison_banner_acted)

    @Slot(object, str)
    def _on_banner_acted(self, alert: Alert, action: str) -> None:
        if action == SHOW_RUNS:
            self.on_runs()
        elif action == EDIT_MAPPING:
            self.on_mapping()
        elif action == SHOW_TEXT:
            self._show_text(alert.path)
        elif action == OPEN_AS:
            FormatMenu(self._session.sources, partial(self._open_as, alert.path), self._window).pop_up()

    @Slot(object, str)
    def _on_comparison_banner_acted(self, alert: Alert, action: str) -> None:
        """Do the same as for a run; the file becomes B of the comparison again."""
        if action == OPEN_AS:
            FormatMenu(self._session.sources, partial(self._compare_as, alert.path), self._window).pop_up()
        else:
            self._on_banner_acted(alert, action)

    def _open_as(self, path: str, format: str) -> None:
        self._session.open(path, format=format)

    def _compare_as(self, path: str, format: str) -> None:
        self._comparison.start(path, format=format)

    def _show_text(self, path: str) -> None:
        from replay_gui.windows.dialogs.text_dialog import TextDialog  # few need it

        TextDialog(path, self._session.sources, self._window).open()

    @Slot(object)
    def compare_from(self, position: Position) -> None:
        """Ask for another run, and compare it with the open one, beginning at a position of the open one."""
        self._ask_and_compare(tr("Compare from event {position} on", position=whole_number(position)), position)

    @Slot()
    def on_compare_with(self) -> None:
        self._ask_and_compare(tr("Compare with another run"), RUN_START)

    def _ask_and_compare(self, title: str, position: Position) -> None:
        facts = self._session.facts
        path, _ = QFileDialog.getOpenFileName(self._window, title, folder_of_run(facts), siblings_filter(facts))
        if path:
            self._comparison.start(path, position=position)

    # ---- runs -------------------------------------------------------------------------------------
    @Slot()
    def on_open_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self._window, tr("Open a folder of runs"), folder_of_run(self._session.facts)
        )
        if folder and self._page is not None:
            self._page.open((folder,))

    @Slot()
    def on_runs(self) -> None:
        """Show the page of many runs: those of the open file, if it has several; else those already on the page."""
        facts, page = self._session.facts, self._page
        if page is None:
            return
        if facts is not None and len(facts.runs) > 1 and not page.holds(facts.path):
            page.open((facts.path,))
        elif page.has_runs:
            page.show(True)

    # ---- formats ----------------------------------------------------------------------------------
    @Slot()
    def request_formats(self) -> None:
        """Request the list of formats when it is first needed: for logs it is not."""
        self._session.sources.request_formats()

    @Slot(str)
    def on_format_chosen(self, name: str) -> None:
        """Read the file again as this format; ask for a file if no imported one is shown."""
        facts = self._session.facts
        path = facts.path if facts is not None and facts.origin == "imported" else ""
        if not path:
            path, _ = QFileDialog.getOpenFileName(self._window, tr("Open as {format}", format=name))
        if path:
            self._session.open(path, format=name)

    @Slot()
    def on_mapping(self) -> None:
        facts = self._session.facts
        if facts is not None:
            from replay_gui.windows.dialogs.mapping_dialog import (
                MappingDialog,  # few need it, and reading it takes a while
            )

            dialog = MappingDialog(facts.path, self._session.sources, self._window)
            dialog.saved.connect(self._on_mapping_saved)
            dialog.open()

    @Slot()
    def _on_mapping_saved(self) -> None:
        """Read the shown file again by the new mapping."""
        (self._comparison if self._comparison.active else self._session).reload()
