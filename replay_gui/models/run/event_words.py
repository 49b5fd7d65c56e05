"""What the index alone says of an event, in plain words: no reading, so quick enough for a tip under the pointer."""

from __future__ import annotations

import os
import shlex

from replay_gui.core.index.run_index import (
    FLAG_FAILED,
    FLAG_NOT_APPLIED,
    FLAG_UNREADABLE,
    NO_DURATION,
    NO_PAIR,
    NO_TIME,
    NO_TOOL,
    RunIndex,
)
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import duration_text


def event_words(index: RunIndex, position: int) -> str:
    """Two short lines on the event at `position` (1 … index.count): what it is; when, how long, with which other."""
    place = position - 1
    kind, tool, pair = index.kinds[index.kind[place]], int(index.tool[place]), int(index.pair[place])
    name = f" · {one_line(index.tools[tool], 60)}" if tool != NO_TOOL else ""
    lines = [f"{position:,} · {one_line(kind, 60)}{name}"]
    details = []
    if index.time[place] != NO_TIME and index.time[0] != NO_TIME:
        details.append(since_start(int(index.time[place]) - int(index.time[0])))
    if index.duration[place] != NO_DURATION:
        details.append(duration_text(int(index.duration[place])))
    if pair != NO_PAIR:
        details.append(f"{'answered in' if pair > place else 'asked in'} {pair + 1:,}")
    flags = int(index.flags[place])
    for flag, word in ((FLAG_FAILED, "failed"), (FLAG_UNREADABLE, "unreadable"), (FLAG_NOT_APPLIED, "not applied")):
        if flags & flag:
            details.append(word)
    return "\n".join([*lines, " · ".join(details)] if details else lines)


def view_command(path: str, position: int) -> str:
    """The command that opens the window on this file, there; fit for a shell."""
    return f"replay-gui {shlex.quote(os.path.abspath(path))} --at {position}"


def since_start(ns: int) -> str:
    """+3:12.480, or +1:03:12.480 from an hour on; a minus sign where the clock went back."""
    sign, ms = "-" if ns < 0 else "+", abs(ns) // 1_000_000
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}:{minutes:02}:{seconds:02}.{ms:03}" if hours else f"{sign}{minutes}:{seconds:02}.{ms:03}"
