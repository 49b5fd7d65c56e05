"""Databases in which agents keep their sessions."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.companions import companions_of, importer_named
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.formats.frameworks.adk_store import PICKLED
from replay_gui.core.importers.registry import recognise
from replay_gui.core.log.source import Source
from tests.helpers.foreign import Read, read_all, written
from tests.helpers.paths import DATA

GOOSE = """
CREATE TABLE sessions (id TEXT PRIMARY KEY, name TEXT, working_dir TEXT, created_at TIMESTAMP, updated_at TIMESTAMP,
  accumulated_input_tokens INTEGER, accumulated_output_tokens INTEGER, recipe_json TEXT,
  model_config_json TEXT);
CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT, session_id TEXT, role TEXT,
  content_json TEXT, created_timestamp INTEGER, timestamp TIMESTAMP, tokens INTEGER, metadata_json TEXT);
"""
OPENCODE = """
CREATE TABLE session (id TEXT PRIMARY KEY, project_id TEXT, slug TEXT, directory TEXT, title TEXT, version TEXT,
  permission TEXT, time_created INTEGER, time_updated INTEGER);
CREATE TABLE message (id TEXT, session_id TEXT, time_created INTEGER, time_updated INTEGER, data TEXT);
CREATE TABLE part (id TEXT, message_id TEXT, session_id TEXT, time_created INTEGER, time_updated INTEGER, data TEXT);
"""
OPENCODE_2 = """
CREATE TABLE session_v2 (id TEXT PRIMARY KEY, title TEXT, time_created INTEGER, time_updated INTEGER);
CREATE TABLE session_message (id TEXT, session_id TEXT, type TEXT, seq INTEGER, time_created INTEGER, data TEXT);
"""
ADK = """
CREATE TABLE sessions (app_name TEXT, user_id TEXT, id TEXT, state TEXT, create_time DATETIME, update_time DATETIME);
CREATE TABLE events (id TEXT, app_name TEXT, user_id TEXT, session_id TEXT, invocation_id TEXT, author TEXT,
  actions BLOB, timestamp DATETIME, content TEXT, event_data TEXT);
"""
AGENTS_SDK = """
CREATE TABLE agent_sessions (session_id TEXT PRIMARY KEY);
CREATE TABLE agent_messages (id INTEGER PRIMARY KEY, session_id TEXT, message_data TEXT, created_at TIMESTAMP);
"""
AT = 1_782_639_621  # seconds


def database(path: Path, script: str, rows: list[tuple[str, dict[str, Any]]]) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
        for table, row in rows:
            values = [json.dumps(value) if isinstance(value, dict | list) else value for value in row.values()]
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", values)
        connection.commit()
    return path


def goose_store(path: Path, question: str = "Read x") -> Path:
    asked = {"status": "success", "value": {"name": "shell", "arguments": {"command": "cat x"}}}
    answered = {"status": "success", "value": {"content": [{"type": "text", "text": "no such file"}], "isError": True}}
    session = {"working_dir": "/w", "created_at": "2026-06-28 09:40:21", "recipe_json": {"title": "r"}}
    model = {"model_config_json": {"model_name": "qwen", "context_limit": 32000}}
    used = {"accumulated_input_tokens": 1000, "accumulated_output_tokens": 50, **model}
    messages = [
        ("user", [{"type": "text", "text": question}]),
        ("assistant", [{"type": "toolRequest", "id": "c1", "toolCall": asked}]),
        ("user", [{"type": "toolResponse", "id": "c1", "toolResult": answered}]),
        ("assistant", [{"type": "text", "text": "It is not there."}]),
    ]
    rows: list[tuple[str, dict[str, Any]]] = [
        ("sessions", {"id": "s_1", "updated_at": "2026-06-28 09:40:21", **session}),
        ("sessions", {"id": "s_2", "updated_at": "2026-06-28 09:50:21", **session, **used}),
    ]
    for number, (role, content) in enumerate(messages):
        row = {"message_id": f"m{number}", "session_id": "s_2", "role": role, "content_json": content}
        rows.append(("messages", {**row, "created_timestamp": AT + number, "metadata_json": {"userVisible": True}}))
    return database(path, GOOSE, rows)


def opencode_store(path: Path) -> Path:
    times = {"time_created": AT * 1000, "time_updated": AT * 1000}
    state = {"status": "error", "input": {"command": "ls"}, "error": "no shell", "time": {"start": 1, "end": 2}}
    wrong = {"name": "MessageAbortedError", "data": {"message": "Aborted"}}
    infos = [
        {"role": "user", "time": {"created": AT * 1000}},
        {"role": "assistant", "time": {"created": AT * 1000 + 1000}, "modelID": "m", "error": wrong},
    ]
    parts = [
        {"type": "text", "text": "List"},
        {"type": "tool", "callID": "c", "tool": "bash", "state": state},
        {"type": "step-finish", "tokens": {"input": 10, "output": 5, "cache": {"read": 2, "write": 0}}},
    ]
    rows: list[tuple[str, dict[str, Any]]] = [("session", {"id": "ses_1", "title": "List files", "slug": "s", **times})]
    rows += [("message", {"id": f"m{n}", "session_id": "ses_1", **times, "data": info}) for n, info in enumerate(infos)]
    for number, part in enumerate(parts):
        owner = {"message_id": "m1" if number else "m0", "session_id": "ses_1"}
        rows.append(("part", {"id": f"p{number}", **owner, **times, "data": part}))
    return database(path, OPENCODE, rows)


def calls(run: Read) -> list[tuple[str, Any, Any, str | None]]:
    """(tool, input, output, error) of each call."""
    answers = {event.meta["parent"]: event.payload for event in run.of("ToolResponse")}
    found = []
    for seq, event in enumerate(run.events):
        if event.kind == "ToolRequest":
            answer = answers[seq]
            found.append((event.payload["tool_name"], event.payload["input"], answer["output"], answer["error"]))
    return found


def test_gooses_store_has_a_run_a_session(tmp_path: Path) -> None:
    path = goose_store(tmp_path / "sessions.db")
    assert recognise(path).name == "goose"
    newest, other = read_all(path)
    assert (newest.run.run_id, other.run.run_id, other.kinds) == ("s_2", "s_1", ["AgentInit"])
    assert newest.kinds == [
        "AgentInit", "StateTransition", "Observation", "ToolRequest", "ToolResponse", "Error", "Decision",
        "x:bookkeeping/goose/use",
    ]  # fmt: skip
    assert newest.events[0].payload["config"]["recipe_json"] == {"title": "r"}
    assert newest.events[1].payload["data"] == {"model": "qwen"}
    assert newest.of("Decision")[0].meta["model"] == "qwen"
    assert calls(newest) == [("shell", {"command": "cat x"}, "no such file", "no such file")]
    assert newest.of("Observation")[0].meta["time"] == AT * 10**9
    assert newest.events[-1].meta["tokens"] == {"input": 1000, "output": 50}
    assert sorted(file.name for file in tmp_path.iterdir()) == ["sessions.db"]


def test_rows_of_gooses_messages_are_told_apart_by_session() -> None:
    first, second = read_all(DATA / "seeds" / "goose" / "3.jsonl")
    assert (first.run.run_id, second.run.run_id) == ("20260628_5", "20260628_6")
    assert calls(first) == [("shell", {"command": "cat notes"}, "no such file", "no such file")]
    assert [event.payload["data"] for event in second.of("Observation")] == ["Hello"]


def test_lines_that_are_no_rows_are_counted(tmp_path: Path) -> None:
    rows = (DATA / "seeds" / "goose" / "3.jsonl").read_text().splitlines()
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join([rows[0], "no JSON", '{"role": "user"}', *rows[1:]]))
    runs = read_all(path)
    assert [run.run.notes.sentences() for run in runs] == [("records that hold no run, left out: 2",)] * 2
    assert calls(runs[0]) == [("shell", {"command": "cat notes"}, "no such file", "no such file")]


def test_a_row_whose_session_is_no_text_is_read(tmp_path: Path) -> None:
    row = {"session_id": ["s"], "role": "user", "content_json": json.dumps([{"type": "text", "text": "Hello"}])}
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row))
    (found,) = read_all(path, "goose")
    assert [event.payload["data"] for event in found.of("Observation")] == ["Hello"]


def test_another_question_is_another_run(tmp_path: Path) -> None:
    one, other = (read_all(goose_store(tmp_path / f"{number}.db", question))[0] for number, question in enumerate("ab"))
    assert [event.payload for event in one.events] != [event.payload for event in other.events]


def test_opencodes_messages_since_2() -> None:
    (found,) = read_all(DATA / "seeds" / "opencode" / "4.json")
    assert [event.payload.get("data") for event in found.of("Observation")][::2] == ["Fix the sum", "ls"]
    assert [event.payload["obs_type"] for event in found.of("Observation")] == [
        "message", "attachment", "command", "attachment",
    ]  # fmt: skip
    assert [event.payload["data"] for event in found.of("Decision")] == [None, "I will look."]
    output = "cat: x: no such file\nCommand exited with code 1."
    assert calls(found) == [
        ("shell", {"command": "cat x"}, output, "exit 1"),
        ("read", {"path": "y"}, "File not found: y", "File not found: y"),
    ]
    assert found.of("Error")[-1].payload["message"] == "No such model"
    assert found.of("Snapshot")[0].payload["data"]["summary"] == "The sum is wrong."
    (use,) = found.of("x:bookkeeping/opencode/step-finish")
    assert use.meta["tokens"] == {"input": 30, "cached": 20, "output": 6, "reasoning": 1}
    assert found.events[-1].payload["how"] == "stopped by user"
    times = [event.meta["time"] for event in found.events if "time" in event.meta]
    assert times == sorted(times)


def test_opencodes_store_that_was_brought_over_has_both_kinds_of_sessions(tmp_path: Path) -> None:
    path = opencode_store(tmp_path / "opencode.db")
    exported = json.loads((DATA / "seeds" / "opencode" / "4.json").read_text())
    row = {"title": "Fix the sum", "time_created": 1_790_000_000_000, "time_updated": 0}
    rows: list[tuple[str, dict[str, Any]]] = [("session_v2", {"id": id, **row}) for id in ("ses_v2", "ses_1")]
    for number, message in enumerate(exported["messages"]):
        data = {name: value for name, value in message.items() if name not in ("id", "type")}
        about = {"id": message["id"], "type": message["type"], "seq": number * 3, "time_created": 0}
        rows.append(("session_message", {"session_id": "ses_v2", **about, "data": data}))
    found = read_all(database(path, OPENCODE_2, rows))
    (same,) = read_all(DATA / "seeds" / "opencode" / "4.json")
    assert [run.run.run_id for run in found] == ["ses_v2", "ses_1"]
    assert [event.payload for event in found[0].events[1:]] == [event.payload for event in same.events[1:]]
    assert found[1].kinds == ["AgentInit"]  # the newer table tells what the session is


def test_opencodes_store_has_a_run_a_session(tmp_path: Path) -> None:
    path = opencode_store(tmp_path / "opencode.db")
    assert recognise(path).name == "opencode"
    (found,) = read_all(path)
    assert (found.run.run_id, found.run.name) == ("ses_1", "List files")
    assert calls(found) == [("bash", {"command": "ls"}, "no shell", "no shell")]
    assert [event.payload["data"] for event in found.of("Observation")] == ["List"]
    tokens = [event.meta["tokens"] for event in found.events if event.meta.get("tokens")]
    assert tokens == [{"input": 12, "cached": 2, "output": 5, "reasoning": 0}]
    last, end = found.events[-2:]
    assert (end.kind, end.payload["how"]) == ("x:end", "stopped by user")
    assert (last.kind, last.payload["error_type"], last.payload["message"]) == ("Error", "interrupted", "Aborted")


@pytest.mark.parametrize(("seed", "word"), [("goose/4.sqlite", b"not there."), ("opencode/3.sqlite", b"There is a.")])
def test_a_damaged_database_is_refused(tmp_path: Path, seed: str, word: bytes) -> None:
    """The page of a message is no page of a table."""
    data = bytearray((DATA / "seeds" / seed).read_bytes())
    page = data.index(word) // 512 * 512
    data[page : page + 8] = b"\xff" * 8
    path = tmp_path / "damaged.db"
    path.write_bytes(data)
    with pytest.raises(ImportRefused, match="cannot be read: database disk image is malformed"):
        read_all(path, seed.partition("/")[0])


@pytest.mark.parametrize("format", ["goose", "opencode"])
def test_another_database_is_not_taken(tmp_path: Path, format: str) -> None:
    path = database(tmp_path / "other.db", "CREATE TABLE messages (id INTEGER, content TEXT)", [])
    with pytest.raises(ImportRefused):
        recognise(path)
    with pytest.raises((ImportRefused, sqlite3.Error)):
        read_all(path, format)


def test_a_database_of_google_adk(tmp_path: Path) -> None:
    keys = {"app_name": "app", "user_id": "u", "session_id": "s"}
    at = "2026-05-21 14:00:0{}.5"
    asked = {"role": "user", "parts": [{"text": "Weather?"}]}
    call = {"role": "model", "parts": [{"function_call": {"id": "c", "name": "weather", "args": {"city": "Nowhere"}}}]}
    wrong = {"status": "error", "error_message": "no such city"}
    result = {"parts": [{"function_response": {"id": "c", "name": "weather", "response": wrong}}]}
    rows: list[tuple[str, dict[str, Any]]] = [
        ("sessions", {"app_name": "app", "user_id": "u", "id": "s", "state": '{"seen": 1}', "update_time": at}),
        ("events", {**keys, "id": "1", "invocation_id": "i", "author": "user", "actions": b"\x80",
                    "timestamp": at.format(0), "content": json.dumps(asked)}),
        ("events", {**keys, "id": "2", "invocation_id": "i", "author": "helper", "timestamp": at.format(1),
                    "event_data": json.dumps({"content": call, "usage_metadata": {"prompt_token_count": 5}})}),
        ("events", {**keys, "id": "3", "invocation_id": "i", "author": "helper", "timestamp": at.format(2),
                    "content": json.dumps(result)}),
    ]  # fmt: skip
    (found,) = read_all(database(tmp_path / "adk.db", ADK, rows))
    assert (found.format, found.run.run_id, found.run.notes[PICKLED]) == ("google-adk", "s", 1)
    assert found.kinds == [
        *("AgentInit", "Observation", "ToolRequest", "ToolResponse", "Error", "x:bookkeeping/google-adk/file"),
    ]
    assert found.of("ToolResponse")[0].payload["error"] == "no such city"
    assert found.of("x:bookkeeping/google-adk/file")[0].payload["data"]["state"] == {"seen": 1}


def test_a_database_of_openais_agents_sdk(tmp_path: Path) -> None:
    messages = [
        ("a", {"role": "user", "content": "Hi"}),
        ("b", {"role": "user", "content": "Yo"}),
        ("a", {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello"}]}),
    ]
    rows: list[tuple[str, dict[str, Any]]] = [
        (
            "agent_messages",
            {"session_id": name, "message_data": json.dumps(message), "created_at": "2026-05-21 14:00:00"},
        )
        for name, message in messages
    ]
    newest, other = read_all(database(tmp_path / "sessions.db", AGENTS_SDK, rows))
    assert (newest.format, newest.run.run_id, other.run.run_id) == ("chat-messages", "a", "b")
    assert newest.kinds == ["AgentInit", "Observation", "Decision"]
    assert newest.events[1].meta["time"] == other.events[1].meta["time"]


@pytest.mark.parametrize(
    ("session", "message", "part"),
    [
        ("session/p/ses_1.json", "message/ses_1/{}.json", "part/{}/{}.json"),
        ("session/info/ses_1.json", "session/message/ses_1/{}.json", "session/part/ses_1/{}/{}.json"),
    ],
)
def test_a_session_that_opencode_keeps_in_files(tmp_path: Path, session: str, message: str, part: str) -> None:
    def put(name: str, **members: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(members))
        return path

    opened = put(session, id="ses_1", title="t", time={"created": 1000})
    tokens = {"input": 3, "output": 2, "reasoning": 0, "cache": {"read": 4, "write": 0}}
    put(message.format("msg_b"), id="msg_b", role="assistant", time={"created": 3000}, tokens=tokens, cost=0.5)
    put(message.format("msg_a"), id="msg_a", role="user", time={"created": 2000})
    put(part.format("msg_a", "prt_1"), id="prt_1", type="text", text="Fix it")
    refusal = {"status": "error", "input": {}, "error": "The user rejected permission to use this specific tool call."}
    put(part.format("msg_b", "prt_2"), id="prt_2", type="tool", tool="bash", callID="c", state=refusal)
    (found,) = read_all(opened)
    assert (found.format, found.tools(), found.tokens()) == (
        "opencode",
        {"bash": 1},
        {"input": 7, "cached": 4, "output": 2, "reasoning": 0},
    )
    assert [event.payload["data"] for event in found.of("Observation")] == ["Fix it"]
    assert (len(found.of("CapabilityDenied")), found.of("Error")) == (1, [])
    with Source(opened) as source:
        read_with = companions_of(importer_named("opencode"), ForeignFile(source))
    assert sorted(path.stem for path in read_with) == ["msg_a", "msg_b", "prt_1", "prt_2"]


def test_an_opencode_session_with_other_names_and_calls_without_an_id(tmp_path: Path) -> None:
    def message(id: str, role: str, *parts: dict[str, Any]) -> dict[str, Any]:
        return {"message": {"id": id, "role": role, "time": {"created": 1775000001000}}, "parts": list(parts)}

    state = {"status": "completed", "input": {"command": "echo safe"}, "output": "safe"}
    tool = {"id": "p3", "type": "tool", "tool": "shell", "state": state}
    messages = [
        message("m1", "user", {"id": "p1", "type": "text", "text": "Go."}),
        message("m2", "assistant", tool, {"id": "p4", "type": "text", "text": "Done."}),
    ]
    (found,) = read_all(written(tmp_path, {"session": {"id": "s", "title": "T"}, "messages": messages}))
    kinds = ["Observation", "ToolRequest", "ToolResponse", "Decision"]
    assert [kind for kind in found.kinds[1:] if not kind.startswith("x:")] == kinds
    assert (found.run.agent, found.of("ToolResponse")[0].payload["output"]) == ("OpenCode", "safe")
    assert found.of("ToolResponse")[0].payload["tool_name"] == "shell"


def test_an_opencode_session_as_the_server_sends_its_messages(tmp_path: Path) -> None:
    messages = [{"info": {"id": "m", "sessionID": "s", "role": "user"}, "parts": [{"type": "text", "text": "Go."}]}]
    for document in (messages, {"session_id": "s", "messages": messages}):
        (found,) = read_all(written(tmp_path, document))
        assert (found.run.agent, found.run.run_id) == ("OpenCode", "s")
        assert found.of("Observation")[0].payload["data"] == "Go."
