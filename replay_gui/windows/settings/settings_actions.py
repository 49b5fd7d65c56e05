"""The actions on the program itself: its theme, its settings, another window, its versions."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QProcess, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget

from replay_gui.look.theme import TEXT_SCALES, apply_text_scale, apply_theme, theme_events
from replay_gui.models.time_choice import time_choice
from replay_gui.windows.actions import Handlers
from replay_gui.windows.settings.key_choice import KeyChoice
from replay_gui.windows.settings.language import remember_language
from replay_gui.windows.settings.settings_store import SettingsStore

TEXT_SIZE_KEY, THEME_KEY, TIMES_KEY = "text_size", "theme", "times"  # in the settings
_LOCAL, _UTC = "local", "utc"  # values of the last one one
_COMMAND = ("-m", "replay_gui", "--empty")  # the files of this window are not opened again


class SettingsActions(QObject):
    """The slots of these actions. `keys`: the keys of all actions."""

    def __init__(
        self, app: QApplication, settings: SettingsStore, actions: dict[str, QAction], window: QWidget
    ) -> None:
        super().__init__(window)
        self._app, self._settings, self._actions, self._window = app, settings, actions, window
        self.keys = KeyChoice(actions, settings)

    @property
    def handlers(self) -> Handlers:
        """The slots of the actions on the program itself."""
        return {
            "new_window": self.on_new_window,
            "settings": self.on_settings,
            "about": self.on_about,
            "text_larger": self.on_text_larger,
            "text_smaller": self.on_text_smaller,
            "text_normal": self.on_text_normal,
        }

    @Slot(str)
    def choose_theme(self, choice: str) -> None:
        """Use another theme, now and at the next start."""
        self._settings.set_value(THEME_KEY, choice)
        apply_theme(self._app, choice)

    def choose_text_size(self, percent: int) -> None:
        """Use another size of text, one of TEXT_SCALES, now and at the next start."""
        self._settings.set_value(TEXT_SIZE_KEY, percent)
        apply_text_scale(self._app, percent)

    @Slot(str)
    def choose_language(self, choice: str) -> None:
        """Use another language from the next start on."""
        remember_language(self._settings, choice)

    @Slot(bool)
    def choose_local_times(self, is_local: bool) -> None:
        """Show times in the time zone of this computer, or in UTC, now and at the next start."""
        self._settings.set_value(TIMES_KEY, _LOCAL if is_local else _UTC)
        time_choice().choose(is_local)

    @Slot()
    def on_text_larger(self) -> None:
        self._step_text_size(1)

    @Slot()
    def on_text_smaller(self) -> None:
        self._step_text_size(-1)

    @Slot()
    def on_text_normal(self) -> None:
        self.choose_text_size(100)

    def _step_text_size(self, step: int) -> None:
        at = TEXT_SCALES.index(theme_events().text_scale) + step
        self.choose_text_size(TEXT_SCALES[min(max(at, 0), len(TEXT_SCALES) - 1)])

    # The dialogs are imported when they are first opened: the window is shown sooner without them.
    @Slot()
    def on_settings(self) -> None:
        from replay_gui.windows.settings.settings_dialog import SettingsDialog

        dialog = SettingsDialog(self._settings, self._window)
        dialog.theme_chosen.connect(self.choose_theme)
        dialog.language_chosen.connect(self.choose_language)
        dialog.text_size_chosen.connect(self.choose_text_size)
        dialog.local_times_chosen.connect(self.choose_local_times)
        dialog.keys.clicked.connect(self.on_keys)
        dialog.clear_cache.clicked.connect(self._actions["clear_cache"].trigger)
        dialog.open()

    @Slot()
    def on_keys(self) -> None:
        from replay_gui.windows.settings.keys_dialog import KeysDialog

        KeysDialog(self.keys, self._window).open()

    @Slot()
    def on_about(self) -> None:
        from replay_gui.windows.settings.about_dialog import AboutDialog

        AboutDialog(self._window).open()

    @Slot()
    def on_new_window(self) -> None:
        """Start the program again, so that a failure in one window does not affect the other."""
        QProcess.startDetached(sys.executable, _COMMAND)


def remembered_text_size(settings: SettingsStore) -> int:
    """Return the last text size in percent; 100 if the settings have none or an invalid one."""
    size = settings.value(TEXT_SIZE_KEY)
    return next((scale for scale in TEXT_SCALES if str(scale) == str(size)), 100)


def remembered_local_times(settings: SettingsStore) -> bool:
    """Return whether times are shown in the time zone of this computer."""
    return bool(settings.value(TIMES_KEY) == _LOCAL)
