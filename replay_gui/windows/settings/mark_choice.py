"""The choice of the kinds of marks on a run: a menu, kept in the settings."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMenu

from replay_gui.core.reasons.marks.mark_words import MARK_WORDS
from replay_gui.core.reasons.marks.run_mark import MarkKind
from replay_gui.core.translation.messages import tr
from replay_gui.models.run.run_marks import RunMarks
from replay_gui.models.tooltip import plain_tooltip
from replay_gui.windows.settings.settings_store import SettingsStore

_KEY = "hidden_marks"  # the names of the kinds that are switched off


class MarkChoice(QObject):
    """Fills the menu with the kinds of marks; unchecked kinds are not shown. Invalid settings are ignored."""

    def __init__(self, marks: RunMarks, menu: QMenu, settings: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._marks, self._settings = marks, settings
        names = str(settings.value(_KEY) or "").split()
        marks.hide(kind for kind in MarkKind if kind.name in names)
        self._actions = {}
        for kind, words in MARK_WORDS.items():
            action = self._actions[kind] = menu.addAction(tr(words.title))
            action.setCheckable(True)
            action.setChecked(kind not in marks.hidden)
            action.setToolTip(plain_tooltip(tr(words.explanation)))
            action.toggled.connect(self._on_toggled)
        menu.setToolTipsVisible(True)

    @Slot()
    def _on_toggled(self) -> None:
        hidden = [kind for kind, action in self._actions.items() if not action.isChecked()]
        self._settings.set_value(_KEY, " ".join(kind.name for kind in hidden))
        self._marks.hide(hidden)
