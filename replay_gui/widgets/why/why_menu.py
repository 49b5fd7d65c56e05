"""The menu of a reason or an action: rules that say that it does not matter, or what its tool does."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.core.effects.effect import EffectFinding
from replay_gui.core.reasons.reason import Reason
from replay_gui.core.text.json_pointer import pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.models.comparison.rule_book import RuleBook
from replay_gui.widgets.parts.effect_choice import EffectChoice

_MAX_NAME_CHARACTERS = 40


class WhyMenu(QMenu):
    """Puts the chosen rule in force; the comparison is then made again by it, and this can be undone."""

    def __init__(self, rules: RuleBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rules = rules

    def offer_reason(self, reason: Reason) -> None:
        """Offer the rules by which a reason does not matter."""
        tool = reason.tool
        if tool is None:
            self.addAction("No rule can pass over this").setEnabled(False)
            return
        title = self.addAction("This does not matter:")
        title.setEnabled(False)
        if reason.path:
            for path in dict.fromkeys((reason.path, _any_item(reason.path))):
                words = f"{_short(pointer_text(path))} of {_short(tool)}"
                self._add(f"Ignore {words}", Rule(Action.IGNORE, tool=tool, path=f"/input{path}"))
        self._add(f"Ignore all of {_short(tool)}", Rule(Action.IGNORE, tool=tool))
        self.addSeparator()

    def offer_effect(self, tool: str, finding: EffectFinding | None) -> None:
        """Offer to correct what a tool does; `finding` is what is believed of it."""
        offered = EffectChoice(self)
        offered.offer(tool, finding)
        offered.chosen.connect(self._rules.set_effect)

    def _add(self, words: str, rule: Rule) -> None:
        action = self.addAction(words)
        action.setData(rule)
        action.triggered.connect(self._on_chosen)

    @Slot()
    def _on_chosen(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._rules.add(action.data())


def _any_item(path: str) -> str:
    """Return a path with each index of a list replaced by the token that stands for any."""
    return "/".join("*" if token.isdigit() else token for token in path.split("/"))


def _short(name: str) -> str:
    return one_line(name, _MAX_NAME_CHARACTERS).replace("&", "&&")
