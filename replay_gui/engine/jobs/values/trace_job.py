"""Finds the events of a log that changed some values of the state, in a worker process."""

from __future__ import annotations

from pathlib import Path

from replay_gui.core.index.kept_changes import read_kept_changes
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.replay.value_history import value_histories
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.values.reported_replay import reported_contents
from replay_gui.engine.jobs.values.value_arguments import TraceArguments, TraceProgress


def trace_values(arguments: TraceArguments, reporter: JobReporter) -> TraceProgress:
    """Look the changes up, or replay the log; parts and result are the TraceProgress since the last part."""
    with EventLog.open(arguments.path) as log:
        kept = read_kept_changes(Path(arguments.folder), log)
        if kept is None:
            return _replay(log, arguments, reporter)
        found = (history.tolist() for history in kept.histories(arguments.paths))
        indexes = tuple(tuple(map(EventIndex, history)) for history in found)
        return TraceProgress(arguments.count, arguments.count, indexes)


def _replay(log: EventLog, arguments: TraceArguments, reporter: JobReporter) -> TraceProgress:
    waiting: list[list[EventIndex]] = [[] for _ in arguments.paths]
    count = len(log)

    def found(done: int) -> TraceProgress:
        return TraceProgress(done, count, tuple(map(tuple, waiting)))

    def report_done(done: int) -> None:
        reporter.part(found(done))
        for indexes in waiting:
            indexes.clear()

    for number, change in value_histories(reported_contents(log, report_done), arguments.paths):
        waiting[number].append(change.index)
    return found(count)
