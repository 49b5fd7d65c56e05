"""Describe the meta of an event in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from replay_gui.core.facts.run_totals import COSTS
from replay_gui.core.text.clock import moment_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, duration_text
from replay_gui.core.translation.numbers import whole_number

_MAX_NAME_CHARACTERS = 80
_MAX_TOKEN_KINDS = 8  # sorts of tokens that are named


def meta_words(meta: Mapping[str, Any]) -> dict[str, str]:
    """Return the words by member name, in reading order. Members in an unexpected form are left out."""
    words_of = {name: words for name in meta if (words := _words(name, meta[name]))}
    return {name: words_of[name] for name in sorted(words_of, key=_ORDER.index)}


_ORDER = ["time", "duration", "model", "tokens", *COSTS]


def _words(name: str, value: Any) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if name == "time" and type(value) is int:
        return moment_text(value, milliseconds=True)  # "" for a year beyond the calendar: it stays a number
    if name == "duration" and type(value) is int and value >= 0:
        return duration_text(value)
    if name == "model" and isinstance(value, str):
        return one_line(value, _MAX_NAME_CHARACTERS)
    if name == "tokens" and type(value) is int:
        return whole_number(value)
    if name == "tokens" and isinstance(value, Mapping) and value and all(type(n) is int for n in value.values()):
        parts = [
            f"{one_line(str(sort), _MAX_NAME_CHARACTERS).replace('_', ' ')} {whole_number(n)}"
            for sort, n in list(value.items())[:_MAX_TOKEN_KINDS]
        ]
        return " · ".join(parts) if len(value) <= _MAX_TOKEN_KINDS else ""
    if name in COSTS and number:
        return cost_text(value)
    return ""
