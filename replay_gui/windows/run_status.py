"""The status line of one run."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QStatusBar, QWidget

from replay_gui.core.facts.run_measures import duration_of_index
from replay_gui.core.facts.run_outcome import outcome_words
from replay_gui.core.index.run_index import RunIndex
from replay_gui.core.log.positions import position_after
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import duration_text
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.follower.follow_messages import FollowState
from replay_gui.look.theme import GAP, ROW, UNIT, set_role
from replay_gui.models.mnemonics import escape_mnemonics
from replay_gui.models.session import Session
from replay_gui.widgets.parts.text.elided_button import ElidedButton
from replay_gui.widgets.parts.text.elided_label import ElidedLabel

_SEALS = {"good": translatable("Sealed"), "bad": translatable("Bad seal"), "none": translatable("Not sealed")}
_FOLLOWED = {
    FollowState.GROWING: translatable("Following"),
    FollowState.WAITING: translatable("Following, nothing new"),  # which does not mean that the run has ended
}
_STATES = {"recorded": translatable("state recorded"), "derived": translatable("state derived")}
_SEPARATOR = " · "


class RunStatus(QStatusBar):
    """File, outcome, events, duration, tools and run on the left; seal and state hashes on the right.

    `facts_button`: the left part. Signals: facts_requested(): it was clicked.
    """

    facts_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._session = session
        self.facts_button, self._right = ElidedButton(), ElidedLabel()
        self.facts_button.setToolTip(tr("Run facts"))
        self.facts_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.facts_button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.facts_button.setFixedHeight(ROW)
        self.facts_button.clicked.connect(self.facts_requested)
        set_role(self.facts_button, "secondary")
        self._right.setAccessibleName(tr("Seal and state hashes"))
        self._right.setContentsMargins(GAP, 0, GAP + UNIT, 0)
        set_role(self._right, "secondary")
        self.addWidget(self.facts_button, 1)
        self.addPermanentWidget(self._right)
        session.run_changed.connect(self._show_run)
        session.index_changed.connect(self._show_run)
        session.totals_changed.connect(self._show_run)
        session.report_changed.connect(self._show_report)
        session.following.changed.connect(self._show_report)
        self._show_run()

    @Slot()
    def _show_run(self) -> None:
        facts, index = self._session.facts, self._session.index
        if facts is None:
            self.facts_button.setText("")
        else:
            totals = self._session.totals
            result = None if totals is None else totals.result
            outcome = "" if result is None or result.outcome is None else outcome_words(result.outcome)
            parts = [one_line(facts.name, 60), outcome, *_numbers(index), one_line(facts.run_id, 40)]  # the end is cut
            self.facts_button.setText(escape_mnemonics(_SEPARATOR.join(part for part in parts if part)))
        self.facts_button.setVisible(facts is not None)
        self.facts_button.setAccessibleName(tr("Run facts: {facts}", facts=self.facts_button.text()))
        self._show_report()

    @Slot()
    def _show_report(self) -> None:
        report, following = self._session.report, self._session.following.state
        followed = "" if following is FollowState.OFF else tr(_FOLLOWED[following])
        if report is None:
            self._right.setText(followed)
        elif report.has_no_hashes:
            facts = self._session.facts
            source, state = (facts.imported_from or facts.source, facts.state) if facts is not None else ("", "")
            form = one_line(source.partition(":")[0], 40)  # the file name is at the left
            imported = tr("Imported from {form}", form=form)
            states = tr(_STATES[state]) if state in _STATES else ""
            self._right.setText(_SEPARATOR.join(part for part in (followed, imported, states) if part))
        else:
            checked = trn("{n} state hash checked", "{n} state hashes checked", report.state_hashes_checked)
            if report.first_broken is not None:  # a check has failed
                position = whole_number(position_after(report.first_broken))
                checked = tr("damaged from event {position} on", position=position)
            seal = tr(_SEALS[report.seal])
            self._right.setText(_SEPARATOR.join(part for part in (followed, seal, checked) if part))


def _numbers(index: RunIndex) -> list[str]:
    words = [trn("{n} event", "{n} events", index.count)]
    duration = duration_of_index(index)
    if duration is not None:
        words.append(duration_text(duration))
    if index.tools:
        words.append(trn("{n} tool", "{n} tools", len(index.tools)))
    return words
