"""The status line of a comparison: its counts, and what else differs; with the reasons, how they are meant."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStatusBar, QWidget

from replay_gui.look.theme import GAP, set_role
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.comparison.comparison_words import counts_words
from replay_gui.models.comparison.total_differences import total_differences
from replay_gui.widgets.parts.elided_label import ElidedLabel
from replay_gui.widgets.parts.plain_label import PlainLabel

_HOW_TEXT = "Compared by what was done and said, whatever the wording and the order"
_LINKS_TEXT = "Facts, no guesses: every event number is a link"
_DIFFERS_NAME = "What differs in outcome, failures, time, tokens and cost"


class CompareStatus(QStatusBar):
    """Counts of steps on the left; on the right what differs in outcome, failures, time, tokens and cost."""

    def __init__(self, session: ComparisonSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._session = session
        self._shows_why = False
        self._left, self._right = PlainLabel(), ElidedLabel()
        for label, accessible in ((self._left, "The comparison in numbers"), (self._right, _DIFFERS_NAME)):
            label.setAccessibleName(accessible)
            set_role(label, "secondary")
            label.setContentsMargins(GAP, 0, GAP, 0)
        self.addWidget(self._left, 1)
        self.addPermanentWidget(self._right)
        session.compared_changed.connect(self._show)
        for run in (session.a, session.b):
            run.totals_changed.connect(self._show)
        self._show()

    def show_why(self, on: bool) -> None:
        """Say how reasons are found, instead of the numbers of the comparison."""
        self._shows_why = on
        self._show()

    @Slot()
    def _show(self) -> None:
        session, compared = self._session, self._session.compared
        if self._shows_why:
            self._left.setText(_HOW_TEXT)
            self._right.setText(_LINKS_TEXT)
            return
        self._left.setText("" if compared is None else counts_words(compared.comparison))
        self._right.setText("" if compared is None else total_differences(session.a.totals, session.b.totals))
