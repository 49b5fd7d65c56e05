"""The events of an open run for lists, and the links between them."""

from __future__ import annotations

import msgspec

from replay_gui.core.errors import ReplayError
from replay_gui.core.index.run_index import (
    FLAG_FAILED,
    FLAG_INTERRUPTED,
    FLAG_UNREADABLE,
    NO_DURATION,
    NO_PAIR,
    NO_TIME,
    NO_TOOL,
    RunIndex,
)
from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import is_failure
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.core.text.event_label import event_label, kind_label, label_text
from replay_gui.core.text.event_text import DECIDED_PATCHES, summarize_event
from replay_gui.core.text.placeholders import shown_value
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import decimal_number
from replay_gui.engine.answers import EventRow, Related
from replay_gui.engine.run_effects import RunEffects

MAX_ROW_RECORD_BYTES = 1 << 20  # a row does not decode a larger record
MAX_LED_TO_EVENTS = 6  # events that the current one led to, by name
LED_TO_WINDOW_EVENTS = 48  # events after the current one that are searched for those that it led to


class EventReader:
    """Reads events of a log by its index. Used on the engine thread alone."""

    def __init__(self, log: EventLog, index: RunIndex, end_offset: int, effects: RunEffects) -> None:
        """`end_offset`: the byte after the last event of the index."""
        self._log = log
        self._index = index
        self._end_offset = end_offset
        self._effects = effects

    def related(self, event: Event) -> tuple[tuple[Related, ...], int]:
        """Return (links to the related events, number of further events that it led to)."""
        links, led_to = [], self._led_to(event)
        cause = self._index_of_seq(event.parent, event.index)
        if cause is not None:
            links.append(self._link(tr("caused by"), cause))
        pair = int(self._index.pair[event.index])
        if pair != NO_PAIR and pair != cause:
            label = tr("asked in") if pair < event.index else tr("answered in")
            links.append(self._link(label, EventIndex(pair)))
        links += [_link(tr("led to"), later) for later in led_to[:MAX_LED_TO_EVENTS]]
        return tuple(links), max(0, len(led_to) - MAX_LED_TO_EVENTS)

    def _led_to(self, event: Event) -> list[Event]:
        """Return the children of this event among the next events, except for its response."""
        if event.seq is None:
            return []
        event_index, pair = event.index, int(self._index.pair[event.index])
        near = range(event_index + 1, min(event_index + 1 + LED_TO_WINDOW_EVENTS, self._index.count))
        return self._log.children(
            event.seq, (at for at in map(EventIndex, near) if at != pair and not self._is_big(at))
        )

    def paired_event(self, event_index: EventIndex) -> Event | None:
        """Return the answer to a request, or the request of an answer; None if there is none, or it is huge."""
        pair = EventIndex(int(self._index.pair[event_index]))
        return None if pair == NO_PAIR or self._is_big(pair) else self._log[pair]

    def _index_of_seq(self, seq: int | None, before: EventIndex) -> EventIndex | None:
        """Return the index of the event with this seq; None unless they are equal, as in every undamaged log."""
        if seq is None or seq >= before or self._log.head_at(int(self._log.offsets[seq]))[1] != seq:
            return None
        return EventIndex(seq)

    def _link(self, label: str, event_index: EventIndex) -> Related:
        if self._is_big(event_index):
            row = self.row(event_index)
            return Related(label, row.position, f"{label_text(row.label)}  {row.text}")
        return _link(label, self._log[event_index])

    def row(self, event_index: EventIndex) -> EventRow:
        """Return the row of an event."""
        row = row_without_text(self._index, event_index)
        if self._is_big(event_index):
            size = decimal_number(self._size(event_index) / 1e6, 1)
            return msgspec.structs.replace(row, text=tr("({size} MB)", size=size))
        try:
            event = self._log[event_index]
        except ReplayError as why:
            return msgspec.structs.replace(row, text=str(why), broken=True)
        return msgspec.structs.replace(
            row,
            text=self._summary(event),
            label=event_label(event),
            effect=self._effects.finding(event),
            cause=None if event.parent is None or event.parent >= event_index else EventIndex(event.parent),
        )

    def _summary(self, event: Event) -> str:
        decided = self._index_of_seq(event.parent, event.index) if event.kind in DECIDED_PATCHES else None
        proposal = None if decided is None or self._is_big(decided) else self._log[decided]
        text: str = shown_value(summarize_event(event, proposal))
        return text

    def _size(self, event_index: EventIndex) -> int:
        offsets = self._index.offset
        end = int(offsets[event_index + 1]) if event_index + 1 < len(offsets) else self._end_offset
        return end - int(offsets[event_index])

    def _is_big(self, event_index: EventIndex) -> bool:
        return self._size(event_index) > MAX_ROW_RECORD_BYTES


def row_without_text(index: RunIndex, event_index: EventIndex) -> EventRow:
    """Return the row of an event from the index alone, which has all but the text."""
    tool, time, duration = int(index.tool[event_index]), int(index.time[event_index]), int(index.duration[event_index])
    kind, flags = index.kinds[index.kind[event_index]], int(index.flags[event_index])
    name = None if tool == NO_TOOL else index.tools[tool]
    return EventRow(
        position=position_after(event_index),
        kind=kind,
        tool=name,
        text="",
        time=None if time == NO_TIME else time,
        duration=None if duration == NO_DURATION else duration,
        failed=bool(flags & FLAG_FAILED) or (is_failure(kind) and not flags & FLAG_INTERRUPTED),
        broken=bool(flags & FLAG_UNREADABLE),
        label=kind_label(kind, name),
    )


def _link(label: str, event: Event) -> Related:
    return Related(
        label, position_after(event.index), f"{label_text(event_label(event))}  {shown_value(summarize_event(event))}"
    )
