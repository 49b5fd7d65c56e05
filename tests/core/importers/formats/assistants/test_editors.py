"""Sessions of agents in editors and terminals: Continue, Zed, Crush, Junie."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import zstandard

from replay_gui.core.text.call_text import response_summary
from tests.helpers.foreign import Read, read_all, read_seed
from tests.helpers.paths import DATA


def errors(found: Read) -> list[object]:
    return [event.payload["error"] for event in found.of("ToolResponse")]


def test_a_session_of_continue() -> None:
    found = read_seed("continue/0.json")
    assert [event.payload["data"] for event in found.of("Observation")] == ["Fix it"]
    assert found.decisions() == [(None, "I look."), ("Hm", None), (None, "Done.")]
    cancelled, calls = "The user cancelled this tool call.", {"read_file": 1, "run": 1, "Bash": 1}
    assert (found.run.run_id, found.tools(), errors(found)) == ("c", calls, [None, cancelled, "exit 1"])
    assert response_summary(found.of("ToolResponse")[2].payload) == "exit 1 · OSError: no x"
    assert (len(found.of("CapabilityDenied")), len(found.of("Error"))) == (1, 1)
    assert found.tokens() == {"input": 10, "output": 5}
    assert [event.meta["cost"] for event in found.events if "cost" in event.meta] == [0.5]


def test_a_thread_of_zed_alone_and_in_its_database(tmp_path: Path) -> None:
    path = tmp_path / "threads.db"
    columns = "id TEXT PRIMARY KEY, summary TEXT, updated_at TEXT, data_type TEXT, data BLOB"
    document = (DATA / "seeds" / "zed" / "0.json").read_bytes()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE threads ({columns})")
        row = ("th", "Loader", "2026-05-01T12:30:00Z", "zstd", zstandard.compress(document))
        database.execute("INSERT INTO threads VALUES (?, ?, ?, ?, ?)", row)
    (stored,) = read_all(path)
    for found in (read_seed("zed/0.json"), stored):
        assert found.format == "zed"
        assert found.of("Observation")[0].payload["data"] == "Make the loader faster\n@/a.rs"
        (mentioned,) = found.of("x:bookkeeping/zed/context")
        assert mentioned.payload["data"]["content"] == "fn main() {}"
        assert found.decisions() == [("Look first", "I look."), (None, "Done.")]
        asked = [(event.payload["tool_name"], event.payload["input"]) for event in found.of("ToolRequest")]
        assert asked == [("read_file", {"path": "a.rs"}), ("terminal", {"command": "rm a"})]
        assert errors(found) == [None, "Permission to run tool denied by user"]
        assert (len(found.of("CapabilityDenied")), found.of("Error")) == (1, [])
        assert found.of("Snapshot")[0].payload["data"] == {"summary": "short"}
        assert found.tokens() == {"input": 10, "cached": 1, "output": 5}


def test_a_session_in_crushs_database() -> None:
    found = read_seed("crush/0.sqlite")
    assert (found.run.run_id, found.tools()) == ("s", {"bash": 1, "edit": 1})
    assert found.decisions() == [("Hm", "I look."), (None, "Do")]
    assert errors(found) == ["no such file", "User denied permission"]
    assert [event.payload["error_type"] for event in found.of("Error")] == ["tool_error", "interrupted"]
    assert (len(found.of("CapabilityDenied")), found.of("Snapshot")[0].payload["data"]["summary"]) == (1, "short")
    assert found.events[-1].payload == {"how": "stopped by user", "why": "User canceled request"}
    assert [event.meta["cost"] for event in found.events if "cost" in event.meta] == [0.5]


def test_a_session_of_junie() -> None:
    found = read_seed("junie/0.jsonl")
    messages = [(event.payload["source"], event.payload["data"]) for event in found.of("Observation")]
    assert messages == [("user", "Fix it"), ("Junie", "Notice"), ("user", "Go on?\nYes")]
    assert found.decisions() == [("Look first", None), (None, "Done")]
    asked = [(event.payload["tool_name"], event.payload["input"]) for event in found.of("ToolRequest")]
    files = {"files": [{"relativePath": "b.py"}]}
    assert asked == [("terminal", {"command": "ls"}), ("view_files", files), ("terminal", {"command": "make"})]
    assert errors(found) == [None, "no such file"]
    assert found.of("ToolResponse")[0].meta["duration"] == 1_000_000_000
    assert found.tokens() == {"input": 15, "cached": 2, "output": 4}
    assert found.events[-1].payload == {"how": "crash", "why": "the task failed"}


def test_older_threads_of_zed_have_the_results_in_the_messages_that_asked(tmp_path: Path) -> None:
    about: dict[str, object] = {"role": "assistant", "segments": []}
    call, result = {"id": "t", "name": "grep", "input": {}}, {"tool_use_id": "t", "content": "no", "is_error": False}
    path = tmp_path / "thread.json"
    path.write_text(
        json.dumps(
            {"version": "0.2.0", "messages": [{**about, "id": 1, "tool_uses": [call], "tool_results": [result]}]}
        )
    )
    (found,) = read_all(path)
    assert (found.format, found.kinds[1:]) == ("zed", ["ToolRequest", "ToolResponse"])
    assert found.of("ToolResponse")[0].payload["tool_name"] == "grep"
