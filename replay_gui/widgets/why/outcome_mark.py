"""The outcome of a run: a mark whose shape tells it, and a menu that sets it by hand where the log has none."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QToolButton, QWidget

from replay_gui.core.facts.run_outcome import outcome_words
from replay_gui.look.icons import tinted_icon
from replay_gui.look.theme import ICON, theme, theme_events
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.models.why.why_session import WhySession
from replay_gui.models.why.why_words import outcome_word, passed_of


class OutcomeMark(QToolButton):
    """At the head of a run's timeline. Passed is a tick in a disc, failed a cross in a ring, unknown an empty ring."""

    def __init__(self, session: WhySession, which: int, parent: QWidget | None = None) -> None:
        """`which`: 0 for A, 1 for B."""
        super().__init__(parent)
        self._session, self._which = session, which
        self.setIconSize(QSize(ICON, ICON))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        session.changed.connect(self.refresh)
        theme_events().changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        why = self._session.result
        result = None if why is None else why.results[self._which]
        passed, colors = passed_of(result), theme()
        name = {True: "passed", False: "failed", None: "ungraded"}[passed]
        ink = {True: colors.good_text, False: colors.bad_text, None: colors.secondary}[passed]
        self.setIcon(tinted_icon(name, ink))
        letter = "AB"[self._which]
        self.setAccessibleName(f"Outcome of {letter}: {outcome_word(passed)}")
        said = "" if result is None or result.outcome is None else outcome_words(result.outcome)
        self.setToolTip(plain_tooltip(f"{letter}: {said or 'nothing is known of its outcome'}"))
