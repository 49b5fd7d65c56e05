"""The window: where everything stands, and which action asks the session for what. No logic of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSettings, Qt, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from replay_gui.core.text.plain_text import one_line
from replay_gui.look.theme import apply_theme, theme_events
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.run.playback import Playback
from replay_gui.models.session import Session
from replay_gui.widgets.parts.banner_area import BannerArea
from replay_gui.widgets.parts.find_field import FindField
from replay_gui.widgets.run.welcome_page import Sample, WelcomePage
from replay_gui.windows.actions import SPECS, make_actions, set_icons
from replay_gui.windows.compare_actions import CompareActions
from replay_gui.windows.compare_bar import CompareBar
from replay_gui.windows.compare_view import CompareView
from replay_gui.windows.dialogs.shortcuts_dialog import ShortcutsDialog
from replay_gui.windows.last_positions import LastPositions
from replay_gui.windows.layout_memory import LayoutMemory
from replay_gui.windows.menus import MenuBar
from replay_gui.windows.recent_files import RecentFiles
from replay_gui.windows.run_actions import RunActions
from replay_gui.windows.run_bar import RunBar
from replay_gui.windows.run_status import RunStatus
from replay_gui.windows.run_view import RunView
from replay_gui.windows.source_actions import SourceActions

if TYPE_CHECKING:
    from replay_gui.windows.dialogs.export_dialog import ExportDialog

TITLE = "replay-gui"


class MainWindow(QMainWindow):
    """Menu, toolbar, banners, the welcome page or the run, status line.

    Attributes:
        session: whose window this is; it is closed with the window. comparison: of its run with another.
        playback: of the session. actions_: QActions by the name of their Spec. sources: what is done about files.
    """

    def __init__(self, session: Session, app: QApplication, settings: QSettings) -> None:
        super().__init__()
        self.session = session
        session.setParent(self)  # goes with the window, in this thread: the collector may run in any
        self.comparison = ComparisonSession(session, self)
        self._app = app
        self._settings = settings
        self._recent = RecentFiles(settings)
        self.setWindowTitle(TITLE)
        self.setAcceptDrops(True)
        self.actions_ = make_actions(self)
        self.playback = Playback(session, parent=self)
        self._last_positions = LastPositions(session, settings, self)
        self._run_view = RunView(session)
        self._find = FindField(self._run_view.finder)
        self._menus = MenuBar(self.actions_)
        self._bar = RunBar(session, self.playback, self._find, self.actions_)
        for bar in (self._menus, self._bar):
            self.addToolBar(bar)
        self.addActions(list(self.actions_.values()))  # a menu that was never opened has no say in shortcuts
        self._welcome = WelcomePage()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._welcome)
        self._pages.addWidget(self._run_view)
        self.compare_view = CompareView(self.comparison, self._run_view.finder)
        self._layout = LayoutMemory(self, self._run_view, self.compare_view, settings)
        self._pages.addWidget(self.compare_view)
        self._compare_bar = CompareBar(self.comparison, self.actions_)
        self.addToolBar(self._compare_bar)
        self._compare_actions = CompareActions(self.comparison, self.compare_view, self.actions_, self)
        self._run_actions = RunActions(session, self._run_view, self.playback, self.actions_, self)
        self.sources = SourceActions(session, self.comparison, self.actions_, self)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        banners = BannerArea(session)
        self.sources.noticed.connect(banners.on_troubled)
        banners.acted.connect(self.sources.on_banner_acted)
        column.addWidget(banners)
        column.addWidget(BannerArea(self.comparison))
        column.addWidget(self._pages, 1)
        self.setCentralWidget(body)
        self._status = RunStatus(session)
        self.setStatusBar(self._status)
        self._connect()
        self._layout.restore()
        self._on_run_changed()

    def show_samples(self, samples: Sequence[Sample]) -> None:
        """Offers these runs on the welcome page."""
        self._welcome.set_samples(samples)

    def _connect(self) -> None:
        for spec in SPECS:
            if not spec.comparison:
                name = f"on_{spec.name}"
                doer = next(one for one in (self, self.sources, self._run_actions) if hasattr(one, name))
                self.actions_[spec.name].triggered.connect(getattr(doer, name))
        self._menus.format_chosen.connect(self.sources.on_format_chosen)
        self._menus.shown.connect(self.sources.ask_formats)
        self.sources.formats_known.connect(self._menus.set_formats)
        self._welcome.folder_requested.connect(self.sources.on_open_folder)
        self._menus.theme_chosen.connect(self._on_theme_chosen)
        self._menus.recent_chosen.connect(self.session.open)
        self._menus.recent_cleared.connect(self._on_recent_cleared)
        self._find.left.connect(self._run_view.timeline.setFocus)
        self._status.facts_requested.connect(self._run_actions.on_run_facts)
        self.playback.changed.connect(self._on_progress_changed)
        self._welcome.open_requested.connect(self.on_open)
        self._welcome.path_chosen.connect(self.session.open)
        self.session.run_changed.connect(self._on_run_changed)
        self.session.progress_changed.connect(self._on_progress_changed)
        self.comparison.progress_changed.connect(self._on_progress_changed)
        self.comparison.active_changed.connect(self._on_run_changed)
        theme_events().changed.connect(self._on_theme_changed)

    # ---- actions ----------------------------------------------------------------------------------
    @Slot()
    def on_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open the log of a run")
        if path:
            self.session.open(path)

    @Slot()
    def on_reload(self) -> None:
        """Reads the open run, or both that are compared, from disk again."""
        if self.comparison.active:
            self.comparison.reload()
        else:
            self.session.reload()

    @Slot()
    def on_close(self) -> None:
        """From a comparison back to the run in A, from there to the welcome page."""
        if self.comparison.active:
            self.comparison.end()
        else:
            self.session.close_run()

    @Slot()
    def on_find(self) -> None:
        """In the run, or in both that are compared."""
        if self.comparison.active:
            self.compare_view.divergences.finding.begin()
        else:
            self._find.begin()

    @Slot()
    def on_find_next(self) -> None:
        self._step_to_hit(forward=True)

    @Slot()
    def on_find_previous(self) -> None:
        self._step_to_hit(forward=False)

    def _step_to_hit(self, forward: bool) -> None:
        find = self.compare_view.divergences.finding if self.comparison.active else self._find
        find.step(forward)

    @Slot()
    def on_cancel(self) -> None:
        """The nearest thing that goes on: playing, else the work in the background."""
        if self.playback.playing:
            self.playback.pause()
        else:
            self.session.cancel_work()
            self.comparison.cancel_work()

    @Slot()
    def on_quit(self) -> None:
        self.close()

    @Slot()
    def on_reset_layout(self) -> None:
        self._layout.reset()

    @Slot()
    def on_clear_cache(self) -> None:
        self.session.clear_cache()

    @Slot()
    def on_export(self) -> ExportDialog:
        # Here, because the window opens sooner without all that reports need.
        from replay_gui.models.report_maker import ReportMaker
        from replay_gui.windows.dialogs.export_dialog import ExportDialog

        maker = ReportMaker(self.session, self.comparison)
        facts = self.session.facts
        assert facts is not None  # or the action is disabled
        path = Path(facts.path)
        dialog = ExportDialog(maker, path.parent, f"{path.stem}-{'comparison' if maker.compares else 'report'}", self)
        dialog.open()
        return dialog

    @Slot()
    def on_shortcuts(self) -> None:
        ShortcutsDialog(self).open()

    @Slot(str)
    def _on_theme_chosen(self, choice: str) -> None:
        self._settings.setValue("theme", choice)
        apply_theme(self._app, choice)

    @Slot()
    def _on_recent_cleared(self) -> None:
        self._recent.clear()
        self._show_recent()

    def _show_recent(self) -> None:
        for place in (self._welcome, self._menus):
            place.set_recent(self._recent.paths())

    # ---- what the session says ----------------------------------------------------------------------
    @Slot()
    def _on_run_changed(self) -> None:
        facts = self.session.facts
        if facts is not None:
            self._recent.add(os.path.abspath(facts.path))
        self._show_recent()
        compares = self.comparison.active
        single = self._welcome if facts is None else self._run_view
        self._pages.setCurrentWidget(self.compare_view if compares else single)
        self._bar.setVisible(not compares)
        self._compare_bar.setVisible(compares)
        self.statusBar().setVisible(facts is not None and not compares)
        if compares:
            self.compare_view.divergences.setFocus()
        else:
            (self._welcome if facts is None else self._run_view.timeline).setFocus()
        self.setWindowTitle(TITLE if facts is None else f"{one_line(facts.name)} — {TITLE}")
        for spec in SPECS:
            if not spec.comparison:
                is_void = (facts is None and spec.needs_run) or (compares and spec.alone)
                self.actions_[spec.name].setEnabled(not is_void)
        self._on_progress_changed()
        self._run_actions.refresh()
        self.sources.refresh()

    @Slot()
    def _on_progress_changed(self) -> None:
        goes_on = self.session.working or self.comparison.working or self.playback.playing
        self.actions_["cancel"].setEnabled(goes_on)

    @Slot()
    def _on_theme_changed(self) -> None:
        set_icons(self.actions_)
        self._run_actions.refresh()

    def event(self, event: QEvent) -> bool:
        """Space presses the button that has the focus, and plays only elsewhere."""
        space = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space
        asked = event.type() == QEvent.Type.ShortcutOverride
        if space and asked and isinstance(self.focusWidget(), QAbstractButton):
            event.accept()
            return True
        return super().event(event)

    # ---- files dropped, the window closed ---------------------------------------------------------
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _local_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.open_paths(_local_files(event))

    def open_paths(self, paths: Sequence[str]) -> None:
        """Opens the first of these files, or compares the first two; lists the runs of a folder."""
        if os.path.isdir(paths[0]):
            self.sources.show_runs(paths[0])
        elif len(paths) > 1:
            self.comparison.start(paths[1], paths[0])
        else:
            self.session.open(paths[0])

    def closeEvent(self, event: QCloseEvent) -> None:
        for dialog in self.findChildren(QDialog):
            dialog.close()  # that of reports sees to it that a file being written is whole
        self._layout.save()
        self._last_positions.save()
        self.playback.pause()
        self.comparison.close()
        self.session.close()
        super().closeEvent(event)


def _local_files(event: QDropEvent) -> list[str]:
    return [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
