"""The window: its parts, and the connection of actions with the session. It has no further logic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from replay_gui.core.text.plain_text import one_line
from replay_gui.engine.bridge import QuietTurn
from replay_gui.look.theme import theme_events
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.event_loop_queue import EventLoopParts
from replay_gui.models.run.playback import Playback
from replay_gui.models.run.run_search import RunSearch
from replay_gui.models.session import Session
from replay_gui.widgets.parts.banner_area import BannerArea
from replay_gui.widgets.parts.find_field import FindField
from replay_gui.widgets.parts.paint_turn import PaintTurn
from replay_gui.widgets.run.welcome_page import Sample, WelcomePage
from replay_gui.windows.action_keys import is_for_focus
from replay_gui.windows.actions import ACTION_SPECS, connect_actions, make_actions, set_icons
from replay_gui.windows.dialogs.help_actions import HelpActions
from replay_gui.windows.file_actions import FileActions
from replay_gui.windows.find_actions import FindActions
from replay_gui.windows.menus import MenuBar
from replay_gui.windows.notes.note_actions import NoteActions
from replay_gui.windows.palette.palette_actions import PaletteActions
from replay_gui.windows.path_opener import PathOpener
from replay_gui.windows.rerun_actions import RerunActions
from replay_gui.windows.run_actions import RunActions
from replay_gui.windows.run_bar import RunBar
from replay_gui.windows.runs.runs_page import RunsPage
from replay_gui.windows.session.follow_actions import FollowActions
from replay_gui.windows.session.last_positions import LastPositions
from replay_gui.windows.session.layout_actions import LayoutActions
from replay_gui.windows.session.layout_memory import LayoutMemory
from replay_gui.windows.session.link_actions import LinkActions
from replay_gui.windows.session.recent_files import RecentFiles
from replay_gui.windows.session.session_restore import SessionRestore
from replay_gui.windows.session.undo_actions import UndoActions
from replay_gui.windows.settings.mark_choice import MarkChoice
from replay_gui.windows.settings.settings_actions import SettingsActions
from replay_gui.windows.settings.settings_store import SettingsStore
from replay_gui.windows.source_actions import SourceActions
from replay_gui.windows.values.value_actions import ValueActions

if TYPE_CHECKING:
    from replay_gui.engine.bridge import EngineBridge
    from replay_gui.widgets.comparison.divergence_search import DivergenceFind
    from replay_gui.windows.compare_bar import CompareBar
    from replay_gui.windows.compare_view import CompareView
    from replay_gui.windows.run_status import RunStatus
    from replay_gui.windows.run_view import RunView

TITLE = "replay-gui"


class MainWindow(QMainWindow):
    """Menu, tool bar, banners, status line, and a page: the welcome page, a run or a comparison.

    The pages of a run and of a comparison are built when they are first needed, or by `build_pages`.

    Attributes:
        session: the run in A; it is closed with the window. comparison: of that run with another one.
        playback: of the session. actions_: the QActions by the name of their ActionSpec. run_actions: those on one run.
        file_actions: open, close and more. sources: the actions on files, folders and formats.
        find_actions: the search. finder: the search in the run. find_field: its line. run_bar: the tool bar of a run.
        menus: the menu bar. recent_files: the list that the welcome page shows. restore: of the last session.
        reruns: the actions that run the agent again.
    """

    def __init__(self, session: Session, app: QApplication, settings: SettingsStore) -> None:
        super().__init__()
        PaintTurn(self)
        self._awaited: EngineBridge | None = None  # which imports the code of the pages
        self._building = EventLoopParts(self)
        self.session = session
        session.setParent(self)  # deleted with the window, in this thread: the collector may run in any
        self.comparison = ComparisonSession(session, self)
        self._app, self._settings, self.recent_files = app, settings, RecentFiles(settings, self)
        self.recent_files.follow(session, self.comparison)
        self.actions_ = make_actions(self)
        for spec in ACTION_SPECS:
            self.actions_[spec.name].setEnabled(not spec.comparison)
        self.playback = Playback(session, parent=self)
        self._last_positions, self._layout = LastPositions(session, settings, self), LayoutMemory(self, settings)
        self.finder, self.menus = RunSearch(session, self), MenuBar(self.actions_, self)
        self.find_field = FindField(self.finder)
        MarkChoice(session.run_marks, self.menus.marks, settings, self)
        self.run_bar = RunBar(session, self.playback, self.find_field, self.actions_, self)
        for bar in (self.menus, self.run_bar):
            self.addToolBar(bar)
        self.addActions(list(self.actions_.values()))  # a shortcut works only in a menu that was opened, otherwise
        body = QWidget(self)  # parents first: a widget is styled again with all that is inside when its parent changes
        self.setCentralWidget(body)
        self._pages = QStackedWidget(body)
        self._welcome = WelcomePage(self._pages)
        self._pages.addWidget(self._welcome)
        self.run_actions = RunActions(session, self._get_run_view, self.playback, self.actions_, self)
        self.find_actions = FindActions(self._get_find_line, self._get_run_view, self)
        self.value_actions = ValueActions(session, self._get_run_view, self.actions_, settings, self)
        self.note_actions = NoteActions(session, self.comparison, settings, self)
        self.undo_actions = UndoActions(self.comparison, self.note_actions, self.actions_, self)
        self.sources = SourceActions(session, self.comparison, self.actions_, self)
        self.runs_page = RunsPage(session, self.comparison, pages=self._pages, actions=self.actions_, window=self)
        self.file_actions = FileActions(
            session, self.comparison, self, playback=self.playback, notes=self.note_actions, runs_page=self.runs_page
        )
        self._opener = PathOpener(session, self.comparison, self.runs_page, self)
        self.follow_actions = FollowActions(session, self.comparison, settings, self.actions_, self)
        self.links = LinkActions(session, self.comparison, self._get_run_view, self)
        self._banners = BannerArea(session, self.file_actions.on_reload, self.comparison)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        comparison_banners = BannerArea(self.comparison, self.file_actions.on_reload)
        self.sources.attach(self._banners, comparison_banners)
        self.reruns = RerunActions(session, self.comparison, self.actions_, column, self)
        self.reruns.noticed.connect(self._banners.on_alert)
        column.addWidget(self._banners)
        column.addWidget(comparison_banners)
        column.addWidget(self._pages, 1)
        self._connect()
        self.restore = SessionRestore(
            session, self.comparison, self.runs_page, settings, get_view=self._get_run_view, actions=self.actions_
        )
        self._layout.restore_window()
        self._on_run_changed()

    # ---- the pages of a run and of a comparison -----------------------------------------------------
    @cached_property
    def run_view(self) -> RunView:
        """The page of the run in A."""
        view = self._run_page
        view.build()
        view.detail.add_action(self.actions_["what_if"])
        self.value_actions.attach(view)
        self.note_actions.attach(view)
        self._pages.addWidget(view)
        self.find_field.left.connect(view.timeline.setFocus)
        view.events.menu.compare_wanted.connect(self.sources.compare_from)
        self._layout.restore_run(view)
        self.undo_actions.attach(view)
        return view

    @cached_property
    def compare_view(self) -> CompareView:
        """The page of the comparison."""
        from replay_gui.windows.compare_actions import CompareActions

        view = self._compare_page
        view.build()
        self._pages.addWidget(view)
        CompareActions(self.comparison, view, self.actions_, self)
        view.why.changed.connect(self._on_progress_changed)
        self.value_actions.attach_comparison(view)
        self.note_actions.attach_comparison(view)
        self._layout.restore_comparison(view)
        return view

    @cached_property
    def _run_page(self) -> RunView:
        from replay_gui.windows.run_view import RunView  # not needed before the first run is opened

        return RunView(self.session, self.finder, self.comparison.rules, self._pages)

    @cached_property
    def _compare_page(self) -> CompareView:
        from replay_gui.windows.compare_view import CompareView

        return CompareView(self.comparison, self.finder, self._pages)

    @cached_property
    def compare_bar(self) -> CompareBar:
        """The tool bar of the comparison."""
        from replay_gui.windows.compare_bar import CompareBar

        bar = CompareBar(self.compare_view.why, self.actions_)
        bar.hide()
        self.addToolBar(bar)
        return bar

    @cached_property
    def run_status(self) -> RunStatus:
        """The status line of the run in A."""
        from replay_gui.windows.run_status import RunStatus

        status = RunStatus(self.session)
        status.facts_requested.connect(self.run_actions.on_run_facts)
        status.hide()
        self.setStatusBar(status)
        return status

    def wait_for_code(self, bridge: EngineBridge) -> None:
        """Build and show no page of a run or a comparison before the bridge has imported their code."""
        self._awaited = bridge
        bridge.imported.connect(self._on_code_imported)

    @Slot()
    def _on_code_imported(self) -> None:
        self._building.begin(self._build_parts())

    def _build_parts(self) -> Iterator[None]:
        """Build all pages, a part at each step; first the one that is to be shown, and show it."""
        yield from self._run_page.parts
        _ = self.run_view, self.run_status
        yield
        if self.comparison.active:
            yield from self._build_compare_parts()
        self._show_awaited()
        yield
        yield from self._build_compare_parts()

    def _build_compare_parts(self) -> Iterator[None]:
        yield from self._compare_page.parts
        _ = self.compare_view
        yield
        _ = self.compare_bar
        yield

    def _show_awaited(self) -> None:
        bridge, self._awaited = self._awaited, None
        self._on_run_changed()
        if bridge is not None:
            bridge.release_answers()

    @Slot()
    def build_run_page(self) -> None:
        """Build the parts for a run, unless their code is still being imported; later calls do nothing."""
        if self._awaited is None:
            _ = self.run_view, self.run_status

    @Slot()
    def build_pages(self) -> None:
        """Build all parts that are built on demand, unless their code is being imported; later calls do nothing."""
        self.build_run_page()
        if self._awaited is None:
            _ = self.compare_view, self.compare_bar

    def _get_run_view(self) -> RunView:
        return self.run_view

    def _get_find_line(self) -> FindField | DivergenceFind:
        if not self.comparison.active:
            return self.find_field
        self.actions_["show_divergences"].setChecked(True)  # the steps are searched there
        return self.compare_view.divergences.finding

    def show_samples(self, samples: Sequence[Sample]) -> None:
        """Offer these runs on the welcome page."""
        self._welcome.set_samples(samples)

    # ---- connections --------------------------------------------------------------------------------
    def _connect(self) -> None:
        self.settings_actions = SettingsActions(self._app, self._settings, self.actions_, self)
        self.palette_actions = PaletteActions(
            self.session, self.comparison, self.actions_, self.menus, get_view=self._get_run_view, window=self
        )
        owners = self.sources, self.run_actions, self.value_actions, self.find_actions, self.palette_actions, self.links
        others = self.undo_actions, self.reruns, self.note_actions, self.settings_actions, self.follow_actions
        layout = LayoutActions(self, lambda: self._layout.reset(self.run_view, self.compare_view))
        help_actions = HelpActions(str(self._settings.path or ""), self.actions_, self)
        for owner in (self.file_actions, help_actions, layout, *owners, *others):
            connect_actions(self.actions_, owner.handlers)
        for some in (self.run_actions, self.palette_actions):
            some.search_wanted.connect(self.find_actions.find_first)
        self.menus.format_chosen.connect(self.sources.on_format_chosen)
        self.menus.shown.connect(self.sources.request_formats)
        self.sources.formats_known.connect(self.menus.set_formats)
        self.sources.attach_welcome(self._welcome, self._settings)
        self.sources.attach_page(self.runs_page)
        self.sources.dropped.connect(self.open_paths)
        self.runs_page.shown_changed.connect(self._on_run_changed)
        self.menus.theme_chosen.connect(self.settings_actions.choose_theme)
        self.menus.recent_chosen.connect(self.session.open)
        self.menus.recent_cleared.connect(self.recent_files.clear)
        self.menus.recent_cleared.connect(self._show_recent)
        self._welcome.open_requested.connect(self.file_actions.on_open)
        self._welcome.path_chosen.connect(self._opener.open_path)
        self._welcome.pair_chosen.connect(self.open_paths)
        # The sessions emit alerts_cleared before the alerts that the pages must show.
        self.session.alerts_cleared.connect(self.build_run_page)
        self.comparison.alerts_cleared.connect(self.build_pages)
        self._opened, self._named = QuietTurn(self), QuietTurn(self)
        self._opened.reached.connect(self._name_run)
        self._opened.reached.connect(self._named.await_turn)
        self._named.reached.connect(self._show_content)
        self.session.run_changed.connect(self._on_other_run)
        for changed in (self.session.progress_changed, self.comparison.progress_changed, self.playback.changed):
            changed.connect(self._on_progress_changed)
        self.comparison.active_changed.connect(self._on_run_changed)
        theme_events().changed.connect(self._on_theme_changed)

    @Slot()
    def _show_recent(self) -> None:
        self._welcome.set_recent(self.recent_files.entries())
        self.menus.set_recent(self.recent_files.paths())

    # ---- signals of the session ---------------------------------------------------------------------
    @Slot()
    def _on_other_run(self) -> None:
        """Show the page of an opened run in the next turns of the event loop; in this one its content is taken in."""
        if self.session.facts is None:
            self._on_run_changed()
        else:
            self._opened.await_turn()

    @Slot()
    def _on_run_changed(self) -> None:
        self._name_run()
        self._show_content()

    @Slot()
    def _name_run(self) -> None:
        """Show the run in the title and the menus, and enable the actions that apply to it."""
        facts, compares = self.session.facts, self.comparison.active
        self._show_recent()
        self.setWindowTitle(TITLE if facts is None else f"{one_line(facts.name)} — {TITLE}")
        for spec in ACTION_SPECS:
            if not spec.comparison:
                is_void = (facts is None and spec.needs_run) or (compares and spec.single_run_only)
                self.actions_[spec.name].setEnabled(not is_void)
        self._on_progress_changed()
        for some in (self.run_actions, self.reruns, self.sources, self.undo_actions):
            some.refresh()

    @Slot()
    def _show_content(self) -> None:
        """Show the page of the run, of the comparison or of many runs, or the welcome page, with its bars."""
        if self._awaited is not None:
            return
        has_run, compares = self.session.facts is not None, self.comparison.active
        shows_runs = self.runs_page.shown or (self.runs_page.has_runs and not (has_run or compares))
        self.runs_page.show_bar(shows_runs)
        self.run_bar.setVisible(not (compares or shows_runs))
        if "run_status" in self.__dict__:  # otherwise it was not built yet, and is not visible
            self.run_status.setVisible(has_run and not (compares or shows_runs))
        if "compare_bar" in self.__dict__:
            self.compare_bar.setVisible(compares and not shows_runs)
        if shows_runs:
            self._pages.setCurrentWidget(self.runs_page.view)
        elif not (has_run or compares):
            self._pages.setCurrentWidget(self._welcome)
            self._welcome.setFocus()
        elif compares and self._pages.currentWidget() is not self.compare_view:  # else a growing run was read again
            self._pages.setCurrentWidget(self.compare_view)
            self.compare_view.setFocus()
        elif not compares:
            self._pages.setCurrentWidget(self.run_view)
            self.run_view.timeline.setFocus()

    @Slot()
    def _on_progress_changed(self) -> None:
        why_works = "compare_view" in self.__dict__ and self.compare_view.why.working
        works = self.session.working or self.comparison.working or self.playback.playing or why_works
        self.actions_["cancel"].setEnabled(works)

    @Slot()
    def _on_theme_changed(self) -> None:
        set_icons(self.actions_)
        self.run_actions.refresh()

    def event(self, event: QEvent) -> bool:
        """Leave its keys to the focused widget (see `is_for_focus`); other keys are shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and is_for_focus(
            event, self.focusWidget(), None if self.runs_page.shown else self._pages.currentWidget()
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press the button that has the focus, as Space does."""
        button = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(button, QAbstractButton):
            button.click()
        else:
            super().keyPressEvent(event)

    # ---- dropped files, closing ---------------------------------------------------------------------
    @Slot(object)
    def open_paths(self, paths: Sequence[str]) -> None:
        """Open one file, compare two, or show the runs of a folder or of more files."""
        self._opener.open(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save the layout and the positions, and end the sessions and their workers."""
        for dialog in self.findChildren(QDialog):
            dialog.close()  # the export dialog first finishes a file that is being written
        for kept in (self.restore, self._layout, self._last_positions):
            kept.save()
        self.playback.pause()
        for ended in (self.reruns, self.comparison, self.session):
            ended.close()
        super().closeEvent(event)
