"""Read Goose's database of sessions, ``sessions.db`` (SQLite), and rows of its table of messages as JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import decoded
from replay_gui.core.importers.sqlite_database import (
    SqliteDatabase,
    Tables,
    checked_database,
    damage_refused,
    is_database_with,
)

_TABLES: Tables = {"sessions": (), "messages": ("content_json",)}
_JSON = ("extension_data", "recipe_json", "user_recipe_values_json", "model_config_json")  # columns
_SHOWN_TO_BOTH = {"userVisible": True, "agentVisible": True}


def is_store(file: ForeignFile) -> bool:
    """Return whether the file is an SQLite database with Goose's tables."""
    return is_database_with(file, _TABLES)


def stored_sessions(path: Path) -> Iterator[tuple[dict[str, Any], Iterator[tuple[int, dict[str, Any]]]]]:
    """Yield each session's row and numbered messages, the newest session first; raise ImportRefused if unreadable."""
    with checked_database(path, _TABLES) as database:
        named = database.columns("sessions")
        newest = ", ".join(f"{name} DESC" for name in ("updated_at", "created_at", "id") if name in named)
        for row in [*database.records("sessions", f"ORDER BY {newest or 'rowid'}")]:
            session = {name: decoded(value) if name in _JSON else value for name, value in row.items()}
            yield session, _messages(database, path, session.get("id"))


def _messages(database: SqliteDatabase, path: Path, session_id: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = database.records("messages", "WHERE session_id = ? ORDER BY created_timestamp, id", (session_id,))
    with damage_refused(path):
        yield from ((number, message_of(row)) for number, row in enumerate(rows, 1))


def is_row(record: Any) -> bool:
    """Return whether a record is a row of the table of messages."""
    return isinstance(record, dict) and {"session_id", "role", "content_json"} <= record.keys()


def message_of(row: dict[str, Any]) -> dict[str, Any]:
    """Return the message in a row, in the form of the export."""
    about = decoded(row.get("metadata_json"))
    used = ("id", "message_id", "session_id", "content_json", "created_timestamp", "timestamp", "metadata_json")
    message = {
        **{name: value for name, value in row.items() if name not in used},
        "id": row.get("message_id") or row.get("id"),
        "content": decoded(row.get("content_json")),
        "created": row.get("created_timestamp"),
    }
    return message if about in (None, "", {}, _SHOWN_TO_BOTH) else {**message, "metadata": about}
