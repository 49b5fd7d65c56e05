"""Files of records that belong to several runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, read_all


def read_lines(folder: Path, records: list[dict[str, Any]]) -> list[Read]:
    path = folder / "file.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return read_all(path)


def test_each_id_of_a_run_is_a_run(tmp_path: Path) -> None:
    first, second = read_lines(
        tmp_path,
        [
            {"event": "start", "run_id": "a", "input": "q", "trace_id": "1"},
            {"event": "tool_call", "tool": "x", "input": {"a": 1}, "run_id": "a", "trace_id": "2"},
            {"event": "start", "run_id": "b", "input": "q2", "trace_id": "3"},
            {"event": "tool_result", "tool": "x", "output": "1", "run_id": "a", "trace_id": "4"},
            {"event": "end", "run_id": "b", "output": "z", "trace_id": "5"},
            {"note": "of the run before it"},
        ],
    )
    assert (first.format, first.run.name, second.run.name) == ("json-lines", "a", "b")
    assert first.kinds == ["AgentInit", "x:json-lines/start", "ToolRequest", "ToolResponse"]
    assert [event.meta["line"] for event in second.events[1:]] == [3, 5, 6]
    talks = [
        {"role": role, "content": "x", "session_id": name}
        for name in ("s", "t")
        for role in ("user", "assistant")
    ]  # fmt: skip
    assert [(run.format, run.run.name, len(run.events)) for run in read_lines(tmp_path, talks)] == [
        ("chat-messages", "s", 3),
        ("chat-messages", "t", 3),
    ]


def test_requests_of_one_session_are_one_run(tmp_path: Path) -> None:
    records = [{"event": "x", "session_id": "s", "trace_id": str(number // 2), "input": "q"} for number in range(6)]
    (run,) = read_lines(tmp_path, records)
    assert run.run.name == "file"


def test_an_id_that_every_record_has_anew_is_none_of_a_run(tmp_path: Path) -> None:
    (run,) = read_lines(tmp_path, [{"event": "x", "run_id": str(number), "input": "q"} for number in range(6)])
    assert run.run.name == "file"


@pytest.mark.parametrize("member", ["tool_calls", "tools_used"])
def test_calls_that_are_bare_names(tmp_path: Path, member: str) -> None:
    (run,) = read_lines(tmp_path, [{"question": "q", "answer": "a", member: ["search", "sum"]}])
    assert run.tools() == {"search": 1, "sum": 1}
    (run,) = read_lines(tmp_path, [{"role": "assistant", "content": "a", "tool_calls": ["search", 3]}])
    assert run.tools() == {"search": 1}
    assert run.of("Decision")[0].payload["fields"] == {"tool_calls": [3]}
