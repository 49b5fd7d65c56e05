"""A run whose last act is the agent's own call to finish has ended, in every format that records calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import read_all, written

Record = dict[str, Any]
QUESTION = "Are you sure you want to mark the task as complete? This will trigger your solution to be graded"
ASKED = f"Current terminal state:\n$\n\n{QUESTION}"


def ends(folder: Path, content: Any) -> list[tuple[str, str | None]]:
    (run,) = read_all(written(folder, content))
    return [(event.payload["how"], event.payload["why"]) for event in run.of("x:end")]


# ---- ATIF --------------------------------------------------------------------------------------------
def step(*calls: tuple[str, Any], message: str = "", seen: Any = None, source: str = "agent") -> Record:
    asked = [{"tool_call_id": f"c{n}", "function_name": name, "arguments": x} for n, (name, x) in enumerate(calls)]
    results = {"results": [seen if isinstance(seen, dict) else {"content": seen}]} if seen is not None else None
    return {"source": source, "message": message, "tool_calls": asked or None, "observation": results}


def atif(*steps: Record, **more: Any) -> Record:
    said = {"source": "user", "message": "Fix it."}
    return {"schema_version": "ATIF-v1.6", "agent": {"name": "terminus-2"}, "steps": [said, *steps], **more}


DONE: tuple[str, Any] = ("mark_task_complete", {})
TYPED = ("bash_command", {"keystrokes": "ls\n"})
SAYS_SO = '{"analysis": "a", "commands": [], "task_complete": true}'


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        ([step(DONE)], ("submitted", "mark_task_complete")),
        ([step(DONE, seen=ASKED), step(DONE, seen="New Terminal Output:\n$")], ("submitted", "mark_task_complete")),
        ([step(TYPED, DONE, seen="out")], ("submitted", "mark_task_complete")),
        ([step(DONE, seen=ASKED)], None),  # the harness asks again, and the run breaks off
        ([step(DONE, seen={"source_call_id": "c0", "content": ASKED})], None),
        ([step(DONE), step(TYPED, seen="out")], None),
        ([step(DONE, TYPED, seen="out")], None),
        ([step(DONE), step(source="user", message="And the tests?")], None),
        ([step(message=SAYS_SO, seen=ASKED), step(message=SAYS_SO, seen="$")], ("submitted", "task_complete")),
        ([step(message=SAYS_SO, seen=ASKED)], None),
        ([step(("finish", {"message": "Done."}))], ("answered", "finish")),
        ([step(("submit", {}), seen={"source_call_id": "c0", "content": "diff"})], ("submitted", "submit")),
        ([step(("submit", {"selector": "#form"}))], None),  # of a page
        (
            [step(("bash", {"command": "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT && git diff"}))],
            ("submitted", "bash"),
        ),
        ([step(("bash", {"command": "ls"}))], None),
    ],
)
def test_atif(tmp_path: Path, steps: list[Record], end: tuple[str, str | None] | None) -> None:
    assert ends(tmp_path, atif(*steps)) == ([] if end is None else [end])


def test_the_finish_of_a_subagent_is_not_the_end_of_the_run(tmp_path: Path) -> None:
    inner = {"trajectory_id": "i", "agent": {"name": "helper"}, "steps": [step(DONE)]}
    assert ends(tmp_path, atif(step(TYPED, seen="out"), subagent_trajectories=[inner])) == []
    assert ends(tmp_path, atif(step(DONE), subagent_trajectories=[inner])) == [("submitted", "mark_task_complete")]


def test_what_harbor_says_of_the_agent_comes_first(tmp_path: Path) -> None:
    def trial(kind: str) -> list[tuple[str, str | None]]:
        written(tmp_path, {"exception_info": {"exception_type": kind, "exception_message": "m"}}, "result.json")
        return ends(tmp_path, atif(step(DONE)))

    assert trial("AgentTimeoutError") == [("timeout", "AgentTimeoutError: m")]
    # the agent had ended before its verifier failed
    assert trial("VerifierTimeoutError") == [("submitted", "mark_task_complete")]
    (run,) = read_all(tmp_path / "file.json")
    assert [event.payload["label"] for event in run.of("x:outcome")] == ["VerifierTimeoutError: m"]
    assert run.outcomes() == [(None, None, "Harbor verifier")]


# ---- other formats -----------------------------------------------------------------------------------
def chat(name: str, arguments: str, *after: Record) -> list[Record]:
    call = {"id": "c", "type": "function", "function": {"name": name, "arguments": arguments}}
    return [{"role": "user", "content": "Go"}, {"role": "assistant", "content": None, "tool_calls": [call]}, *after]


ANSWER = {"role": "tool", "tool_call_id": "c", "content": "ok"}


@pytest.mark.parametrize(
    ("messages", "end"),
    [
        (chat("finish", "{}"), ("answered", "finish")),
        (chat("submit", "{}", ANSWER), ("submitted", "submit")),
        (chat("submit", '{"answer": "42"}', ANSWER), ("submitted", "submit")),
        (chat("attempt_completion", '{"result": "r"}', ANSWER), ("answered", "attempt_completion")),
        (chat("final_answer", '{"answer": 1}', ANSWER), ("answered", "final_answer")),
        (chat("final_result", '{"sum": 1}', ANSWER), ("answered", "final_result")),  # Pydantic AI
        (chat("task_complete", "{}", ANSWER), ("submitted", "task_complete")),
        (chat("submit", "{}", {**ANSWER, "content": "Error: no changes"}), None),
        (chat("submit", "{}", ANSWER, {"role": "user", "content": "More"}), None),
        (chat("submit", "{}", ANSWER, {"role": "assistant", "content": "So?"}), None),
        (chat("get_weather", "{}", ANSWER), None),
    ],
)
def test_chat_messages(tmp_path: Path, messages: list[Record], end: tuple[str, str | None] | None) -> None:
    assert ends(tmp_path, messages) == ([] if end is None else [end])
    assert ends(tmp_path, {"messages": messages, "exit_status": "exit_cost"}) == [("limit", "exit_cost")]


def test_conversations_of_terminus_end_when_the_agent_confirms(tmp_path: Path) -> None:
    said = [("user", "Go"), ("assistant", SAYS_SO), ("user", ASKED), ("assistant", SAYS_SO)]
    talk = [{"role": role, "content": content} for role, content in said]
    assert ends(tmp_path, talk) == [("submitted", "task_complete")]
    assert ends(tmp_path, talk[:2]) == ends(tmp_path, talk[:3]) == []


def test_a_swe_agent_trajectory_without_a_status(tmp_path: Path) -> None:
    def steps(action: str) -> Record:
        return {"trajectory": [{"action": action, "observation": "", "thought": "t", "response": "r", "state": "{}"}]}

    assert ends(tmp_path, {**steps("submit"), "history": [], "info": {}}) == [("submitted", "submit")]
    assert ends(tmp_path, {**steps("ls"), "history": [], "info": {}}) == [("open", None)]


def test_records_of_any_kind(tmp_path: Path) -> None:
    records = [{"type": "user", "text": "Go"}, {"type": "tool_call", "tool": "finish", "input": {}, "output": "ok"}]
    assert ends(tmp_path, {"events": records}) == [("answered", "finish")]
