"""The timeline and the overview below it, in one card."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from replay_gui.look.theme import GAP, UNIT, set_role
from replay_gui.models.session import Session
from replay_gui.widgets.overview_strip import OverviewStrip
from replay_gui.widgets.timeline import Timeline


class TimelinePanel(QFrame):
    """`timeline` and `overview` of one session. It has no head: its lanes speak for themselves."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self.setAccessibleName("Timeline")
        self.timeline = Timeline(session)
        self.overview = OverviewStrip(session)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, UNIT, GAP, GAP + UNIT)
        column.setSpacing(UNIT)
        column.addWidget(self.timeline, 1)
        column.addWidget(self.overview)
        self.setFocusProxy(self.timeline)
