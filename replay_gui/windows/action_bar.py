"""A tool bar in one row, made of actions: the base of the tool bars of a run and of a comparison."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolBar, QToolButton, QWidget

from replay_gui.look.theme import GAP, HEAD, ICON, LINE, TOOLBAR, UNIT, set_role

ICON_ONLY = Qt.ToolButtonStyle.ToolButtonIconOnly
ICON_AND_TEXT = Qt.ToolButtonStyle.ToolButtonTextBesideIcon


class ActionBar(QToolBar):
    """A row of tool buttons that never makes the window wider: in a narrow window, subclasses hide some of them.

    Attributes:
        buttons: by the name of their action. body: their parent. row: its layout, to which other widgets can be added.
    """

    def __init__(self, title: str, name: str, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        """`name`: the object name, by which Qt saves the state of the bar."""
        super().__init__(title, parent)
        self.setObjectName(name)
        self.setMovable(False)
        self.setFixedHeight(TOOLBAR)
        self.setIconSize(QSize(ICON, ICON))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._actions = actions
        self.buttons: dict[str, QToolButton] = {}
        self.body = QWidget()
        self.body.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.body.setFixedHeight(TOOLBAR - LINE)  # the window reads the height from the body, not from the bar
        self.row = QHBoxLayout(self.body)
        self.row.setContentsMargins(GAP, 0, GAP, 0)
        self.row.setSpacing(UNIT)
        self.addWidget(self.body)

    def add_buttons(self, names: Sequence[str]) -> None:
        """Add a button for each of these actions."""
        for name in names:
            button = QToolButton()
            button.setDefaultAction(self._actions[name])
            button.setIconSize(QSize(ICON, ICON))
            button.setAccessibleName(self._actions[name].text().replace("&", ""))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.buttons[name] = button
            self.row.addWidget(button)

    def add_line(self) -> QFrame:
        """Add a separator, and return it."""
        line = QFrame()
        set_role(line, "line")
        line.setFixedSize(LINE, HEAD // 2)
        self.row.addSpacing(UNIT)
        self.row.addWidget(line)
        self.row.addSpacing(UNIT)
        return line

    def set_button_text(self, name: str, text: str) -> None:
        """Set the text of a button with text; the text of its action does not change."""
        action = self._actions[name]
        action.setIconText(text if action.icon().isNull() else f" {text}")  # Qt puts no other space between them
