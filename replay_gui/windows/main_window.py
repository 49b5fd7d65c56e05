"""The window: where everything stands, and which action asks the session for what. No logic of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt, Slot
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QMainWindow,
    QSizePolicy,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from replay_gui.core.plain_text import one_line
from replay_gui.look.theme import GAP, ICON, TOOLBAR, apply_theme, theme_events
from replay_gui.models.session import Session
from replay_gui.widgets.banner_area import BannerArea
from replay_gui.widgets.verification_badge import VerificationBadge
from replay_gui.widgets.welcome_page import Sample, WelcomePage
from replay_gui.windows.actions import SPECS, THEMES, VIEW, make_actions, set_icons
from replay_gui.windows.go_to_dialog import GoToDialog
from replay_gui.windows.recent_files import RecentFiles
from replay_gui.windows.run_status import RunStatus
from replay_gui.windows.run_view import RunView
from replay_gui.windows.shortcuts_dialog import ShortcutsDialog

TITLE = "replay-gui"
ZOOM, PAN = 0.8, 0.2  # a step in: this share is still shown; a step aside: this share of what is shown
_IN_TOOLBAR = ("open", "", "first", "back", "forward", "last", "", "fit")


class MainWindow(QMainWindow):
    """Menu, toolbar, banners, the welcome page or the run, status line.

    Attributes:
        session: whose window this is; it is closed with the window. actions_: QActions by the name of their Spec.
    """

    def __init__(self, session: Session, app: QApplication, settings: QSettings) -> None:
        super().__init__()
        self.session = session
        self._app = app
        self._settings = settings
        self._recent = RecentFiles(settings)
        self.setWindowTitle(TITLE)
        self.setAcceptDrops(True)
        self.actions_ = make_actions(self)
        self._make_menus()
        self._make_toolbar()
        self._welcome = WelcomePage()
        self._run_view = RunView(session)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._welcome)
        self._pages.addWidget(self._run_view)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(BannerArea(session))
        column.addWidget(self._pages, 1)
        self.setCentralWidget(body)
        self.setStatusBar(RunStatus(session))
        self._connect()
        self._restore()
        self._on_run_changed()

    def show_samples(self, samples: Sequence[Sample]) -> None:
        """Offers these runs on the welcome page."""
        self._welcome.set_samples(samples)

    # ---- building ---------------------------------------------------------------------------------
    def _make_menus(self) -> None:
        bar = self.menuBar()
        for title in dict.fromkeys(spec.menu for spec in SPECS):
            menu, group = bar.addMenu(title), 0
            for spec in (spec for spec in SPECS if spec.menu == title):
                if spec.group != group:
                    group = spec.group
                    menu.addSeparator()
                menu.addAction(self.actions_[spec.name])
            if title == VIEW:
                menu.addSeparator()
                themes = menu.addMenu("&Theme")
                self._themes = QActionGroup(self)
                for name in THEMES:
                    choice = themes.addAction(name.capitalize())
                    choice.setData(name)
                    choice.setCheckable(True)
                    choice.setChecked(theme_events().choice == name)
                    self._themes.addAction(choice)

    def _make_toolbar(self) -> None:
        bar = QToolBar("Tools")
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.setFixedHeight(TOOLBAR)
        bar.setIconSize(QSize(ICON, ICON))
        for name in _IN_TOOLBAR:
            if not name:
                bar.addSeparator()
                continue
            action = self.actions_[name]
            bar.addAction(action)
            button = bar.widgetForAction(action)
            assert isinstance(button, QToolButton)
            if name == "open":
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
                action.setIconText(" Open")  # a tool button has no other space between icon and text
            button.setAccessibleName(action.text().replace("&", ""))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(space)
        bar.addWidget(VerificationBadge(self.session))
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.addToolBar(bar)

    def _connect(self) -> None:
        for name, action in self.actions_.items():
            action.triggered.connect(getattr(self, f"on_{name}"))
        self._themes.triggered.connect(self._on_theme_chosen)
        self._welcome.open_requested.connect(self.on_open)
        self._welcome.path_chosen.connect(self.session.open)
        self.session.run_changed.connect(self._on_run_changed)
        self.session.progress_changed.connect(self._on_progress_changed)
        theme_events().changed.connect(self._on_theme_changed)

    # ---- actions ----------------------------------------------------------------------------------
    @Slot()
    def on_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open the log of a run")
        if path:
            self.session.open(path)

    @Slot()
    def on_reload(self) -> None:
        self.session.reload()

    @Slot()
    def on_close(self) -> None:
        self.session.close_run()

    @Slot()
    def on_cancel(self) -> None:
        self.session.cancel_work()

    @Slot()
    def on_quit(self) -> None:
        self.close()

    @Slot()
    def on_first(self) -> None:
        self.session.seek(0)

    @Slot()
    def on_back(self) -> None:
        self.session.step(-1)

    @Slot()
    def on_forward(self) -> None:
        self.session.step(1)

    @Slot()
    def on_last(self) -> None:
        self.session.seek(self.session.index.count)

    @Slot()
    def on_back_in_lane(self) -> None:
        self.session.step_in_lane(-1)

    @Slot()
    def on_forward_in_lane(self) -> None:
        self.session.step_in_lane(1)

    @Slot()
    def on_go_to(self) -> None:
        dialog = GoToDialog(self.session.position, self.session.index.count, self)
        dialog.chosen.connect(self.session.seek)
        dialog.open()

    @Slot()
    def on_fit(self) -> None:
        self.session.fit_view()

    @Slot()
    def on_zoom_in(self) -> None:
        self.session.zoom(ZOOM)

    @Slot()
    def on_zoom_out(self) -> None:
        self.session.zoom(1 / ZOOM)

    @Slot()
    def on_pan_left(self) -> None:
        self.session.pan(-PAN)

    @Slot()
    def on_pan_right(self) -> None:
        self.session.pan(PAN)

    @Slot()
    def on_shortcuts(self) -> None:
        ShortcutsDialog(self).open()

    @Slot(QAction)
    def _on_theme_chosen(self, choice: QAction) -> None:
        self._settings.setValue("theme", choice.data())
        apply_theme(self._app, choice.data())

    # ---- what the session says ----------------------------------------------------------------------
    @Slot()
    def _on_run_changed(self) -> None:
        facts = self.session.facts
        if facts is not None:
            self._recent.add(os.path.abspath(facts.path))
        self._welcome.set_recent(self._recent.paths())
        self._pages.setCurrentWidget(self._welcome if facts is None else self._run_view)
        (self._welcome if facts is None else self._run_view.timeline).setFocus()
        self.setWindowTitle(TITLE if facts is None else f"{one_line(facts.name)} — {TITLE}")
        for spec in SPECS:
            self.actions_[spec.name].setEnabled(facts is not None or not spec.needs_run)
        self._on_progress_changed(None)

    @Slot(object)
    def _on_progress_changed(self, progress: object) -> None:
        self.actions_["cancel"].setEnabled(self.session.working)

    @Slot()
    def _on_theme_changed(self) -> None:
        set_icons(self.actions_)

    # ---- files dropped, the window closed ---------------------------------------------------------
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.session.open(event.mimeData().urls()[0].toLocalFile())

    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.setValue("window", self.saveGeometry())
        rows, columns = self._run_view.save()
        self._settings.setValue("rows", rows)
        self._settings.setValue("columns", columns)
        self.session.close()
        super().closeEvent(event)

    def _restore(self) -> None:
        """Where the window was; what the settings hold may be anything."""
        geometry = self._settings.value("window")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            self.resize(160 * GAP, 100 * GAP)
        self._run_view.restore(self._settings.value("rows"), self._settings.value("columns"))
