"""The outcome of a run: a mark with its shape, and a menu that sets it by hand if the log has none."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from replay_gui.core.facts.run_outcome import outcome_words
from replay_gui.core.reasons.origin import Side
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.look.theme import ICON, set_role, theme_events
from replay_gui.models.mnemonics import escape_mnemonics
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.models.why.why_session import WhySession
from replay_gui.models.why.why_words import outcome_word, passed_of
from replay_gui.widgets.parts.outcome_mark import outcome_icon

_CHOICES = (
    (True, translatable("Passed (P)")),
    (False, translatable("Failed (F)")),
    (None, translatable("Not known (Del)")),
)
_KEYS = {Qt.Key.Key_P: True, Qt.Key.Key_F: False, Qt.Key.Key_Delete: None}


class OutcomeButton(QToolButton):
    """At the head of a run's timeline: the mark of its outcome.

    If the log has no outcome, the menu, or P, F and Del, set it by hand.
    """

    def __init__(self, session: WhySession, side: Side, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._side = session, side
        self._which = 0 if side == "a" else 1
        self.choices = QMenu(self)
        self.setMenu(self.choices)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setIconSize(QSize(ICON, ICON))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_role(self, "secondary")
        self.choices.aboutToShow.connect(self.fill)
        session.changed.connect(self.refresh)
        theme_events().changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        passed, letter = self._passed(), self._side.upper()
        self.setIcon(outcome_icon(passed))
        self.setAccessibleName(tr("Outcome of {run}: {outcome}", run=letter, outcome=outcome_word(passed)))
        lines = [tr("{run}: {outcome}.", run=letter, outcome=self._words() or tr("its outcome is unknown"))]
        if self._session.can_set_outcome(self._side):
            lines.append(tr("Click to set it by hand; the log stays as it is."))
        self.setToolTip(plain_tooltip("\n".join(lines)))

    @Slot()
    def fill(self) -> None:
        """Fill the menu: the outcomes that can be set, or the outcome in the log."""
        self.choices.clear()
        if not self._session.can_set_outcome(self._side):
            words = escape_mnemonics(self._words())
            self.choices.addAction(
                tr("The log says: {outcome}", outcome=words) if words else tr("Not known yet")
            ).setEnabled(False)
            return
        for passed, words in _CHOICES:
            action = self.choices.addAction(tr(words))
            action.setCheckable(True)
            action.setChecked(passed is self._passed())
            action.setData(passed)
            action.triggered.connect(self._on_chosen)

    def event(self, event: QEvent) -> bool:
        """Keep the keys that this mark uses from becoming the window's shortcuts."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in _KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Set the outcome by P, F or Del."""
        key = Qt.Key(event.key())
        if key in _KEYS and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self._session.set_outcome(self._side, _KEYS[key])
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_chosen(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._session.set_outcome(self._side, action.data())

    def _passed(self) -> bool | None:
        why = self._session.result
        return passed_of(None if why is None else why.results[self._which])

    def _words(self) -> str:
        why = self._session.result
        outcome = None if why is None else why.results[self._which].outcome
        return "" if outcome is None else outcome_words(outcome)
