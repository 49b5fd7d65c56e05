"""The catalogues of resources/translations: each has every message of the code, with its fields, and is compiled."""

from __future__ import annotations

import gettext
import importlib.util
import re
from functools import cache
from string import Formatter
from types import ModuleType
from typing import Any

import pytest

from replay_gui.core.importers.registry import importers
from replay_gui.core.translation.messages import LANGUAGES, SOURCE_LANGUAGE
from replay_gui.windows.actions import COMPARE, FILE, HELP, MOVE, NOTES, PLAY, VIEW
from tests.helpers.paths import ROOT

FOLDER = ROOT / "resources" / "translations"
OTHERS = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]
_MENU_KEY = re.compile(r"&\w")


@cache
def _tool() -> ModuleType:
    """The program that writes the catalogues."""
    spec = importlib.util.spec_from_file_location("translations", ROOT / ".ci" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _messages(language: str) -> list[Any]:
    """The messages of the code with their translations."""
    return [message for message in _tool().refreshed(FOLDER / f"{language}.po") if message.id]


def _forms(text: Any) -> list[str]:
    return [text] if isinstance(text, str) else [*text]


def _fields(text: str) -> list[tuple[str, str]]:
    """The fields of a message with their formats, without their order."""
    try:
        parts = [*Formatter().parse(text)]
    except ValueError:
        return []  # braces that are braces
    return sorted((name, form or "") for _text, name, form, _conversion in parts if name is not None)


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated(language: str) -> None:
    assert not [message.id for message in _messages(language) if not all(_forms(message.string))]


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_fields_of_their_message(language: str) -> None:
    wrong = []
    for message in _messages(language):
        wanted = [{*_fields(form)} for form in _forms(message.id)]
        wrong += [
            (message.id, form)
            for form in _forms(message.string)
            if {*_fields(form)} not in (*wanted, set[tuple[str, str]]().union(*wanted))
        ]
    assert not wrong


@pytest.mark.parametrize("language", OTHERS)
def test_menus_keep_their_keys(language: str) -> None:
    """A translation has a key if the message has one."""
    wrong = [
        message.id
        for message in _messages(language)
        if len({bool(_MENU_KEY.search(form)) for form in (*_forms(message.id), *_forms(message.string))}) != 1
    ]
    assert not wrong


@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_catalogue_is_that_of_the_translators(language: str) -> None:
    with (FOLDER / f"{language}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    wrong = []
    for message in _messages(language):
        if not isinstance(message.id, str):
            found = [compiled.ngettext(message.id[0], message.id[1], number) for number in (1, 2)]
        elif message.context is not None:
            found = [compiled.pgettext(message.context, message.id)]
        else:
            found = [compiled.gettext(message.id)]
        wrong += [message.id] * (found != _forms(message.string))
    assert not wrong


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_of_a_message_that_is_gone(language: str) -> None:
    known = {(message.context, message.id) for message in _messages(language)}
    text = (FOLDER / f"{language}.po").read_text("utf-8")
    assert "#~" not in text
    assert text.count("\nmsgid ") - 1 == len(known)


def test_titles_of_formats_are_messages() -> None:
    known = {message.id for message in _tool().messages_of_the_code()}
    assert {importer.title for importer in importers()} - known == set()


@pytest.mark.parametrize("language", OTHERS)
def test_menus_have_keys_of_their_own(language: str) -> None:
    translated = {message.id: message.string for message in _messages(language) if message.context is None}
    found = [_MENU_KEY.search(translated[title]) for title in (FILE, MOVE, NOTES, PLAY, VIEW, COMPARE, HELP)]
    keys = [key.group().casefold() for key in found if key is not None]
    assert len(keys) == len({*keys}), keys
