"""The worker's part of a comparison: reads both logs by their indexes, compares, and leaves the columns in a folder.

What was read stays at hand, so that the same two runs are compared by other rules at once. A worker that only compares
is to be used for that: see Comparing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from replay_gui.core.divergence.compare import Comparer
from replay_gui.core.divergence.first_divergence import first_divergence
from replay_gui.core.divergence.rules import Rules
from replay_gui.core.divergence.side import Side
from replay_gui.core.errors import LogChanged
from replay_gui.core.index.index_cache import TABLE, load
from replay_gui.core.log.log_reader import EventLog
from replay_gui.engine.compare_task import ComparedRun, CompareTask
from replay_gui.engine.comparison_files import Findings, write_columns
from replay_gui.engine.jobs.worker import Report


class _Pair:
    """Two runs that were read, laid side by side by some anchors."""

    def __init__(self, task: CompareTask, report: Report) -> None:
        self._task = task
        self.report = report  # of the job that goes on
        with ExitStack() as files:  # closes them again, should anything fail
            a, b = (files.enter_context(_side(run)) for run in (task.a, task.b))
            begun = time.perf_counter()
            first_divergence(a, b)
            self.first_ms = 1000 * (time.perf_counter() - begun)
            self.comparer = Comparer(a, b, task.anchors, self._on_progress)
            self._files = files.pop_all()

    def _on_progress(self, done: int, total: int) -> None:
        self.report.progress(done, total)

    def serves(self, task: CompareTask) -> bool:
        """Whether these are the runs and anchors of the task, which may have other rules."""
        return (task.a, task.b, task.anchors) == (self._task.a, self._task.b, self._task.anchors)

    def close(self) -> None:
        self._files.close()


_kept: list[_Pair] = []  # the last one, if any


def compare_runs(args: dict[str, Any], report: Report) -> Findings:
    """Compares the runs of the CompareTask `task`."""
    task = msgspec.convert(args["task"], CompareTask)
    begun = time.perf_counter()
    if not _kept or not _kept[0].serves(task):
        forget_runs({}, report)
        _kept.append(_Pair(task, report))
    pair = _kept[0]
    pair.report = report
    comparison = pair.comparer.compare(Rules(task.rules))
    took_ms = 1000 * (time.perf_counter() - begun)
    write_columns(comparison, Path(task.result))
    return Findings(comparison.causes, comparison.counts, comparison.tools, pair.first_ms, took_ms)


def forget_runs(args: dict[str, Any], report: Report) -> None:
    """Closes the logs that were compared last, and gives back the memory that they took."""
    while _kept:
        _kept.pop().close()


@contextmanager
def _side(run: ComparedRun) -> Iterator[Side]:
    with EventLog.open(run.path) as log:
        yield _indexed(log, Path(run.folder))


def _indexed(log: EventLog, folder: Path) -> Side:
    """The run without what comparing has no use for. LogChanged: its index is not what it was."""
    kept = load(folder, log)
    if kept is not None:
        index = replace(kept[1], time=np.zeros(0, np.int64), duration=np.zeros(0, np.int64))
        with suppress(OSError, ValueError):
            return Side(log, index, folder)
    (folder / TABLE).unlink(missing_ok=True)  # so that it is made anew
    raise LogChanged(f"{log.source.path}: its index is gone or damaged; reload it")
