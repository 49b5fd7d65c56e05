"""Translated messages, after the model of GNU gettext, by Python's own `gettext`.

The English message is the key, and the text where a language has no translation. A catalogue of a language is
`resources/translations/<language>.po`, for translators, and `.mo`, the same compiled; `.ci/translations.py` makes both.

A message is a whole sentence or name. What varies is a named field, so that a translator may move it:

    tr("{run} ended with {tool}", run=run, tool=tool)

The language is that of the process. It is kept in the environment, so worker processes write in the same language.
"""

from __future__ import annotations

import gettext
import os

from replay_gui.core.resource_paths import resources
from replay_gui.core.translation.english import is_in_english
from replay_gui.core.translation.environment import LANGUAGE
from replay_gui.core.translation.numbers import whole_number
from replay_gui.core.translation.pseudo_languages import PSEUDO_LANGUAGES, PseudoTranslations

SOURCE_LANGUAGE = "en"
LANGUAGES = {SOURCE_LANGUAGE: "English", "de": "Deutsch"}  # their tags (BCP 47), and their own names for themselves


def language() -> str:
    """Return the tag of the language in use."""
    return SOURCE_LANGUAGE if is_in_english() else _language


def direction() -> str:
    """Return the direction of the language in use, as HTML names it: "ltr", or "rtl" for one from right to left."""
    return "rtl" if PSEUDO_LANGUAGES.get(language(), False) else "ltr"  # all of LANGUAGES are from left to right


def use_language(tag: str) -> None:
    """Use a language, in this process and in those that it starts from now on.

    Args:
        tag: one of `LANGUAGES`, or of the pseudo-languages for tests; any other gives English.
    """
    global _language, _translations
    if tag in PSEUDO_LANGUAGES:
        _language, _translations = tag, PseudoTranslations(is_mirrored=PSEUDO_LANGUAGES[tag])
    elif tag != SOURCE_LANGUAGE and tag in LANGUAGES:
        with (resources() / "translations" / f"{tag}.mo").open("rb") as file:
            _language, _translations = tag, gettext.GNUTranslations(file)
    else:
        _language, _translations = SOURCE_LANGUAGE, _NO_TRANSLATIONS
    os.environ[LANGUAGE] = _language


def tr(message: str, /, **fields: object) -> str:
    """Return a message in the user's language, with its fields filled in.

    Args:
        message: English, as a literal; a table may have "" for nothing. Without fields, braces are braces.
        fields: the values of ``{name}``, or with a format as in ``{share:.0%}``. Values are taken as they are.
    """
    text = _catalogue().gettext(message) if message else ""  # gettext has its catalogue's header for ""
    return text.format_map(fields) if fields else text


def trn(singular: str, plural: str, number: int, /, **fields: object) -> str:
    """Return a message that depends on a number, in the form that the user's language has for it.

    Args:
        singular: English, for 1. plural: for other numbers. In both, ``{n}`` is the number, its digits grouped.
        number: not negative. fields: as for `tr`.
    """
    return _catalogue().ngettext(singular, plural, number).format_map({"n": whole_number(number), **fields})


def trp(context: str, message: str, /, **fields: object) -> str:
    """Return a message that has another translation elsewhere, in the one for this use.

    Args:
        context: a few words for translators on what the message is about here, as a literal. They are not shown.
        message, fields: as for `tr`; the message is not empty.
    """
    text = _catalogue().pgettext(context, message)
    return text.format_map(fields) if fields else text


def translatable(message: str) -> str:
    """Return a message unchanged: it marks one that a table keeps, in English; `tr` is called where it is shown."""
    return message


def _catalogue() -> gettext.NullTranslations:
    return _NO_TRANSLATIONS if is_in_english() else _translations


_NO_TRANSLATIONS = gettext.NullTranslations()
_language = SOURCE_LANGUAGE
_translations: gettext.NullTranslations = _NO_TRANSLATIONS
if os.environ.get(LANGUAGE, SOURCE_LANGUAGE) != SOURCE_LANGUAGE:
    use_language(os.environ[LANGUAGE])  # of the process that started this one
