"""The verdict, always visible."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.engine.answers import Progress
from replay_gui.engine.follower.follow_messages import FollowState
from replay_gui.look.theme import theme_events
from replay_gui.models.run.verdict_words import BadgeVerdict, being_written_verdict, verdict_of
from replay_gui.models.session import Session
from replay_gui.widgets.parts.verdict_pill import VerdictPill


class VerificationBadge(VerdictPill):
    """The session's verdict. Blank without a run."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._progress: Progress | None = None
        self.setAccessibleDescription(tr("Shows the details of the verification"))
        session.run_changed.connect(self.on_run_changed)
        session.report_changed.connect(self.refresh)
        session.progress_changed.connect(self.on_progress_changed)
        session.following.changed.connect(self.refresh)
        theme_events().changed.connect(self.refresh)
        self.refresh()

    @property
    def verdict(self) -> BadgeVerdict:
        """The text and tone of the pill now: a verdict, progress, or unknown."""
        facts = self._session.facts
        if facts is None:
            return verdict_of(self._session.report, self._progress)
        if self._session.following.state is FollowState.GROWING and facts.has_hashes:
            return being_written_verdict()
        return verdict_of(self._session.report, self._progress, facts.has_hashes, facts.imported_from)

    @Slot()
    def on_run_changed(self) -> None:
        self._progress = None
        self.popup.hide()
        self.refresh()

    @Slot(object)
    def on_progress_changed(self, progress: Progress | None) -> None:
        self._progress = progress
        if self._session.report is None:
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        # A tool bar shows and hides its widgets itself: without a run the badge is visible, but blank and disabled.
        blank = self._session.facts is None
        self.setEnabled(not blank)
        self.setToolTip("" if blank else tr("The evidence for this"))
        self.show_verdict(BadgeVerdict("", "", "") if blank else self.verdict)
