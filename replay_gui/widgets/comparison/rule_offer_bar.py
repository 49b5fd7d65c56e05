"""Asks whether the rules beside the log may be used."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.theme import GAP, UNIT, set_role
from replay_gui.models.comparison.rule_book import RuleBook
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.widgets.parts.text.plain_label import PlainLabel


class RuleOfferBar(QFrame):
    """Hidden unless the rule book has an offer; the rules are not used until the user allows them."""

    def __init__(self, rules: RuleBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rules = rules
        set_role(self, "raised")
        self.words = PlainLabel(role="secondary")
        self.words.setWordWrap(True)
        self.use, self.not_now = QPushButton(tr("Use them")), QPushButton(tr("Not now"))
        set_role(self.not_now, "link")
        self.use.setToolTip(
            tr("Also those beside other logs in this folder, from now on. Rules only hide differences.")
        )
        self.use.clicked.connect(rules.allow_offer)
        self.not_now.clicked.connect(rules.refuse_offer)
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP + UNIT, UNIT, GAP, UNIT)
        row.setSpacing(UNIT)
        row.addWidget(self.words, 1)
        row.addWidget(self.use)
        row.addWidget(self.not_now)
        rules.offer_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        offer = self._rules.offer
        if offer is not None:
            self.words.setText(tr("Rules found beside the log: {count}. Use them?", count=whole_number(offer.count)))
            self.words.setToolTip(plain_tooltip(one_line(str(offer.path))))
        self.setVisible(offer is not None)
