"""Reads the shown event page by page."""

from __future__ import annotations

from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import position_after
from replay_gui.core.readable.event_reading import NEXT_PAGE_CHARACTERS, EventReading
from replay_gui.core.readable.reading_page import ReadingPage


class EventPagesReader:
    """Remembers how far the last event was read."""

    def __init__(self) -> None:
        self._reading: EventReading | None = None

    def begin(self, event: Event, pair: Event | None, since: int | None) -> ReadingPage:
        """Return the first page of an event; see EventReading."""
        self._reading = EventReading(event, pair, since)
        return self._reading.next_page()

    def read_on(self, event: Event, pair: Event | None, since: int | None, after: int) -> ReadingPage:
        """Return the page after the first `after` lines of an event."""
        reading = self._reading
        if reading is None or (reading.position, reading.count) != (position_after(event.index), after):
            reading = self._reading = EventReading(event, pair, since)  # another event was read meanwhile
            reading.skip(after)
        return reading.next_page(NEXT_PAGE_CHARACTERS)
