"""Where the window and its borders were, from one start of the program to the next."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QMainWindow

from replay_gui.look.theme import GAP
from replay_gui.windows.compare_view import CompareView
from replay_gui.windows.run_view import RunView

_SIZE = (160 * GAP, 100 * GAP)
_COMPARE = ("compare_rows", "compare_columns", "compare_timelines")


class LayoutMemory:
    """Of one window, kept in the settings; what these hold may be anything."""

    def __init__(self, window: QMainWindow, view: RunView, compare: CompareView, settings: QSettings) -> None:
        self._window = window
        self._view = view
        self._compare = compare
        self._settings = settings

    def save(self) -> None:
        rows, columns = self._view.save()
        kept = {"window": self._window.saveGeometry(), "rows": rows, "columns": columns}
        kept |= zip(_COMPARE, self._compare.save(), strict=True)
        for name, value in {**kept, "lanes": self._view.timeline.save_lanes()}.items():
            self._settings.setValue(name, value)

    def restore(self) -> None:
        geometry = self._settings.value("window")
        if not (isinstance(geometry, QByteArray) and self._window.restoreGeometry(geometry)):
            self._window.resize(*_SIZE)
        self._view.restore(self._settings.value("rows"), self._settings.value("columns"))
        self._view.timeline.restore_lanes(self._settings.value("lanes"))
        self._compare.restore(*(self._settings.value(name) for name in _COMPARE))

    def reset(self) -> None:
        """As it was the first time; the window keeps its place and size."""
        self._view.reset()
        self._compare.reset()
        self._view.timeline.restore_lanes(None)
