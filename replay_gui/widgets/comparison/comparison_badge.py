"""The badge that shows whether the runs are equal; it is always visible."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.engine.answers import Progress
from replay_gui.look.theme import theme_events
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.comparison.comparison_words import comparison_verdict, growing_verdict
from replay_gui.widgets.parts.verdict_pill import VerdictPill


class ComparisonBadge(VerdictPill):
    """The result of the comparison."""

    def __init__(self, session: ComparisonSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._progress: Progress | None = None
        self.setToolTip(tr("Result of the comparison"))
        session.compared_changed.connect(self.refresh)
        session.progress_changed.connect(self._on_progress_changed)
        theme_events().changed.connect(self.refresh)
        self.refresh()

    @Slot(object)
    def _on_progress_changed(self, progress: Progress | None) -> None:
        self._progress = progress
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        if self._session.b_grows:
            self.show_verdict(growing_verdict())
        else:
            self.show_verdict(comparison_verdict(self._session.compared, self._session.fresh, self._progress))
