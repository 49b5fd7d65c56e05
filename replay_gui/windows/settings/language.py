"""The language of the window: the one that the user chose, or the system's; with its direction and its numbers."""

from __future__ import annotations

import re

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from replay_gui.core.translation.dates import use_date_form
from replay_gui.core.translation.messages import LANGUAGES, SOURCE_LANGUAGE, use_language
from replay_gui.core.translation.numbers import use_number_signs
from replay_gui.core.translation.pseudo_languages import PSEUDO_LANGUAGES
from replay_gui.windows.settings.settings_store import SettingsStore

SYSTEM = "auto"
_LANGUAGE_KEY = "language"  # in the settings


def remembered_language(settings: SettingsStore) -> str:
    """Return the tag of the chosen language; `SYSTEM` if the settings have none, or one without a translation."""
    tag = settings.value(_LANGUAGE_KEY)
    return tag if isinstance(tag, str) and tag in LANGUAGES else SYSTEM


def remember_language(settings: SettingsStore, choice: str) -> None:
    """Use a language, or that of the system (`SYSTEM`), from the next start on."""
    settings.set_value(_LANGUAGE_KEY, choice)


def apply_language(app: QApplication, choice: str) -> None:
    """Use a language for all that is shown from now on, including Qt's own dialogs.

    Args:
        choice: a tag of `LANGUAGES`, a pseudo-language, or `SYSTEM`: the first of the user's languages that there is
            a translation for, otherwise English.
    """
    tag = _system_language() if choice == SYSTEM else choice
    use_language(tag)
    locale = _locale(tag)
    QLocale.setDefault(locale)
    if len(locale.groupSeparator()) == len(locale.decimalPoint()) == 1:
        use_number_signs(locale.groupSeparator(), locale.decimalPoint())
    use_date_form(_date_form(locale))
    is_mirrored = PSEUDO_LANGUAGES.get(tag, locale.textDirection() == Qt.LayoutDirection.RightToLeft)
    app.setLayoutDirection(Qt.LayoutDirection.RightToLeft if is_mirrored else Qt.LayoutDirection.LeftToRight)
    translator = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if tag != SOURCE_LANGUAGE and translator.load(locale, "qtbase", "_", folder):
        app.installTranslator(translator)


def _date_form(locale: QLocale) -> str:
    """Return the locale's numeric form of a day for `strftime`; "" for English, whose forms contradict each other."""
    if locale.language() == QLocale.Language.English:
        return ""
    form = locale.dateFormat(QLocale.FormatType.ShortFormat)
    return re.sub(r"d+", "%d", re.sub(r"M+", "%m", re.sub(r"y+", "%Y", form)))


def _system_language() -> str:
    for tag in QLocale.system().uiLanguages():
        language = tag.partition("-")[0]
        if tag in LANGUAGES or language in LANGUAGES:
            return tag if tag in LANGUAGES else language
    return SOURCE_LANGUAGE


def _locale(tag: str) -> QLocale:
    """Return the user's own locale if it is of this language: numbers of Swiss German differ from those of German."""
    own, general = QLocale.system(), QLocale(SOURCE_LANGUAGE if tag in PSEUDO_LANGUAGES else tag)
    return own if own.language() == general.language() else general
