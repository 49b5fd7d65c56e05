"""Finds the events of a log that changed some values of the state, in a worker process.

The first trace of a long log replays it, and makes an index of all its changes on the way; later ones look them up.
"""

from __future__ import annotations

from pathlib import Path

from replay_gui.core.diagnostics import Topic, error_location, topic_logger
from replay_gui.core.index.kept_changes import keep_changes, read_kept_changes
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.replay.change_index import ChangeIndexBuilder
from replay_gui.core.replay.value_history import value_histories
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.values.reported_replay import reported_contents
from replay_gui.engine.jobs.values.value_arguments import TraceArguments, TraceProgress

MIN_EVENTS = 20_000
"""Events of the shortest log whose changes are indexed: a shorter one is replayed in a third of a second."""

_log = topic_logger(Topic.CACHE)


def trace_values(arguments: TraceArguments, reporter: JobReporter) -> TraceProgress:
    """Look the changes up, or replay the log; parts and result are the TraceProgress since the last part."""
    with EventLog.open(arguments.path) as log:
        kept = read_kept_changes(Path(arguments.folder), log)
        if kept is None:
            return _replay(log, arguments, reporter)
        found = (history.tolist() for history in kept.histories(arguments.paths))
        return TraceProgress(len(log), len(log), tuple(tuple(map(EventIndex, indexes)) for indexes in found))


def _replay(log: EventLog, arguments: TraceArguments, reporter: JobReporter) -> TraceProgress:
    waiting: list[list[EventIndex]] = [[] for _ in arguments.paths]
    count = len(log)
    builder = ChangeIndexBuilder() if count >= MIN_EVENTS else None

    def found(done: int) -> TraceProgress:
        return TraceProgress(done, count, tuple(map(tuple, waiting)))

    def report_done(done: int) -> None:
        reporter.part(found(done))
        for indexes in waiting:
            indexes.clear()

    contents, on_changes = reported_contents(log, report_done), None if builder is None else builder.add_changes
    for number, change in value_histories(contents, arguments.paths, on_changes):
        waiting[number].append(change.index)
    if builder is not None and not builder.gave_up:
        try:
            keep_changes(Path(arguments.folder), log, builder.build())
        except OSError as error:  # the next trace replays again
            _log.info("the index of changes was not kept: %s", error_location(error))
    return found(count)
