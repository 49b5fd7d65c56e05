"""The actions of the Help menu."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from replay_gui.windows.actions import Handlers


class HelpActions(QObject):
    """The slots of these actions. `settings_file`: of the program. `actions`: those whose keys are listed."""

    def __init__(self, settings_file: str, actions: dict[str, QAction], window: QWidget) -> None:
        super().__init__(window)
        self._settings_file, self._actions = settings_file, actions
        self._window = window

    @property
    def handlers(self) -> Handlers:
        """The slots of the actions of the Help menu."""
        return {
            "shortcuts": self.on_shortcuts,
            "documentation": self.on_documentation,
            "diagnostics": self.on_diagnostics,
            "legend": self.on_legend,
        }

    @Slot()
    def on_shortcuts(self) -> None:
        from replay_gui.windows.dialogs.shortcuts_dialog import ShortcutsDialog

        ShortcutsDialog(self._actions, self._window).open()

    @Slot()
    def on_documentation(self) -> None:
        from replay_gui.windows.dialogs.documentation_dialog import DocumentationDialog

        DocumentationDialog(self._window).open()

    @Slot()
    def on_legend(self) -> None:
        from replay_gui.windows.dialogs.legend_dialog import LegendDialog

        LegendDialog(self._window).open()

    @Slot()
    def on_diagnostics(self) -> None:
        from replay_gui.windows.dialogs.diagnostics_dialog import DiagnosticsDialog

        DiagnosticsDialog(self._settings_file, self._window).open()
