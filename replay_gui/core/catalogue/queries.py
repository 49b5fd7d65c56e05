"""Answers SQL over a catalogue with DuckDB: reads its three tables, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.dataset as ds

from replay_gui.core.catalogue.catalogue_files import read_manifest, reading_tables, table_path
from replay_gui.core.errors import CatalogueRefused
from replay_gui.core.text.plain_text import one_line

MAX_ROWS = 100_000  # of an answer
_MEMORY = "1GB"
_MAX_REASON = 2_000  # characters of what DuckDB says
_FEATURES = (
    "create view features as select run, kind, tool, path, value, number, event, calls, request "
    "from held join names using (feature)"
)


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """The answer to a query. more: whether there are further rows, which are left out."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool


def query_catalogue(folder: Path, query: str, max_rows: int = MAX_ROWS) -> QueryAnswer:
    """Answer one SELECT over the tables runs, steps and features.

    DuckDB opens no file and no network connection: the tables are handed to it, everything else is switched off. Its
    memory is bounded, and so is the number of rows.

    Raises:
        CatalogueRefused: the query is no single SELECT, or DuckDB refuses it; or the catalogue is damaged.
    """
    read_manifest(folder)
    with reading_tables(folder), duckdb.connect(":memory:", config=_settings()) as connection:
        try:
            for name, table in (
                ("runs", "runs"), ("steps", "steps"), ("held", "features"), ("names", "feature_names")
            ):  # fmt: skip
                connection.register(name, ds.dataset(table_path(folder, table)))
            connection.execute(_FEATURES)
            connection.execute("set lock_configuration = true")
            _check(connection, query)
            connection.execute(query)
            columns = tuple(column[0] for column in connection.description or ())
            rows = connection.fetchmany(max_rows + 1)
        except duckdb.Error as why:
            raise CatalogueRefused(f"sql: {one_line(' '.join(str(why).split()), _MAX_REASON)}") from None
        except RuntimeError as why:
            if str(why) != "Query interrupted":
                raise
            raise KeyboardInterrupt from None  # DuckDB drops the exception of whoever took the signal
    return QueryAnswer(columns, tuple(rows[:max_rows]), len(rows) > max_rows)


def _settings() -> dict[str, Any]:
    return {
        "enable_external_access": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
        "memory_limit": _MEMORY,
        "max_temp_directory_size": "0GB",
        "threads": 2,
    }


def _check(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    statements = connection.extract_statements(query)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise CatalogueRefused("sql: one SELECT is answered, over the tables runs, steps and features; nothing else")
