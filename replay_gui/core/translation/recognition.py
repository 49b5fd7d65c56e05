"""Find the message that a text in English was made of: of texts that are kept, compared or read by programs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from string import Formatter

_ANY = ".+?"


def recognised(
    text: str, messages: Iterable[str], patterns: Mapping[str, str] | None = None
) -> tuple[str, dict[str, str]] | None:
    """Return the first message that fits a text, and the texts of its fields; None if none fits.

    Args:
        messages: in English, the more exact first.
        patterns: a regular expression for what each field can be, by its name; of others it is any text.
    """
    for message in messages:
        match = re.fullmatch(_pattern(message, patterns or {}), text, re.DOTALL)
        if match is not None:
            return message, match.groupdict()
    return None


def _pattern(message: str, patterns: Mapping[str, str]) -> str:
    parts = Formatter().parse(message)
    return "".join(
        re.escape(fixed) + (f"(?P<{name}>{patterns.get(name, _ANY)})" if name else "") for fixed, name, *_ in parts
    )
