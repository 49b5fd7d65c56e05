"""The catalogue that a folder already holds, when it is written again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from replay_gui.core.catalogue.catalogue_files import (
    EVIDENCE,
    FILES,
    LOGS,
    CataloguedSource,
    read_manifest,
    reading_tables,
    table_path,
)
from replay_gui.core.catalogue.extras import is_catalogue
from replay_gui.core.catalogue.kept_logs import LogPlace, log_digest, read_logs
from replay_gui.core.catalogue.part import HELD, NAMES, RUNS, STEPS, CataloguePart, writable_name
from replay_gui.core.catalogue.run_rows import RunRows
from replay_gui.core.catalogue.shown_effects import ShownBySource, read_evidence
from replay_gui.core.errors import CatalogueRefused
from replay_gui.core.translation.messages import tr


class EarlierCatalogue:
    """The catalogue that the folder already holds.

    Attributes:
        rows: of its runs; None if no catalogue can be used. problem: why it is not used, or "".
        shown: what its sources show of tools, by their names.
    """

    def __init__(self, folder: Path) -> None:
        self.problem = ""
        self.rows: RunRows | None = None
        self.shown: dict[str, ShownBySource] = {}
        self._sources: dict[str, CataloguedSource] = {}
        if not is_catalogue(folder):
            return
        try:
            sources = {source.source: source for source in read_manifest(folder, (*FILES, LOGS, EVIDENCE)).sources}
            with reading_tables(folder):
                rows = self._read(folder)
                _check_logs(folder, rows.kept_logs)
                self.rows, self.shown = rows, read_evidence(table_path(folder, EVIDENCE))
        except CatalogueRefused as why:
            self.problem = str(why)
        else:
            self._sources = sources

    @staticmethod
    def _read(folder: Path) -> RunRows:
        names = pq.read_table(table_path(folder, "feature_names"))
        hashes = names["hash"].to_numpy()
        held = pq.read_table(table_path(folder, "features"))
        held = held.set_column(0, HELD.field("feature"), pa.array(hashes[held["feature"].to_numpy()]))
        return RunRows(
            CataloguePart(
                runs=pq.read_table(table_path(folder, "runs"), schema=RUNS),
                steps=pq.read_table(table_path(folder, "steps"), schema=STEPS),
                held=held.sort_by([("run", "ascending"), ("feature", "ascending")]),
                names=names.drop_columns(["feature"])
                .rename_columns({"hash": "feature"})
                .select(NAMES.names)
                .cast(NAMES),
            )
        )

    def fingerprint(self, source: str) -> str:
        """Return the fingerprint that a source had in it; "" for a new source."""
        known = self._sources.get(writable_name(source))
        return "" if known is None else known.fingerprint

    def place(self, source: str) -> LogPlace:
        """Return the place of a source in it."""
        known = self._sources[writable_name(source)]
        return LogPlace(None, known.first_run, known.runs)


def _check_logs(folder: Path, names: Sequence[str]) -> None:
    """Raise CatalogueRefused if the kept logs do not have these digests; "" is the digest of a log that is not kept."""
    logs = read_logs(table_path(folder, LOGS), 0, len(names))
    if [log_digest(kept.log) if isinstance(kept.log, bytes) else "" for kept in logs] != [*names]:
        raise CatalogueRefused(
            tr("{path}: was changed since it was written; write it again", path=table_path(folder, LOGS))
        )
