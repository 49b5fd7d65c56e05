"""The geometry of the window and the sizes of its panels, kept from one start of the program to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow

from replay_gui.look.theme import GAP
from replay_gui.windows.settings.settings_store import SettingsStore

if TYPE_CHECKING:
    from replay_gui.windows.compare_view import CompareView
    from replay_gui.windows.run_view import RunView

_DEFAULT_SIZE_PX = (160 * GAP, 100 * GAP)
_COMPARE_KEYS = ("comparison_rows", "comparison_columns", "comparison_right", "comparison_divergences")


class LayoutMemory:
    """The layout of one window in the settings; invalid settings are ignored.

    A page that was never built is not saved, so its settings stay as they are.
    """

    def __init__(self, window: QMainWindow, settings: SettingsStore) -> None:
        self._window = window
        self._settings = settings
        self._run_view: RunView | None = None
        self._compare_view: CompareView | None = None

    def save(self) -> None:
        """Write the geometry of the window and of the pages that were restored."""
        values: dict[str, object] = {"window": self._window.saveGeometry()}
        if self._run_view is not None:
            rows, columns = self._run_view.save()
            values |= {"rows": rows, "columns": columns, "lanes": self._run_view.timeline.save_lanes()}
            values["names"] = self._run_view.timeline.names_width or 0
        if self._compare_view is not None:
            values |= zip(_COMPARE_KEYS, self._compare_view.save(), strict=True)
        for name, value in values.items():
            self._settings.set_value(name, value)

    def restore_window(self) -> None:
        """Restore the geometry of the window, or set the default size."""
        geometry = self._settings.value("window")
        if not (isinstance(geometry, QByteArray) and self._window.restoreGeometry(geometry)):
            self._window.resize(*_DEFAULT_SIZE_PX)

    def restore_run(self, view: RunView) -> None:
        """Restore the layout of the page of a run."""
        self._run_view = view
        view.restore(self._settings.value("rows"), self._settings.value("columns"))
        view.timeline.restore_lanes(self._settings.value("lanes"))
        names = str(self._settings.value("names"))
        view.timeline.set_names_width(int(names) if names.isascii() and names.isdigit() and len(names) < 5 else 0)

    def restore_comparison(self, view: CompareView) -> None:
        """Restore the layout of the page of a comparison."""
        self._compare_view = view
        view.restore(*(self._settings.value(name) for name in _COMPARE_KEYS))

    def reset(self, run_view: RunView, compare_view: CompareView) -> None:
        """Reset both pages to their default layout; the window keeps its geometry."""
        run_view.reset()
        compare_view.reset()
        run_view.timeline.restore_lanes(None)
        run_view.timeline.set_names_width(0)
