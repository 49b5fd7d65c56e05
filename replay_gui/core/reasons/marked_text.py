"""The part of an event's text that contains some values, and their places in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from replay_gui.core.log.event import Event
from replay_gui.core.text.event_text import MAX_SUMMARY_CHARACTERS, summarize_event
from replay_gui.core.text.plain_text import one_line

_CONTEXT_CHARACTERS = 20  # characters before the first value in a cut text
_MAX_UNCUT_CHARACTERS = 36  # the text is not cut if a value begins within this many characters
_MAX_VALUES = 12
_MAX_LEAVES = 20_000  # texts of an event that are examined
_PLAIN = ("data", "input", "output", "value", "message", "reasoning")  # members whose names are left out


def marked_text(event: Event, values: Iterable[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return (one line about the event, (start, stop) of the values in it).

    It is the usual line, unless that ends before or soon after the first value.
    """
    pattern = value_pattern(values)
    usual = summarize_event(event)
    first = None if pattern is None else pattern.search(usual)
    if pattern is None or (first is not None and (first.start() <= _MAX_UNCUT_CHARACTERS or not usual.endswith("…"))):
        return _cut(usual, pattern)
    for name, text in _leaves(event.payload):
        match = pattern.search(text)
        if match is not None:
            begin = max(0, match.start() - _CONTEXT_CHARACTERS)
            words = one_line(text[begin : match.end() + MAX_SUMMARY_CHARACTERS], MAX_SUMMARY_CHARACTERS)
            label = f"{one_line(name, _CONTEXT_CHARACTERS)}: " if name and name not in _PLAIN else ""
            return _cut(f"{label}{'…' if begin else ''}{words}", pattern)
    return _cut(usual, pattern)


def value_pattern(values: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern that finds any of these values as a whole word; None if there are no values."""
    longest_first = sorted({value for value in values if value}, key=lambda value: (-len(value), value))[:_MAX_VALUES]
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)") if longest_first else None


def _cut(text: str, pattern: re.Pattern[str] | None) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Remove the beginning of a text whose first value is far to the right."""
    first = None if pattern is None else pattern.search(text)
    if pattern is None or first is None:
        return text, ()
    if first.start() > _MAX_UNCUT_CHARACTERS:
        text = "…" + text[first.start() - _CONTEXT_CHARACTERS :]
    return text, tuple(match.span() for match in pattern.finditer(text))


def _leaves(payload: Any) -> Iterator[tuple[str, str]]:
    """Yield (name of the innermost member, text) of the texts and numbers in a payload, in order."""
    pending: list[tuple[str, Any]] = [("", payload)]
    for _ in range(_MAX_LEAVES):
        if not pending:
            return
        name, value = pending.pop()
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, dict):
            pending += reversed([(str(key), member) for key, member in value.items()])
        elif isinstance(value, list | tuple):
            pending += reversed([(name, member) for member in value])
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield name, str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
