"""The worker's part of a comparison: reads both logs by their indexes, compares, and leaves the columns in a folder.

The runs stay in memory, so that they can be compared by other rules without reading them again. Use a worker that
only compares: see ComparisonController.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from replay_gui.core.divergence.comparer import Comparer
from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.errors import LogChanged
from replay_gui.core.facts.run_outcome import RunResult
from replay_gui.core.index.index_cache import TABLE, load_index
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.translation.messages import tr
from replay_gui.engine.jobs.compare_arguments import CompareArguments, ComparedRun, ForgetArguments
from replay_gui.engine.jobs.comparison_files import Findings, write_columns
from replay_gui.engine.jobs.job import JobContext, JobReporter

if TYPE_CHECKING:  # a comparison need not wait for it
    from replay_gui.core.reasons.why import WhyFinder


class ComparedPair:
    """Two runs that were read, to be aligned with these anchors.

    Attributes: results: outcomes and ends of A and B, None before the comparison. why: made at first use.
    """

    def __init__(self, arguments: CompareArguments, reporter: JobReporter) -> None:
        self._arguments = arguments
        self.results: tuple[RunResult, RunResult] | None = None
        self.why: WhyFinder | None = None
        self.reporter = reporter  # of the job that continues
        with ExitStack() as files:  # closes them again, should anything fail
            a, b = (files.enter_context(_side(run)) for run in (arguments.a, arguments.b))
            self.sides = a, b
            gaps = (*arguments.a.gaps, *arguments.b.gaps)
            self.comparer = Comparer(a, b, arguments.anchors, self._on_progress, gaps)
            self._files = files.pop_all()

    def _on_progress(self, done: int, total: int) -> None:
        self.reporter.progress(done, total)

    def serves(self, arguments: CompareArguments) -> bool:
        """Return whether the runs and anchors are those that were compared last; the rules may differ."""
        last = self._arguments
        return (arguments.a, arguments.b, arguments.anchors) == (last.a, last.b, last.anchors)

    def close(self) -> None:
        """Close both logs."""
        self._files.close()


def compare_runs(arguments: CompareArguments, context: JobContext) -> Findings:
    """Compare two runs; the runs stay in the worker's cache."""
    begin = time.perf_counter()
    pair = kept_pair(arguments, context)
    comparison = pair.comparer.compare(Rules(arguments.rules))
    pair.results = comparison.results
    took_ms = 1000 * (time.perf_counter() - begin)
    write_columns(comparison, Path(arguments.result))
    return Findings(
        causes=comparison.causes,
        counts=comparison.counts,
        tools=comparison.tools,
        content=comparison.content,
        results=comparison.results,
        results_equal=comparison.results_equal,
        took_ms=took_ms,
    )


def kept_pair(arguments: CompareArguments, context: JobContext) -> ComparedPair:
    """Return the pair of runs in these arguments, kept in memory or read again."""
    pair = context.cache.value
    if not isinstance(pair, ComparedPair) or not pair.serves(arguments):
        context.cache.clear()
        pair = context.cache.keep(closing(ComparedPair(arguments, context)))
    pair.reporter = context
    return pair


def forget_runs(arguments: ForgetArguments, context: JobContext) -> None:
    """Close the logs that were compared last, and release their memory."""
    context.cache.clear()


@contextmanager
def _side(run: ComparedRun) -> Iterator[ComparedSide]:
    with EventLog.open(run.path) as log:
        log.source.leave_out_after(run.stamp[2])  # it may be growing
        yield _indexed(log, Path(run.folder))


def _indexed(log: EventLog, folder: Path) -> ComparedSide:
    """Return the run with only what a comparison needs; raise LogChanged if its index has changed."""
    kept = load_index(folder, log, by_content=True)
    if kept is not None:
        index = replace(kept[1], time=np.zeros(0, np.int64), duration=np.zeros(0, np.int64))
        with suppress(OSError, ValueError):
            return ComparedSide(log, index, folder, kept[2].members)
    (folder / TABLE).unlink(missing_ok=True)  # so that it is rebuilt
    raise LogChanged(tr("{file}: its index is gone, damaged or of other content; reload it", file=log.source.path))
