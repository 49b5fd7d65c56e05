"""A verdict in a tool bar, with details in a pop-up."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.icons import tinted_icon
from replay_gui.look.theme import ICON, PILL, UNIT, set_role, theme, theme_events
from replay_gui.models.mnemonics import escape_mnemonics
from replay_gui.models.run.verdict_words import BadgeVerdict
from replay_gui.widgets.parts.text_popup import TextPopup

_ICONS = {"good": "check", "bad": "cross", "warn": "warning"}


class VerdictPill(QToolButton):
    """Coloured by the verdict's tone; a click shows the details."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._popup = TextPopup(self)
        self._look: object = None  # tone, theme and size of text shown last
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(ICON, ICON))
        self.setFixedHeight(PILL)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self.show_detail)

    @property
    def popup(self) -> QWidget:
        """The popup with the details."""
        return self._popup

    def show_verdict(self, verdict: BadgeVerdict) -> None:
        """Set the text, the icon and the colour by the verdict, and the details of the popup."""
        colors, tone = theme(), verdict.tone
        look = tone, colors, theme_events().text_scale
        if look != self._look:  # setting a style takes a thousand times as long as a text, and progress changes often
            self._look = look
            by_tone = {"good": colors.good_text, "bad": colors.bad_text, "warn": colors.warn_text}
            self.setIcon(tinted_icon(_ICONS[tone], by_tone[tone]) if tone in _ICONS else QIcon())
            set_role(self, tone)
        text = escape_mnemonics(verdict.text)
        self.setText(f" {text}")  # a tool button has no other space between icon and text
        self.setAccessibleName(verdict.text or tr("No verdict"))
        self._popup.show_text(verdict.detail)

    @Slot()
    def show_detail(self) -> None:
        self._popup.adjustSize()
        corner = self.mapToGlobal(QPoint(self.width(), self.height() + UNIT))
        self._popup.move(corner - QPoint(self._popup.width(), 0))
        self._popup.show()
