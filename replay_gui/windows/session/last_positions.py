"""The last position in each run."""

from __future__ import annotations

import json

from PySide6.QtCore import QObject, Slot

from replay_gui.core.log.positions import Position
from replay_gui.models.session import Session
from replay_gui.windows.settings.settings_store import SettingsStore

_KEY = "positions"
_MAX_RUNS = 200


class LastPositions(QObject):
    """Makes the session open a run at its last position; kept in the settings, invalid data is ignored.

    A run is identified by its path and its run id.
    """

    def __init__(self, session: Session, settings: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._run: tuple[str, str] | None = None
        self._position = Position(0)
        session.last_positions = self.positions_of
        session.run_changed.connect(self._on_run_changed)
        session.position_changed.connect(self._on_position_changed)

    @Slot()
    def save(self) -> None:
        """Store the position in the open run, if there is one."""
        if self._run is None:
            return
        path, run_id = self._run
        others = [entry for entry in self._entries() if entry[:2] != (path, run_id)]
        self._settings.set_value(_KEY, json.dumps([(path, run_id, self._position), *others][:_MAX_RUNS]))

    def positions_of(self, path: str) -> dict[str, Position]:
        """Return the last position in each run of this file, by run id."""
        self.save()
        return {run_id: position for file, run_id, position in self._entries() if file == path}

    @Slot()
    def _on_run_changed(self) -> None:
        self.save()
        facts = self._session.facts
        self._run = None if facts is None else (facts.path, facts.run_id)
        self._position = Position(0)

    @Slot(object)
    def _on_position_changed(self, position: Position) -> None:
        self._position = position

    def _entries(self) -> list[tuple[str, str, Position]]:
        try:
            stored = json.loads(str(self._settings.value(_KEY)))
        except (ValueError, RecursionError):
            return []
        entries = []
        for entry in stored if isinstance(stored, list) else []:
            match entry:
                case [str(path), str(run_id), int(position)] if position >= 0:
                    entries.append((path, run_id, Position(position)))
        return entries
