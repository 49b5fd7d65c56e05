"""The two ways to count along a run, as types that mypy tells apart."""

from __future__ import annotations

from typing import NewType

Position = NewType("Position", int)
"""How many events have been applied: 0 before the first event, n after all of a run of n events.

The state at position p is what the events with the indexes 0 … p - 1 have made. The window counts events from 1, so
the event that it shows at position p is the last one applied there.
"""

EventIndex = NewType("EventIndex", int)
"""Where an event stands in its log, counted from 0; a skipped stretch of bytes counts as one event.

The event at index i has its effect in the state at position i + 1. JSON output calls an index "position".
"""
