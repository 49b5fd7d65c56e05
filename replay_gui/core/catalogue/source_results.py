"""The results of reading the sources of a catalogue, each once; some rows are made when all show effects of tools."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from replay_gui.core.catalogue.earlier_catalogue import EarlierCatalogue
from replay_gui.core.catalogue.indexing import (
    UNCHANGED,
    IndexedBatch,
    IndexedSource,
    SourceBatch,
    SourceTask,
    batches_of,
)
from replay_gui.core.catalogue.kept_logs import LogPlace, LogSpool
from replay_gui.core.catalogue.part import unpack_part, writable_name
from replay_gui.core.catalogue.run_rows import RunRows
from replay_gui.core.catalogue.shown_effects import ShownBySource, shown_effects

IndexBatches = Callable[[Sequence[SourceBatch]], Iterable[IndexedBatch]]
"""Index all batches, here or elsewhere; the results may come in any order."""


class SourceResult(NamedTuple):
    """The result of reading a source.

    Attributes:
        logs: where the logs of its runs are. rows: its rows are in these from `first_run` on; None if it has none.
    """

    source: IndexedSource
    logs: LogPlace
    rows: RunRows | None
    first_run: int


class SourceResults:
    """The results of reading sources.

    Attributes:
        of_source: by its name. shown: what each shows of tools, and the effects by which its rows were made.
    """

    def __init__(self, earlier: EarlierCatalogue, logs: LogSpool, index_batches: IndexBatches) -> None:
        """`logs`: takes the logs of sources that are read."""
        self.of_source: dict[str, SourceResult] = {}
        self.shown: dict[str, ShownBySource] = {}
        self._earlier, self._logs, self._index_batches = earlier, logs, index_batches

    def index(self, tasks: Sequence[SourceTask]) -> None:
        """Read the sources of these tasks, except unchanged ones, and make their rows."""
        for indexed in self._index(tasks):
            self._logs.put(indexed.number, indexed.logs)
            rows, first_log, first_row = _rows_of(indexed), 0, 0
            for source in indexed.sources:
                if source.runs == UNCHANGED:
                    self._keep(source)
                    continue
                place = LogPlace(indexed.number, first_log, source.runs)
                self.of_source[source.source] = SourceResult(source, place, rows, first_row)
                self.shown[source.source] = ShownBySource(source.evidence, None if source.evidence else {})
                first_log += source.runs
                first_row += 0 if source.evidence else source.runs
        self._make_rows(tasks)
        self.of_source = {task.source: self.of_source[task.source] for task in tasks}

    def shown_by_names(self) -> dict[str, ShownBySource]:
        """Return what the sources that could be read show, by the names that the catalogue has of them."""
        good = [name for name, result in self.of_source.items() if not result.source.problem]
        return {writable_name(name): self.shown[name] for name in good}

    def _index(self, tasks: Sequence[SourceTask]) -> Iterable[IndexedBatch]:
        return self._index_batches(batches_of(tasks)) if tasks else ()

    def _keep(self, source: IndexedSource) -> None:
        """Take the result of an unchanged source from the earlier catalogue."""
        place, name = self._earlier.place(source.source), writable_name(source.source)
        self.of_source[source.source] = SourceResult(source, place, self._earlier.rows, place.first_run)
        self.shown[source.source] = self._earlier.shown.get(name, ShownBySource(b"", {}))

    def _make_rows(self, tasks: Sequence[SourceTask]) -> None:
        """Make the rows of sources by the effects that all sources show, where they were made by none or by others."""
        effects = shown_effects({task.source: self.shown[task.source].evidence for task in tasks})
        late = [task for task in tasks if effects.get(task.source, {}) != self.shown[task.source].effects]
        calls = self._logs.calls([self.of_source[task.source].logs for task in late])
        made = [
            msgspec.structs.replace(task, data=None, calls=of_runs, effects=effects.get(task.source, {}))
            for task, of_runs in zip(late, calls, strict=True)
        ]
        for indexed in self._index(made):
            rows, first_row = _rows_of(indexed), 0
            for source in indexed.sources:
                name, result = source.source, self.of_source[source.source]
                self.of_source[name] = result._replace(
                    source=msgspec.structs.replace(result.source, problem=source.problem),
                    rows=rows,
                    first_run=first_row,
                )
                self.shown[name] = self.shown[name]._replace(effects=effects.get(name, {}))
                first_row += source.runs


def _rows_of(indexed: IndexedBatch) -> RunRows | None:
    return RunRows(unpack_part(indexed.part)) if indexed.part else None
