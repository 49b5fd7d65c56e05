"""The runs and comparisons that were opened last."""

from __future__ import annotations

import json
import time
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from replay_gui.core.text.given_paths import absolute_path
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.session import Session
from replay_gui.widgets.run.welcome_page import RecentEntry
from replay_gui.windows.settings.settings_store import SettingsStore

_KEY = "recent"
_MAX_FILES = 8
_MAX_TIME_NS = 1 << 62


class RecentFiles(QObject):
    """The recent runs and comparisons in the settings, newest first; invalid settings are ignored.

    `passing`: a temporary file, which is not recorded; or None.
    """

    def __init__(self, settings: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._session: Session | None = None
        self._comparison: ComparisonSession | None = None
        self.passing: str | None = None

    def follow(self, session: Session, comparison: ComparisonSession) -> None:
        """Record each run that is opened from now on."""
        self._session, self._comparison = session, comparison
        session.run_changed.connect(self._on_run_changed)
        comparison.compared_changed.connect(self._on_compared_changed)

    def entries(self) -> list[RecentEntry]:
        """Return the entries, newest first."""
        stored = self._settings.value(_KEY)
        texts = [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
        entries = (_read(text) for text in texts if isinstance(text, str) and text)
        return [entry for entry in entries if entry is not None][:_MAX_FILES]

    def paths(self) -> list[str]:
        """Return the paths of the single runs, newest first."""
        return [entry.paths[0] for entry in self.entries() if len(entry.paths) == 1]

    def add(self, *paths: str) -> None:
        """Put a run, or the two of a comparison, first; remove the oldest if there are too many.

        A run that a catalogue keeps is not noted: it is opened from a cache, and from the catalogue again.
        """
        from replay_gui.engine.opening import conversion_cache  # the first window needs no index

        if any(Path(path).is_relative_to(conversion_cache()) for path in paths):
            return
        entries = [RecentEntry(paths, time.time_ns()), *(entry for entry in self.entries() if entry.paths != paths)]
        texts = [json.dumps({"paths": entry.paths, "opened": entry.opened}) for entry in entries[:_MAX_FILES]]
        self._settings.set_value(_KEY, texts)

    def clear(self) -> None:
        """Remove all entries."""
        self._settings.remove(_KEY)

    @Slot()
    def _on_run_changed(self) -> None:
        facts = None if self._session is None else self._session.facts
        if facts is not None and facts.path != self.passing:
            self.add(absolute_path(facts.path))

    @Slot()
    def _on_compared_changed(self) -> None:
        pair = self._comparison
        if pair is not None and pair.active and pair.a.facts is not None and pair.b.facts is not None:
            if self.passing in (pair.a.facts.path, pair.b.facts.path):
                return
            paths = (absolute_path(pair.a.facts.given), absolute_path(pair.b.facts.given))
            if [entry.paths for entry in self.entries()[:1]] != [paths]:
                self.add(*paths)


def _read(text: str) -> RecentEntry | None:
    """Parse a text of the settings: JSON, or only a path, as earlier versions wrote it."""
    if not text.startswith("{"):
        return RecentEntry((text,), None)
    try:
        stored = json.loads(text)
    except (ValueError, RecursionError):
        return None
    paths, opened = stored.get("paths"), stored.get("opened")
    if not isinstance(paths, list) or len(paths) not in (1, 2) or not all(isinstance(p, str) and p for p in paths):
        return None
    return RecentEntry(tuple(paths), opened if type(opened) is int and 0 < opened < _MAX_TIME_NS else None)
