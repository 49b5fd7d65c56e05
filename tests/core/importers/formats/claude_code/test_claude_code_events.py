"""Each rule by which a line of a Claude Code session becomes events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.log.chain import patch_hash, request_hash
from tests.helpers.claude_code_lines import CWD, assistant, call, line, read, result, text, user

ASKED = user("u1", None, "hello")
REFUSED = "The user doesn't want to proceed with this tool use. The tool use was rejected"


def test_a_run_begins_with_what_runs(tmp_path: Path) -> None:
    found = read(tmp_path, ASKED, assistant("a1", "u1", text("hi")))
    begun = found.events[0]
    assert (begun.kind, begun.payload) == (
        "AgentInit",
        {"agent_type": "claude-code", "agent_version": "2.0.26", "config": {"model": "a-model"}},
    )
    assert begun.meta["cwd"] == CWD
    assert begun.meta["session_id"] == "session-1"
    assert (found.run.run_id, found.run.agent, found.run.created) == ("session-1", "claude-code", begun.meta["time"])
    assert found.notes == ()


def test_what_is_said_becomes_observations_and_decisions(tmp_path: Path) -> None:
    found = read(tmp_path, ASKED, assistant("a1", "u1", text("hi"), requestId="req-1"))
    said, answered = found.events[1:]
    assert (said.kind, said.payload) == ("Observation", {"obs_type": "message", "source": "user", "data": "hello"})
    assert (answered.kind, answered.payload) == (
        "Decision",
        {"decision_type": "message", "data": "hi", "reasoning": None},
    )
    assert answered.meta["parent"] == 1
    assert answered.meta["line"] == 2
    assert answered.meta["request_id"] == "req-1"
    assert "parent" not in said.meta


def test_ids_and_clocks_are_never_in_content(tmp_path: Path) -> None:
    def session(mark: str) -> list[Any]:
        lines = (
            user(f"u{mark}", None, "hello", promptId=f"p{mark}"),
            assistant(f"a{mark}", f"u{mark}", call(f"c{mark}", "Bash", command="ls"), requestId=f"r{mark}"),
            user(
                f"v{mark}",
                f"a{mark}",
                [result(f"c{mark}", "a.txt")],
                toolUseResult={"stdout": "a.txt", "durationMs": ord(mark), "agentId": mark},
            ),
            {"type": "file-history-snapshot", "messageId": mark, "snapshot": {"timestamp": mark}},
            {"type": "last-prompt", "lastPrompt": "hello", "leafUuid": mark, "sessionId": mark},
        )
        (tmp_path / mark).mkdir()
        return [(event.kind, event.payload) for event in read(tmp_path / mark, *lines).events]

    assert session("1") == session("2")


def test_a_response_names_its_request(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        ASKED,
        assistant("a1", "u1", call("c1", "Grep", pattern="x"), call("c2", "Read", file_path="/f")),
        user("u2", "a1", [result("c2", "second"), result("c1", "first")]),
        assistant("a2", "u2", text("done")),
    )
    assert found.kinds == ["Observation", "ToolRequest", "ToolRequest", "ToolResponse", "ToolResponse", "Decision"]
    grep, second, first, done = found.events[2], found.events[4], found.events[5], found.events[6]
    assert grep.payload == {"tool_name": "Grep", "tool_version": "", "input": {"pattern": "x"}, "capabilities": []}
    assert first.payload == {
        "tool_name": "Grep",
        "request_hash": request_hash("Grep", "", {"pattern": "x"}),
        "output": "first",
        "success": True,
        "error": None,
    }
    assert (first.meta["parent"], second.meta["parent"]) == (2, 3)
    assert first.meta["tool_use_id"] == "c1"
    assert first.meta["duration"] == first.meta["time"] - grep.meta["time"] > 0
    assert done.meta["parent"] == 5


def test_an_error_is_an_error_too(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        assistant("a1", None, call("c1", "Bash", command="false")),
        user("u1", "a1", [result("c1", "exit 1", is_error=True)], toolUseResult="Error: exit 1"),
    )
    assert found.kinds == ["ToolRequest", "ToolResponse", "Error"]
    response = found.one("ToolResponse")
    assert (response.payload["success"], response.payload["error"], response.payload["output"]) == (
        False,
        "exit 1",
        "exit 1",
    )
    assert "details" not in response.payload  # it says the same again
    assert found.one("Error").payload == {
        "error_type": "tool_error",
        "message": "exit 1",
        "component": "Bash",
        "recoverable": True,
    }
    assert found.one("Error").meta["parent"] == found.seq("ToolResponse")


def test_a_structured_result_is_kept(tmp_path: Path) -> None:
    details = {"stdout": "out", "stderr": "warned", "interrupted": False, "durationMs": 7}
    found = read(
        tmp_path,
        assistant("a1", None, call("c1", "Bash", command="x")),
        user("u1", "a1", [result("c1", "out")], toolUseResult=details),
    )
    response = found.one("ToolResponse")
    assert response.payload["output"] == "out"
    assert response.payload["details"] == {"stdout": "out", "stderr": "warned", "interrupted": False}
    assert response.meta["details"] == {"durationMs": 7}


def test_a_structured_result_of_several_is_nobodys(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        assistant("a1", None, call("c1", "Bash"), call("c2", "Bash")),
        user("u1", "a1", [result("c1", "1"), result("c2", "2")], toolUseResult={"stdout": "?"}),
    )
    assert found.one("x:claude-code/tool-use-result").payload == {"data": {"stdout": "?"}}
    assert all("details" not in event.payload for event in found.of("ToolResponse"))


def test_a_refused_call_is_a_denial_and_no_error(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        assistant("a1", None, call("c1", "Bash", command="rm x")),
        user("u1", "a1", [result("c1", REFUSED, is_error=True)], toolUseResult="Error: " + REFUSED),
    )
    assert found.kinds == ["ToolRequest", "ToolResponse", "CapabilityDenied"]
    assert found.one("CapabilityDenied").payload == {"capability": "Bash", "tool_name": "Bash", "reason": REFUSED}
    assert found.one("ToolResponse").payload["success"] is False


def test_a_file_that_speaks_of_refusal_is_none(tmp_path: Path) -> None:
    found = read(tmp_path, assistant("a1", None, call("c1", "Read")), user("u1", "a1", [result("c1", REFUSED)]))
    assert found.kinds == ["ToolRequest", "ToolResponse"]


EDIT = {"file_path": f"{CWD}/src/a.py", "old_string": "1", "new_string": "2"}


def test_an_edit_is_a_patch_proposed_and_applied(tmp_path: Path) -> None:
    hunks = [{"oldStart": 1, "lines": ["-1", "+2"]}]
    found = read(
        tmp_path,
        assistant("a1", None, call("c1", "Edit", **EDIT)),
        user(
            "u1",
            "a1",
            [result("c1", "updated")],
            toolUseResult={"structuredPatch": hunks, "userModified": False, "originalFile": "1"},
        ),
    )
    assert found.kinds == ["ToolRequest", "PatchProposal", "ToolResponse", "PatchApplied"]
    proposal = found.one("PatchProposal")
    patch = {"old_string": "1", "new_string": "2"}
    assert proposal.payload == {
        "patch_hash": patch_hash("edit", "src/a.py", patch),
        "patch_type": "edit",
        "target": "src/a.py",
        "patch": patch,
        "reasoning": None,
    }
    assert proposal.meta["parent"] == found.seq("ToolRequest")
    assert found.one("PatchApplied").payload == {
        "patch_hash": proposal.payload["patch_hash"],
        "structuredPatch": hunks,
        "userModified": False,
    }
    assert found.one("PatchApplied").meta["parent"] == found.seq("PatchProposal")
    assert found.one("ToolResponse").payload["details"] == {"originalFile": "1"}
    assert found.one("ToolResponse").meta["parent"] == found.seq("ToolRequest")


@pytest.mark.parametrize(
    ("said", "stage", "also"), [(REFUSED, "approval", "CapabilityDenied"), ("String not found", "apply", "Error")]
)
def test_a_patch_that_fails_is_rejected(tmp_path: Path, said: str, stage: str, also: str) -> None:
    found = read(
        tmp_path,
        assistant("a1", None, call("c1", "Write", file_path="/elsewhere/b.py", content="x")),
        user("u1", "a1", [result("c1", [text(said)], is_error=True)]),
    )
    assert found.kinds == ["ToolRequest", "PatchProposal", "ToolResponse", also, "PatchRejected"]
    assert found.one("PatchProposal").payload["target"] == "/elsewhere/b.py"
    assert found.one("PatchRejected").payload == {
        "patch_hash": patch_hash("write", "/elsewhere/b.py", {"content": "x"}),
        "reason": said,
        "stage": stage,
    }


def test_todos_are_a_transition_of_the_state(tmp_path: Path) -> None:
    todos = [{"content": "a", "status": "pending"}]
    found = read(
        tmp_path,
        assistant("a1", None, call("c1", "TodoWrite", todos=todos)),
        user("u1", "a1", [result("c1", "ok")], toolUseResult={"oldTodos": [], "newTodos": todos}),
    )
    assert found.one("StateTransition").payload == {
        "transition_type": "todos",
        "ops": [{"op": "add", "path": "/todos", "value": todos}],
    }
    assert found.one("StateTransition").meta["parent"] == found.seq("ToolResponse")


def test_memory_files_are_read_and_written(tmp_path: Path) -> None:
    memory = f"{CWD}/CLAUDE.md"
    found = read(
        tmp_path,
        assistant("a1", None, call("c1", "Read", file_path=memory)),
        user("u1", "a1", [result("c1", "  1→old")], toolUseResult={"file": {"content": "old"}}),
        assistant("a2", "u1", call("c2", "Edit", file_path=memory, old_string="old", new_string="new")),
        user("u2", "a2", [result("c2", "ok")], toolUseResult={"originalFile": "old!", "structuredPatch": []}),
        assistant("a3", "u2", call("c3", "Write", file_path=memory, content="all")),
        user("u3", "a3", [result("c3", "ok")]),
        assistant("a4", "u3", call("c4", "Write", file_path=memory, content="no")),
        user("u4", "a4", [result("c4", "failed", is_error=True)]),
    )
    assert found.one("MemoryRead").payload == {"key": "CLAUDE.md", "value": "old"}
    assert [event.payload for event in found.of("MemoryWrite")] == [
        {"key": "CLAUDE.md", "operation": "edit", "value": "new!"},
        {"key": "CLAUDE.md", "operation": "set", "value": "all"},
    ]


def test_tokens_count_once_a_message(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        ASKED,
        assistant("a1", "u1", text("one"), message_id="m"),
        assistant("a2", "a1", call("c1", "Bash"), message_id="m"),
        assistant("a3", "a2", text("two"), message_id="n"),
    )
    assert [event.meta.get("tokens") for event in found.events] == [
        None,
        None,
        None,
        {"input": 10, "output": 3},
        {"input": 10, "output": 3},
    ]
    assert {event.meta.get("model") for event in found.events[2:]} == {"a-model"}


def test_thinking(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        assistant(
            "a1",
            None,
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "redacted_thinking", "data": "secret"},
        ),
    )
    thought, hidden = found.events[1:]
    assert thought.payload == {"decision_type": "thinking", "data": None, "reasoning": "hm"}
    assert thought.meta["block"] == {"signature": "s"}
    assert (hidden.kind, hidden.payload) == ("x:withheld-reasoning", {"data": "(reasoning, not recorded)"})
    assert hidden.meta["block"] == {"data": "secret"}


def test_images_stay_with_what_was_said(tmp_path: Path) -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
    found = read(tmp_path, user("u1", None, [text("look"), image]))
    assert found.one("Observation").payload["data"] == {"text": "look (picture, 1 KB)", "attachments": [image]}
    assert found.notes == ()


def test_meta_lines_commands_and_compaction(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        user("u1", None, "caveat", isMeta=True),
        line("system", "s1", None, subtype="compact_boundary", content="compacted", logicalParentUuid="u1"),
        user("u2", "s1", "in short", isCompactSummary=True),
        line("system", "s2", "u2", subtype="turn_duration", durationMs=1500),
    )
    assert found.kinds == ["x:claude-code/meta", "Snapshot", "Observation", "x:bookkeeping/claude-code/system"]
    assert found.one("x:claude-code/meta").payload == {"data": "caveat"}
    assert found.one("Snapshot").payload == {
        "snapshot_type": "compaction",
        "data": {"subtype": "compact_boundary", "content": "compacted"},
    }
    assert found.one("Observation").payload["source"] == "compaction"
    assert found.one("x:bookkeeping/claude-code/system").meta["duration"] == 1_500_000_000
    assert [event.meta.get("parent") for event in found.events] == [None, None, 1, 2, 3]
    assert found.notes == ()


def test_file_history(tmp_path: Path) -> None:
    kept = {
        "messageId": "m",
        "timestamp": "2025-10-24T21:26:09.573Z",
        "trackedFileBackups": {"a.py": {"backupFileName": "7f@v2", "version": 2, "backupTime": "now"}},
    }
    found = read(tmp_path, {"type": "file-history-snapshot", "messageId": "m", "snapshot": kept})
    snapshot = found.one("x:bookkeeping/claude-code/file-history")
    assert snapshot.payload == {"data": {"files": {"a.py": 2}}}
    assert snapshot.meta["snapshot"] == kept
    assert snapshot.meta["time"] == 1761341169573000000


def test_a_call_that_is_written_again_is_one_call(tmp_path: Path) -> None:
    again, twice = call("t1", "Read", path="a"), call("t3", "Read", path="c")
    found = read(
        tmp_path,
        user("u1", None, "go"),
        assistant("a1", "u1", again),
        assistant("a2", "u1", again, call("t2", "Read", path="b")),
        user("r1", "a2", [result("t1", "A")]),
        user("r2", "r1", [result("t2", "B")]),
        assistant("a3", "r2", again, twice),
        user("r3", "a3", [result("t3", "C")]),
        assistant("a4", "r3", twice),
        user("r4", "a4", [result("t3", "C again")]),
    )
    assert [event.payload["input"]["path"] for event in found.of("ToolRequest")] == ["a", "b", "c", "c"]
    assert found.run.notes["calls that repeat one with their id"] == 2


def test_an_api_error_is_an_error(tmp_path: Path) -> None:
    found = read(tmp_path, assistant("a1", None, text("API Error: overloaded"), isApiErrorMessage=True))
    assert found.one("Error").payload["error_type"] == "api_error"
    assert found.kinds == ["Error"]


def test_a_sidechain_is_kept_apart(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        ASKED,
        assistant("a1", "u1", call("c1", "Task", prompt="look")),
        user("s1", None, "look", isSidechain=True, agentId="x7"),
        assistant("s2", "s1", text("found"), isSidechain=True, agentId="x7"),
        user("u2", "a1", [result("c1", [text("found")])]),
    )
    side = [event for event in found.events if event.meta.get("sidechain")]
    assert [event.payload.get("obs_type", event.payload.get("decision_type")) for event in side] == [
        "subagent-message",
        "subagent-message",
    ]
    assert {event.meta["agent"] for event in side} == {"x7"}
    assert found.kinds[-1] == "ToolResponse"
    assert found.notes == ()


def test_a_subagents_own_file_is_a_run(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        user("s1", None, "look", isSidechain=True, agentId="x7"),
        assistant("s2", "s1", text("found"), isSidechain=True, agentId="x7"),
    )
    assert found.run.run_id == "session-1/x7"
    assert found.events[0].payload["agent_type"] == "claude-code subagent"
    said = found.one("Observation").payload
    assert (said["obs_type"], said["source"], said["data"]) == ("subagent-message", "agent", "look")


def test_events_of_subagents_name_them(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        ASKED,
        user("s1", None, "look", isSidechain=True, agentId="x7"),
        user("t1", None, "look too", isSidechain=True),
        assistant("s2", "s1", text("found"), isSidechain=True, agentId="x7"),
        assistant("t2", "t1", text("found too"), isSidechain=True),
        user("v1", None, "and you", isSidechain=True),
        assistant("a1", "u1", text("Done.")),
    )
    listed = [event.meta.get("subagent") for event in found.events]
    assert listed == [None, None, ["x7"], ["subagent 1"], ["x7"], ["subagent 1"], ["subagent 2"], None]


def test_a_line_that_only_repeats_calls_is_no_step(tmp_path: Path) -> None:
    """As iFlow writes them: each line of a turn has the call before once more."""
    first, second = call("c1", "Bash", command="ls"), call("c2", "Bash", command="pwd")
    found = read(
        tmp_path,
        ASKED,
        assistant("a1", "u1", text("I look."), first, message_id="m1"),
        assistant("a2", "u1", first, second, message_id="m2"),
        assistant("a3", "u1", second, message_id="m3"),
        user("u2", "a3", [result("c1", "a")]),
    )
    assert found.kinds.count("ToolRequest") == 2
    assert found.kinds.count("x:bookkeeping/claude-code/repeated-line") == 1
    assert not any(kind.startswith("x:claude-code/") for kind in found.kinds)
    assert found.one("x:bookkeeping/claude-code/repeated-line").payload["data"]["message"]["content"] == [second]
