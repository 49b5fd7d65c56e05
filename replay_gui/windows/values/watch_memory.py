"""The watched values of each file format, kept in the settings."""

from __future__ import annotations

import json

from PySide6.QtCore import QObject, Slot

from replay_gui.core.text.json_pointer import join_pointer, split_pointer
from replay_gui.models.session import Session
from replay_gui.models.values.watched_paths import Keys
from replay_gui.windows.settings.settings_store import SettingsStore

_KEY = "watched"
_MAX_FORMATS = 100


class WatchMemory(QObject):
    """Gives a run the watched values of its format when it is opened; invalid settings are ignored."""

    def __init__(self, session: Session, settings: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self._format = ""
        session.run_changed.connect(self._on_run_changed)
        session.values.paths.changed.connect(self._save)

    @Slot()
    def _on_run_changed(self) -> None:
        facts = self._session.facts
        if facts is not None and facts.format != self._format:
            self._format = facts.format
            self._session.values.paths.set_paths(self._kept().get(self._format, ()))

    @Slot()
    def _save(self) -> None:
        if self._format:
            kept = self._kept()
            kept.pop(self._format, None)
            kept = {self._format: list(self._session.values.paths.paths), **kept}
            pointers = {name: list(map(join_pointer, paths)) for name, paths in list(kept.items())[:_MAX_FORMATS]}
            self._settings.set_value(_KEY, json.dumps(pointers))

    def _kept(self) -> dict[str, list[Keys]]:
        try:
            stored = json.loads(str(self._settings.value(_KEY)))
        except (ValueError, RecursionError):
            return {}
        kept = {}
        for name, pointers in stored.items() if isinstance(stored, dict) else ():
            if isinstance(pointers, list):
                kept[name] = [keys for pointer in pointers if (keys := _keys(pointer))]
        return kept


def _keys(pointer: object) -> Keys:
    """Return the keys of a pointer; none if it is not a pointer."""
    try:
        return tuple(split_pointer(pointer)) if isinstance(pointer, str) else ()
    except ValueError:
        return ()
