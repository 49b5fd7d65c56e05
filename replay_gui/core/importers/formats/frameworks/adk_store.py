"""Read the session database of Google's Agent Development Kit (`DatabaseSessionService` with SQLite)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.message_events import decoded
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.sqlite_database import Tables, checked_database, damage_refused, is_database_with
from replay_gui.core.translation.messages import translatable

PICKLED = translatable("actions of events that Python has pickled, left out: to read them is to run them")

_TABLES: Tables = {"sessions": ("app_name", "state"), "events": ("session_id", "invocation_id", "timestamp")}
_KEYS = ("app_name", "user_id", "session_id")


def is_store(file: ForeignFile) -> bool:
    """Return whether the file is an SQLite database with the tables of ADK."""
    return is_database_with(file, _TABLES)


def stored_sessions(path: Path) -> Iterator[tuple[dict[str, Any], Iterator[dict[str, Any]]]]:
    """Yield (facts, rows of events) for each session, the newest session first."""
    with checked_database(path, _TABLES) as database:
        for row in [*database.records("sessions", "ORDER BY update_time DESC")]:
            keys = (row.get("app_name"), row.get("user_id"), row.get("id"))
            where = "WHERE app_name = ? AND user_id = ? AND session_id = ? ORDER BY timestamp, rowid"
            facts = {"id": row.get("id"), "app_name": row.get("app_name"), "state": decoded(row.get("state"))}
            with damage_refused(path):
                yield facts, database.records("events", where, keys)


def event_of(row: dict[str, Any], notes: ImportNotes) -> dict[str, Any]:
    """Return the event in a row, in the form of a session in JSON."""
    event = {name: decoded(value) for name, value in row.items() if name not in _KEYS and value is not None}
    if isinstance(event.get("actions"), bytes):
        del event["actions"]
        notes.count(PICKLED)
    ids = event.pop("long_running_tool_ids_json", None)
    whole = event.pop("event_data", None)
    more = whole if isinstance(whole, dict) else {}
    return {**event, **({"long_running_tool_ids": ids} if ids else {}), **more}
