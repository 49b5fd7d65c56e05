"""The verdict, always in sight."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from replay_gui.engine.answers import Progress
from replay_gui.look.icons import tinted_icon
from replay_gui.look.theme import ICON, PILL, UNIT, set_role, theme, theme_events
from replay_gui.models.session import Session
from replay_gui.models.verdict_words import Verdict, verdict_of
from replay_gui.widgets.text_popup import TextPopup

ICONS = {"good": "check", "bad": "cross", "warn": "warning"}


class VerificationBadge(QToolButton):
    """A pill with the session's verdict; pressed, it shows in words what that rests on. Blank without a run."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._progress: Progress | None = None
        self._popup = TextPopup(self)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(ICON, ICON))
        self.setFixedHeight(PILL)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleDescription("Shows what was verified")
        self.clicked.connect(self.show_detail)
        session.run_changed.connect(self.on_run_changed)
        session.report_changed.connect(self.refresh)
        session.progress_changed.connect(self.on_progress_changed)
        theme_events().changed.connect(self.refresh)
        self.refresh()

    @property
    def verdict(self) -> Verdict:
        facts = self._session.facts
        return verdict_of(self._session.report, self._progress, facts is None or facts.has_hashes)

    @property
    def popup(self) -> QWidget:
        return self._popup

    @Slot()
    def on_run_changed(self) -> None:
        self._progress = None
        self._popup.hide()
        self.refresh()

    @Slot(object)
    def on_progress_changed(self, progress: Progress | None) -> None:
        self._progress = progress
        if self._session.report is None:
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        # A tool bar shows and hides its widgets itself: without a run the badge is there, but blank and dead.
        blank = self._session.facts is None
        self.setEnabled(not blank)
        verdict, now = Verdict("", "", "") if blank else self.verdict, theme()
        colours = {"good": now.good_text, "bad": now.bad_text, "warn": now.warn_text}
        self.setIcon(tinted_icon(ICONS[verdict.tone], colours[verdict.tone]) if verdict.tone in ICONS else QIcon())
        self.setText(f" {verdict.text}")  # a tool button has no other space between icon and text
        self.setAccessibleName(verdict.text)
        self.setToolTip("" if blank else "What this rests on")
        set_role(self, verdict.tone)
        self._popup.show_text(verdict.detail)

    @Slot()
    def show_detail(self) -> None:
        self._popup.adjustSize()
        corner = self.mapToGlobal(QPoint(self.width(), self.height() + UNIT))
        self._popup.move(corner - QPoint(self._popup.width(), 0))
        self._popup.show()
