"""Open a catalogue as a set of runs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from replay_gui.core.catalogue.catalogue_files import read_manifest, reading_tables, table_path
from replay_gui.core.catalogue.part import NO_ARGUMENT, evaluated_runs, run_step
from replay_gui.core.contrast.features.feature import Feature, FeatureKind
from replay_gui.core.contrast.features.feature_table import KIND_NUMBERS, NO_SLOT, FeatureTable
from replay_gui.core.contrast.run_profile import RunStep
from replay_gui.core.contrast.run_set import RunSet
from replay_gui.core.contrast.run_sizes import size_table


class _HeldColumns(NamedTuple):
    """The columns of HeldFeatures beside their feature; see FeatureTable."""

    runs: NDArray[np.int32]
    indexes: NDArray[np.int32]
    calls: NDArray[np.int32]


def open_catalogue(folder: Path) -> RunSet:
    """Return the runs of a catalogue; raise CatalogueRefused if it is damaged.

    The steps of runs, and the names of features, are read only when they are requested.
    """
    rules = read_manifest(folder).rules
    with reading_tables(folder):
        runs = evaluated_runs(pq.read_table(table_path(folder, "runs")))
        pa.default_memory_pool().release_unused()  # Arrow would keep memory that the next tables need
        table = _feature_table(folder, len(runs))

    def read_steps(numbers: Sequence[int]) -> list[tuple[RunStep, ...]]:
        steps_of_run: dict[int, list[RunStep]] = {number: [] for number in sorted(set(numbers))}
        with reading_tables(folder):
            for row in _step_rows(table_path(folder, "steps"), list(steps_of_run)):
                steps_of_run[row["run"]].append(run_step(row))
        return [tuple(steps_of_run[number]) for number in numbers]

    pa.default_memory_pool().release_unused()
    return RunSet(runs, table.joined(size_table(runs)), read_steps, rules)


def _step_rows(path: Path, wanted: list[int]) -> Iterator[dict[str, Any]]:
    """Yield the steps of runs, whose numbers are ascending; one row group at a time is held in memory."""
    with pq.ParquetFile(path) as file:
        place, chosen = file.schema_arrow.names.index("run"), pa.array(wanted, pa.int32())
        for group in range(file.num_row_groups):
            found = file.metadata.row_group(group).column(place).statistics
            if not found.has_min_max:  # no rows
                continue
            first = bisect_left(wanted, found.min)
            if first < len(wanted) and wanted[first] <= found.max:
                steps = file.read_row_group(group)
                yield from steps.filter(pa.compute.is_in(steps["run"], chosen)).to_pylist()


def _feature_table(folder: Path, count: int) -> FeatureTable:
    names = pq.read_table(table_path(folder, "feature_names"))
    held = pq.read_table(table_path(folder, "features"))
    owners: NDArray[np.int32] = held["feature"].to_numpy()
    columns = _HeldColumns(*(held[name].to_numpy() for name in ("run", "event", "calls")))
    del held
    pa.default_memory_pool().release_unused()
    standing = _standing_features(names, pq.read_table(table_path(folder, "equal_changes")))
    if standing:
        owners, columns = _with_standing(owners, columns, standing)
    sizes = np.bincount(owners, minlength=len(names))
    used = np.flatnonzero(sizes)
    hashes = names["slot"].to_numpy()
    _, slots = np.unique(hashes, return_inverse=True)
    kinds = names["kind"].combine_chunks().dictionary_encode()
    numbers = np.array([KIND_NUMBERS[kind] for kind in kinds.dictionary.to_pylist()], np.uint8)

    def lookup(wanted: Sequence[int]) -> list[Feature]:
        rows = names.take(pa.array(used[np.array(wanted, np.int64)])).to_pylist()
        members = ("kind", "tool", "path", "value", "number", "request")
        return [Feature(**{name: row[name] for name in members}) for row in rows]

    return FeatureTable(
        count=count,
        kinds=numbers[kinds.indices.to_numpy()][used] if len(names) else np.zeros(0, np.uint8),
        slots=np.where(hashes == NO_ARGUMENT, NO_SLOT, slots).astype(np.int32)[used],
        starts=np.concatenate(([0], np.cumsum(sizes[used]))).astype(np.int64),
        runs=columns.runs,
        indexes=columns.indexes,
        calls=columns.calls,
        lookup=lookup,
    )


def _standing_features(names: pa.Table, equal: pa.Table) -> dict[int, int]:
    """Return the feature that represents each call with another text and the same effect, by number."""
    if not len(equal):
        return {}
    standing = dict(zip(equal["request"].to_pylist(), equal["standing"].to_pylist(), strict=True))
    of_calls = names.filter(pa.compute.equal(names["kind"], FeatureKind.DID.value))
    rows = of_calls.select(["feature", "tool", "number", "request"]).to_pylist()
    by_name = {(row["request"], row["number"]): row["feature"] for row in rows}
    same_as = {}
    for row in rows:
        other = by_name.get((standing.get(row["request"], ""), row["number"]))
        if other is not None:
            same_as[row["feature"]] = other
    return same_as


def _with_standing(
    owners: NDArray[np.int32], columns: _HeldColumns, standing: dict[int, int]
) -> tuple[NDArray[np.int32], _HeldColumns]:
    """Give runs with equal changes the same feature; if a run then has it twice, the earlier one is kept."""
    target = np.arange(int(owners.max(initial=0)) + 1, dtype=np.int32)
    target[[*standing]] = [*standing.values()]
    owners = target[owners]
    order = np.lexsort((columns.indexes, columns.runs, owners))
    owners, columns = owners[order], _HeldColumns(*(column[order] for column in columns))
    first = np.ones(len(owners), np.bool_)
    first[1:] = (owners[1:] != owners[:-1]) | (columns.runs[1:] != columns.runs[:-1])
    return owners[first], _HeldColumns(*(column[first] for column in columns))
