"""Read OpenCode's database of sessions, ``opencode.db`` (SQLite), into the form of its export.

Since 2.0 one table holds a session's messages; a database from an earlier version still has the old tables too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.assistants.opencode_messages import in_parts
from replay_gui.core.importers.formats.message_events import decoded
from replay_gui.core.importers.sqlite_database import SqliteDatabase, Tables, checked_database, is_database_with
from replay_gui.core.translation.messages import tr

_TABLES: Tables = {"session": (), "message": (), "part": ("message_id", "data")}
_TABLES_SINCE_2: Tables = {"session_v2": (), "session_message": ("session_id", "type", "seq", "data")}
_IN_ORDER = "WHERE session_id = ? ORDER BY time_created, id"


def is_store(file: ForeignFile) -> bool:
    """Return whether the file is an SQLite database with OpenCode's tables."""
    return is_database_with(file, _TABLES_SINCE_2) or is_database_with(file, _TABLES)


def stored_sessions(path: Path) -> Iterator[dict[str, Any]]:
    """Yield each session as ``opencode export`` writes it, the newest first; ImportRefused if unreadable."""
    with checked_database(path, (*_TABLES, *_TABLES_SINCE_2)) as database:
        if not (database.has_tables(_TABLES) or database.has_tables(_TABLES_SINCE_2)):
            raise ImportRefused(tr("{path}: a SQLite database without OpenCode's tables", path=path))
        known = set[Any]()
        for table, messages, tables in (
            ("session_v2", _messages_since_2, _TABLES_SINCE_2),
            ("session", _messages, _TABLES),
        ):
            rows = database.records(table, "ORDER BY time_updated DESC, id DESC") if database.has_tables(tables) else ()
            for row in [*rows]:
                if row.get("id") not in known:
                    known.add(row.get("id"))
                    yield {"info": _session(row), "messages": messages(database, row.get("id"))}


def _session(row: dict[str, Any]) -> dict[str, Any]:
    """Return a session in the export's form: each group of columns is one member."""
    groups: dict[str, dict[str, Any]] = {"time": {}, "tokens": {}, "summary": {}}
    session: dict[str, Any] = {}
    for name, value in row.items():
        group, _, inner = name.partition("_")
        if group in groups and inner:
            groups[group][inner] = decoded(value)
        elif name.endswith("_id"):
            session[f"{group}ID"] = value
        else:
            session[name] = decoded(value)
    used_groups = {name: members for name, members in groups.items() if any(members.values())}
    return {name: value for name, value in {**session, **used_groups}.items() if value not in (None, "")}


def _messages(database: SqliteDatabase, session_id: Any) -> list[dict[str, Any]]:
    parts: dict[Any, list[dict[str, Any]]] = {}
    for row in database.records("part", _IN_ORDER, (session_id,)):
        parts.setdefault(row.get("message_id"), []).append({"id": row.get("id"), **_data(row)})
    return [
        {"info": {"id": row.get("id"), **_data(row)}, "parts": parts.pop(row.get("id"), [])}
        for row in database.records("message", _IN_ORDER, (session_id,))
    ]


def _messages_since_2(database: SqliteDatabase, session_id: Any) -> list[dict[str, Any]]:
    rows = database.records("session_message", "WHERE session_id = ? ORDER BY seq", (session_id,))
    return [in_parts({**_data(row), "id": row.get("id"), "type": str(row.get("type"))}) for row in rows]


def _data(row: dict[str, Any]) -> dict[str, Any]:
    data = decoded(row.get("data"))
    return data if isinstance(data, dict) else {"data": data}
