"""The runs that were opened last."""

from __future__ import annotations

from PySide6.QtCore import QSettings

_KEY = "recent"
_MOST = 8


class RecentFiles:
    """Paths, the newest first, kept in the settings; what else the settings hold there is passed over."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    def paths(self) -> list[str]:
        kept = self._settings.value(_KEY)
        found = [kept] if isinstance(kept, str) else kept if isinstance(kept, list) else []
        return [path for path in found if isinstance(path, str) and path][:_MOST]

    def add(self, path: str) -> None:
        """Puts `path` first."""
        self._settings.setValue(_KEY, [path, *(other for other in self.paths() if other != path)][:_MOST])

    def clear(self) -> None:
        self._settings.remove(_KEY)
