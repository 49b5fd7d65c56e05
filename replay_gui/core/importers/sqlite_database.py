"""Read SQLite databases of other programs, without writing files next to them, and within a budget.

A database can contain code: generated columns, views, virtual tables. Such tables are refused. All other reading
costs steps of SQLite's virtual machine and bytes of values, which are limited; Ctrl-C works between steps.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.side_files import side_files
from replay_gui.core.path_kinds import reason_of
from replay_gui.core.translation.messages import tr

MAGIC = b"SQLite format 3\x00"
MAX_VALUE_BYTES = 128 << 20  # of one text or blob

Tables: TypeAlias = Mapping[str, tuple[str, ...]]
"""The tables that identify a kind of database, each with the columns that it must have."""

_STEPS_BETWEEN_CHECKS = 200_000  # steps of SQLite's virtual machine: a few milliseconds
_MIN_STEPS, _STEPS_PER_BYTE = 200_000_000, 16  # a step takes about 10 ns; a row of some kilobytes, 100 steps
_MIN_BYTES, _READINGS = 64 << 20, 4  # of all values; or this multiple of the database's size
_GENERATED = (2, 3)  # in "hidden" of table_xinfo: generated columns, virtual and stored


class SqliteDatabase:
    """An open database. All methods can raise sqlite3.Error if it is damaged."""

    def __init__(self, connection: sqlite3.Connection, path: Path, size: int) -> None:
        """`path`: the user's path. `size`: in bytes, including the journals."""
        self._connection = connection
        self._path = path
        self._steps_left = _MIN_STEPS + _STEPS_PER_BYTE * size
        self._bytes_left = _MIN_BYTES + _READINGS * size
        connection.text_factory = _text
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.set_progress_handler(self._is_to_stop, _STEPS_BETWEEN_CHECKS)

    def _is_to_stop(self) -> bool:
        self._steps_left -= _STEPS_BETWEEN_CHECKS
        return self._steps_left < 0

    def rows(self, query: str, values: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query; raise ImportRefused if it costs too much for a database of this size."""
        try:
            for row in self._connection.execute(query, values):
                self._bytes_left -= sum(len(value) for value in row if isinstance(value, str | bytes))
                if self._bytes_left < 0:
                    raise self._too_costly()
                yield row
        except sqlite3.OperationalError as why:
            if str(why) != "interrupted":
                raise
            if self._steps_left >= 0:  # Ctrl-C: Python raises it inside the progress handler, where it is lost
                raise KeyboardInterrupt from None
            raise self._too_costly() from None

    def _too_costly(self) -> ImportRefused:
        return ImportRefused(
            tr("{path}: a SQLite database whose rows need too much work for its size", path=self._path)
        )

    def has_tables(self, tables: Tables) -> bool:
        """Return whether the database has all these tables, with these columns."""
        names = {name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return names >= tables.keys() and all(
            set(needed).issubset(self.columns(table)) for table, needed in tables.items() if needed
        )

    def columns(self, table: str) -> list[str]:
        """Return the names of a table's columns, without those that need quotes."""
        names = [str(name) for (name,) in self.rows("SELECT name FROM pragma_table_info(?)", (table,))]
        return [name for name in names if name.isidentifier()]

    def records(self, table: str, clauses: str = "", values: tuple[Any, ...] = ()) -> Iterator[dict[str, Any]]:
        """Yield each row of a table as a dict by column; `clauses`: the part of the query after the table's name."""
        columns = self.columns(table)
        for row in self.rows(f"SELECT {', '.join(columns)} FROM {table} {clauses}", values):
            yield dict(zip(columns, row, strict=True))

    def check_tables(self, names: Iterable[str]) -> None:
        """Raise ImportRefused if one of these tables computes its values."""
        for name in sorted(names):
            virtual = [*self.rows("SELECT 1 FROM sqlite_master WHERE name = ? AND sql LIKE 'CREATE VIRTUAL%'", (name,))]
            hidden = [kind for (kind,) in self.rows("SELECT hidden FROM pragma_table_xinfo(?)", (name,))]
            if virtual or any(kind in _GENERATED for kind in hidden):
                raise ImportRefused(
                    tr("{path}: the table {name} computes its values; it is not read", path=self._path, name=name)
                )


@contextmanager
def opened_database(path: Path) -> Iterator[SqliteDatabase]:
    """Open a database read-only. Nothing is written next to it, so it can be in a read-only folder.

    SQLite would create files next to a database with a journal, so such a database is read from a copy.
    Raises ImportRefused if it cannot be read, sqlite3.Error if it is damaged.
    """
    try:
        journals = side_files(path)
        size = sum(file.stat().st_size for file in (path, *journals))
        if not journals:
            with closing(_connected(path, "mode=ro&immutable=1")) as connection:
                yield SqliteDatabase(connection, path, size)
            return
        with tempfile.TemporaryDirectory(prefix="replay-gui-") as folder:
            copy = Path(folder, "copy.sqlite")
            for file in (path, *journals):
                shutil.copyfile(file, copy.with_name(f"{copy.name}{file.name.removeprefix(path.name)}"))
            with closing(_connected(copy, "mode=rw")) as connection:
                yield SqliteDatabase(connection, path, size)
    except OSError as why:
        raise ImportRefused(tr("{path}: cannot be read: {reason}", path=path, reason=reason_of(why))) from None


@contextmanager
def damage_refused(path: Path) -> Iterator[None]:
    """Convert the exceptions of a damaged database into ImportRefused, inside the `with` block."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as why:  # the latter for SQLite's own message
        raise ImportRefused(
            tr("{path}: a SQLite database that cannot be read: {reason}", path=path, reason=why)
        ) from None


@contextmanager
def checked_database(path: Path, tables: Iterable[str]) -> Iterator[SqliteDatabase]:
    """Open a database to read these tables.

    Raises ImportRefused if it cannot be read, if it is damaged, or if a table computes its values.
    """
    with damage_refused(path), opened_database(path) as database:
        database.check_tables(tables)
        yield database


def is_database_with(file: ForeignFile, tables: Tables) -> bool:
    """Return whether a file is an SQLite database with these tables and columns; False if it is damaged."""
    if not file.head.startswith(MAGIC):
        return False
    try:
        with opened_database(file.source.path) as database:
            return database.has_tables(tables)
    except (sqlite3.Error, UnicodeDecodeError):
        return False


def _connected(path: Path, options: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?{options}", uri=True)


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")
