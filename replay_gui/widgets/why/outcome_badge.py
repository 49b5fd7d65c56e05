"""Both outcomes in the tool bar."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, ICON, PILL, UNIT, set_role, theme_events
from replay_gui.models.why.why_session import WhySession
from replay_gui.models.why.why_words import outcome_word, passed_of
from replay_gui.widgets.parts.outcome_mark import outcome_icon
from replay_gui.widgets.parts.text.plain_label import PlainLabel


class OutcomeBadge(QFrame):
    """Shows ``A failed · B passed``, each with its mark."""

    def __init__(self, session: WhySession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        set_role(self, "pill")
        self.setFixedHeight(PILL)
        self._marks, self._words = (PlainLabel(), PlainLabel()), (PlainLabel(), PlainLabel())
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP + UNIT, 0, GAP + UNIT, 0)
        row.setSpacing(UNIT)
        self._dot = PlainLabel("·")
        for which in (0, 1):
            if which:
                row.addWidget(self._dot)
            row.addWidget(self._marks[which])
            row.addWidget(self._words[which])
        session.changed.connect(self.refresh)
        theme_events().changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        why = self._session.result
        words = []
        known = why is not None and any(passed_of(result) is not None for result in why.results)
        self._dot.setVisible(known)
        for widget in (self._marks[1], self._words[1]):
            widget.setVisible(known)
        for which, letter in enumerate("AB"):
            passed = passed_of(None if why is None else why.results[which])
            self._marks[which].setPixmap(outcome_icon(passed).pixmap(ICON, ICON))
            words.append(tr("{run} {outcome}", run=letter, outcome=outcome_word(passed)))
            self._words[which].setText(words[-1] if known else tr("Outcomes not known"))
        self.setAccessibleName(", ".join(words))
