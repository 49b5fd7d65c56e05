"""Finds the events of a log that changed some values of the state, in a worker process."""

from __future__ import annotations

from pathlib import Path

from replay_gui.core.index.change_history import follow_values_of_log
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.values.reported_replay import reported_events
from replay_gui.engine.jobs.values.value_arguments import TraceArguments, TraceProgress


def trace_values(arguments: TraceArguments, reporter: JobReporter) -> TraceProgress:
    """Replay the events that may have changed the values; parts and result are the TraceProgress since the last."""
    waiting: list[list[EventIndex]] = [[] for _ in arguments.paths]

    def found(done: int) -> TraceProgress:
        return TraceProgress(done, arguments.count, tuple(map(tuple, waiting)))

    def report_done(done: int) -> None:
        reporter.part(found(done))
        for indexes in waiting:
            indexes.clear()

    with EventLog.open(arguments.path) as log:
        followed = follow_values_of_log(
            log, Path(arguments.folder), arguments.paths, lambda events: reported_events(events, report_done)
        )
        for index, values in followed:
            for number in values.changed():
                waiting[number].append(index)
    return found(arguments.count)
