"""The status line of a comparison: its counts, or how reasons are found; differences of outcome, time and cost."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStatusBar, QWidget

from replay_gui.core.translation.messages import tr, translatable
from replay_gui.look.theme import GAP, ROW, UNIT, set_role
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.comparison.comparison_words import counts_words, growth_words
from replay_gui.models.comparison.total_differences import total_differences
from replay_gui.widgets.parts.text.elided_label import ElidedLabel
from replay_gui.widgets.parts.text.plain_label import PlainLabel

_HOW_TEXT = translatable("Compared by actions and messages, not by wording and order")
_DIFFERS_NAME = translatable("Differences in outcome, failures, time, tokens and cost")


class CompareStatus(QStatusBar):
    """On the left counts of steps, or how reasons are found, and growing runs; on the right differences of totals."""

    def __init__(self, session: ComparisonSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._session = session
        self._shows_why = False
        self._left, self._right = PlainLabel(), ElidedLabel()
        for label, accessible in ((self._left, tr("The comparison in numbers")), (self._right, tr(_DIFFERS_NAME))):
            label.setAccessibleName(accessible)
            set_role(label, "secondary")
            label.setContentsMargins(GAP + UNIT, 0, GAP + UNIT, 0)
        self._left.setFixedHeight(ROW)  # as the foot of one run
        self.addWidget(self._left, 1)
        self.addPermanentWidget(self._right)
        session.compared_changed.connect(self._show)
        session.following.changed.connect(self._show)
        for run in (session.a, session.b):
            run.totals_changed.connect(self._show)
        self._show()

    def show_why(self, on: bool) -> None:
        """Show how reasons are found, instead of the counts of steps."""
        self._shows_why = on
        self._show()

    @Slot()
    def _show(self) -> None:
        session, compared = self._session, self._session.compared
        counts = "" if compared is None else counts_words(compared.comparison)
        words = [tr(_HOW_TEXT) if self._shows_why else counts, growth_words(session.following.grown)]
        self._left.setText(" · ".join(filter(None, words)))
        self._right.setText("" if compared is None else total_differences(session.a.totals, session.b.totals))
