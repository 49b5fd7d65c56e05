"""The files that were opened last."""

from __future__ import annotations

from PySide6.QtCore import QSettings

_KEY = "recent"
_MAX_FILES = 8


class RecentFiles:
    """Paths in the settings, newest first; invalid settings are ignored."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    def paths(self) -> list[str]:
        """Return the paths, newest first."""
        stored = self._settings.value(_KEY)
        paths = [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
        return [path for path in paths if isinstance(path, str) and path][:_MAX_FILES]

    def add(self, path: str) -> None:
        """Put `path` first; forget the oldest if there are too many."""
        self._settings.setValue(_KEY, [path, *(other for other in self.paths() if other != path)][:_MAX_FILES])

    def clear(self) -> None:
        """Forget all paths."""
        self._settings.remove(_KEY)
