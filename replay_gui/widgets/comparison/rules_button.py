"""The button that counts the rules in force; its menu switches them off or removes them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QWidget

from replay_gui.core.divergence.rules.presets import PRESETS
from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import whole_number
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.comparison.comparison_words import preset_words, rule_words
from replay_gui.models.mnemonics import escape_mnemonics
from replay_gui.widgets.parts.check_menu import CheckMenu


class RulesButton(QToolButton):
    """The menu is filled each time it opens."""

    def __init__(self, session: ComparisonSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.list = CheckMenu(self)
        self.setMenu(self.list)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip(tr("What the comparison ignores"))
        self.list.aboutToShow.connect(self.fill)
        session.rules.changed.connect(self._count)
        session.compared_changed.connect(self._count)
        session.anchors_changed.connect(self._count)
        self._count()

    @Slot()
    def _count(self) -> None:
        count = len(self._session.rules.in_force) + len(self._session.anchors)
        self.setText(tr("Rules · {count}", count=whole_number(count)) if count else tr("Rules"))
        self.setAccessibleName(tr("Rules, {count} in force", count=whole_number(count)))

    @Slot()
    def fill(self) -> None:
        """Fill the menu: the rules, the anchors, and the rules that can be added."""
        rules, menu = self._session.rules, self.list
        menu.clear()
        if not rules.entries and not self._session.anchors:
            menu.addAction(tr("No rules: every difference counts")).setEnabled(False)
        for rule_number, entry in enumerate(rules.entries):
            action = menu.addAction(_escaped(": ".join(rule_words(entry.rule))))
            action.setCheckable(True)
            action.setChecked(entry.on)
            action.setData(rule_number)
            action.toggled.connect(self._on_switched)
        if rules.entries:
            removal = menu.addMenu(tr("Remove"))
            for rule_number, entry in enumerate(rules.entries):
                action = removal.addAction(_escaped(": ".join(rule_words(entry.rule))))
                action.setData(rule_number)
                action.triggered.connect(self._on_removed)
        menu.addSeparator()
        presets = menu.addMenu(tr("Ignore texts like"))
        for name in PRESETS:
            action = presets.addAction(preset_words(name))
            action.setData(name)
            action.triggered.connect(self._on_preset)
        if self._session.anchors:
            menu.addSeparator()
        for a, b in self._session.anchors:
            action = menu.addAction(
                tr("Remove anchor: {a} of A is {b} of B", a=whole_number(a + 1), b=whole_number(b + 1))
            )
            action.setData((a, b))
            action.triggered.connect(self._on_anchor_removed)

    @Slot(bool)
    def _on_switched(self, on: bool) -> None:
        self._session.rules.switch(self._sender_data(), on)

    @Slot()
    def _on_removed(self) -> None:
        self._session.rules.remove(self._sender_data())

    @Slot()
    def _on_preset(self) -> None:
        self._session.rules.add(Rule(Action.IGNORE, pattern=self._sender_data()))

    @Slot()
    def _on_anchor_removed(self) -> None:
        self._session.remove_anchor(tuple(self._sender_data()))

    def _sender_data(self) -> Any:
        action = self.sender()
        assert isinstance(action, QAction)
        return action.data()


def _escaped(words: str) -> str:
    return escape_mnemonics(words)
