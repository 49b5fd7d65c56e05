"""Write a catalogue from the results of reading its sources, with the earlier rows of unchanged sources."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from replay_gui.core.atomic_file import mode_of_inputs
from replay_gui.core.catalogue.catalogue_files import (
    EVIDENCE,
    LOGS,
    CataloguedSource,
    table_path,
    write_tables,
)
from replay_gui.core.catalogue.earlier_catalogue import EarlierCatalogue
from replay_gui.core.catalogue.extras import is_catalogue
from replay_gui.core.catalogue.indexing import (
    UNCHANGED,
    IndexedSource,
    SourceTask,
)
from replay_gui.core.catalogue.kept_logs import LogSpool
from replay_gui.core.catalogue.part import (
    CataloguePart,
    writable_name,
)
from replay_gui.core.catalogue.run_rows import RowsInOrder
from replay_gui.core.catalogue.shown_effects import evidence_table
from replay_gui.core.catalogue.source_results import IndexBatches, SourceResult, SourceResults
from replay_gui.core.catalogue.sources import expand_sources, is_of_this_process, read_source
from replay_gui.core.contrast.call_rules import NO_RULES_USED, UsedRules
from replay_gui.core.contrast.run_set import MIN_ANSWER_CHARACTERS
from replay_gui.core.effects.effect import Effect
from replay_gui.core.errors import CatalogueRefused
from replay_gui.core.facts.notes_places import NO_PLACES, NotesPlaces
from replay_gui.core.path_kinds import exists, is_folder
from replay_gui.core.text.given_paths import absolute_path
from replay_gui.core.translation.messages import tr


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueSummary:
    """The result of writing a catalogue.

    Attributes:
        runs, sources: numbers of them in the catalogue. read: sources that were read again; unchanged: the others.
        skipped: files in folders that are not runs. problems: of sources that could not be read, one line each.
        rebuilt: why an earlier catalogue was not used, or "".
    """

    runs: int
    sources: int
    read: int
    unchanged: int
    skipped: int
    problems: tuple[str, ...]
    rebuilt: str


def write_catalogue(
    given: Sequence[str],
    folder: Path,
    index_batches: IndexBatches,
    *,
    format: str | None = None,
    mappings: str = "",
    places: NotesPlaces = NO_PLACES,
    rules: UsedRules = NO_RULES_USED,
) -> CatalogueSummary:
    """Write the catalogue of all runs in these sources; equal sources give equal bytes, however they are read.

    Args:
        given: paths, globs, folders, URLs. folder: of the catalogue, which is replaced or created.
        format: an importer's name; None: recognised by the content. mappings: path of the user's mappings, or "".
        places: of notes that count. rules: of the user, for the calls.

    Raises:
        CatalogueRefused: the folder holds other files. LogUnreadable: a source matches nothing. NotWritten: the
            files cannot be written. Sources that cannot be read are listed in the summary.
    """
    _check_folder(folder)
    inside = f"{folder.absolute()}{os.sep}"
    named = {
        source: is_named for source, is_named in expand_sources(given) if not absolute_path(source).startswith(inside)
    }
    earlier = EarlierCatalogue(folder)
    tasks = [
        SourceTask(
            source=source,
            data=read_source(source) if is_of_this_process(source) else None,
            format=format,
            mappings=mappings,
            places=places,
            known=earlier.fingerprint(source),
            rules=rules.rules,
        )
        for source in named
    ]
    with TemporaryDirectory(prefix="replay-gui-logs-") as scratch:
        logs = LogSpool(Path(scratch), table_path(folder, LOGS))
        results = SourceResults(earlier, logs, index_batches)
        results.index(tasks)
        collected = _CollectedSources(named, logs)
        for task in tasks:
            collected.add(results.of_source[task.source])
        mode = mode_of_inputs(source.source for source in collected.sources)  # the catalogue quotes and keeps logs
        write_tables(
            folder,
            tables_of(collected.rows.joined(), evidence_table(results.shown_by_names())),
            tuple(collected.sources),
            logs,
            new_mode=mode,
            rules=rules,
        )
    return CatalogueSummary(
        runs=collected.rows.count,
        sources=len(collected.sources),
        read=collected.read,
        unchanged=len(collected.sources) - collected.read,
        skipped=collected.skipped,
        problems=tuple(collected.problems),
        rebuilt=earlier.problem,
    )


def _check_folder(folder: Path) -> None:
    """Raise CatalogueRefused if the user's files in the folder could be lost."""
    if exists(folder) and not is_folder(folder):
        raise CatalogueRefused(tr("{folder}: is not a folder; give another name", folder=folder))
    if is_folder(folder) and not is_catalogue(folder) and any(folder.iterdir()):
        raise CatalogueRefused(
            tr("{folder}: contains other files than a catalogue; give a new or empty folder", folder=folder)
        )


def tables_of(part: CataloguePart, evidence: pa.Table | None = None) -> dict[str, pa.Table]:
    """Return the tables as they are written: features by ascending number, each with its runs in order.

    `evidence`: see evidence_table; None: no source shows anything.
    """
    held = part.held.sort_by([("feature", "ascending"), ("run", "ascending")])
    features = np.unique(held["feature"].to_numpy())
    names = part.names.filter(pc.is_in(part.names["feature"], pa.array(features)))
    numbers = np.searchsorted(features, held["feature"].to_numpy()).astype(np.int32)
    return {
        "runs": part.runs,
        "steps": part.steps,
        "features": held.set_column(0, pa.field("feature", pa.int32()), pa.array(numbers)),
        "feature_names": names.append_column("hash", names["feature"]).set_column(
            0, pa.field("feature", pa.int32()), pa.array(np.arange(len(names), dtype=np.int32))
        ),
        "equal_changes": _equal_changes(part.steps),
        EVIDENCE: evidence_table({}) if evidence is None else evidence,
    }


def _equal_changes(steps: pa.Table) -> pa.Table:
    """Return (request, standing, label): the request that represents one with another text and the same effect.

    Like equal_changes for runs in memory: the same tool and equal answers of a minimum length.
    """
    keep = pc.and_kleene(
        pc.and_kleene(pc.equal(steps["effect"], Effect.CHANGES.value), steps["ok"]),
        pc.greater_equal(steps["answer_size"], MIN_ANSWER_CHARACTERS),
    )
    changes = steps.select(["tool", "answer", "request", "label"]).filter(keep)
    first: dict[tuple[str, str], tuple[str, str]] = {}
    equal: dict[str, tuple[str, str]] = {}
    for row in _different_rows(changes):
        standing = first.setdefault((row["tool"], row["answer"]), (row["request"], row["label"]))
        if standing[0] != row["request"]:
            equal.setdefault(row["request"], standing)
    rows = [(request, *equal.get(standing[0], standing)) for request, standing in equal.items()]
    schema = pa.schema([("request", pa.string()), ("standing", pa.string()), ("label", pa.string())])
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)


def _different_rows(changes: pa.Table) -> Iterator[dict[str, str]]:
    """Yield rows in their order, without rows whose tool, answer and request occurred before."""
    order = pa.array(np.arange(len(changes), dtype=np.int64))
    grouped = changes.append_column("row", order).group_by(["tool", "answer", "request"], use_threads=False)
    rows = np.sort(grouped.aggregate([("row", "min")])["row_min"].to_numpy())
    yield from changes.take(pa.array(rows)).to_pylist()


class _CollectedSources:
    """Collect the results of the sources in their order, and the rows of their runs.

    Attributes:
        sources: those that are in the catalogue. rows: of their runs. read: how many of them were read again.
        skipped: files in folders that are not runs. problems: why other sources could not be read.
    """

    def __init__(self, named: Mapping[str, bool], logs: LogSpool) -> None:
        """`named`: whether the user named each source directly. `logs`: receives the runs in their order."""
        self._named, self._logs = named, logs
        self.sources: list[CataloguedSource] = []
        self.rows = RowsInOrder()
        self.problems: list[str] = []
        self.read = self.skipped = 0

    def add(self, result: SourceResult) -> None:
        """Add the next source."""
        source, count = result.source, result.logs.runs
        if source.problem:
            self._add_problem(source)
            return
        name, number = writable_name(source.source), self.rows.count
        self.sources.append(CataloguedSource(source=name, fingerprint=source.fingerprint, first_run=number, runs=count))
        self.rows.add(result.rows, result.first_run, count)
        self._logs.add(result.logs)
        self.read += source.runs != UNCHANGED

    def _add_problem(self, source: IndexedSource) -> None:
        if self._named[source.source] or not source.unknown_format:
            self.problems.append(source.problem)
        else:
            self.skipped += 1
