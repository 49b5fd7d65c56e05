"""The jobs of the engine, of which one waits until another worker is through with its part of the index."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from replay_gui.core.index.index_builder import Built
from replay_gui.core.index.index_columns import COLUMNS
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.verification.passes import IntegritySlice
from replay_gui.engine.jobs import registry as jobs
from replay_gui.engine.jobs.worker import Report


def late_index(args: dict[str, Any], report: Report) -> Built:
    """The index ends after the last check."""
    _wait(args["path"], Path(args["folder"]) / "content")
    return jobs.index(args, report)


def late_check(args: dict[str, Any], report: Report) -> IntegritySlice:
    """The first check begins after the end of the index."""
    _wait(args["path"], Path(args["columns"]) / "flags")
    return jobs.integrity(args, report)


def _wait(log: str, column: Path) -> None:
    with EventLog.open(log) as reader:
        whole = len(reader) * COLUMNS[column.name].itemsize
    while not column.exists() or column.stat().st_size < whole:
        time.sleep(0.001)  # another process makes it
