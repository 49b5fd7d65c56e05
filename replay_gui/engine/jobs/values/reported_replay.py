"""Yields the events of a log for a job that replays them, and reports its findings as they come."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from replay_gui.core.log.log_reader import EventLog

PART_INTERVAL_S = 0.1  # seconds between two parts


def reported_contents(log: EventLog, report_done: Callable[[int], None]) -> Iterator[bytes | None]:
    """Yield the contents of all events; at intervals, call `report_done` with the number of those yielded."""
    next_part = time.monotonic() + PART_INTERVAL_S
    for done, content in enumerate(log.contents()):
        if time.monotonic() >= next_part:
            report_done(done)
            next_part = time.monotonic() + PART_INTERVAL_S
        yield content
