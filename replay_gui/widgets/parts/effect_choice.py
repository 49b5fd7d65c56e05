"""The effect of a tool's calls, which a menu corrects by one click."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from replay_gui.core.effects.effect import BY_RULE, Effect, EffectFinding
from replay_gui.core.effects.effect_words import EFFECT_WORDS
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import capitalised
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.models.mnemonics import escape_mnemonics

_MAX_NAME_CHARACTERS = 40
_OFTEN = {Effect.READS: translatable("only reads"), Effect.CHANGES: EFFECT_WORDS[Effect.CHANGES]}


class _Choice(NamedTuple):
    tool: str
    effect: Effect | None


class EffectChoice(QObject):
    """Adds entries to a menu, which owns it.

    Signals:
        chosen(str, object): a tool, and the Effect that its calls should have; None to use the one that was found.
    """

    chosen = Signal(str, object)

    def __init__(self, menu: QMenu) -> None:
        super().__init__(menu)
        self._menu = menu
        menu.triggered.connect(self._on_triggered)

    def offer(self, tool: str, finding: EffectFinding | None) -> None:
        """Offer the possible effects of a tool's calls; `finding`: the assumed effect, if all calls have the same."""
        name = escape_mnemonics(one_line(tool, _MAX_NAME_CHARACTERS))
        for effect, words in _OFTEN.items():
            if finding is None or finding.effect is not effect:
                self._add(
                    self._menu, tr("Correct: {tool} {effect}", tool=name, effect=tr(words)), _Choice(tool, effect)
                )
        every = self._menu.addMenu(tr("What {tool} does", tool=name))
        for effect in (effect for effect in Effect if effect is not Effect.UNKNOWN):
            action = self._add(every, capitalised(tr(EFFECT_WORDS[effect])), _Choice(tool, effect))
            action.setCheckable(True)
            action.setChecked(finding is not None and finding.effect is effect)
        if finding is not None and finding.reason == BY_RULE:
            every.addSeparator()
            self._add(every, tr("As it was found, without a rule"), _Choice(tool, None))

    def _add(self, menu: QMenu, words: str, choice: _Choice) -> QAction:
        action = menu.addAction(words)
        action.setData(choice)
        return action

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        choice = action.data()
        if isinstance(choice, _Choice):
            self.chosen.emit(choice.tool, choice.effect)
