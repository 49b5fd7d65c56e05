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
from replay_gui.core.text.event_label import kind_label, label_text
from replay_gui.core.text.wording import duration_text
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number


def label_at(index: RunIndex, event_index: EventIndex) -> str:
    """Return the label of an event from the index alone; see `kind_label`."""
    tool = int(index.tool[event_index])
    kind = index.kinds[int(index.kind[event_index])]
    return label_text(kind_label(kind, None if tool == NO_TOOL else index.tools[tool]))


def event_words(index: RunIndex, position: Position) -> str:
    """Return two short lines on the event at `position` (1 … index.count): its name; its time, duration and partner."""
    event_index = index_before(position)
    pair = int(index.pair[event_index])
    lines = [f"{whole_number(position)} · {label_at(index, event_index)}"]
    details = []
    since = time_since_start(index, event_index)
    if since is not None:
        details.append(since_start(since))
    if index.duration[event_index] != NO_DURATION:
        details.append(duration_text(int(index.duration[event_index])))
    if pair != NO_PAIR:
        message = translatable("answered in {event}") if pair > event_index else translatable("asked in {event}")
        details.append(tr(message, event=whole_number(position_after(EventIndex(pair)))))
    flags = int(index.flags[event_index])
    if flags & FLAG_FAILED:  # "failed" alone is what a run does
        details = [tr("{details} · failed", details=" · ".join(details)) if details else tr("it failed")]
    if flags & FLAG_UNREADABLE:
        details.append(tr("unreadable"))
    if flags & FLAG_NOT_APPLIED:
        details.append(tr("not applied"))
    return "\n".join([*lines, " · ".join(details)] if details else lines)


def bookkeeping_tip() -> str:
    """Return a sentence on what bookkeeping lines are."""
    return tr("Titles, modes, hooks and other lines that are not steps of the agent")


def bookkeeping_words(count: int, hidden: bool) -> str:
    """Return the text of a button that shows so many bookkeeping lines, or hides them."""
    if hidden:
        return trn("{n} bookkeeping line · Show", "{n} bookkeeping lines · Show", count)
    return trn("{n} bookkeeping line · Hide", "{n} bookkeeping lines · Hide", count)
