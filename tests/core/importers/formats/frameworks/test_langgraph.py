"""No real file was at hand: the database is made as langgraph-checkpoint-sqlite 3.1 makes it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgpack
import pytest

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.conversion import convert
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.replay_engine import ReplayEngine
from tests.helpers.foreign import read_all

_SCHEMA = """
CREATE TABLE checkpoints (thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL DEFAULT '', checkpoint_id TEXT NOT NULL,
  parent_checkpoint_id TEXT, type TEXT, checkpoint BLOB, metadata BLOB,
  PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id));
CREATE TABLE writes (thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL DEFAULT '', checkpoint_id TEXT NOT NULL,
  task_id TEXT NOT NULL, idx INTEGER NOT NULL, channel TEXT NOT NULL, type TEXT, value BLOB,
  PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id, task_id, idx));
"""


def pack(value: Any) -> bytes:
    packed: bytes = msgpack.packb(value)
    return packed


def database(folder: Path) -> Path:
    path = folder / "checkpoints.sqlite"
    message = msgpack.ExtType(
        5, pack(["langchain_core.messages.human", "HumanMessage", {"content": "Hi"}, "construct"])
    )
    with closing(sqlite3.connect(path)) as made:
        made.executescript(_SCHEMA)
        for thread, count in (("old", 1), ("new", 2)):
            for step in range(count):
                values = {"messages": [message], "count": step}
                checkpoint = {"v": 4, "ts": f"2025-01-01T00:00:0{step}+00:00", "channel_values": values}
                id, parent = f"{thread == 'new':d}-{step}", f"{thread == 'new':d}-{step - 1}" if step else None
                row = (thread, "", id, parent, "msgpack", pack(checkpoint), b'{"source": "loop", "step": %d}' % step)
                made.execute("INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?)", row)
                write = (thread, "", id, "task", 0, "count", "msgpack", pack(step + 1))
                made.execute("INSERT INTO writes VALUES (?, ?, ?, ?, ?, ?, ?, ?)", write)
        made.commit()
    return path


def test_every_thread_is_a_run_the_newest_first(tmp_path: Path) -> None:
    new, old = read_all(database(tmp_path))
    assert (new.format, new.run.run_id, old.run.run_id) == ("langgraph", "new", "old")
    assert new.kinds == ["AgentInit", "Snapshot", "StateTransition", "Snapshot", "StateTransition"]
    assert old.kinds == ["AgentInit", "Snapshot", "StateTransition"]
    first, write, second = new.events[1:4]
    assert (first.payload["step"], first.meta["time"]) == (0, 1_735_689_600_000_000_000)
    assert (write.payload["transition_type"], write.payload["value"]) == ("write count", 1)
    assert second.meta["parent"] == 1


def test_the_state_is_the_graphs_own(tmp_path: Path) -> None:
    converted = convert(database(tmp_path), tmp_path / "out")[0]
    with EventLog.open(converted.path) as made:
        state = ReplayEngine(made).replay_all()
    human = {"class": "langchain_core.messages.human.HumanMessage", "value": {"content": "Hi"}}
    assert made.header.state == "recorded"
    assert state["channels"] == {"messages": [human], "count": 1}
    assert converted.notes == ("objects of Python classes, kept as their class and members: 2",)


def test_events_of_a_subgraph_name_it(tmp_path: Path) -> None:
    path = database(tmp_path)
    with closing(sqlite3.connect(path)) as made:
        for table in ("checkpoints", "writes"):
            made.execute(f"UPDATE {table} SET checkpoint_ns = 'find:1a|read:2b' WHERE checkpoint_id = '1-1'")
        made.commit()
    new = read_all(path)[0]
    assert [event.meta.get("subagent") for event in new.events] == [None, None, None, *2 * [["find", "read"]]]


def test_values_in_another_encoding_are_kept(tmp_path: Path) -> None:
    path = database(tmp_path)
    with closing(sqlite3.connect(path)) as made:
        made.execute("UPDATE writes SET type = 'pickle', value = x'80' WHERE thread_id = 'old'")
        made.commit()
    old = read_all(path)[1]
    assert old.events[2].payload["value"] == b"\x80"
    assert len(old.run.notes.sentences()) == 2


def test_another_database_is_no_such_thing_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as made:
        made.execute("CREATE TABLE t (a)")
        made.commit()
    with pytest.raises(ImportRefused, match="no format known"):
        read_all(other)
    path = database(tmp_path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ImportRefused):
        read_all(path, "langgraph")
