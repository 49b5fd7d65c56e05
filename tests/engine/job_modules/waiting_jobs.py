"""The jobs of the engine, of which one waits until another worker is through with its part of the index."""

from __future__ import annotations

import time
from pathlib import Path

from replay_gui.core.index.index_builder import BuiltIndex
from replay_gui.core.index.index_columns import COLUMNS
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.verification.passes import IntegritySlice
from replay_gui.engine.jobs import registry as jobs
from replay_gui.engine.jobs.job import JobReporter
from replay_gui.engine.jobs.job_types import IndexArguments, IntegrityArguments


def late_index(arguments: IndexArguments, reporter: JobReporter) -> BuiltIndex:
    """The index ends after the last check."""
    _wait(arguments.log.path, Path(arguments.folder) / "content")
    return jobs.build_index(arguments, reporter)


def late_check(arguments: IntegrityArguments, reporter: JobReporter) -> IntegritySlice:
    """The first check begins after the end of the index."""
    assert arguments.columns is not None
    _wait(arguments.log.path, Path(arguments.columns) / "flags")
    return jobs.verify_integrity(arguments, reporter)


def _wait(log: str, column: Path) -> None:
    with EventLog.open(log) as reader:
        whole = len(reader) * COLUMNS[column.name].itemsize
    while not column.exists() or column.stat().st_size < whole:
        time.sleep(0.001)  # another process makes it
