"""Texts in English that are kept, compared or read by programs, and that people read in their language.

Such a text is made of a message. Here it is found again which one, and what its fields are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from string import Formatter

from replay_gui.core.translation.messages import SOURCE_LANGUAGE, language, tr
from replay_gui.core.translation.numbers import whole_number

NUMBER = r"\d{1,3}(?:,\d{3}){1,6}|\d{1,18}"
"""The pattern of a field that is a whole number: it is shown with the signs of the user's language."""

_ANY = ".+?"
_MAX_DEPTH = 6  # of texts within texts; the program writes three, a name in a log may look like any number


class Recogniser:
    """Finds which of some messages texts were made of.

    Args:
        messages: in English, the more exact first.
        patterns: a regular expression for what each field can be, by its name; of others it is any text.
        within: the names of the fields that are such texts themselves.
    """

    def __init__(self, messages: Iterable[str], patterns: Mapping[str, str], within: Iterable[str]) -> None:
        self._messages = tuple(messages)
        self._field_patterns = patterns
        self._within = frozenset(within)

    def text(self, text: str) -> str:
        """Return a text in the user's language; one that is made of no message, or any in English, is unchanged."""
        return text if language() == SOURCE_LANGUAGE else self._text(text, _MAX_DEPTH)

    def recognised(self, text: str) -> tuple[str, dict[str, str]] | None:
        """Return the first message that fits a text, and the texts of its fields; None if none fits."""
        for message, pattern in self._patterns:
            match = pattern.fullmatch(text)
            if match is not None:
                return message, match.groupdict()
        return None

    def _text(self, text: str, depth: int) -> str:
        found = self.recognised(text) if depth else None
        if found is None:
            return text
        message, fields = found
        return tr(message, **{name: self._shown(name, value, depth - 1) for name, value in fields.items()})

    def _shown(self, name: str, value: str, depth: int) -> str:
        if name in self._within:
            return self._text(value, depth)
        return whole_number(int(value.replace(",", ""))) if self._field_patterns.get(name) == NUMBER else value

    @cached_property
    def _patterns(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        return tuple((message, re.compile(self._pattern(message), re.DOTALL)) for message in self._messages)

    def _pattern(self, message: str) -> str:
        return "".join(
            re.escape(fixed) + (f"(?P<{name}>{self._field_patterns.get(name, _ANY)})" if name else "")
            for fixed, name, *_ in Formatter().parse(message)
        )
