"""Ctrl+comma: the settings in one place."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import platformdirs
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from replay_gui.core.facts.known_sessions import known_folders
from replay_gui.core.text.given_paths import home_folder
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import LANGUAGES, tr, translatable
from replay_gui.look.theme import GAP, TEXT_SCALES, WIDE, set_role, theme_events
from replay_gui.models.time_choice import time_choice
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.windows.actions import THEMES
from replay_gui.windows.session.session_restore import RESTORES
from replay_gui.windows.settings.language import SYSTEM, remembered_language
from replay_gui.windows.settings.settings_store import SettingsStore
from replay_gui.windows.source_actions import LISTS_SESSIONS

_THEME_WORDS = {
    "dark": translatable("Dark"),
    "light": translatable("Light"),
    "auto": translatable("As the system has it"),
}


class SettingsDialog(QDialog):
    """Each choice takes effect immediately, but that of the language, which takes effect at the next start.

    Signals:
        theme_chosen(str): one of THEMES. language_chosen(str): a tag of LANGUAGES, or SYSTEM.
        text_size_chosen(int): one of TEXT_SCALES.
        local_times_chosen(bool): whether times are shown in the time zone of this computer.
    Attributes:
        theme, language, text_size, times: the lists. sessions, restores: the boxes. keys, clear_cache: the buttons.
    """

    theme_chosen = Signal(str)
    language_chosen = Signal(str)
    text_size_chosen = Signal(int)
    local_times_chosen = Signal(bool)

    def __init__(self, settings: SettingsStore, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settings = settings
        self.theme, self.text_size, self.language = QComboBox(), QComboBox(), QComboBox()
        self.theme.addItems([tr(_THEME_WORDS[name]) for name in THEMES])
        self.theme.setCurrentIndex(THEMES.index(theme_events().choice))
        self.theme.currentIndexChanged.connect(self._on_theme)
        self.language.addItem(tr(_THEME_WORDS["auto"]), SYSTEM)
        for tag, name in LANGUAGES.items():
            self.language.addItem(name, tag)
        self.language.setCurrentIndex(self.language.findData(remembered_language(settings)))
        self.language.currentIndexChanged.connect(self._on_language)
        self._next_start = PlainLabel(tr("Used from the next start on"))
        set_role(self._next_start, "secondary")
        self.text_size.addItems([f"{scale} %" for scale in TEXT_SCALES])
        self.text_size.setCurrentIndex(TEXT_SCALES.index(theme_events().text_scale))
        self.text_size.currentIndexChanged.connect(self._on_text_size)
        self.times = QComboBox()
        here = datetime.now().astimezone()
        self.times.addItems(["UTC", tr("This computer’s time zone ({zone})", zone=here.tzname())])
        self.times.setCurrentIndex(int(time_choice().is_local))
        self.times.currentIndexChanged.connect(self._on_times)
        self.sessions = QCheckBox(tr("List them on the first page"))
        self.sessions.setChecked(settings.value(LISTS_SESSIONS) == "yes")
        self.sessions.toggled.connect(self._on_sessions)
        self.restores = QCheckBox(tr("Restore the content of the last closed window"))
        self.restores.setChecked(settings.value(RESTORES) != "no")
        self.restores.toggled.connect(self._on_restores)
        self.keys = QPushButton(tr("Change keys…"))
        self.keys.setAutoDefault(False)
        self.clear_cache = QPushButton(tr("Clear cache"))
        self.clear_cache.setAutoDefault(False)
        self.clear_cache.setToolTip(tr("Deletes the cached data of runs that are not open"))
        rows = self._rows = QFormLayout()
        rows.setHorizontalSpacing(WIDE)
        rows.setVerticalSpacing(GAP)
        cache = _quiet(str(platformdirs.user_cache_path("replay-gui")))
        for name, widget in (
            (tr("Theme"), self.theme),
            (tr("Text size"), self.text_size),
            (tr("Language"), self.language),
            ("", self._next_start),
            (tr("Times"), self.times),
            (tr("Keys"), self.keys),
            (tr("At the start"), self.restores),
            (tr("Cache"), self.clear_cache),
            ("", cache),
            (tr("Sessions on this computer"), self.sessions),
            *((folder.agent, _quiet(folder.path)) for folder in known_folders(os.environ, Path(home_folder()))),
        ):
            widget.setAccessibleName(name or tr("Folder of the cache"))
            rows.addRow(PlainLabel(name), widget)
        rows.setRowVisible(self._next_start, False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        column.setSpacing(WIDE)
        column.addLayout(rows)
        column.addWidget(buttons)

    @Slot(int)
    def _on_theme(self, row: int) -> None:
        self.theme_chosen.emit(THEMES[row])

    @Slot(int)
    def _on_language(self, row: int) -> None:
        self._rows.setRowVisible(self._next_start, True)
        self.language_chosen.emit(self.language.itemData(row))

    @Slot(int)
    def _on_text_size(self, row: int) -> None:
        self.text_size_chosen.emit(TEXT_SCALES[row])

    @Slot(int)
    def _on_times(self, row: int) -> None:
        self.local_times_chosen.emit(row == 1)

    @Slot(bool)
    def _on_restores(self, on: bool) -> None:
        self._settings.set_value(RESTORES, "yes" if on else "no")

    @Slot(bool)
    def _on_sessions(self, on: bool) -> None:
        self._settings.set_value(LISTS_SESSIONS, "yes" if on else "no")


def _quiet(path: str) -> PlainLabel:
    label = PlainLabel(one_line(path))
    set_role(label, "secondary")
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
