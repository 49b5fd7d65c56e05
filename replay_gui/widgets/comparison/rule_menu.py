"""Menu of rules for a tool, a kind of event or a path in a payload."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from replay_gui.core.divergence.rules.rules import Action, Rule
from replay_gui.core.text.event_label import SPEAKING_KINDS, events_noun
from replay_gui.core.text.json_pointer import pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.widgets.parts.effect_choice import EffectChoice

_MAX_NAME_CHARACTERS = 40


class RuleMenu(QMenu):
    """Offers rules for the given event or path and puts the chosen one in force."""

    def __init__(self, session: ComparisonSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session

    def offer(self, tool: str | None, kind: str | None, path: str | None = None, label: str | None = None) -> None:
        """Add the applicable rules. `label`: what the list calls the event; only messages are told apart by it."""
        label = label if kind in SPEAKING_KINDS else None
        events = "" if kind is None else _short(events_noun(kind, label))
        if path and tool:
            self._add(
                f"Ignore {_short(pointer_text(path))} in {_short(tool)}",
                Rule(Action.IGNORE, tool=tool, path=path),
            )
        elif path and kind:
            self._add(
                f"Ignore {_short(pointer_text(path))} in {events}",
                Rule(Action.IGNORE, kind=kind, label=label, path=path),
            )
        if tool:
            self._add(f"Mark {_short(tool)} as non-deterministic", Rule(Action.NONDETERMINISTIC, tool=tool))
            self._add(f"Ignore all of {_short(tool)}", Rule(Action.IGNORE, tool=tool))
            offered = EffectChoice(self)
            offered.offer(tool, None)
            offered.chosen.connect(self._session.rules.set_effect)
        elif kind:
            self._add(f"Mark {events} as non-deterministic", Rule(Action.NONDETERMINISTIC, kind=kind, label=label))
            self._add(f"Ignore all {events}", Rule(Action.IGNORE, kind=kind, label=label))

    def offer_removal(self, rule_index: int) -> None:
        """Offer to remove the rule with this index."""
        action = self.addAction("Remove this rule")
        action.setData(rule_index)
        action.triggered.connect(self._on_removed)

    def _add(self, words: str, rule: Rule) -> None:
        action = self.addAction(words)
        action.setData(rule)
        action.triggered.connect(self._on_chosen)

    @Slot()
    def _on_chosen(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._session.rules.add(action.data())

    @Slot()
    def _on_removed(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._session.rules.remove(action.data())


def _short(name: str) -> str:
    return one_line(name, _MAX_NAME_CHARACTERS).replace("&", "&&")
