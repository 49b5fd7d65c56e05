"""Read SQLite databases with messages: those of OpenAI's Agents SDK, and of LangChain's message history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import decoded
from replay_gui.core.importers.sqlite_database import Tables, checked_database, damage_refused, is_database_with

_STORES: tuple[tuple[str, str], ...] = (("agent_messages", "message_data"), ("message_store", "message"))
"""(table, column with messages in JSON): of the Agents SDK (`SQLiteSession`), of LangChain."""


def _tables(table: str, column: str) -> Tables:
    return {table: ("id", "session_id", column)}


def is_message_store(file: ForeignFile) -> bool:
    """Return whether the file is a database with messages in one of these forms."""
    return any(is_database_with(file, _tables(*store)) for store in _STORES)


def stored_sessions(file: ForeignFile) -> Iterator[tuple[str, Iterator[tuple[int, Any]]]]:
    """Yield each session's id and numbered messages, the newest session first; raise ImportRefused if unreadable."""
    path: Path = file.source.path
    table, column = next((store for store in _STORES if is_database_with(file, _tables(*store))), _STORES[0])
    with checked_database(path, _tables(table, column)) as database, damage_refused(path):
        newest = f"SELECT session_id FROM {table} GROUP BY session_id ORDER BY max(id) DESC"
        for (session_id,) in [*database.rows(newest)]:
            rows = database.records(table, "WHERE session_id = ? ORDER BY id", (session_id,))
            yield str(session_id), ((number, _message(row, column)) for number, row in enumerate(rows, 1))


def _message(row: dict[str, Any], column: str) -> Any:
    message = decoded(row.get(column))
    time = {"created_at": row["created_at"]} if row.get("created_at") is not None else {}
    return {**time, **message} if isinstance(message, dict) else message
