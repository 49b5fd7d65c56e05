"""What an event's meta says of time, model, tokens and cost, in words; what else it holds is left to others."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor, log10
from typing import Any

from replay_gui.core.facts.run_totals import COSTS
from replay_gui.core.text.clock import utc_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import duration_text

_MAX_NAME_CHARACTERS = 80
_MIN_COST = 1e-9  # dollars; less is nothing
_MAX_TOKEN_KINDS = 8  # sorts of tokens that are named


def meta_words(meta: Mapping[str, Any]) -> dict[str, str]:
    """The words by name of member, in the order in which they are to be read. Members in another form are left out."""
    said = {name: words for name in meta if (words := _words(name, meta[name]))}
    return {name: said[name] for name in sorted(said, key=_ORDER.index)}


_ORDER = ["time", "duration", "model", "tokens", *COSTS]


def _words(name: str, value: Any) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if name == "time" and type(value) is int:
        return _clock(value)
    if name == "duration" and type(value) is int and value >= 0:
        return duration_text(value)
    if name == "model" and isinstance(value, str):
        return one_line(value, _MAX_NAME_CHARACTERS)
    if name == "tokens" and type(value) is int:
        return f"{value:,}"
    if name == "tokens" and isinstance(value, Mapping) and value and all(type(n) is int for n in value.values()):
        parts = [
            f"{one_line(str(sort), _MAX_NAME_CHARACTERS).replace('_', ' ')} {n:,}"
            for sort, n in list(value.items())[:_MAX_TOKEN_KINDS]
        ]
        return " · ".join(parts) if len(value) <= _MAX_TOKEN_KINDS else ""
    if name in COSTS and number:
        return cost_words(value)
    return ""


def cost_words(dollars: float) -> str:
    """$12.34, $0.0042: cents, or as many digits as it takes to say anything."""
    if abs(dollars) >= 0.1 or abs(dollars) < _MIN_COST:
        return f"${dollars:,.2f}"
    return f"${dollars:.{1 - floor(log10(abs(dollars)))}f}".rstrip("0")


def _clock(ns: int) -> str:
    words = utc_text(ns)
    return f"{words} UTC" if words else ""  # a year that the calendar lacks: left as the number it is
