"""Makes the index of all changes of a run, by which histories of values are looked up, in a worker process."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

from replay_gui.core.index.kept_changes import keep_changes, read_kept_changes
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.replay.change_index import ChangeIndexBuilder
from replay_gui.core.replay.value_history import value_histories
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.values.value_arguments import IndexChangesArguments


def index_changes(arguments: IndexChangesArguments, reporter: JobReporter) -> None:
    """Keep the index beside that of the events, unless it is there, or there are too many changes."""
    folder = Path(arguments.folder)
    with EventLog.open(arguments.path) as log:
        if read_kept_changes(folder, log) is not None:
            return
        builder = ChangeIndexBuilder()
        contents = takewhile(lambda _: not builder.gave_up, log.contents())
        for _ in value_histories(contents, (), builder.add_changes):
            pass
        if not builder.gave_up:
            keep_changes(folder, log, builder.build())
