"""The menu of rules: for a tool, a kind of event or a path in a payload, for a reason, or for the effect of a tool."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.core.effects.effect import EffectFinding
from replay_gui.core.reasons.reason import Reason
from replay_gui.core.text.event_label import SPEAKING_KINDS, events_noun
from replay_gui.core.text.json_pointer import pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr
from replay_gui.models.comparison.rule_book import RuleBook
from replay_gui.models.mnemonics import escape_mnemonics
from replay_gui.widgets.parts.effect_choice import EffectChoice

_MAX_NAME_CHARACTERS = 40


class RuleMenu(QMenu):
    """Adds the chosen rule, which can be undone; the runs are then compared again."""

    def __init__(self, rules: RuleBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rules = rules

    def offer(self, tool: str | None, kind: str | None, path: str | None = None, label: str | None = None) -> None:
        """Offer the rules for an event, or a path in its payload.

        `label`: the event's label in the list, which distinguishes messages.
        """
        label = label if kind in SPEAKING_KINDS else None
        events = "" if kind is None else _short(events_noun(kind, label))
        if path and tool:
            self._add(
                tr("Ignore {path} in {events}", path=_short(pointer_text(path)), events=_short(tool)),
                Rule(Action.IGNORE, tool=tool, path=path),
            )
        elif path and kind:
            self._add(
                tr("Ignore {path} in {events}", path=_short(pointer_text(path)), events=events),
                Rule(Action.IGNORE, kind=kind, label=label, path=path),
            )
        if tool:
            self._add(
                tr("Mark {events} as non-deterministic", events=_short(tool)), Rule(Action.NONDETERMINISTIC, tool=tool)
            )
            self._add(tr("Ignore all of {tool}", tool=_short(tool)), Rule(Action.IGNORE, tool=tool))
            self.offer_effect(tool, None)
        elif kind:
            self._add(
                tr("Mark {events} as non-deterministic", events=events),
                Rule(Action.NONDETERMINISTIC, kind=kind, label=label),
            )
            self._add(tr("Ignore all {events}", events=events), Rule(Action.IGNORE, kind=kind, label=label))

    def offer_reason(self, reason: Reason) -> None:
        """Offer the rules that ignore a reason."""
        tool = reason.tool
        if tool is None:
            self.addAction(tr("No rule can ignore this")).setEnabled(False)
            return
        title = self.addAction(tr("This does not matter:"))
        title.setEnabled(False)
        if reason.path:
            for path in dict.fromkeys((reason.path, _any_item(reason.path))):
                words = tr("Ignore {path} of {tool}", path=_short(pointer_text(path)), tool=_short(tool))
                self._add(words, Rule(Action.IGNORE, tool=tool, path=f"/input{path}"))
        self._add(tr("Ignore all of {tool}", tool=_short(tool)), Rule(Action.IGNORE, tool=tool))
        self.addSeparator()

    def offer_effect(self, tool: str, finding: EffectFinding | None) -> None:
        """Offer to correct the effect of a tool; `finding`: the assumed effect."""
        offered = EffectChoice(self)
        offered.offer(tool, finding)
        offered.chosen.connect(self._rules.set_effect)

    def offer_removal(self, rule_number: int) -> None:
        """Offer to remove the rule with this number, from 0."""
        action = self.addAction(tr("Remove this rule"))
        action.setData(rule_number)
        action.triggered.connect(self._on_removed)

    def _add(self, words: str, rule: Rule) -> None:
        action = self.addAction(words)
        action.setData(rule)
        action.triggered.connect(self._on_chosen)

    @Slot()
    def _on_chosen(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._rules.add(action.data())

    @Slot()
    def _on_removed(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._rules.remove(action.data())


def _any_item(path: str) -> str:
    """Return a path with each index of a list replaced by the token for any index."""
    return "/".join("*" if token.isdigit() else token for token in path.split("/"))


def _short(name: str) -> str:
    return escape_mnemonics(one_line(name, _MAX_NAME_CHARACTERS))
