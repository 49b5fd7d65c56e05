"""Databases are made as langgraph-checkpoint-sqlite 3.1 makes them."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgpack
import pytest

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.conversion import NOT_WRITTEN, convert
from replay_gui.core.importers.formats.frameworks.langgraph.values import VOLATILE
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.replay_engine import ReplayEngine
from tests.helpers.foreign import Read, cached_conversion, read_all, real_files
from tests.helpers.importers.leaves import changed, leaves_of, with_leaf
from tests.helpers.shared_data import each_real_file

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
    assert new.kinds == [
        "AgentInit", "Snapshot", "Observation", "StateTransition", "Snapshot", "StateTransition", "x:end"
    ]  # fmt: skip
    assert old.kinds == ["AgentInit", "Snapshot", "Observation", "StateTransition", "x:end"]
    first, said, write, second = new.events[1:5]
    assert (said.payload["source"], said.payload["data"], said.meta["parent"]) == ("user", "Hi", 1)
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
    assert [event.meta.get("subagent") for event in new.events] == [
        *4 * [None],
        *2 * [["find", "read"]],
        None,
    ]
    assert new.events[4].payload["namespace"] == "find|read"


def test_values_in_another_encoding_are_kept(tmp_path: Path) -> None:
    path = database(tmp_path)
    with closing(sqlite3.connect(path)) as made:
        made.execute("UPDATE writes SET type = 'pickle', value = x'80' WHERE thread_id = 'old'")
        made.commit()
    old = read_all(path)[1]
    assert old.of("StateTransition")[0].payload["value"] == b"\x80"
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


AI: dict[str, Any] = {
    "type": "ai", "id": "a1", "content": "Let me look.", "response_metadata": {"model_name": "m", "finish": "tool"},
    "tool_calls": [{"name": "look", "args": {"id": 7}, "id": "c1", "type": "tool_call"}],
    "usage_metadata": {"input_tokens": 5, "output_tokens": 2, "input_token_details": {"cache_read": 3}},
}  # fmt: skip
TOOL: dict[str, Any] = {
    "type": "tool", "id": "t1", "content": "nothing there", "tool_call_id": "c1", "name": "look", "status": "error",
}  # fmt: skip


def thread(folder: Path, *steps: tuple[dict[str, Any], dict[str, Any]], name: str = "thread.sqlite") -> Path:
    """A database of one thread: of each checkpoint its channels, and what was written after it."""
    path = folder / name
    with closing(sqlite3.connect(path)) as made:
        made.executescript(_SCHEMA)
        for step, (channels, writes) in enumerate(steps):
            checkpoint = {"v": 4, "ts": f"2025-01-01T00:00:0{step}+00:00", "id": str(step), "channel_values": channels}
            row = ("t", "", str(step), str(step - 1) if step else None, "msgpack", pack(checkpoint))
            made.execute("INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, b'{"source": "loop"}'))
            for index, (channel, value) in enumerate(writes.items()):
                write = ("t", "", str(step), "task", index, channel, "msgpack", pack(value))
                made.execute("INSERT INTO writes VALUES (?, ?, ?, ?, ?, ?, ?, ?)", write)
        made.commit()
    return path


def the_run(path: Path) -> Read:
    (run,) = read_all(path)
    return run


def test_messages_are_the_users_the_assistants_and_the_tools(tmp_path: Path) -> None:
    messages = [{"type": "human", "content": "Look!", "id": "h1"}]
    run = the_run(
        thread(
            tmp_path,
            ({}, {"messages": messages, "branch:to:agent": None}),
            ({"messages": messages}, {"messages": [AI]}),
            ({"messages": [*messages, AI]}, {"messages": [TOOL]}),
        )
    )
    assert run.kinds == [
        "AgentInit", "Snapshot", "Observation", "x:bookkeeping/langgraph/branch", "Snapshot", "Decision",
        "ToolRequest", "Snapshot", "ToolResponse", "Error", "x:end",
    ]  # fmt: skip
    (decision,), (request,), (response,) = map(run.of, ("Decision", "ToolRequest", "ToolResponse"))
    assert (decision.payload["data"], decision.meta["model"]) == ("Let me look.", "m")
    assert decision.meta["tokens"] == {"input": 5, "output": 2, "cached": 3}
    assert (request.payload["tool_name"], request.payload["input"]) == ("look", {"id": 7})
    assert (response.payload["error"], response.meta["parent"]) == ("nothing there", 6)


def ai(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "ai", "content": text, **more}


def test_messages_within_other_values_are_told_once(tmp_path: Path) -> None:
    """Of several agents by name, in objects of a program, given to a node, alone in a channel."""
    chats = {"writer": [{"type": "human", "content": "Write."}, ai("Written.")], "critic": {"said": ai("Too long.")}}
    given = {"class": "langgraph.types.Send", "value": ["node", {"talk": [{"role": "user", "content": "Sub?"}]}]}
    more = {**chats, "critic": {"said": ai("Good.")}}  # the whole again, with one more
    run = the_run(
        thread(
            tmp_path,
            ({}, {"chats": chats, "__pregel_tasks": given}),
            (
                {"chats": chats, "last": ai("Alone.")},
                {"chats": more, "pair": [{"type": "remove", "id": "z"}, ai("Kept.")]},
            ),
            ({"chats": more, "last": ai("Alone."), "people": {"a": {"role": "manager", "content": "no"}}}, {}),
        )
    )
    texts = [event.payload["data"] for event in run.events if event.kind in ("Observation", "Decision")]
    assert texts == ["Write.", "Written.", "Too long.", "Sub?", "Alone.", "Good.", "Kept."]
    assert [event.payload["channel"] for event in run.of("Decision")[:2]] == ["chats", "chats"]
    assert [event.payload["transition_type"] for event in run.of("StateTransition")] == [
        "write chats", "write chats", "write pair"
    ]  # fmt: skip


def test_what_agents_told_each_other_is_no_answer_of_the_graph(tmp_path: Path) -> None:
    question = {"messages": [{"type": "human", "content": "Go", "id": "h"}]}
    run = the_run(thread(tmp_path, ({}, question), ({}, {"notes": [{"author": "a", "note": ai("Hm.")}]})))
    assert [event.payload["data"] for event in run.of("Decision")] == ["Hm."]
    assert run.of("x:end")[0].payload["how"] == "open"


def test_an_interrupt_is_a_stop_and_an_answer_to_it_is_the_users(tmp_path: Path) -> None:
    asked = {"__interrupt__": [{"value": "May I?", "id": "i1", "response_schema": None}]}
    waiting = the_run(thread(tmp_path, ({}, asked)))
    (stop,) = waiting.of("Error")
    assert (stop.payload["error_type"], stop.payload["message"]) == ("interrupted", "May I?")
    assert waiting.of("x:end")[0].payload == {"how": "handed over", "why": "interrupt: May I?"}
    answers: list[dict[str, Any]] = [
        {**asked, "__resume__": "Yes."},
        {"__resume__": ["Yes."]},
    ]  # the second has all answers so far
    went_on = the_run(
        thread(tmp_path, *(({}, answer) for answer in answers), ({}, {"messages": [AI | {"tool_calls": []}]}), name="b")
    )
    assert [event.payload["data"] for event in went_on.of("Observation")] == ["Yes."]
    assert went_on.of("x:end")[0].payload["how"] == "answered"


def test_extensions_that_nest_deeply_are_refused_in_words(tmp_path: Path) -> None:
    """Every level would be a call of C within C, which ends the process."""
    value = b"\xc0"
    for _ in range(400):
        value = msgpack.packb(msgpack.ExtType(5, value))
    path = database(tmp_path)
    with closing(sqlite3.connect(path)) as made:
        made.execute("UPDATE checkpoints SET checkpoint = ?", (value,))
        made.commit()
    with pytest.raises(ImportRefused, match="thread new: objects nested deeper than 16"):
        read_all(path)


def test_a_time_in_a_value_is_read(tmp_path: Path) -> None:
    run = the_run(thread(tmp_path, ({}, {"at": msgpack.Timestamp(0)})))
    assert run.of("StateTransition")[0].payload["value"] == "1970-01-01T00:00:00+00:00"


_ODD: dict[str, bytes] = {
    "a time before our own": pack(msgpack.Timestamp(-(1 << 62))),
    "a time beyond any calendar": pack(msgpack.Timestamp((1 << 63) - 1, 999_999_999)),
    "a time of the wrong length": b"\xc7\x03\xffabc",
    "a time with too many nanoseconds": b"\xd7\xff" + b"\xff" * 8,
    "bytes": pack(b"\xff"),
    "an unknown extension": pack(msgpack.ExtType(127, b"\xc1")),
    "an object that is none": pack(msgpack.ExtType(5, b"\xc1\xc1")),
    "text that is no UTF-8": b"\xa2\xff\xfe",
    "half a character": b"\xa3\xed\xa0\x80",
    "keys that are numbers": pack({1: "a", "1": "b"}),
    "keys that are bytes": pack({b"\xff": 1}),
    "keys that are no UTF-8": b"\x81\xa2\xff\xfe\x01",
    "keys that are times": pack({msgpack.Timestamp(5): 1}),
    "keys that are lists": b"\x81\x91\x01\x02",
    "keys that are maps": b"\x81\x80\x02",
    "equal keys": b"\x82\xa1a\x01\xa1a\x02",
    "a long key": pack({"k" * 5000: 1}),
    "deep nesting": b"\x91" * 1000 + b"\xc0",
    "no number": pack(float("nan")),
    "a wide number": pack((1 << 64) - 1),
    "cut short": b"\x93\x01",
    "nothing": b"",
}


@pytest.mark.parametrize("raw", _ODD.values(), ids=_ODD.keys())
@pytest.mark.parametrize("place", ["a write", "within a write", "a channel", "metadata"])
def test_an_odd_value_costs_no_other_value(tmp_path: Path, place: str, raw: bytes) -> None:
    path = thread(tmp_path, ({"good": "before"}, {"good": "during"}), ({"good": "after"}, {}))
    channels = b"\x81\xaechannel_values\x82\xa4good\xa6before\xa3odd" + raw
    column, value = {
        "a write": ("writes SET value", raw),
        "within a write": ("writes SET value", b"\x82\xa4good\xa6during\xa3odd\x91" + raw),
        "a channel": ("checkpoints SET checkpoint", channels),
        "metadata": ("checkpoints SET metadata", raw),
    }[place]
    with closing(sqlite3.connect(path)) as made:
        made.execute(f"UPDATE {column} = ? WHERE checkpoint_id = '0'", (value,))
        made.commit()
    with EventLog.open(cached_conversion(path, tmp_path / "cache").path) as log:
        events = list(log)
    assert NOT_WRITTEN not in [event.kind for event in events]
    text = b"".join(event.content for event in events)
    assert b"after" in text
    assert (b"during" in text) or place == "a write"
    assert b"before" in text


def test_what_stands_in_the_journal_alone_is_read_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = thread(tmp_path, ({"n": 1}, {}))
    cache, folder = tmp_path / "cache", tmp_path / "folder"
    folder.mkdir()
    with closing(sqlite3.connect(path)) as made:
        made.execute("PRAGMA journal_mode = WAL")
        shutil.copy(path, folder)
        before = cached_conversion(folder / path.name, cache).events
        made.execute("INSERT INTO writes VALUES ('t', '', '0', 'task', 1, 'n', 'msgpack', ?)", (pack(2),))
        made.commit()
        shutil.copy(f"{path}-wal", folder)
    assert cached_conversion(folder / path.name, cache).events == before + 1
    assert sorted(one.name for one in folder.iterdir()) == [path.name, f"{path.name}-wal"]


_STEPS: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"__start__": {"messages": [{"type": "human", "content": "Look!", "id": "h1"}]}, "count": 1}, {"messages": [AI]}),
    ({"messages": [AI], "count": 2}, {"messages": [TOOL], "count": 3, "__error__": "ValueError('x')", "node": "node"}),
)


@pytest.mark.parametrize("step", range(len(_STEPS)))
@pytest.mark.parametrize("part", [0, 1], ids=["channels", "writes"])
def test_a_leaf_that_changes(tmp_path: Path, step: int, part: int) -> None:
    """As tests/core/importers/test_one_leaf.py, whose samples are JSON: here a value in a checkpoint or a write."""
    before = content(thread(tmp_path, *_STEPS, name="before"))
    silent = []
    for number, (path, value) in enumerate(leaves_of(_STEPS[step][part])):
        pair = list(_STEPS[step])
        pair[part] = with_leaf(pair[part], path, changed(value))
        steps = [*_STEPS]
        steps[step] = (pair[0], pair[1])
        if content(thread(tmp_path, *steps, name=str(number))) == before and not VOLATILE.keys() & set(path):
            silent.append(path)
    assert silent == []


def content(path: Path) -> Any:
    return [(event.kind, event.payload) for event in the_run(path).events]


@each_real_file(real_files("more/langgraph", "*.db"))
def test_real_threads_lose_nothing(path: Path) -> None:
    """Counted from the source: a Snapshot a checkpoint, each message once, a Decision an answer of the model."""
    for run in read_all(path):
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as source:
            ask = "SELECT checkpoint FROM checkpoints WHERE thread_id = ? ORDER BY checkpoint_id"
            checkpoints = [json.loads(raw) for (raw,) in source.execute(ask, (run.run.run_id,))]
            ask = "SELECT value FROM writes WHERE thread_id = ? AND channel = 'messages'"
            written = [json.loads(raw) for (raw,) in source.execute(ask, (run.run.run_id,))]
        messages = [item for value in written for item in (value if isinstance(value, list) else [value])]
        kinds = [message["id"][-1] for message in messages]
        assert len(run.of("Snapshot")) == len(checkpoints)
        assert len(run.of("Observation")) == kinds.count("HumanMessage")
        assert len(run.of("Decision")) == kinds.count("AIMessage")
        sent = sum((one["kwargs"].get("usage_metadata") or {}).get("input_tokens", 0) for one in messages)
        assert sum(event.meta.get("tokens", {}).get("input", 0) for event in run.of("Decision")) == sent


def test_a_delta_channel_that_holds_no_list(tmp_path: Path) -> None:
    """What is written to it takes its place, so that every event can be applied to the state."""
    path = thread(tmp_path, ({"n": 1}, {"n": 2}), ({"n": 1}, {"n": 3}))
    with closing(sqlite3.connect(path)) as made:
        made.execute("""UPDATE checkpoints SET metadata = '{"counters_since_delta_snapshot": {"n": [1, 1]}}'""")
        made.commit()
    with EventLog.open(convert(path, tmp_path / "out.rlog")[0].path) as log:
        assert [event.kind for event in log].count("StateTransition") == 2
        assert ReplayEngine(log).replay_all()["channels"] == {"n": [3]}


def test_a_branch_off_an_earlier_checkpoint_has_the_lists_of_then(tmp_path: Path) -> None:
    listed = [{"type": "human", "content": text, "id": text} for text in ("one", "two", "three")]
    path = thread(
        tmp_path, ({}, {"messages": listed[:1]}), ({}, {"messages": listed[1:2]}), ({}, {"messages": listed[2:]})
    )
    with closing(sqlite3.connect(path)) as made:
        made.execute("""UPDATE checkpoints SET metadata = '{"counters_since_delta_snapshot": {"messages": [1, 1]}}'""")
        made.execute("UPDATE checkpoints SET parent_checkpoint_id = '0' WHERE checkpoint_id = '2'")
        made.commit()
    with EventLog.open(convert(path, tmp_path / "out.rlog")[0].path) as log:
        messages = ReplayEngine(log).replay_all()["channels"]["messages"]
    assert [message["content"] for message in messages] == ["one", "three"]
