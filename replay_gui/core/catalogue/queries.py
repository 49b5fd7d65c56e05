"""Answer SQL queries over a catalogue with DuckDB, which can read only its three tables."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow.dataset as ds

from replay_gui.core.catalogue.catalogue_files import read_manifest, reading_tables, table_path
from replay_gui.core.errors import CatalogueRefused
from replay_gui.core.memory_limit import memory_limit
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr

MAX_ROWS = 100_000  # of an answer
_MEMORY = "1GB"  # DuckDB's limit; it does not count long texts, nor the answer in Python
_MAX_GROWTH_BYTES = 3 << 29  # by which the process may grow during a query
_MAX_REASON_CHARACTERS = 2_000  # of DuckDB's error message
_TABLES = {"runs": "runs", "steps": "steps", "held": "features", "names": "feature_names"}
_FEATURES = (
    "create view features as select run, kind, tool, path, value, number, event, calls, request "
    "from held join names using (feature)"
)


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """The answer to a query. more: whether further rows were left out."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool


class CatalogueQueries:
    """A connection that answers queries over the tables runs, steps and features of a catalogue.

    DuckDB opens no file and no network connection: it gets the tables, and everything else is switched off. Its
    memory and the number of rows are limited. Raises CatalogueRefused if the catalogue is damaged. Used as a context.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        read_manifest(folder)
        self._connection = duckdb.connect(":memory:", config=_settings())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def answer(self, query: str, max_rows: int = MAX_ROWS) -> QueryAnswer:
        """Answer one SELECT; raise CatalogueRefused if it is another statement, or DuckDB refuses it."""
        connection = self._connection
        with reading_tables(self._folder), memory_limit(_MAX_GROWTH_BYTES):
            try:
                for name, table in _TABLES.items():
                    connection.register(name, ds.dataset(table_path(self._folder, table)))
                connection.execute(_FEATURES)
                connection.execute("set lock_configuration = true")
                _check(connection, query)
                connection.execute(query)
                columns = tuple(column[0] for column in connection.description or ())
                rows = connection.fetchmany(max_rows + 1)
            except duckdb.Error as why:
                raise CatalogueRefused(
                    tr("sql: {reason}", reason=one_line(" ".join(str(why).split()), _MAX_REASON_CHARACTERS))
                ) from None
            except MemoryError:
                raise CatalogueRefused(
                    tr("sql: the answer needs too much memory; select fewer rows or less text")
                ) from None
        return QueryAnswer(columns, tuple(rows[:max_rows]), len(rows) > max_rows)

    def interrupt(self) -> None:
        """Stop the query that is being answered, from another thread; do nothing if none is."""
        with suppress(duckdb.ConnectionException):  # it was closed before the answer
            self._connection.interrupt()


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
        raise CatalogueRefused(
            tr("sql: one SELECT is answered, over the tables runs, steps and features; nothing else")
        )
