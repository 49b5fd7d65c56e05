"""The two ways to count along a run, as types that mypy distinguishes."""

from __future__ import annotations

from typing import NewType

Position = NewType("Position", int)
"""How many events have been applied: 0 before the first event, n after all of a run of n events.

The state at position p is what the events with the indexes 0 … p - 1 have made. The window counts events from 1, so
the event that it shows at position p is the last one applied there.
"""

EventIndex = NewType("EventIndex", int)
"""The place of an event in its log, counted from 0; a skipped range of bytes counts as one event.

The event at index i has its effect in the state at position i + 1. JSON output calls an index "position".
"""

RUN_START = Position(0)
"""The position before the first event, where the state is empty."""

FIRST_EVENT = EventIndex(0)
"""The index of the first event."""

NO_EVENT = EventIndex(-1)
"""In a column of event indexes: there is no event."""


def position_after(index: EventIndex) -> Position:
    """Return the position after the event with this index; the window shows it as the event's number."""
    return Position(index + 1)


def index_before(position: Position) -> EventIndex:
    """Return the index of the last event applied at `position`; -1 at position 0."""
    return EventIndex(position - 1)


def index_after(position: Position) -> EventIndex:
    """Return the index of the event that is applied next at `position`."""
    return EventIndex(position)


def position_before(index: EventIndex) -> Position:
    """Return the position at which the event with this index is applied next."""
    return Position(index)


def position_moved(position: Position, delta: int) -> Position:
    """Return the position `delta` events later (earlier if negative); it is not clamped to the run."""
    return Position(position + delta)
