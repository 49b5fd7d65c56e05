"""Histories by the index of a log are those that a comparison of every two states finds."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from replay_gui.core.errors import LogRefused
from replay_gui.core.index import index_builder
from replay_gui.core.index.change_columns import possible_changes
from replay_gui.core.index.change_history import follow_values_of_log
from replay_gui.core.index.index_cache import IndexCache, load_index, read_key_column
from replay_gui.core.index.index_columns import KEY_COLUMN
from replay_gui.core.log.canonical import encode, encode_sorted
from replay_gui.core.log.chain import request_hash
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.replay.scoped_replay import ScopeLeft, follow_scopes
from replay_gui.core.replay.value_history import NumberedContents
from tests.core.replay.brute_force import CONTENTS, brute_force, exact, memory, operation, paths, states
from tests.helpers.effort import tries
from tests.helpers.forged_logs import Forge, written
from tests.helpers.kept_indexes import keep
from tests.helpers.paths import ROOT

VECTORS = sorted((ROOT / "tests" / "data" / "vectors").rglob("*.rlog"))
NOWHERE = {("nowhere",), ("messages", "-"), ("messages", "00"), ("memory", "nothing"), ("tools", "nothing", "calls")}


def log_bytes(contents: Sequence[bytes | None]) -> bytes:
    """A log of these contents; None: bytes that are no record."""
    forge = Forge()
    for seq, content in enumerate(contents):
        if content is None:
            forge.pieces.append(b"\xff")
        else:
            forge.add(content, None, encode_sorted({"seq": seq}))
    return forge.header + b"".join(forge.pieces)


def log_of(contents: Sequence[bytes | None], folder: Path) -> Path:
    return written(folder / "run.rlog", log_bytes(contents))


def plain(value: Any) -> Any:
    return value.plain() if hasattr(value, "plain") else value


def kept(path: Path) -> Path:
    """The folder of the log's index."""
    return keep(IndexCache(path.parent / "cache"), path)


def assert_equal_to_replay(path: Path, folder: Path) -> None:
    with EventLog.open(path) as log:
        reached = states(list(log.contents()))
        every = sorted(set().union(*map(paths, reached)) | NOWHERE)
        loaded = load_index(folder, log)
        assert loaded is not None
        key = read_key_column(folder, len(log))
        assert key is not None
        expected = {keys: brute_force(reached, keys) for keys in ((), *every)}
        questions: list[list[tuple[str, ...]]] = [
            [()],
            *([keys] for keys in every),
            *map(list, pairwise(every[:: tries(3, long=1)])),
        ]
        for asked in questions:
            found: list[tuple[Any, ...]] = []
            stop = len(log)
            try:
                events = log.contents_of(possible_changes(loaded[1], key, asked))
                for index, values in follow_scopes(events, asked):
                    for number, c in values.changes_by(index):
                        pair = (exact(plain(c.old)), exact(plain(c.new))) if asked[number] else ()
                        found.append((number, c.index, *pair))
            except ScopeLeft as why:
                stop = why.index
            for number, keys in enumerate(asked):
                known = [(number, *change[: 3 if keys else 1]) for change in expected[keys] if change[0] < stop]
                assert [change for change in found if change[0] == number] == known


def history(path: Path, folder: Path, keys: Sequence[str]) -> tuple[list[tuple[int, Any, Any]], int]:
    """The history of a value, as `brute_force` gives it, and the number of events that were replayed for it."""
    replayed = list[int]()

    def watch(events: NumberedContents) -> NumberedContents:
        for index, content in events:
            replayed.append(index)
            yield index, content

    with EventLog.open(path) as log:
        followed = follow_values_of_log(log, folder, [keys], watch)
        changes = [change for index, values in followed for _, change in values.changes_by(index)]
    return [(change.index, exact(plain(change.old)), exact(plain(change.new))) for change in changes], len(replayed)


@given(CONTENTS)
@settings(max_examples=tries(20, long=400), deadline=None)
def test_on_random_logs(contents: list[bytes | None]) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = log_of(contents, Path(name))
        assert_equal_to_replay(path, kept(path))


def test_there_are_vectors() -> None:
    assert VECTORS


@pytest.mark.parametrize("vector", VECTORS, ids=lambda path: path.stem)
def test_on_every_vector_that_is_a_log(tmp_path: Path, vector: Path) -> None:
    path = written(tmp_path / "run.rlog", vector.read_bytes())
    with contextlib.suppress(LogRefused):
        assert_equal_to_replay(path, kept(path))


def call(tool: str, number: int) -> list[tuple[str, dict[str, Any]]]:
    asked = {"tool_name": tool, "tool_version": "1", "input": number, "capabilities": []}
    answer = {"tool_name": tool, "request_hash": request_hash(tool, "1", number), "output": number % 3}
    return [("ToolRequest", asked), ("ToolResponse", {**answer, "success": number % 5 > 0, "error": None})]


def usual_run() -> list[tuple[str, dict[str, Any]]]:
    """A run whose events write to all members; now and then, operations write a list to a member of their own."""
    events: list[tuple[str, dict[str, Any]]] = [("AgentInit", {"agent_type": "a", "agent_version": "1", "config": {}})]
    for number in range(12):
        events += [
            ("Observation", {"obs_type": "message" if number % 2 else "light", "source": "user", "data": number % 4}),
            ("Decision", {"decision_type": "message" if number % 3 else "plan", "data": number, "reasoning": None}),
            *call("search" if number % 2 else "read", number),
            memory(f"k{number % 3}", {"n": number // 4, "always": True}),
            operation("add", "/todos", [number // 2, {"text": "x"}]),
        ]
    events.append(operation("replace", "/todos/1/text", "y"))
    events.append(operation("remove", "/memory/k2"))
    return events


def test_only_events_that_may_have_changed_the_value_are_replayed(tmp_path: Path) -> None:
    contents = [encode(event) for event in usual_run()]
    path, reached = log_of(contents, tmp_path), states(contents)
    folder, operations = kept(path), 14
    for keys, possible in (
        (("memory", "k1", "n"), 4),
        (("memory",), 12),
        (("tools", "read", "calls"), 12),
        (("tools", "search", "last"), 12),
        (("pending",), 24),
        (("pending", request_hash("search", "1", 3)), 2),
        (("observations", "light"), 6),
        (("messages", "1", "content"), 14),
        (("decision",), 12),
        (("agent", "type"), 1),
        (("todos", "1"), 0),
        (("nowhere",), 0),
    ):
        assert history(path, folder, keys) == (brute_force(reached, keys), possible + operations), keys


@pytest.mark.parametrize("value", [[1, {"n": 2}, 3], "text", None])
def test_a_member_that_is_no_map_any_more_needs_all_events(tmp_path: Path, value: Any) -> None:
    changes = [memory("1", "a"), memory("0", "b"), operation("replace", "/memory", value)]
    contents = [
        encode(e) for e in (*changes, operation("add", "/memory/0", 0), operation("remove", "/memory"), *changes)
    ]
    path, reached = log_of(contents, tmp_path), states(contents)
    for keys in (("memory", "1"), ("memory", "1", "n"), ("memory", "0"), ("memory",)):
        found, replayed = history(path, kept(path), keys)
        assert found == brute_force(reached, keys)
        assert (replayed > len(contents)) == (len(keys) > 1), "what was replayed before is replayed again"


def test_a_member_that_only_other_keys_have_made_takes_operations(tmp_path: Path) -> None:
    gone = ("MemoryWrite", {"key": "a", "operation": "delete"})
    again = [operation("remove", "/memory"), memory("b", 2), operation("add", "/memory/c", {}), gone]
    contents = [encode(e) for e in (memory("a", 1), operation("add", "/memory/c", [1]), *again)]
    path = log_of(contents, tmp_path)
    found, replayed = history(path, kept(path), ["memory", "c"])
    assert [index for index, _, _ in found] == [1, 2, 4]
    assert replayed == 3


def test_a_member_is_followed_as_a_whole_beside_one_of_its_keys(tmp_path: Path) -> None:
    events = operation("add", "/memory", {}), memory("a", 1), operation("remove", "/memory"), memory("b", 2)
    path = log_of([encode(event) for event in events], tmp_path)
    with EventLog.open(path) as log:
        followed = follow_values_of_log(log, kept(path), [("memory", "a"), ("memory",)])
        changed = [(index, values.changed()) for index, values in followed]
    assert changed == [(0, [1]), (1, [0, 1]), (2, [0, 1]), (3, [1])]


def test_an_index_that_is_damaged_or_of_a_shorter_log_is_not_used(tmp_path: Path) -> None:
    contents = [encode(memory(key, number)) for number, key in enumerate("abc")]
    path = log_of(contents, tmp_path)
    folder, every = kept(path), (brute_force(states(contents), ["memory", "a"]), 3)
    assert history(path, folder, ["memory", "a"]) == (every[0], 1)
    key = (folder / KEY_COLUMN).read_bytes()
    for damaged in (key[:-1], bytes(len(key))):
        (folder / KEY_COLUMN).write_bytes(damaged)
        assert history(path, folder, ["memory", "a"]) == every
    (folder / KEY_COLUMN).write_bytes(key)
    assert history(path, tmp_path, ["memory", "a"]) == every
    written(path, log_bytes([*contents, encode(memory("a", 7))]))
    assert history(path, folder, ["memory", "a"])[1] == 4


def test_a_log_whose_replay_was_stopped_is_replayed_for_a_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_builder, "max_moved_values", lambda size: 10)
    contents = [encode(e) for e in (operation("add", "/l", [*range(20)]), operation("add", "/l/0", 1), memory("a", 1))]
    path = log_of(contents, tmp_path)
    assert history(path, kept(path), ["memory", "a"]) == (brute_force(states(contents), ["memory", "a"]), 3)
