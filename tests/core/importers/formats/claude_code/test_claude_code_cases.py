"""Kinds of sessions that were once read wrongly: each as a small file, with the right value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.errors import LogUnreadable
from replay_gui.core.importers.formats.claude_code.importer import ClaudeCode
from replay_gui.core.importers.packed import IS_UTF16, foreign_file
from replay_gui.core.importers.registry import recognise
from replay_gui.core.importers.run_builder import UNKNOWN_REQUESTS
from replay_gui.core.log.source import Source
from tests.helpers.claude_code_lines import (
    ReadSession,
    assistant,
    call,
    line,
    read,
    read_file,
    result,
    text,
    user,
    write,
)
from tests.helpers.foreign import cached_conversion
from tests.helpers.paths import CASES

SESSION = "11111111-1111-4111-8111-111111111111"


def case(name: str) -> ReadSession:
    folder = CASES / name
    return read_file(folder / ("session.jsonl" if (folder / "session.jsonl").exists() else f"{SESSION}.jsonl"))


def lines_shown(found: ReadSession) -> list[int]:
    return sorted({event.meta["line"] for event in found.events if "line" in event.meta})


def user_words(found: ReadSession) -> list[Any]:
    return [
        event.payload["data"]
        for event in found.of("Observation")
        if (event.payload["obs_type"], event.payload["source"]) == ("message", "user")
    ]


def test_a_retry_after_an_api_error_hides_nothing() -> None:
    found = case("cc-api-error-fork")
    assert lines_shown(found) == list(range(1, 11))
    assert found.one("Error").payload["message"] == "API error 529 overloaded, retry 1 of 10"
    assert found.notes == ()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ({"error": {"error": {"message": "Overloaded"}}, "status": 529}, "API error 529 Overloaded"),
        ({"cause": {"code": "ECONNRESET"}}, "API error ECONNRESET"),
        ("rate limit", "API error rate limit"),
        (None, "API error"),
    ],
)
def test_api_errors_of_every_shape_have_a_message(tmp_path: Path, error: Any, message: str) -> None:
    found = read(tmp_path, user("u1", None, "go"), line("system", "e1", "u1", subtype="api_error", error=error))
    assert found.one("Error").payload["message"] == message


def test_a_result_before_its_request_comes_after_it() -> None:
    found = case("cc-result-before-request")
    assert found.kinds == [
        *("Observation", "Decision", "ToolRequest", "PatchProposal", "ToolResponse", "PatchApplied", "Decision")
    ]
    assert found.one("ToolResponse").payload["tool_name"] == "Edit"
    assert found.notes == ()


def test_everything_below_a_late_line_comes_after_it(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        user("u1", None, "go"),
        user("r1", "a1", [result("c1", "done")]),
        assistant("a2", "r1", text("bye")),
        assistant("a1", "u1", call("c1", "Bash")),
    )
    assert found.kinds == ["Observation", "ToolRequest", "ToolResponse", "Decision"]
    assert found.run.notes[UNKNOWN_REQUESTS] == 0


def test_a_subagent_is_read_with_its_session() -> None:
    found = case("cc-subagents")
    inner = [event for event in found.events if event.meta.get("subagent") == ["Explore"]]
    assert [event.kind for event in inner] == ["Observation", "ToolRequest", "ToolResponse", "Decision"]
    assert inner[0].meta["parent"] == 2
    assert found.events[2].payload["tool_name"] == "Agent"
    assert found.kinds[1:8] == ["ToolRequest", *(event.kind for event in inner), "ToolResponse", "Decision"]
    assert found.tokens()["output"] == 40


@pytest.mark.parametrize("folder", [CASES / "cc-subagents", CASES / "cc-subagents" / SESSION])
def test_the_folder_of_a_session_opens(folder: Path, tmp_path: Path) -> None:
    assert cached_conversion(folder, tmp_path).events == len(case("cc-subagents").events)


def test_any_other_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogUnreadable, match="not a file"):
        cached_conversion(tmp_path, tmp_path / "cache")


def test_subagents_of_one_name_are_told_apart(tmp_path: Path) -> None:
    folder = tmp_path / "session" / "subagents"
    folder.mkdir(parents=True)
    for agent in ("x1", "x2"):
        (folder / f"agent-{agent}.meta.json").write_text('{"agentType": "Explore"}')
        write(folder, user("s", None, agent, isSidechain=True, agentId=agent)).rename(folder / f"agent-{agent}.jsonl")
    found = read(
        tmp_path,
        assistant("a1", None, call("c1", "Agent"), call("c2", "Agent")),
        user("r2", "a1", [result("c2", "two")], toolUseResult={"agentId": "x2"}),
        user("r1", "a1", [result("c1", "one")], toolUseResult={"agentId": "x1"}),
    )
    assert [
        (event.payload["data"], event.meta["subagent"], event.meta["parent"]) for event in found.of("Observation")
    ] == [
        ("x2", ["Explore"], 2),
        ("x1", ["Explore 2"], 1),
    ]


def test_a_subagent_within_the_session_is_of_the_call_that_asked_it(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        user("u1", None, "go"),
        assistant("a1", "u1", call("c1", "Task", subagent_type="Explore", prompt="look")),
        user("s1", None, "look", isSidechain=True),
        assistant("s2", "s1", text("seen"), isSidechain=True),
        user("r1", "a1", [result("c1", "seen")]),
    )
    asked, seen = (event for event in found.events if "subagent" in event.meta)
    assert (asked.meta["subagent"], asked.meta["parent"]) == (["Explore"], 2)
    assert (seen.meta["subagent"], seen.meta["parent"]) == (["Explore"], 3)


def test_a_subagent_of_a_call_that_was_not_answered_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "session" / "subagents"
    folder.mkdir(parents=True)
    (folder / "agent-x1.jsonl").write_bytes(write(folder, user("s", None, "hi", isSidechain=True)).read_bytes())
    found = read(tmp_path, assistant("a1", None, call("c1", "Agent")))
    assert found.one("Observation").meta["subagent"] == ["x1"]


def test_a_kept_conversion_counts_until_a_subagent_changes(tmp_path: Path) -> None:
    folder = tmp_path / "session" / "subagents"
    folder.mkdir(parents=True)
    path = write(tmp_path, assistant("a1", None, call("c1", "Agent")))
    agent = folder / "agent-x1.jsonl"
    agent.write_bytes(write(folder, user("s", None, "hi", isSidechain=True)).read_bytes())
    first = cached_conversion(path, tmp_path / "cache")
    assert cached_conversion(path, tmp_path / "cache").path == first.path
    agent.write_bytes(agent.read_bytes() * 2)
    assert cached_conversion(path, tmp_path / "cache").path != first.path


def test_a_queued_prompt_is_the_users_once() -> None:
    found = case("cc-queued-command")
    assert user_words(found) == ["start the build", "also run the linter"]
    assert found.notes == ()


def test_a_queued_prompt_that_nothing_repeats_is_the_users(tmp_path: Path) -> None:
    queue = {"type": "queue-operation", "sessionId": "s", "timestamp": "2025-10-24T20:54:01Z"}
    found = read(
        tmp_path,
        user("u1", None, "go"),
        {**queue, "operation": "enqueue", "content": "and hurry"},
        {**queue, "operation": "remove"},
        {**queue, "operation": "enqueue", "content": "<task-notification>done</task-notification>"},
        {**queue, "operation": "remove", "content": "and hurry"},
        {**queue, "operation": "remove", "content": "the parser first"},
    )
    assert user_words(found) == ["go", "and hurry", "the parser first"]


def test_a_queued_prompt_that_was_taken_back_is_none(tmp_path: Path) -> None:
    queue = {"type": "queue-operation", "sessionId": "s"}
    found = read(
        tmp_path,
        user("u1", None, "go"),
        {**queue, "operation": "enqueue", "content": "no"},
        {**queue, "operation": "popAll"},
    )
    assert user_words(found) == ["go"]


def test_a_picture_is_told_beside_the_words() -> None:
    found = case("cc-image-prompt")
    (said,) = user_words(found)
    assert said["text"] == "why is the button red? (picture, 1 KB)"
    assert said["attachments"][0]["source"]["media_type"] == "image/png"
    assert found.one("x:withheld-reasoning").payload["data"] == "(reasoning, not recorded)"
    assert len(found.of("Decision")) == 1


def test_the_size_of_a_picture_is_told(tmp_path: Path) -> None:
    image = {"type": "image", "source": {"type": "base64", "data": "A" * 16384}}
    assert user_words(read(tmp_path, user("u1", None, [image])))[0]["text"] == "(picture, 12 KB)"


def test_an_interruption_is_not_the_users_words() -> None:
    found = case("cc-interrupted")
    assert user_words(found) == ["go", "do something else"]
    assert [event.payload["error_type"] for event in found.of("Error")] == ["interrupted"]
    assert found.one("ToolResponse").payload["success"] is False


def test_a_session_that_ends_in_an_interruption_was_stopped() -> None:
    found = case("cc-synthetic-error")
    assert found.events[-1].payload == {"how": "stopped by user", "why": None}
    assert [event.payload["error_type"] for event in found.of("Error")] == ["api_error", "interrupted"]


def test_a_command_is_a_command_and_its_output_is_nobodys_words() -> None:
    found = case("cc-windows-slash")
    command, output = found.of("Observation")
    assert (command.payload["obs_type"], command.payload["data"]) == ("command", "/review 42")
    assert (output.payload["obs_type"], output.payload["data"]) == ("command-output", "Set model to opus")
    assert user_words(found) == []


def test_commands_of_the_shell(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        user("u1", None, "<bash-input>ls</bash-input>"),
        user("u2", "u1", "<bash-stdout>a.py</bash-stdout><bash-stderr></bash-stderr>"),
        line("system", "s1", "u2", subtype="local_command", content="<command-name>/cost</command-name>"),
        user("u3", "s1", "is <b>this</b> a command?"),
    )
    messages = [(event.payload["obs_type"], event.payload["data"]) for event in found.of("Observation")]
    assert messages == [
        ("command", "! ls"),
        ("command-output", "a.py"),
        ("command", "/cost"),
        ("message", "is <b>this</b> a command?"),
    ]


def test_utf_16_is_read_and_noted() -> None:
    found = case("cc-utf16")
    assert (user_words(found), found.run.notes[IS_UTF16]) == (["one"], 1)
    assert recognise(CASES / "cc-utf16" / "session.jsonl").name == "claude-code"


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("cc-bom-crlf", 4),
        ("cc-compaction", 9),
        ("cc-dangling-parent", 5),
        ("cc-duplicate-tool-ids", 6),
        ("cc-late-progress-leaf", 8),
        ("cc-mcp-image-result", 4),
        ("cc-nul-tail", 5),
        ("cc-streaming-usage", 6),
        ("cc-surrogate-nul-ansi", 4),
    ],
)
def test_no_line_is_lost(name: str, count: int) -> None:
    assert lines_shown(case(name)) == list(range(1, count + 1))


def test_usage_that_grows_counts_as_it_was_last() -> None:
    assert case("cc-streaming-usage").tokens()["output"] == 317


def test_usage_that_the_last_line_does_not_tell_counts(tmp_path: Path) -> None:
    last = assistant("a2", "a1", text("two"), message_id="m")
    del last["message"]["usage"]
    found = read(tmp_path, user("u1", None, "go"), assistant("a1", "u1", text("one"), message_id="m"), last)
    assert found.tokens() == {"input": 10, "output": 3}


def test_runs_that_differ_after_a_retry_diverge_there() -> None:
    a, b = (read_file(CASES / "cc-api-error-diff" / f"{side}.jsonl").events for side in "ab")
    differ = [
        (one.kind, one.payload["input"]["command"])
        for one, other in zip(a, b, strict=True)
        if one.payload != other.payload and one.kind == "ToolRequest"
    ]
    assert differ == [("ToolRequest", "pytest")]
    assert [one.payload for one in a[:5]] == [one.payload for one in b[:5]]


def test_lines_that_are_no_steps_are_bookkeeping(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        user("u1", None, "go"),
        *({"type": kind, "sessionId": "s"} for kind in ("ai-title", "permission-mode", "last-prompt", "mode")),
        line("system", "h1", "u1", subtype="stop_hook_summary"),
        line("attachment", "t1", "h1", attachment={"type": "skill_listing", "content": "…"}),
    )
    assert found.kinds == [
        "Observation",
        *(f"x:bookkeeping/claude-code/{kind}" for kind in ("ai-title", "permission-mode", "last-prompt", "mode")),
        "x:bookkeeping/claude-code/system",
        "x:bookkeeping/claude-code/attachment",
    ]
    assert found.notes == ()


def test_what_was_rewound_is_another_run(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        user("u1", None, "1"),
        assistant("a1", "u1", text("2")),
        user("u2", "a1", "rewound"),
        assistant("a2", "u2", text("rewound too")),
        user("u3", "a1", "3"),
    )
    with Source(path) as source, foreign_file(source) as file:
        runs = [(run.name, [event.payload.get("data") for event in run.events][1:]) for run in ClaudeCode().runs(file)]
    assert runs == [
        ("session", ["1", "2", "3"]),
        ("session-before-line-5", ["1", "2", "rewound", "rewound too"]),
    ]


def test_a_prompt_beside_work_that_goes_on_is_no_rewind(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        user("u1", None, "go"),
        assistant("a1", "u1", call("c1", "Bash")),
        user("u2", "u1", "and hurry"),
        user("r1", "a1", [result("c1", "ok")]),
        assistant("a2", "r1", text("done")),
    )
    assert lines_shown(found) == [1, 2, 3, 4, 5]


def test_the_output_as_stream_json() -> None:
    found = read_file(CASES / "claude-stream-json" / "out.jsonl")
    assert found.kinds == [
        "x:bookkeeping/claude-code/system",
        *("Decision", "ToolRequest", "ToolResponse", "Error", "Decision", "CapabilityDenied"),
        "x:bookkeeping/claude-code/result",
    ]
    assert found.tokens() == {"input": 117, "output": 45, "cached": 110}
    assert found.one("CapabilityDenied").payload["tool_name"] == "Write"
    assert found.one("x:bookkeeping/claude-code/result").meta["cost_usd"] == 0.0123
    assert found.events[-1].payload == {"how": "answered", "why": None}
    assert found.events[-1].meta["duration"] == 4_100_000_000
    assert found.events[0].payload["config"] == {"model": "claude-x"}
    assert found.run.run_id == "22222222-2222-4222-8222-222222222222"
    assert found.notes == ()


@pytest.mark.parametrize(
    ("subtype", "how"), [("error_max_turns", "limit"), ("error_during_execution", "crash"), ("success", "answered")]
)
def test_how_a_stream_ended(tmp_path: Path, subtype: str, how: str) -> None:
    found = read(
        tmp_path,
        {"type": "system", "subtype": "init", "session_id": "s", "tools": []},
        {"type": "result", "subtype": subtype, "session_id": "s"},
    )
    assert found.events[-1].payload["how"] == how


def test_the_tags_of_an_error_are_not_its_words(tmp_path: Path) -> None:
    words = "<tool_use_error>File does not exist.</tool_use_error>"
    found = read(
        tmp_path,
        assistant("a1", None, call("c1", "Read")),
        user("u1", "a1", [result("c1", words, is_error=True)]),
    )
    assert found.one("Error").payload["message"] == "File does not exist."
    assert found.one("ToolResponse").payload["output"] == words


def test_members_of_unexpected_types_end_nothing(tmp_path: Path) -> None:
    odd: list[dict[str, Any]] = [
        {"type": "system", "subtype": ["x"], "uuid": "s1", "error": [1]},
        {"type": "attachment", "attachment": "x"},
        {"type": "attachment", "attachment": {"type": "queued_command", "prompt": 7}},
        {"type": "queue-operation", "operation": "enqueue", "content": {"a": 1}},
        {"type": "result", "subtype": "success", "permission_denials": [1, {"tool_name": 3, "tool_use_id": [1]}]},
        user("z1", None, [{"type": "image", "source": 4}], isSidechain=True, agentId=4),
        user("z2", None, [result("gone", 7, is_error=True)], toolUseResult=[1]),
        {"type": "user", "session_id": "s", "parent_tool_use_id": "p", "message": {"content": "hey"}},
    ]
    found = read(tmp_path, user("u1", None, "go"), *odd)
    assert lines_shown(found) == list(range(1, len(odd) + 2))
