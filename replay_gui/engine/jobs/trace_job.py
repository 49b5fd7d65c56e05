"""Finds the events of a log that changed one value of the state, in a worker process."""

from __future__ import annotations

import time
from collections.abc import Iterator

from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.replay.value_history import value_history
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.job_types import TraceArguments, TraceProgress

PART_INTERVAL = 0.1  # seconds between two parts


def trace_value(arguments: TraceArguments, reporter: JobReporter) -> TraceProgress:
    """Replay the log; parts and result are the TraceProgress since the last part."""
    waiting = list[EventIndex]()
    with EventLog.open(arguments.path) as log:
        count = len(log)

        def contents() -> Iterator[bytes | None]:
            next_part = time.monotonic() + PART_INTERVAL
            for done, content in enumerate(log.contents(0, count)):
                if time.monotonic() >= next_part:
                    reporter.part(TraceProgress(done, count, tuple(waiting)))
                    waiting.clear()
                    next_part = time.monotonic() + PART_INTERVAL
                yield content

        for change in value_history(contents(), arguments.keys):
            waiting.append(change.index)
    return TraceProgress(count, count, tuple(waiting))
