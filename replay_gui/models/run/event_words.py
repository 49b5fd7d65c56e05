"""The description of an event, in words, from the index alone."""

from __future__ import annotations

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
from replay_gui.core.text.clock import since_start
from replay_gui.core.text.event_label import kind_label
from replay_gui.core.text.wording import duration_text, plural


def label_at(index: RunIndex, event_index: EventIndex) -> str:
    """Return the label of an event from the index alone; see `kind_label`."""
    tool = int(index.tool[event_index])
    return kind_label(index.kinds[int(index.kind[event_index])], None if tool == NO_TOOL else index.tools[tool])


def event_words(index: RunIndex, position: Position) -> str:
    """Return two short lines on the event at `position` (1 … index.count): its name; its time, duration and partner."""
    event_index = index_before(position)
    pair = int(index.pair[event_index])
    lines = [f"{position:,} · {label_at(index, event_index)}"]
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


BOOKKEEPING_TIP = "Titles, modes, hooks and other lines that are not steps of the agent"


def bookkeeping_words(count: int, hidden: bool) -> str:
    """Return the text of a button that shows so many bookkeeping lines, or hides them."""
    return f"{plural(count, 'bookkeeping line')} · {'Show' if hidden else 'Hide'}"
