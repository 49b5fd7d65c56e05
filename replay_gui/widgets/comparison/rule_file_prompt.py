"""Asks in which file to save the rules."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from replay_gui.core.translation.messages import tr
from replay_gui.look.theme import GAP, UNIT, set_role
from replay_gui.models.comparison.rule_book import RuleBook
from replay_gui.widgets.parts.text.plain_label import PlainLabel


class RuleFilePrompt(QFrame):
    """Hidden until the rule book needs a file; the rules are already in force."""

    def __init__(self, rules: RuleBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rules = rules
        set_role(self, "raised")
        words = PlainLabel(tr("The rule is in force. Save it for the next time?"), "secondary")
        words.setWordWrap(True)
        self.beside = QPushButton(tr("Beside the log"))
        self.everywhere = QPushButton(tr("For all my runs"))
        self.not_now = QPushButton(tr("Not now"))
        set_role(self.not_now, "link")
        self.beside.clicked.connect(self._on_beside)
        self.everywhere.clicked.connect(self._on_everywhere)
        self.not_now.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP + UNIT, UNIT, GAP, UNIT)
        row.setSpacing(UNIT)
        row.addWidget(words, 1)
        for button in (self.beside, self.everywhere, self.not_now):
            row.addWidget(button)
        rules.file_wanted.connect(self._on_wanted)
        rules.file_settled.connect(self.hide)
        self.hide()

    @Slot()
    def _on_wanted(self) -> None:
        beside = self._rules.file_beside_log
        self.beside.setEnabled(beside is not None)
        self.beside.setToolTip(
            "" if beside is None else tr("In a separate file next to the log of A; the log is not changed")
        )
        self.everywhere.setToolTip(tr("In your settings"))
        self.show()

    @Slot()
    def _on_beside(self) -> None:
        if (path := self._rules.file_beside_log) is not None:
            self._rules.choose_file(path)

    @Slot()
    def _on_everywhere(self) -> None:
        self._rules.choose_file(self._rules.user_file())
