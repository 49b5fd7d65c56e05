"""What ``claude -p`` and the SDK print in other forms than lines of the stream."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, read_all, written

RESULT: dict[str, Any] = {
    "type": "result",
    "subtype": "success",
    "is_error": False,
    "num_turns": 2,
    "session_id": "s",
    "result": "Four.",
    "total_cost_usd": 0.5,
    "usage": {"input_tokens": 3, "output_tokens": 4, "cache_read_input_tokens": 2},
}


def the_run(path: Path) -> Read:
    (found,) = read_all(path)
    assert found.format == "claude-code"
    return found


@pytest.mark.parametrize("indent", [None, 2])
def test_a_result_alone_is_the_answer(tmp_path: Path, indent: int | None) -> None:
    denial = {"tool_name": "Bash", "tool_use_id": "t", "tool_input": {"command": "rm"}}
    path = tmp_path / "out.json"
    path.write_text(json.dumps({**RESULT, "permission_denials": [denial]}, indent=indent))
    found = the_run(path)
    assert (found.decisions(), found.tools(), len(found.of("CapabilityDenied"))) == ([(None, "Four.")], {}, 1)
    assert found.of("x:end")[0].payload["how"] == "answered"
    assert found.tokens() == {"input": 5, "cached": 2, "output": 4}


def test_the_stream_as_an_array_and_as_messages_of_the_sdk(tmp_path: Path) -> None:
    def parts(named: bool) -> list[dict[str, Any]]:
        call = {"id": "t", "name": "Bash", "input": {"command": "ls"}}
        record = {"text": "I look."}
        if named:
            return [{"type": "TextBlock", **record}, call]
        return [{"type": "text", **record}, {"type": "tool_use", **call}]

    answer = {"tool_use_id": "t", "content": "no", "is_error": True}
    init = {"subtype": "init", "session_id": "s", "tools": [], "model": "m"}
    stream = [
        {"type": "system", **init},
        {
            "type": "assistant",
            "session_id": "s",
            "message": {"role": "assistant", "model": "m", "content": parts(False)},
        },
        {
            "type": "user",
            "session_id": "s",
            "message": {"role": "user", "content": [{"type": "tool_result", **answer}]},
        },
        {**RESULT, "subtype": "error_max_turns"},
    ]
    sdk = [
        {"type": "SystemMessage", "subtype": "init", "data": {"type": "system", **init}},
        {"type": "AssistantMessage", "content": parts(True), "model": "m"},
        {"type": "UserMessage", "content": [{"type": "ToolResultBlock", **answer}]},
        {**RESULT, "type": "ResultMessage", "subtype": "error_max_turns"},
    ]
    array = the_run(written(tmp_path, json.loads(json.dumps(stream)), "array.json"))
    lines = tmp_path / "sdk.jsonl"
    lines.write_text("\n".join(map(json.dumps, sdk)))
    for found in (array, the_run(lines)):
        assert (found.run.run_id, found.tools(), found.decisions()) == ("s", {"Bash": 1}, [(None, "I look.")])
        assert found.of("ToolResponse")[0].payload["error"] == "no"
        assert found.of("x:end")[0].payload == {"how": "limit", "why": "error_max_turns"}
