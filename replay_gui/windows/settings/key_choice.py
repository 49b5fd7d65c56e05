"""The keys of the actions: those of the table of actions, unless the user has chosen others."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence

from replay_gui.core.translation.messages import tr
from replay_gui.windows.action_keys import key_words, set_keys
from replay_gui.windows.actions import ACTION_SPECS, ActionSpec
from replay_gui.windows.menus import CONTEXT_KEY, MENU_KEY
from replay_gui.windows.settings.settings_store import SettingsStore

_GROUP = "keys"  # in the settings; below it the name of each action with another key, and that key, "" for none
_MAX_CHARACTERS = 60  # of a key in the settings
_OF_PANELS = (
    "Tab",
    "Shift+Tab",
    "Return",
    "Enter",
    "Shift+Return",
    "Shift+Enter",
    "Up",
    "Down",
    "PgUp",
    "PgDown",
    "Del",
)
_SPECS = {spec.name: spec for spec in ACTION_SPECS}


class KeyChoice:
    """Reads the chosen keys from the settings; invalid keys, and keys of another action, are ignored."""

    def __init__(self, actions: dict[str, QAction], settings: SettingsStore) -> None:
        self._actions, self._settings = actions, settings
        for spec in ACTION_SPECS:
            key = _read(settings.value(f"{_GROUP}/{spec.name}"))
            if key is not None and not self.refusal(spec.name, key):
                self._set(spec, [] if key.isEmpty() else [key])

    def keys(self, name: str) -> list[QKeySequence]:
        """Return the keys that an action has now."""
        return self._actions[name].shortcuts()

    def is_chosen(self, name: str) -> bool:
        """Return whether an action has other keys than by default."""
        return self.keys(name) != _first_keys(_SPECS[name])

    def refusal(self, name: str, key: QKeySequence) -> str:
        """Return why an action cannot have a key, in a sentence; "" if it can. An empty key is always possible."""
        if key.isEmpty():
            return ""
        if key in [*map(QKeySequence, (MENU_KEY, CONTEXT_KEY, *_OF_PANELS))]:
            return tr("{key} is used by the panels and the menu.", key=key_words(key))
        for spec in ACTION_SPECS:
            if spec.name != name and key in self.keys(spec.name):
                taken = tr("{key} is the key of “{action}”.", key=key_words(key), action=spec.title)
                return f"{taken} {tr('Give that another key first.')}"
        return ""

    def choose(self, name: str, key: QKeySequence) -> str:
        """Give an action only this key, or none, now and at the next start; return `refusal`."""
        refused = self.refusal(name, key)
        if not refused:
            self._set(_SPECS[name], [] if key.isEmpty() else [key])
            self._settings.set_value(f"{_GROUP}/{name}", key.toString(QKeySequence.SequenceFormat.PortableText))
        return refused

    def reset(self, name: str) -> str:
        """Give an action its default keys; return the `refusal` if another action has one of them."""
        first = _first_keys(_SPECS[name])
        refused = next((words for key in first if (words := self.refusal(name, key))), "")
        if not refused:
            self._set(_SPECS[name], first)
            self._settings.remove(f"{_GROUP}/{name}")
        return refused

    def reset_all(self) -> None:
        """Give all actions their default keys."""
        for spec in ACTION_SPECS:
            self._set(spec, _first_keys(spec))
        self._settings.remove(_GROUP)

    def _set(self, spec: ActionSpec, keys: list[QKeySequence]) -> None:
        set_keys(self._actions[spec.name], spec.tip, keys)


def _first_keys(spec: ActionSpec) -> list[QKeySequence]:
    return [QKeySequence(key) for key in spec.keys]


def _read(saved: object) -> QKeySequence | None:
    """Return the key in the settings, an empty one for "none"; None if they have no key."""
    if not isinstance(saved, str) or len(saved) > _MAX_CHARACTERS:
        return None
    key = QKeySequence.fromString(saved, QKeySequence.SequenceFormat.PortableText)
    written = key.toString(QKeySequence.SequenceFormat.PortableText)
    return None if (saved and not written) or key.count() > 1 else key
