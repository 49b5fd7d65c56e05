"""Whether the runs are the same, always in sight."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from replay_gui.engine.answers import Progress
from replay_gui.look.icons import tinted_icon
from replay_gui.look.theme import ICON, PILL, UNIT, set_role, theme, theme_events
from replay_gui.models.comparison_session import ComparisonSession
from replay_gui.models.comparison_words import comparison_verdict
from replay_gui.widgets.text_popup import TextPopup
from replay_gui.widgets.verification_badge import ICONS


class ComparisonBadge(QToolButton):
    """A pill with what came of the comparison; pressed, it says more."""

    def __init__(self, session: ComparisonSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._progress: Progress | None = None
        self._popup = TextPopup(self)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(ICON, ICON))
        self.setFixedHeight(PILL)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip("What came of the comparison")
        self.clicked.connect(self.show_detail)
        session.compared_changed.connect(self.refresh)
        session.progress_changed.connect(self._on_progress_changed)
        theme_events().changed.connect(self.refresh)
        self.refresh()

    @property
    def popup(self) -> QWidget:
        return self._popup

    @Slot(object)
    def _on_progress_changed(self, progress: Progress | None) -> None:
        self._progress = progress
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        verdict, now = comparison_verdict(self._session.compared, self._session.fresh, self._progress), theme()
        colours = {"good": now.good_text, "bad": now.bad_text}
        self.setIcon(tinted_icon(ICONS[verdict.tone], colours[verdict.tone]) if verdict.tone in ICONS else QIcon())
        self.setText(f" {verdict.text}")  # a tool button has no other space between icon and text
        self.setAccessibleName(verdict.text)
        set_role(self, verdict.tone)
        self._popup.show_text(verdict.detail)

    @Slot()
    def show_detail(self) -> None:
        self._popup.adjustSize()
        corner = self.mapToGlobal(QPoint(self.width(), self.height() + UNIT))
        self._popup.move(corner - QPoint(self._popup.width(), 0))
        self._popup.show()
