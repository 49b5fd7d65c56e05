"""Hands on the events of a log to a job that replays them, and reports its findings as they come."""

from __future__ import annotations

import time
from collections.abc import Callable

from replay_gui.core.replay.value_history import NumberedContents

PART_INTERVAL_S = 0.1  # seconds between two parts


def reported_events(events: NumberedContents, report_done: Callable[[int], None]) -> NumberedContents:
    """Yield the events; at intervals, call `report_done` with the number of those of the log before the next one."""
    next_part = time.monotonic() + PART_INTERVAL_S
    for index, content in events:
        if time.monotonic() >= next_part:
            report_done(index)
            next_part = time.monotonic() + PART_INTERVAL_S
        yield index, content
