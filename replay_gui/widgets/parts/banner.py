"""An alert as a strip within the window."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from replay_gui.core.text.plain_text import visible
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.engine.answers import OPEN_AS, SHOW_TEXT, Alert
from replay_gui.look.icons import icon, tinted_icon
from replay_gui.look.theme import GAP, ICON, UNIT, set_role, theme, theme_events
from replay_gui.widgets.parts.text.plain_label import PlainLabel

_ROLES = {"info": "info", "warning": "warn", "error": "bad"}
_SEVERITIES = {"info": translatable("info"), "warning": translatable("warning"), "error": translatable("error")}
_ACTIONS = {
    "reload": translatable("Reload"),
    "retry": translatable("Retry"),
    "show all runs": translatable("Show all runs"),
    "mapping…": translatable("Mapping…"),
    OPEN_AS: translatable("Open as…"),
    SHOW_TEXT: translatable("Show as text"),
}
"""The words on the buttons."""

_MAX_CHARACTERS = 600


class Banner(QFrame):
    """An Alert as a strip, with a button for each of its actions.

    Signals: action_chosen(object, str): the Alert, and the name of the action. closed(): it was dismissed.
    """

    action_chosen = Signal(object, str)
    closed = Signal()

    def __init__(self, alert: Alert, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.alert = alert
        self._role = _ROLES.get(alert.severity, "bad")
        set_role(self, self._role)
        self._mark, self._label = PlainLabel(), PlainLabel()
        self.name_side("")
        self._label.setWordWrap(True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP + UNIT, UNIT, UNIT, UNIT)
        row.setSpacing(GAP)
        row.addWidget(self._mark)
        row.addWidget(self._label, 1)
        self.buttons = tuple(QPushButton(tr(_ACTIONS[action])) for action in alert.actions)
        for button in self.buttons:
            button.clicked.connect(self._on_action)
            row.addWidget(button)
        self.close_button = QToolButton()
        self.close_button.setToolTip(tr("Dismiss"))
        self.close_button.setAccessibleName(tr("Dismiss"))
        self.close_button.setIconSize(QSize(ICON, ICON))
        self.close_button.clicked.connect(self.closed)
        row.addWidget(self.close_button)
        theme_events().changed.connect(self._set_icons)
        self._set_icons()

    def name_side(self, side: str) -> None:
        """Show the side of the alert's run; "": there is only one run."""
        text = self.alert.text
        shown = visible(text[:_MAX_CHARACTERS], "\n") + ("…" if len(text) > _MAX_CHARACTERS else "")
        shown = f"{side}: {shown}" if side else shown
        self.setAccessibleName(f"{tr(_SEVERITIES[self.alert.severity])}: {shown}")
        self._label.setText(shown)

    @property
    def text(self) -> str:
        """The shown text, for tests and screen readers."""
        return self._label.text()

    @Slot()
    def _set_icons(self) -> None:
        colors = theme()
        by_role = {"info": colors.text, "warn": colors.warn_text, "bad": colors.bad_text}
        mark = tinted_icon("info" if self._role == "info" else "warning", by_role[self._role])
        self._mark.setPixmap(mark.pixmap(QSize(ICON, ICON), self.devicePixelRatioF()))
        self.close_button.setIcon(icon("close"))

    @Slot()
    def _on_action(self) -> None:
        button = self.sender()
        assert isinstance(button, QPushButton)
        self.action_chosen.emit(self.alert, self.alert.actions[self.buttons.index(button)])
