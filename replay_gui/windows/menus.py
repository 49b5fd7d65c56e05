"""The menus: each action is in one of them, and one button in the tool bar opens them all."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QContextMenuEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QToolBar, QToolButton, QWidget

from replay_gui.core.text.given_paths import file_name
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.look.icons import icon
from replay_gui.look.theme import GAP, ICON, TOOLBAR, theme_events
from replay_gui.models.mnemonics import escape_mnemonics
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.check_menu import CheckMenu
from replay_gui.windows.actions import ACTION_SPECS, THEMES, VIEW

MENU_KEY, CONTEXT_KEY = "F10", "Shift+F10"
_THEME_NAMES = {"dark": translatable("Dark"), "light": translatable("Light"), "auto": translatable("Auto")}


class MenuBar(QToolBar):
    """The button, or F10, that opens the menus made from ACTION_SPECS. Shift+F10 opens that of the focused widget.

    `marks`: the submenu of the kinds of marks, to be filled.

    Signals:
        theme_chosen(str): one of THEMES. recent_chosen(str): a path. recent_cleared().
        format_chosen(str): name of an importer. shown(): the menu is about to be shown.
    """

    theme_chosen = Signal(str)
    recent_chosen = Signal(str)
    recent_cleared = Signal()
    format_chosen = Signal(str)
    shown = Signal()

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(tr("Menu"), parent)
        self.setObjectName("menu")
        self.setMovable(False)
        self.setFixedHeight(TOOLBAR)
        self.setIconSize(QSize(ICON, ICON))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.menu = QMenu(self)
        self.recent = QMenu(tr("R&ecent"), self.menu)
        self.formats = QMenu(tr("Open &as"), self.menu)
        self.marks = CheckMenu(tr("Mar&ks"), self.menu)
        self.themes = QActionGroup(self)
        for title in dict.fromkeys(spec.menu for spec in ACTION_SPECS):
            self._fill(self.menu.addMenu(tr(title)), title, actions)
        self.button = QToolButton()
        self.button.setMenu(self.menu)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setShortcut(QKeySequence(MENU_KEY))
        self.button.setToolTip(plain_tooltip(f"{tr('Menu')} ({MENU_KEY})"))
        self.button.setAccessibleName(tr("Menu"))
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        QShortcut(QKeySequence(CONTEXT_KEY), self).activated.connect(self._on_context_key)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(GAP, 0, GAP, 0)
        row.addWidget(self.button)
        self.addWidget(body)
        self.themes.triggered.connect(self._on_theme)
        self.recent.triggered.connect(self._on_recent)
        self.formats.setEnabled(False)
        self.menu.aboutToShow.connect(self.shown)
        self.formats.triggered.connect(self._on_format)
        theme_events().changed.connect(self._set_icon)
        self._set_icon()
        self.set_recent(())

    def set_recent(self, paths: Sequence[str]) -> None:
        """Set the paths of the submenu of recent files."""
        self.recent.clear()
        for path in paths:
            entry = self.recent.addAction(escape_mnemonics(one_line(file_name(path) or path, 60)))
            entry.setData(path)
        self.recent.addSeparator()
        self.recent.addAction(tr("&Forget these runs")).setData("")
        self.recent.setEnabled(bool(paths))

    def _fill(self, menu: QMenu, title: str, actions: dict[str, QAction]) -> None:
        group = 0
        for spec in (spec for spec in ACTION_SPECS if spec.menu == title):
            if spec.group != group:
                group = spec.group
                menu.addSeparator()
            menu.addAction(actions[spec.name])
            if spec.name == "open":
                menu.addMenu(self.recent)
                menu.addMenu(self.formats)
        if title == VIEW:
            menu.addMenu(self.marks)
            menu.addSeparator()
            themes = menu.addMenu(tr("&Theme"))
            for name in THEMES:
                choice = themes.addAction(tr(_THEME_NAMES[name]))
                choice.setData(name)
                choice.setCheckable(True)
                choice.setChecked(theme_events().choice == name)
                self.themes.addAction(choice)

    def set_formats(self, formats: Sequence[tuple[str, str]]) -> None:
        """Set the (name, title) of the formats as which a file can be opened."""
        self.formats.clear()
        for name, title in formats:
            self.formats.addAction(escape_mnemonics(one_line(title, 60))).setData(name)
        self.formats.setEnabled(bool(formats))

    @Slot()
    def _on_context_key(self) -> None:
        """Open the menu of the focused widget, as the menu key does, which many keyboards lack."""
        focus = self.window().focusWidget()
        if focus is not None:
            cursor = focus.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)  # in a list, that of its current row
            at = (cursor if isinstance(cursor, QRect) else focus.rect()).center()
            keyboard = QContextMenuEvent.Reason.Keyboard
            QApplication.sendEvent(focus, QContextMenuEvent(keyboard, at, focus.mapToGlobal(at)))

    @Slot(QAction)
    def _on_format(self, entry: QAction) -> None:
        self.format_chosen.emit(entry.data())

    @Slot(QAction)
    def _on_theme(self, choice: QAction) -> None:
        self.theme_chosen.emit(choice.data())

    @Slot(QAction)
    def _on_recent(self, entry: QAction) -> None:
        if entry.data():
            self.recent_chosen.emit(entry.data())
        else:
            self.recent_cleared.emit()

    @Slot()
    def _set_icon(self) -> None:
        self.button.setIcon(icon("menu"))
        for choice in self.themes.actions():
            choice.setChecked(choice.data() == theme_events().choice)
