"""The status line of many runs: their totals, and where their outcomes come from."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStatusBar, QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import ROW, UNIT, set_role
from replay_gui.models.runs.runs_session import RunsSession
from replay_gui.models.runs.runs_totals import outcome_source_words, totals_words
from replay_gui.widgets.parts.text.elided_label import ElidedLabel


class RunsStatus(QStatusBar):
    """On the left tasks, events, calls and cost of all runs; on the right graders and the time of reading."""

    def __init__(self, session: RunsSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._session = session
        self._left, self._right = ElidedLabel(), ElidedLabel()
        for label, accessible in ((self._left, tr("Totals of all runs")), (self._right, tr("Source of the outcomes"))):
            label.setAccessibleName(accessible)
            set_role(label, "secondary")
            label.setContentsMargins(UNIT, 0, UNIT, 0)  # the page has its own margin
        self._left.setFixedHeight(ROW)
        self.addWidget(self._left, 1)
        self.addPermanentWidget(self._right)
        session.runs_changed.connect(self._show)
        session.contrast_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        self._left.setText(totals_words(self._session))
        self._right.setText(outcome_source_words(self._session))
