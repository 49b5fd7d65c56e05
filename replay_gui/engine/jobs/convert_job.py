"""Makes a log of a run of a foreign file, in a worker process, and indexes it on the way.

So the run can be shown while it is still being converted: a part tells where the log and the index are, and how far.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from replay_gui.core.importers.conversion_cache import cached_conversions
from replay_gui.core.importers.converted import Growing
from replay_gui.core.importers.run_choice import chosen
from replay_gui.core.index.growing_index import GrowingIndex
from replay_gui.core.index.index_builder import Built
from replay_gui.engine.jobs.worker import PART_PAUSE, Report
from replay_gui.engine.opening import Conversion

_MOVES_WHAT_IS_OPEN = os.name != "nt"  # elsewhere a log that somebody has open could not be put in its place


def convert(args: dict[str, Any], report: Report) -> Conversion:
    """The job: the run `run` (None: the main one) of the file at `path`, kept in the folder `cache`.

    Where the main run is converted anew, its index comes to be in the folder `index`, and parts tell how far it is.
    """
    telling = _Telling(Path(args["index"]), report)
    streams = args["run"] is None and _MOVES_WHAT_IS_OPEN
    try:
        runs = cached_conversions(
            args["path"],
            args["cache"],
            args["format"],
            args["mappings"],
            report.progress,
            telling.on_grown if streams else None,
        )
        built = telling.finish()
    finally:
        telling.close()
    made = runs[0] if args["run"] is None else chosen(runs, args["run"], args["path"])
    names = tuple(one.name for one in runs)
    return Conversion(str(made.path), made.format, made.notes, made.name, names, made.own_hashes, built)


class _Telling:
    """Has the log indexed whenever it has grown, and tells of it now and then."""

    def __init__(self, folder: Path, report: Report) -> None:
        self._folder = folder
        self._report = report
        self._index: GrowingIndex | None = None
        self._quiet_until = 0.0

    def on_grown(self, growing: Growing) -> None:
        if self._index is None:
            self._index = GrowingIndex(growing.path, self._folder)
        built = replace(self._index.grow(), not_applied=())
        if time.monotonic() >= self._quiet_until:
            made = Conversion(str(growing.path), growing.format, (), growing.name, (growing.name,), built=built)
            self._report.part(made)
            self._quiet_until = time.monotonic() + PART_PAUSE

    def finish(self) -> Built | None:
        """The whole index, where there is one."""
        return None if self._index is None else self._index.finish()

    def close(self) -> None:
        if self._index is not None:
            self._index.close()
