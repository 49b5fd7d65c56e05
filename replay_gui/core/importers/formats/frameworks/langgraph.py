"""LangGraph checkpoints in SQLite (langgraph-checkpoint-sqlite): every thread is a run, with its real state."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.frameworks.langgraph_thread import LangGraphThread
from replay_gui.core.importers.formats.frameworks.langgraph_values import MAX_BLOB_BYTES, VOLATILE
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedRun

_MAGIC = b"SQLite format 3\x00"
_TABLES = {"checkpoints", "writes"}
_SIDE_FILES = ("-wal", "-journal")
"""Ends of the names of files beside a database that have a part of its content."""


class LangGraph:
    """The importer. A thread is one run."""

    name = "langgraph"
    title = "LangGraph checkpoints"
    version = 3
    volatile: ClassVar[Mapping[str, str]] = VOLATILE

    def recognises(self, file: ForeignFile) -> bool:
        """Accept an SQLite file with the tables of LangGraph's checkpoints."""
        if not file.head.startswith(_MAGIC):
            return False
        try:
            with _opened(file.source.path) as database:
                tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except (sqlite3.Error, UnicodeDecodeError):
            return False
        return tables >= _TABLES

    def companions(self, file: ForeignFile) -> list[Path]:
        """Return the database's journal, if it has one: the newest checkpoints may stand there alone."""
        return _side_files(file.source.path)

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        """Yield a run for every thread, the newest first."""
        path = file.source.path
        try:
            with _opened(path) as database:
                newest_first = "SELECT thread_id FROM checkpoints GROUP BY thread_id ORDER BY max(checkpoint_id) DESC"
                threads = [thread for (thread,) in database.execute(newest_first)]
                for thread in threads:
                    notes = ImportNotes()
                    yield ImportedRun(
                        name=f"thread {thread}",
                        run_id=str(thread),
                        agent="langgraph",
                        created=None,
                        source={"thread_id": str(thread)},
                        events=LangGraphThread(database, thread, notes, path).events(),
                        notes=notes,
                        state_recorded=True,
                    )
        except (sqlite3.Error, UnicodeDecodeError) as why:
            raise ImportRefused(f"{path}: a SQLite database that cannot be read: {why}") from None


def _side_files(path: Path) -> list[Path]:
    """Return the journals beside the database that are not empty."""
    found = [path.with_name(f"{path.name}{end}") for end in _SIDE_FILES]
    return [one for one in found if one.is_file() and one.stat().st_size]


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database for reading alone. Nothing is written beside it, so a read-only folder is enough.

    SQLite would make files beside a database with a journal: such a one is read from a copy.
    """
    try:
        side_files = _side_files(path)
        if not side_files:
            with closing(_connected(path, "mode=ro&immutable=1")) as database:
                yield database
            return
        with tempfile.TemporaryDirectory(prefix="replay-gui-") as folder:
            copy = Path(folder, "copy.sqlite")
            for one in (path, *side_files):
                shutil.copyfile(one, copy.with_name(f"{copy.name}{one.name.removeprefix(path.name)}"))
            with closing(_connected(copy, "mode=rw")) as database:
                yield database
    except OSError as why:
        raise ImportRefused(f"{path}: cannot be read: {why.strerror or why}") from None


def _connected(path: Path, options: str) -> sqlite3.Connection:
    database = sqlite3.connect(f"file:{quote(str(path.absolute()))}?{options}", uri=True)
    database.text_factory = _text
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2 * MAX_BLOB_BYTES)
    return database


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")
