"""What the index and the meta of an event say, in words."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from typing import Any

from replay_gui.core.facts.run_totals import COSTS
from replay_gui.core.index.run_index import (
    FLAG_FAILED,
    FLAG_NOT_APPLIED,
    FLAG_UNREADABLE,
    NO_DURATION,
    NO_PAIR,
    NO_TOOL,
    RunIndex,
    time_since_start,
)
from replay_gui.core.log.positions import EventIndex, Position, index_before, position_after
from replay_gui.core.text.clock import utc_text
from replay_gui.core.text.event_label import kind_label
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import cost_text, duration_text, plural


def event_words(index: RunIndex, position: Position) -> str:
    """Two short lines on the event at `position` (1 … index.count): what it is; when, how long, with which other."""
    event_index = index_before(position)
    kind, tool, pair = index.kinds[index.kind[event_index]], int(index.tool[event_index]), int(index.pair[event_index])
    label = kind_label(kind, index.tools[tool] if tool != NO_TOOL else None)
    lines = [f"{position:,} · {label}"]
    details = []
    since = time_since_start(index, event_index)
    if since is not None:
        details.append(since_start(since))
    if index.duration[event_index] != NO_DURATION:
        details.append(duration_text(int(index.duration[event_index])))
    if pair != NO_PAIR:
        details.append(f"{'answered in' if pair > event_index else 'asked in'} {position_after(EventIndex(pair)):,}")
    flags = int(index.flags[event_index])
    for flag, word in ((FLAG_FAILED, "failed"), (FLAG_UNREADABLE, "unreadable"), (FLAG_NOT_APPLIED, "not applied")):
        if flags & flag:
            details.append(word)
    return "\n".join([*lines, " · ".join(details)] if details else lines)


BOOKKEEPING_TIP = "Titles, modes, hooks and other lines that are no steps of the agent"


def bookkeeping_words(count: int, hidden: bool) -> str:
    """Return the text of a button that shows so many bookkeeping lines, or hides them."""
    return f"{plural(count, 'bookkeeping line')} · {'Show' if hidden else 'Hide'}"


def view_command(path: str, position: Position) -> str:
    """The command that opens the window on this file, there; fit for a shell."""
    return f"replay-gui {shlex.quote(os.path.abspath(path))} --at {position}"


def since_start(ns: int) -> str:
    """+3:12.480, or +1:03:12.480 from an hour on; a minus sign where the clock went back."""
    sign, ms = "-" if ns < 0 else "+", abs(ns) // 1_000_000
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}:{minutes:02}:{seconds:02}.{ms:03}" if hours else f"{sign}{minutes}:{seconds:02}.{ms:03}"


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
        return cost_text(value)
    return ""


def _clock(ns: int) -> str:
    words = utc_text(ns)
    return f"{words} UTC" if words else ""  # a year that the calendar lacks: left as the number it is
