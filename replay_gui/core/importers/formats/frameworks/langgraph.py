"""LangGraph checkpoints in SQLite (langgraph-checkpoint-sqlite): every thread is a run, with its real state.

A checkpoint is a Snapshot that sets ``/channels`` of the state to the channels' values; a write is a StateTransition.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgpack

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.json_lines import NotJson, value_of
from replay_gui.core.importers.plain_values import plain
from replay_gui.core.importers.run_builder import RunBuilder
from replay_gui.core.importers.times import iso_time
from replay_gui.core.log.kinds import Kind

UNREAD_VALUES = "values in an encoding that is not read, kept as bytes"
DAMAGED = "threads whose rest cannot be read, since the database is damaged"
OBJECTS = "objects of Python classes, kept as their class and members"

_MAGIC = b"SQLite format 3\x00"
_TABLES = {"checkpoints", "writes"}
_BLOB = 64 << 20  # bytes; a larger value is not decoded


class LangGraph:
    """The importer."""

    name = "langgraph"
    title = "LangGraph checkpoints"
    version = 2

    def recognises(self, file: ForeignFile) -> bool:
        if not file.head.startswith(_MAGIC):
            return False
        try:
            with closing(_opened(file.source.path)) as database:
                tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except (sqlite3.Error, UnicodeDecodeError):
            return False
        return tables >= _TABLES

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        path = file.source.path
        try:
            with closing(_opened(path)) as database:
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
                        events=_Thread(database, thread, notes).events(),
                        notes=notes,
                        state_recorded=True,
                    )
        except (sqlite3.Error, UnicodeDecodeError) as why:
            raise ImportRefused(f"{path}: a SQLite database that cannot be read: {why}") from None


def _opened(path: Path) -> sqlite3.Connection:
    """The database for reading alone; a journal beside it, if there is one, is honoured."""
    database = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
    database.text_factory = _text
    return database


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")


class _Thread:
    """One thread's checkpoints in their order, each followed by what was written after it."""

    def __init__(self, database: sqlite3.Connection, thread: Any, notes: ImportNotes) -> None:
        self._database = database
        self._thread = thread
        self._notes = notes
        self._run = RunBuilder(notes)
        self._seq: dict[Any, int] = {}  # of each checkpoint's id

    def events(self) -> Iterator[ImportedEvent]:
        self._run.agent_init("langgraph", "", {}, thread=str(self._thread))
        yield from self._run.drain()
        ask = """SELECT checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata
                 FROM checkpoints WHERE thread_id = ? ORDER BY checkpoint_id"""
        try:
            for namespace, checkpoint, parent, kind, value, metadata in self._database.execute(ask, (self._thread,)):
                self._checkpoint(namespace, checkpoint, parent, self._value(kind, value), self._json(metadata))
                self._writes(namespace, checkpoint)
                yield from self._run.drain()
        except (sqlite3.Error, UnicodeDecodeError) as why:  # the latter for what SQLite itself says of the damage
            self._notes.count(DAMAGED)
            self._run.custom("langgraph/damaged", {"problem": str(why)})
            yield from self._run.drain()

    def _checkpoint(self, namespace: Any, checkpoint: Any, parent: Any, found: Any, metadata: Any) -> None:
        found = found if isinstance(found, dict) else {"value": found}
        channels, time = found.get("channel_values"), iso_time(found.get("ts"))
        path = "/channels" if not namespace else "/subgraph_channels"
        ops = [{"op": "add", "path": path, "value": channels}] if channels is not None else []
        metadata = metadata if isinstance(metadata, dict) else {"metadata": metadata}
        payload = {key: metadata[key] for key in ("source", "step") if key in metadata}
        rest = {key: value for key, value in found.items() if key not in ("channel_values", "ts")}
        self._seq[checkpoint] = self._run.add(
            Kind.SNAPSHOT,
            {"snapshot_type": "checkpoint", "namespace": str(namespace), **payload, "ops": ops},
            time=time,
            parent=self._seq.get(parent),
            checkpoint_id=str(checkpoint),
            metadata=metadata,
            fields=rest or None,
            subagent=_subgraphs(namespace),
        )

    def _writes(self, namespace: Any, checkpoint: Any) -> None:
        ask = """SELECT task_id, idx, channel, type, value FROM writes
                 WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ? ORDER BY task_id, idx"""
        for task, index, channel, kind, value in self._database.execute(ask, (self._thread, namespace, checkpoint)):
            payload = {"transition_type": f"write {channel}", "value": self._value(kind, value)}
            where = {"parent": self._seq[checkpoint], "subagent": _subgraphs(namespace)}
            self._run.add(Kind.STATE_TRANSITION, payload, task_id=str(task), index=index, **where)

    def _value(self, kind: Any, raw: Any) -> Any:
        """A stored value: msgpack or JSON, as `kind` says."""
        if raw is None or kind in (None, "null", "empty"):
            return None
        raw = raw.encode() if isinstance(raw, str) else bytes(raw)
        try:
            if kind == "msgpack" and len(raw) <= _BLOB:
                found = msgpack.unpackb(raw, ext_hook=self._object, strict_map_key=False, raw=False)
                return plain(_with_text_keys(found), self._notes)
            if kind == "json" and len(raw) <= _BLOB:
                return value_of(raw, self._notes)
        except (ValueError, TypeError, NotJson, RecursionError, msgpack.exceptions.UnpackException):
            pass
        self._notes.count(UNREAD_VALUES, example=str(kind))
        return raw

    def _object(self, code: int, data: bytes) -> Any:
        """What LangGraph writes of a Python object: module, name, and how to make it again; it is not made."""
        self._notes.count(OBJECTS)
        try:
            found = msgpack.unpackb(data, ext_hook=self._object, strict_map_key=False, raw=False)
        except (ValueError, TypeError, RecursionError, msgpack.exceptions.UnpackException):
            return data
        match found:
            case [str(module), str(name), value, *_]:
                return {"class": f"{module}.{name}", "value": value}
        return found

    def _json(self, raw: Any) -> Any:
        raw = raw.encode() if isinstance(raw, str) else bytes(raw or b"null")
        try:
            return value_of(raw, self._notes)
        except NotJson:
            return None


def _subgraphs(namespace: Any) -> list[str] | None:
    """The graphs within the thread's own that a namespace (name:id|name:id) leads to."""
    return [part.partition(":")[0] for part in namespace.split("|")] if namespace and type(namespace) is str else None


def _with_text_keys(value: Any) -> Any:
    """`value` with maps whose keys are all text, as the log format wants them."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else repr(key): _with_text_keys(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_with_text_keys(member) for member in value]
    return value
