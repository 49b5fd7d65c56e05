"""Kinds of Codex sessions that were once read wrongly: each as a small file, with the right value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.importers.imported_run import ImportedEvent
from tests.helpers.foreign import Read, read_all
from tests.helpers.paths import CASES

_TIME = "2026-05-04T10:00:{:02}.000Z"


def case(name: str) -> Read:
    (found,) = read_all(CASES / name / "rollout.jsonl")
    return found


def read(folder: Path, *payloads: dict[str, Any], kind: str = "event_msg") -> Read:
    """A session of these events (items, where they say so by `item`)."""
    lines = [{"timestamp": _TIME.format(0), "type": "session_meta", "payload": {"id": "c", "cwd": "/w"}}]
    for number, payload in enumerate(payloads, 1):
        rest = {key: value for key, value in payload.items() if key != "item"}
        line = "response_item" if payload.get("item") else kind
        lines.append({"timestamp": _TIME.format(number), "type": line, "payload": rest})
    path = folder / "rollout.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    (found,) = read_all(path)
    return found


def failed(found: Read) -> list[ImportedEvent]:
    return [event for event in found.of("ToolResponse") if not event.payload["success"]]


def test_exit_codes_in_the_text_of_an_output() -> None:
    found = case("codex-exit-code")
    assert [event.payload["exit_code"] for event in found.of("ToolResponse")] == [1, 0, 127]
    assert [event.payload["error"] for event in failed(found)] == [
        "exit 1 · 1 failed, 2 passed",
        "exit 127 · sed: not found",
    ]
    assert [event.meta["duration"] for event in found.of("ToolResponse")] == [1_200_000_000, 10_000_000, 100_000_000]
    assert found.of("ToolResponse")[0].meta["chunk_id"] == "0a1b2c"


def test_text_that_only_looks_like_a_header_stays(tmp_path: Path) -> None:
    output = "Exit code: 3\nand more\nOutput:\n"
    call = {"item": True, "type": "function_call", "name": "f", "arguments": "{}", "call_id": "k"}
    found = read(tmp_path, call, {"item": True, "type": "function_call_output", "call_id": "k", "output": output})
    (answer,) = found.of("ToolResponse")
    assert (answer.payload["output"], answer.payload["success"]) == (output, True)


def test_an_output_may_begin_with_the_command(tmp_path: Path) -> None:
    output = "Command: /bin/sh -c 'cat <<E\nno\nE'\nChunk ID: 5f\nProcess exited with code 1\nOutput:\nno such file\n"
    call = {"item": True, "type": "function_call", "name": "f", "arguments": "{}", "call_id": "k"}
    found = read(tmp_path, call, {"item": True, "type": "function_call_output", "call_id": "k", "output": output})
    (answer,) = failed(found)
    told = [answer.payload[name] for name in ("output", "error", "exit_code", "command")]
    assert told == ["no such file\n", "exit 1 · no such file", 1, "/bin/sh -c 'cat <<E\nno\nE'"]


def test_patches_that_did_not_apply() -> None:
    found = case("codex-patch-failed")
    assert len(found.of("PatchRejected")) == len(failed(found)) == 2
    assert found.of("PatchApplied") == []


def test_tokens_that_are_told_twice_count_once() -> None:
    found = case("codex-tokens-twice").tokens()
    assert (found["input"], found["output"], found["cached"]) == (2500, 800, 1250)


def test_what_a_subagent_inherited_is_not_its_own() -> None:
    found = case("codex-subagent-replay")
    told = found.tokens()
    assert (told["input"], told["output"]) == (500, 50)
    assert [event.payload["data"] for event in found.of("Observation")] == ["child: count the files"]
    assert [event.payload["data"] for event in found.of("Decision")] == ["7 files"]
    assert len(found.of("x:bookkeeping/codex/inherited")) == 6


def test_ids_tell_where_a_subagents_own_work_begins(tmp_path: Path) -> None:
    """Here the times do not: all was written at once."""
    own, parent = "019f0000-0002-7000-8000-000000000000", "019f0000-0001-7000-8000-000000000000"
    metas = ({"id": own, "forked_from_id": parent}, {"id": parent})
    lines = [{"timestamp": _TIME.format(0), "type": "session_meta", "payload": meta} for meta in metas]
    for turn, text in ((parent, "the parent's"), ("019f0000-0003-7000-8000-000000000000", "its own")):
        message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
        for kind, payload in (("event_msg", {"type": "task_started", "turn_id": turn}), ("response_item", message)):
            lines.append({"timestamp": _TIME.format(0), "type": kind, "payload": payload})
    path = tmp_path / "rollout.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    (found,) = read_all(path)
    assert [event.payload["data"] for event in found.of("Observation")] == ["its own"]


def test_every_form_of_a_call() -> None:
    found = case("codex-variants")
    assert found.tools() == {
        "local_shell": 1,
        "web_search": 1,
        "apply_patch": 1,
        "view_image": 1,
        "update_plan": 1,
        "mcp__gh__issues": 1,
    }
    assert [event.payload["error"] for event in failed(found)] == ["exit 2 · nope"]
    assert [event.payload["error_type"] for event in found.of("Error")] == ["error", "interrupted"]
    assert len(found.of("Snapshot")) == 1
    assert found.of("CapabilityDenied") == []
    assert found.run.notes.sentences() == ()


def test_messages_without_a_type_are_messages(tmp_path: Path) -> None:
    found = read(tmp_path, {"item": True, "role": "user", "content": [{"type": "input_text", "text": "hi"}]})
    assert [event.payload["data"] for event in found.of("Observation")] == ["hi"]


@pytest.mark.parametrize("first", [True, False])
def test_events_give_what_they_know_to_the_answer(tmp_path: Path, first: bool) -> None:
    call = {"item": True, "type": "function_call", "name": "shell", "arguments": "{}", "call_id": "k"}
    record = {"type": "exec_command_end", "call_id": "k", "exit_code": 4, "duration": {"secs": 2, "nanos": 5}}
    answer = {"item": True, "type": "function_call_output", "call_id": "k", "output": "oh"}
    found = read(tmp_path, call, *((record, answer) if first else (answer, record)))
    (response,) = found.of("ToolResponse")
    assert (response.payload["error"], response.payload["exit_code"]) == ("exit 4 · oh", 4)
    assert response.meta["duration"] == 2_000_000_005


@pytest.mark.parametrize(
    ("result", "error"),
    [({"Ok": {"content": [], "is_error": False}}, None), ({"Err": "no such server"}, "no such server")],
)
def test_calls_of_mcp_that_only_events_tell(tmp_path: Path, result: Any, error: str | None) -> None:
    invocation = {"server": "gh", "tool": "issues", "arguments": {"open": True}}
    begin = {"type": "mcp_tool_call_begin", "call_id": "m", "invocation": invocation}
    end = {"type": "mcp_tool_call_end", "call_id": "m", "invocation": invocation, "result": result}
    found = read(tmp_path, begin, end)
    assert found.of("ToolRequest")[0].payload["input"] == {"open": True}
    (response,) = found.of("ToolResponse")
    assert (response.payload["tool_name"], response.payload["error"]) == ("mcp__gh__issues", error)


def test_messages_that_only_events_tell(tmp_path: Path) -> None:
    found = read(tmp_path, {"type": "user_message", "message": "hi"}, {"type": "agent_message", "message": "yes"})
    assert [event.payload["data"] for event in (*found.of("Observation"), *found.of("Decision"))] == ["hi", "yes"]


def test_reasoning_that_was_withheld_is_no_decision(tmp_path: Path) -> None:
    thought = {"item": True, "type": "reasoning", "summary": [], "content": None, "encrypted_content": "zz"}
    found = read(tmp_path, thought)
    (withheld,) = found.of("x:withheld-reasoning")
    assert (withheld.payload, withheld.meta["fields"]) == (
        {"data": "(reasoning, not recorded)"},
        {"encrypted_content": "zz"},
    )
    assert found.of("Decision") == []


def test_how_a_session_ended(tmp_path: Path) -> None:
    done = read(tmp_path, {"type": "task_started"}, {"type": "task_complete", "last_agent_message": "ok"})
    assert done.events[-1].payload == {"how": "answered", "why": None}
    limit = {"message": "You hit your limit.\nBuy more", "codex_error_info": "usage_limit_exceeded"}
    failed = read(tmp_path, {"type": "task_complete", "last_agent_message": None, "error": limit})
    assert [error.payload["error_type"] for error in failed.of("Error")] == ["usage_limit_exceeded"]
    before = read(tmp_path, {"type": "error", "message": "Too many"}, {"type": "task_complete"})
    assert [one.events[-1].payload for one in (failed, before)] == [
        {"how": "crash", "why": "You hit your limit."},
        {"how": "crash", "why": "Too many"},
    ]
    begun = read(tmp_path, {"type": "task_complete"}, {"type": "task_started"})
    assert begun.of("x:end") == []


def test_colours_are_not_in_an_errors_words(tmp_path: Path) -> None:
    call = {"item": True, "type": "function_call", "name": "shell", "arguments": "{}", "call_id": "k"}
    output = "Exit code: 1\nWall time: 1 seconds\nOutput:\n\x1b[31;1msed: \x1b[0mnot found\n"
    found = read(tmp_path, call, {"item": True, "type": "function_call_output", "call_id": "k", "output": output})
    assert found.of("ToolResponse")[0].payload["error"] == "exit 1 · sed: not found"


def test_several_texts_of_one_message_are_one_text(tmp_path: Path) -> None:
    parts = [{"type": "input_text", "text": "one"}, {"type": "input_text", "text": "two"}]
    found = read(tmp_path, {"item": True, "type": "message", "role": "user", "content": parts})
    assert found.of("Observation")[0].payload["data"] == "one\n\ntwo"


def test_a_session_whose_instructions_are_long_is_recognised(tmp_path: Path) -> None:
    meta = {"id": "c-1", "timestamp": _TIME.format(0), "base_instructions": {"text": "x" * 100_000}}
    path = tmp_path / "rollout.jsonl"
    path.write_text(json.dumps({"timestamp": _TIME.format(0), "type": "session_meta", "payload": meta}) + "\n")
    (found,) = read_all(path)
    assert (found.format, found.run.run_id, found.run.created) == ("codex", "c-1", found.events[0].meta["time"])


@pytest.mark.parametrize(
    "output",
    [
        "command timed out after 10000 milliseconds\npart",
        "Err: tool call error: x",
        "Unable to locate image at `a.png`",
    ],
)
def test_answers_without_a_code_that_tell_of_a_failure(tmp_path: Path, output: str) -> None:
    asked = {"item": True, "type": "function_call", "name": "f", "arguments": "{}", "call_id": "c"}
    found = read(tmp_path, asked, {"item": True, "type": "function_call_output", "call_id": "c", "output": output})
    (answer,) = found.of("ToolResponse")
    assert answer.payload["error"] == output.partition("\n")[0]


def test_a_wall_time_of_0_is_rounded(tmp_path: Path) -> None:
    output = "Exit code: 0\nWall time: 0 seconds\nOutput:\nx\n"
    call = {"type": "function_call", "name": "shell", "arguments": "{}", "call_id": "c"}
    answered = {"type": "function_call_output", "call_id": "c", "output": output}
    found = read(tmp_path, call, answered, kind="response_item")
    (answer,) = found.of("ToolResponse")
    assert (answer.payload["output"], answer.meta.get("duration")) == ("x\n", 10**9)  # between the two lines
