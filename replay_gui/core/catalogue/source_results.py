"""The results of reading the sources of a catalogue; some are read twice, since all sources show effects of tools."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from replay_gui.core.catalogue.indexing import (
    UNCHANGED,
    IndexedBatch,
    IndexedSource,
    SourceBatch,
    SourceTask,
    batches_of,
)
from replay_gui.core.catalogue.kept_logs import LogSpool
from replay_gui.core.catalogue.part import unpack_part, writable_name
from replay_gui.core.catalogue.run_rows import RunRows
from replay_gui.core.catalogue.shown_effects import Effects, ShownBySource, expected_effects

IndexBatches = Callable[[Sequence[SourceBatch]], Iterable[IndexedBatch]]
"""Index all batches, here or elsewhere; the results may come in any order."""


_FIRST_SOURCES, _GROWTH = 64, 4  # read before any effects are expected; then in stages of four times as many


class SourceResult(NamedTuple):
    """The result of reading a source: its rows are those of its batch from `first_run` on; None if it has none."""

    source: IndexedSource
    batch: int
    rows: RunRows | None
    first_run: int


class SourceResults:
    """The results of reading sources.

    Attributes:
        of_source: by its name. shown: what each shows of tools, and the effects by which it was read.
    """

    def __init__(self, earlier: Mapping[str, ShownBySource], logs: LogSpool, index_batches: IndexBatches) -> None:
        """`earlier`: what the sources of the earlier catalogue show, by their names there."""
        self.of_source: dict[str, SourceResult] = {}
        self.shown: dict[str, ShownBySource] = {}
        self._earlier, self._logs, self._index_batches = earlier, logs, index_batches
        self._batches = 0

    def index(self, tasks: Sequence[SourceTask]) -> None:
        """Read the sources of these tasks, except unchanged ones.

        Some, from all over the sources, show the effects of tools by which more are read, so that few are read again.
        """
        left, size = [*tasks], len(tasks) if self._earlier else _FIRST_SOURCES
        while left:
            stage = left[:: -(-len(left) // size)]
            self._index_expecting(stage)
            read = {task.source for task in stage}
            left, size = [task for task in left if task.source not in read], size * _GROWTH
        self.of_source = {task.source: self.of_source[task.source] for task in tasks}

    def _index_expecting(self, tasks: Sequence[SourceTask]) -> None:
        """Read sources with the effects that other sources have shown so far."""
        expected = expected_effects(one.evidence for one in (*self._earlier.values(), *self.shown.values()))
        for result in self._index([msgspec.structs.replace(task, observed=expected) for task in tasks]):
            name, is_known = result.source.source, result.source.runs == UNCHANGED
            shown = ShownBySource(result.source.evidence, result.source.effects)
            self.shown[name] = self._earlier.get(writable_name(name), shown) if is_known else shown

    def index_again(self, tasks: Sequence[tuple[SourceTask, Effects]]) -> None:
        """Read again the sources that were read by other effects than these."""
        again = [(task, effects) for task, effects in tasks if effects != self.shown[task.source].effects]
        for task, effects in again:
            self.shown[task.source] = ShownBySource(self.shown[task.source].evidence, effects)
        self._index([msgspec.structs.replace(task, known="", observed=effects) for task, effects in again])

    def shown_by_names(self) -> dict[str, ShownBySource]:
        """Return what the sources that could be read show, by the names that the catalogue has of them."""
        good = [name for name, result in self.of_source.items() if not result.source.problem]
        return {writable_name(name): self.shown[name] for name in good}

    def _index(self, tasks: Sequence[SourceTask]) -> list[SourceResult]:
        batches, found = batches_of(tasks, self._batches) if tasks else [], dict[str, SourceResult]()
        self._batches += len(batches)
        for indexed in self._index_batches(batches) if batches else ():
            self._logs.put(indexed.number, indexed.logs)
            rows, place = RunRows(unpack_part(indexed.part)) if indexed.part else None, 0
            for source in indexed.sources:
                found[source.source] = SourceResult(source, indexed.number, rows, place)
                place += max(source.runs, 0)
        in_order = [found[task.source] for task in tasks]
        self.of_source |= {result.source.source: result for result in in_order}
        return in_order
