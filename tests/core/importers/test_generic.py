from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.generic import JsonLines
from replay_gui.core.importers.mapping import Mapping, guess
from replay_gui.core.log.source import Source
from tests.helpers.foreign import Read, read_all, written

SECOND = 1_000_000_000


def read(folder: Path, *records: Any) -> Read:
    path = folder / "log.jsonl"
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in records))
    (one,) = read_all(path)
    assert one.format == "json-lines"
    return one


def test_a_log_of_any_make_is_read(tmp_path: Path) -> None:
    one = read(
        tmp_path,
        {"type": "user_message", "ts": 1700000000, "text": "Hi", "id": 1},
        {"type": "llm_output", "ts": 1700000001.5, "text": "Let me look.", "id": 2, "parent": 1},
        {"type": "tool_call", "ts": 1700000002, "tool": "look", "args": '{"at": 1}', "id": 3, "parent": 2, "extra": 7},
        {"type": "tool_result", "ts": 1700000003, "tool": "look", "text": "seen", "id": 4},
        {"type": "tool_result", "ts": 1700000004, "tool": "look", "text": "", "error": "gone", "id": 5},
        {"type": "heartbeat", "ts": 1700000005},
        "garbage",
    )
    assert one.kinds == [
        "AgentInit", "Observation", "Decision", "ToolRequest", "ToolResponse", "ToolResponse", "Error",
        "x:json-lines/record", "x:json-lines/unreadable",
    ]  # fmt: skip
    begun, hello, said, request, response = one.events[:5]
    assert begun.meta["time"] == hello.meta["time"], "the first record's is that of the beginning"
    assert (hello.payload["data"], hello.meta["time"]) == ("Hi", 1_700_000_000 * SECOND)
    assert (said.meta["time"], said.meta["parent"]) == (1_700_000_001_500_000_000, 1)
    assert (request.payload["input"], request.meta["fields"]) == ({"at": 1}, {"extra": 7})
    assert (response.payload["output"], response.meta["parent"]) == ("seen", 3)
    assert one.run.notes.sentences() == (
        "tool results whose request is not in the file: 1",
        "records whose kind says nothing known, kept as custom events: 1 (heartbeat)",
        "lines that are no JSON objects, kept as text: 1",
    )


def test_records_without_a_kind_are_kept_as_they_are(tmp_path: Path) -> None:
    one = read(tmp_path, {"who": "user", "what": "Hi"})
    assert one.events[1].payload["data"] == {"who": "user", "what": "Hi"}
    assert one.run.notes.sentences() == ("records whose kind says nothing known, kept as custom events: 1",)


def test_an_array_and_calls_that_are_whole(tmp_path: Path) -> None:
    (one,) = read_all(written(tmp_path, [{"event": "step", "tool": "t", "input": 1, "output": 2}]))
    assert one.kinds == ["AgentInit", "ToolRequest", "ToolResponse"]


def test_a_mapping_says_which_member_is_what(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps({"what": "assistant", "body": {"words": "Hi"}, "text": "no"}))
    with Source(path) as source:
        (run,) = JsonLines(Mapping(kind="what", output="body.words")).runs(ForeignFile(source))
        events = list(run.events)
    assert (events[1].kind, events[1].payload["data"], events[1].meta["fields"]) == ("Decision", "Hi", {"text": "no"})
    assert run.source == {"mapping": {"kind": "what", "output": "body.words"}}


@pytest.mark.parametrize(
    ("record", "mapping"),
    [
        ({"role": "user", "content": "Hi"}, Mapping(kind="role", output="content")),
        ({"event": "x", "type": "y", "time": 1}, Mapping(kind="type", time="time")),
        ({}, Mapping()),
    ],
)
def test_a_guess_goes_by_the_usual_names(record: dict[str, Any], mapping: Mapping) -> None:
    assert guess([record]) == mapping


def test_an_object_over_many_lines_is_read_by_its_longest_list_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    steps = [{"type": "user", "text": "hi"}, {"type": "agent", "text": "ho"}]
    path.write_text(json.dumps({"name": "x", "tags": [{"a": 1}], "steps": steps}, indent=1))
    (one,) = read_all(path, "json-lines")
    assert one.kinds == ["AgentInit", "Observation", "Decision"]
    path.write_text(json.dumps({"type": "user", "text": "hi"}, indent=1))
    assert read_all(path, "json-lines")[0].kinds == ["AgentInit", "Observation"]
    with Source(path) as source:
        assert not JsonLines().recognises(ForeignFile(source))  # only asked for: most such files are no logs
