"""Finds the events of a log that changed some values of the state, in a worker process."""

from __future__ import annotations

import time
from collections.abc import Iterator

from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.replay.value_history import value_histories
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.values.value_arguments import TraceArguments, TraceProgress

PART_INTERVAL = 0.1  # seconds between two parts


def trace_values(arguments: TraceArguments, reporter: JobReporter) -> TraceProgress:
    """Replay the log; parts and result are the TraceProgress since the last part."""
    waiting: list[list[EventIndex]] = [[] for _ in arguments.paths]
    with EventLog.open(arguments.path) as log:
        count = len(log)

        def found(done: int) -> TraceProgress:
            return TraceProgress(done, count, tuple(map(tuple, waiting)))

        def contents() -> Iterator[bytes | None]:
            next_part = time.monotonic() + PART_INTERVAL
            for done, content in enumerate(log.contents(0, count)):
                if time.monotonic() >= next_part:
                    reporter.part(found(done))
                    for indexes in waiting:
                        indexes.clear()
                    next_part = time.monotonic() + PART_INTERVAL
                yield content

        for number, change in value_histories(contents(), arguments.paths):
            waiting[number].append(change.index)
    return found(count)
