from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, read_all, real_files
from tests.helpers.shared_data import each_real_file

AT = "2025-12-05T11:00:{:02}.000Z"
SECOND = 1_000_000_000


def write(folder: Path, *lines: Any) -> Path:
    path = folder / "rollout.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return path


def read(folder: Path, *items: tuple[str, dict[str, Any]]) -> Read:
    """A rollout: (type, payload) a second."""
    meta = {"id": "s1", "timestamp": AT.format(0), "cwd": "/p", "cli_version": "0.77.0", "git": {"branch": "main"}}
    lines = [("session_meta", meta), *items]
    stamped = [{"timestamp": AT.format(n), "type": kind, "payload": one} for n, (kind, one) in enumerate(lines)]
    (one,) = read_all(write(folder, *stamped))
    assert (one.format, one.run.run_id) == ("codex", "s1")
    return one


def item(kind: str, **members: Any) -> tuple[str, dict[str, Any]]:
    return "response_item", {"type": kind, **members}


def call(id: str, **arguments: Any) -> tuple[str, dict[str, Any]]:
    return item("function_call", name="shell", arguments=json.dumps(arguments), call_id=id)


def message(role: str, text: str) -> tuple[str, dict[str, Any]]:
    return item("message", role=role, content=[{"type": "input_text", "text": text}])


def test_items_become_what_was_said_asked_and_answered(tmp_path: Path) -> None:
    output = json.dumps({"output": "a\n", "metadata": {"exit_code": 1, "duration_seconds": 0.5}})
    one = read(
        tmp_path,
        ("turn_context", {"turn_id": "t1", "model": "m"}),
        ("turn_context", {"turn_id": "t2", "model": "m"}),
        message("user", "<environment_context>x"),
        message("user", "Hi"),
        item("reasoning", summary=[{"type": "summary_text", "text": "I look."}], encrypted_content="zz"),
        call("c1", command="ls"),
        item("function_call_output", call_id="c1", output=output),
        message("assistant", "Done."),
        ("event_msg", {"type": "agent_message", "message": "Done."}),
    )
    assert one.kinds == [
        "AgentInit", "StateTransition", "x:bookkeeping/codex/turn_context", "x:bookkeeping/codex/environment",
        "Observation", "Decision", "ToolRequest", "ToolResponse", "Decision", "x:bookkeeping/codex/agent_message",
    ]  # fmt: skip
    init, turn, _, _, hello, thought, request, response, _, _ = one.events
    assert init.payload == {"agent_type": "codex", "agent_version": "0.77.0", "config": {}}
    assert init.meta["cwd"] == "/p"
    assert turn.payload["data"] == {"model": "m"}
    assert hello.payload["data"] == "Hi"
    assert (thought.payload["reasoning"], thought.meta["fields"]) == ("I look.", {"encrypted_content": "zz"})
    assert request.payload["input"] == {"command": "ls"}
    assert (response.payload["success"], response.payload["error"]) == (False, "exit 1 · a")
    assert response.meta["duration"] == SECOND // 2
    assert (response.payload["output"], response.payload["exit_code"]) == ("a\n", 1)
    assert one.run.notes.sentences() == ()


def test_a_patch_inside_a_command_is_one(tmp_path: Path) -> None:
    patch = "*** Begin Patch\n*** Update File: a.py\n@@\n-x\n+y\n*** End Patch"
    asked = call("c1", command=["apply_patch", patch])
    good = read(tmp_path, asked, item("function_call_output", call_id="c1", output="ok"))
    assert good.kinds[1:] == ["ToolRequest", "PatchProposal", "ToolResponse", "PatchApplied"]
    assert (good.events[2].payload["target"], good.events[2].payload["patch"]) == ("a.py", patch)
    failed = json.dumps({"output": "no", "metadata": {"exit_code": 1}})
    bad = read(tmp_path, asked, item("function_call_output", call_id="c1", output=failed))
    assert bad.kinds[-1] == "PatchRejected"


def test_a_call_without_an_answer_is_pending(tmp_path: Path) -> None:
    asked = call("c1", command="rm x", sandbox_permissions="require_escalated", justification="It must go.")
    one = read(tmp_path, asked, message("user", "No"), ("event_msg", {"type": "turn_aborted", "reason": "interrupted"}))
    assert one.kinds[1:] == ["ToolRequest", "Observation", "Error", "x:end"]
    assert one.events[-1].payload == {"how": "stopped by user", "why": "interrupted"}


@pytest.mark.parametrize(
    "output",
    [
        "exec command rejected by user",
        "patch rejected by user",
        "user rejected MCP tool call",
        "approval policy is Never; reject command — you cannot ask for escalated permissions",
    ],
)
def test_a_call_that_the_file_says_was_refused_was_denied(tmp_path: Path, output: str) -> None:
    one = read(tmp_path, call("c1", command="rm x"), item("function_call_output", call_id="c1", output=output))
    assert one.kinds[1:] == ["ToolRequest", "ToolResponse", "CapabilityDenied"]
    assert (one.events[3].payload["reason"], one.events[3].meta["parent"]) == (output, 2)


_CREATE = 'CreateProcess { message: "Rejected(\\"'
_RISK = "This action was rejected due to unacceptable risk."


@pytest.mark.parametrize(
    ("output", "why"),
    [
        (f"{_RISK}\nReason: It deletes work.\nThe agent must not go on.", f"{_RISK} Reason: It deletes work."),
        (f"{_RISK} Reason: It deletes work.", f"{_RISK} Reason: It deletes work."),
        (f'exec_command failed: {_CREATE}rejected by user\\")" }}', "rejected by user"),
        (
            f"exec_command failed for `/bin/zsh -lc 'rm\n x'`: {_CREATE}{_RISK}\\\\nReason: So.\\\\nStop.\\\")\" }}",
            f"{_RISK} Reason: So.",
        ),
        (
            f'exec_command failed: {_CREATE}`sh -c \\\\\\"x\\\\\\"` rejected: blocked by policy\\")" }}',
            '`sh -c "x"` rejected: blocked by policy',
        ),
        ("`rm -rf x` rejected: blocked by policy", "`rm -rf x` rejected: blocked by policy"),
        (
            [
                {"type": "input_text", "text": "Script failed\nWall time 0.1 seconds\nOutput:\n"},
                {
                    "type": "input_text",
                    "text": f'Script error:\nexec_command failed for `\n`: {_CREATE}no rm\\")" }}',
                },
            ],
            "no rm",
        ),
    ],
)
def test_a_call_that_a_rule_or_a_reviewer_turned_down_was_denied(tmp_path: Path, output: object, why: str) -> None:
    one = read(tmp_path, call("c1", command="rm x"), item("function_call_output", call_id="c1", output=output))
    assert one.kinds[1:] == ["ToolRequest", "ToolResponse", "CapabilityDenied"]
    assert (one.events[3].payload["reason"], one.events[2].payload["success"]) == (why, False)


def test_a_process_that_could_not_be_made_failed_and_was_not_denied(tmp_path: Path) -> None:
    output = f'exec_command failed: {_CREATE}Failed to create unified exec process: No such file\\")" }}'
    one = read(tmp_path, call("c1", command="rm x"), item("function_call_output", call_id="c1", output=output))
    assert one.kinds[1:] == ["ToolRequest", "ToolResponse"]
    assert one.events[2].payload["success"] is False


def test_output_that_speaks_of_refusal_is_none(tmp_path: Path) -> None:
    output = "Exit code: 0\nWall time: 1 seconds\nOutput:\nThe motion was rejected by user groups.\n"
    one = read(tmp_path, call("c1", command="cat x"), item("function_call_output", call_id="c1", output=output))
    assert one.kinds[1:] == ["ToolRequest", "ToolResponse"]
    assert one.events[2].payload["success"] is True


def test_written_forms_that_no_file_at_hand_has(tmp_path: Path) -> None:
    one = read(
        tmp_path,
        ("compacted", {"message": "short"}),
        item("custom_tool_call", name="apply_patch", call_id="c", input="*** Begin Patch\n*** Add File: b\n"),
        item("custom_tool_call_output", call_id="c", output="Done"),
        item("local_shell_call", call_id="d", action={"type": "exec", "command": ["ls"]}),
        item("function_call", name="update_plan", arguments='{"plan": []}', call_id="e"),
        item("image_generation_call", id="?"),
    )
    assert one.kinds[1] == "Snapshot"
    assert one.tools() == {"apply_patch": 1, "local_shell": 1, "update_plan": 1, "image_generation": 1}
    assert one.of("PatchProposal")[0].payload["target"] == "b"
    assert one.kinds[-2:] == ["StateTransition", "ToolRequest"]
    assert one.run.notes.sentences() == ()


def test_the_oldest_files_have_bare_items(tmp_path: Path) -> None:
    first = {"id": "s0", "timestamp": AT.format(0), "instructions": None}
    record = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}
    call = {"type": "local_shell_call", "call_id": "c", "action": {"type": "exec", "command": ["ls"]}}
    (one,) = read_all(write(tmp_path, first, {"record_type": "state"}, record, call, "garbage"))
    assert (one.run.run_id, one.kinds) == (
        "s0",
        ["AgentInit", "x:bookkeeping/codex/state", "Observation", "ToolRequest", "x:codex/unreadable-line"],
    )


def test_the_stream_of_exec(tmp_path: Path) -> None:
    command = {"id": "item_1", "type": "command_execution", "command": "ls"}
    change = {"id": "item_2", "type": "file_change", "changes": [{"path": "a", "kind": "add"}], "status": "completed"}
    plan = {"id": "item_3", "type": "todo_list", "items": [{"text": "Mend it", "completed": False}]}
    (one,) = read_all(
        write(
            tmp_path,
            {"type": "thread.started", "thread_id": "t"},
            {"type": "item.started", "item": command},
            {"type": "item.completed", "item": {**command, "aggregated_output": "x", "exit_code": 2}},
            {"type": "item.completed", "item": change},
            *({"type": f"item.{event}", "item": plan} for event in ("started", "completed")),
            {"type": "turn.failed", "error": {"message": "too much"}},
        )
    )
    kinds = ["AgentInit", "ToolRequest", "ToolResponse", "PatchProposal", "PatchApplied"]
    assert one.kinds == [*kinds, "StateTransition", "x:bookkeeping/codex/item", "Error", "x:end"]
    assert one.events[2].payload["error"] == "exit 2 · x"
    assert one.events[3].payload["target"] == "a"


@each_real_file(real_files("codex", "*.jsonl"))
def test_real_sessions_lose_nothing(path: Path) -> None:
    """Counted from the source: a request a call (in a stream: one that completed), a Decision a text or a thought."""
    (one,) = read_all(path)
    found = [json.loads(line) for line in path.read_text().splitlines()]
    items = Counter(line["payload"]["type"] for line in found if line["type"] == "response_item")
    stream = Counter(line["item"]["type"] for line in found if line["type"] == "item.completed")
    roles = Counter(line["payload"].get("role") for line in found if line["type"] == "response_item")
    assert one.tools().total() == items["function_call"] + stream["command_execution"]
    assert len(one.of("ToolResponse")) == items["function_call_output"] + stream["command_execution"]
    said = roles["assistant"] + items["reasoning"] + stream["agent_message"] + stream["reasoning"]
    assert len(one.of("Decision")) + len(one.of("x:withheld-reasoning")) == said
    told = len(one.of("Observation")) + one.kinds.count("x:bookkeeping/codex/environment")
    assert told == roles["user"] + roles["developer"]


def test_lines_without_times_are_recognised(tmp_path: Path) -> None:
    meta = {"type": "session_meta", "payload": {"id": "s", "timestamp": "2026-07-26T00:00:00Z", "cwd": "/tmp"}}
    path = write(tmp_path, meta, {"type": "event_msg", "payload": {"type": "user_message", "message": "Go"}})
    (found,) = read_all(path)
    assert (found.run.agent, found.of("Observation")[0].payload["data"]) == ("codex", "Go")
