"""Converts a run of a foreign file into a log, in a worker process, and indexes it at the same time.

So the run can be shown during its conversion: a part has the paths of the log and the index, and their extent.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

from replay_gui.core.diagnostics import Topic, topic_logger
from replay_gui.core.importers.conversion_cache import cached_conversions
from replay_gui.core.importers.imported_run import GrowingLog
from replay_gui.core.importers.registry import title_of
from replay_gui.core.importers.run_choice import choose_run
from replay_gui.core.index.growing_index import GrowingIndex
from replay_gui.core.index.index_builder import BuiltIndex
from replay_gui.engine.jobs.job import PART_GROWTH, JobReporter, PartPacer
from replay_gui.engine.jobs.job_types import ConvertArguments
from replay_gui.engine.opening import Conversion

_log = topic_logger(Topic.IMPORTERS)
_CAN_MOVE_OPEN_FILES = os.name != "nt"  # on Windows, a log that is open cannot be renamed


def convert(arguments: ConvertArguments, reporter: JobReporter) -> Conversion:
    """Convert the run and keep the log in the cache; parts report the progress of the log."""
    growth = GrowthReporter(Path(arguments.index), reporter)
    streams = arguments.run is None and _CAN_MOVE_OPEN_FILES
    try:
        runs = cached_conversions(
            arguments.path,
            arguments.cache,
            arguments.format,
            arguments.mappings,
            on_progress=reporter.progress,
            on_grown=growth.on_grown if streams else None,
        )
        built = growth.finish()
    finally:
        growth.close()
    made = runs[0] if arguments.run is None else choose_run(runs, arguments.run, arguments.path)
    _log.info("%s: converted as %s, runs: %d", arguments.path, made.format, len(runs))
    names = tuple(run.name for run in runs)
    return Conversion(
        path=str(made.path),
        format=made.format,
        notes=made.notes,
        run=made.name,
        runs=names,
        own_hashes=made.own_hashes,
        built=built,
        title=title_of(made.format),
    )


class GrowthReporter:
    """Indexes the log whenever it has grown, and sends parts at intervals."""

    def __init__(self, folder: Path, reporter: JobReporter) -> None:
        self._folder = folder
        self._reporter = reporter
        self._index: GrowingIndex | None = None
        self._pacer = PartPacer(growth=PART_GROWTH)

    def on_grown(self, growing: GrowingLog) -> None:
        """Index the new events of the log, and send a part if the interval has passed."""
        if self._index is None:
            self._index = GrowingIndex(growing.path, self._folder)
        self._index.grow()
        self._pacer.send(partial(self._send_part, self._index, growing))

    def _send_part(self, index: GrowingIndex, growing: GrowingLog) -> None:
        made = Conversion(
            path=str(growing.path),
            format=growing.format,
            notes=(),
            run=growing.name,
            runs=(growing.name,),
            built=replace(index.built(), not_applied=()),
            title=title_of(growing.format),
        )
        self._reporter.part(made)

    def finish(self) -> BuiltIndex | None:
        """Return the whole index, or None if there is none."""
        return None if self._index is None else self._index.finish()

    def close(self) -> None:
        """Close the index, if one was begun; its files stay."""
        if self._index is not None:
            self._index.close()
