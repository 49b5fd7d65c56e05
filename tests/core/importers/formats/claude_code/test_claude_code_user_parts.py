"""What stands in the user's place in a session of Claude Code 2.1: whose words they are, and how a run ended."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.claude_code_lines import assistant, call, line, read, result, text, user


def test_parts_that_the_program_adds_are_not_the_users_words(tmp_path: Path) -> None:
    opened = "<ide_opened_file>The user opened a.py in the IDE.</ide_opened_file>"
    teammate = '<teammate-message teammate_id="r" summary="hi">\ndone\n</teammate-message>'
    found = read(
        tmp_path,
        user("a", None, [text(opened), text("what is this?")]),
        user("b", "a", [text("<system-reminder>\nx\n</system-reminder>"), text("and that?")]),
        user("c", "b", teammate),
        user(
            "d",
            "c",
            "Another Claude session sent a message:\n<cross-session-message from='x'>y</cross-session-message>",
        ),
        user("e", "d", "<system-design> is a tag of mine"),
    )
    messages = [(event.payload["obs_type"], event.payload["source"]) for event in found.of("Observation")]
    notice, words = ("notice", "claude-code"), ("message", "user")
    assert messages == [notice, words, notice, words, ("notice", "agent"), ("notice", "agent"), words]
    assert found.of("Observation")[1].payload["data"] == "what is this?"


def test_an_error_of_a_tool_that_the_provider_runs_is_a_failure(tmp_path: Path) -> None:
    asked = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}}
    error = {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"}
    answer = {"type": "web_search_tool_result", "tool_use_id": "s", "content": error}
    found = read(tmp_path, user("a", None, "hi"), assistant("b", "a", asked), assistant("c", "b", answer))
    assert found.one("ToolResponse").payload["error"] == "max_uses_exceeded"
    assert found.one("Error").payload["message"] == "max_uses_exceeded"


def test_a_run_that_a_limit_ended_says_so_in_its_words(tmp_path: Path) -> None:
    words = "You've hit your session limit"
    hook = {"type": "hook_blocking_error", "hookName": "PostToolUse:Edit", "blockingError": {"command": "fmt"}}
    found = read(
        tmp_path,
        user("a", None, "hi"),
        line("attachment", "b", "a", attachment=hook),
        assistant("c", "b", text(words), isApiErrorMessage=True, error="rate_limit"),
    )
    assert found.one("x:end").payload == {"how": "limit", "why": words}
    assert found.one("x:claude-code/attachment").payload["data"]["attachment"] == hook


def test_older_versions_do_not_mark_the_programs_words(tmp_path: Path) -> None:
    by_program = [("m1", "No response requested."), ("m2", "Claude AI usage limit reached|1752350400")]
    stopped = {"stdout": "", "stderr": "", "interrupted": True}
    found = read(
        tmp_path,
        user("a", None, "This session is being continued from a previous conversation that ran out of context. It …"),
        user("b", "a", "Stop hook feedback:\n- [check.sh]: tests fail"),
        user("c", "b", "<user-memory-input>use tabs</user-memory-input>"),
        assistant("d", "c", call("t1", "Bash", command="make")),
        user("e", "d", [result("t1", "<error>Command was aborted</error>")], toolUseResult=stopped),
        line("assistant", "f", "e", message=_synthetic(*by_program[0])),
        line("assistant", "g", "f", message=_synthetic(*by_program[1])),
    )
    messages = [tuple(event.payload[name] for name in ("obs_type", "source")) for event in found.of("Observation")]
    notice = ("notice", "claude-code")
    assert messages == [("message", "compaction"), notice, ("command", "user"), notice]
    assert found.of("Observation")[2].payload["data"] == "# use tabs"
    assert found.one("ToolResponse").payload["success"] is False
    assert [event.payload["error_type"] for event in found.of("Error")] == ["tool_error", "api_error"]
    assert (found.of("Decision"), found.one("x:end").payload["how"]) == ([], "limit")


def _synthetic(message_id: str, words: str) -> dict[str, object]:
    return {"id": message_id, "role": "assistant", "model": "<synthetic>", "content": [text(words)]}


def test_a_session_of_iflow_is_called_so(tmp_path: Path) -> None:
    answer = {"functionResponse": {"id": "t", "name": "read_file", "response": {"error": "no such file"}}}
    record = {"callId": "t", "responseParts": answer, "resultDisplay": "Failed"}
    lines = (
        user("a", None, "hi", sessionId="session-1"),
        assistant("b", "a", call("t", "read_file", path="x"), sessionId="session-1"),
        user("c", "b", [result("t", record)], sessionId="session-1"),
    )
    lines[1]["message"] |= {"id": "response-1", "usage": {"input_tokens": 0, "output_tokens": 0}}
    found = read(tmp_path, *lines)
    assert found.run.agent == "iflow"
    assert (found.one("ToolResponse").payload["error"], found.one("Error").payload["message"]) == ("no such file",) * 2
    assert all("tokens" not in event.meta for event in found.events)
