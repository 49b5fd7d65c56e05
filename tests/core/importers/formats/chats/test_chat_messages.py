"""Messages of chats, and objects that hold them with what came of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import read_all, written
from tests.helpers.paths import DATA

HELLO = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]


def test_each_line_is_a_run_with_its_outcome() -> None:
    first, second = read_all(DATA / "seeds" / "chat-messages" / "2.jsonl")
    assert first.tools() == {"read_file": 1, "balance": 1}
    assert [(event.payload["output"], event.payload["error"]) for event in first.of("ToolResponse")] == [
        ("10 EUR", None),
        ("", "ValueError: no account"),
    ]
    assert first.outcomes() == [(False, None, "resolved"), (None, 0.5, "reward")]
    assert first.events[0].payload["config"] == {"task": "a"}
    assert second.kinds == ["AgentInit", "x:end"]
    assert second.events[1].payload == {"how": "crash", "why": "out of memory"}


@pytest.mark.parametrize("member", ["messages", "conversation", "history", "transcript"])
def test_an_array_of_conversations(tmp_path: Path, member: str) -> None:
    runs = read_all(written(tmp_path, [{member: HELLO, "n": 1}, {"no": "conversation"}, {member: HELLO, "n": 2}]))
    assert [run.format for run in runs] == ["json-lines"]  # not all of them are conversations
    runs = read_all(written(tmp_path, [{member: HELLO, "n": 1}, {member: HELLO, "n": 2}]))
    assert [(run.format, run.run.name, run.kinds) for run in runs] == [
        ("chat-messages", f"file {number}", ["AgentInit", "Observation", "Decision"]) for number in (1, 2)
    ]


def test_first_lines_may_be_longer_than_the_head_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    messages = [{"role": "user", "content": "x" * 100_000}, HELLO[1]]
    path.write_text("".join(json.dumps({"messages": messages, "n": n}) + "\n" for n in range(3)))
    assert [run.format for run in read_all(path)] == ["chat-messages"] * 3


def test_a_line_without_messages_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text("".join(json.dumps({"messages": HELLO}) + "\n" for _ in range(30)) + '{"done": true}\n')
    runs = read_all(path)
    assert len(runs) == 30


def test_a_call_by_the_user_is_the_users(tmp_path: Path) -> None:
    asks = {"role": "user", "content": None, "tool_calls": [{"id": "c", "name": "toggle", "arguments": {}}]}
    (run,) = read_all(written(tmp_path, [*HELLO, asks]))
    assert run.kinds == ["AgentInit", "Observation", "Decision", "ToolRequest"]
    assert run.events[-1].payload["role"] == "user"


def test_messages_of_autogens_agent_chat() -> None:
    (run,) = read_all(DATA / "seeds" / "chat-messages" / "4.json")
    assert run.kinds == [
        "AgentInit", "Observation", "ToolRequest", "ToolResponse", "Error", "Decision", "Decision", "x:end",
    ]  # fmt: skip
    assert [event.payload["error"] for event in run.of("ToolResponse")] == ["no net"]
    assert [event.payload["reasoning"] for event in run.of("Decision")] == ["Hm.", None]
    tokens = [event.meta["tokens"] for event in run.events if event.meta.get("tokens")]
    assert tokens == [{"input": 68, "output": 15}, {"input": 90, "output": 5}]
    assert run.events[-1].payload == {"how": "answered", "why": "Text 'TERMINATE' mentioned"}


def test_an_answer_of_openais_responses() -> None:
    (run,) = read_all(DATA / "seeds" / "chat-messages" / "5.json")
    assert run.kinds == ["AgentInit", "StateTransition", "Decision", "ToolRequest", "Decision"]
    assert [event.payload["reasoning"] for event in run.of("Decision")] == ["Plan", None]
    assert run.of("Decision")[0].meta["tokens"]["input"] == 5
    assert run.tools() == {"f": 1}


def test_messages_as_langchain_keeps_them() -> None:
    (run,) = read_all(DATA / "seeds" / "chat-messages" / "6.json")
    assert run.kinds == ["AgentInit", "Observation", "Decision", "ToolRequest", "ToolResponse", "Error"]
    assert (run.tools(), run.events[-1].payload["message"]) == ({"f": 1}, "x")


def test_conversations_by_who_they_are_from() -> None:
    (run,) = read_all(DATA / "seeds" / "chat-messages" / "7.json")
    assert [(event.kind, event.payload["data"]) for event in run.events[1:]] == [
        ("Observation", "Hi"),
        ("Decision", "Yo"),
    ]


def test_tokens_and_cost_beside_a_message(tmp_path: Path) -> None:
    """As gptme has them; the model is told once, and what an answer cost is not compared."""
    use = {"input_tokens": 120, "output_tokens": 42, "cache_read_tokens": 80, "cache_creation_tokens": 10}
    about = {"model": "m", "usage": use, "cost": 0.5, "mood": "good"}
    messages = [{"role": "user", "content": "Go"}, {"role": "assistant", "content": "On", "metadata": about}]
    (found,) = read_all(written(tmp_path, messages), "chat-messages")
    (answer,) = found.of("Decision")
    assert answer.meta["tokens"] == {"input": 210, "cached": 80, "output": 42}
    assert (answer.meta["cost"], answer.meta["model"]) == (0.5, "m")
    assert answer.payload["fields"] == {"metadata": {"mood": "good"}}


def test_a_result_without_its_call_names_the_tool(tmp_path: Path) -> None:
    result = {"role": "tool", "tool_call_id": "c9", "name": "ls", "content": "a.py"}
    (found,) = read_all(written(tmp_path, [{"role": "user", "content": "Go"}, result]), "chat-messages")
    assert [event.payload["tool_name"] for event in found.of("ToolResponse")] == ["ls"]


def test_a_checkpoint_of_gemini_cli() -> None:
    (run,) = read_all(DATA / "seeds" / "chat-messages" / "8.json")
    assert [event.payload["data"] for event in run.of("Observation")] == ["Make the tests pass"]
    assert [event.payload["reasoning"] for event in run.of("Decision")] == ["**Plan** Look first.", None]
    assert [event.payload["error"] for event in run.of("ToolResponse")] == [
        None,
        "exit 1",
        "[Operation Cancelled] Reason: User denied execution.",
        "no such folder",
    ]
    assert (len(run.of("Error")), len(run.of("CapabilityDenied"))) == (2, 1)
    assert run.kinds[1] == "x:bookkeeping/chat-messages/context"


def test_reasoning_in_tags_is_no_answer() -> None:
    (run,) = read_all(DATA / "seeds" / "chat-messages" / "9.json")
    assert run.decisions() == [
        ("Look first.", None),
        ("Then list.", "I list the files."),
        ("Enough seen.", "Done."),
    ]
    assert run.events[0].payload["config"] == {"format": "openai-chat", "model": "m-1", "task_id": "T-7"}


@pytest.mark.parametrize("output", ["Error: no file", [{"type": "text", "text": "Error: no file"}, {"type": "image"}]])
def test_an_answer_that_begins_as_an_error_is_one(tmp_path: Path, output: Any) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "read", "arguments": "{}"}}
    asked = {"role": "assistant", "content": "", "tool_calls": [call]}
    answered = {"role": "tool", "tool_call_id": "c", "content": output}
    (found,) = read_all(written(tmp_path, [{"role": "user", "content": "Go"}, asked, answered]), "chat-messages")
    assert [event.payload["error"] for event in found.of("ToolResponse")] == ["Error: no file"]


@pytest.mark.parametrize("output", ["exit_code=1\nno such file", "Exit code: 127", "exit code: -9\r\n"])
def test_an_answer_that_begins_with_the_exit_code_of_a_failure_is_one(tmp_path: Path, output: str) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "exec", "arguments": "{}"}}
    asked = {"role": "assistant", "content": "", "tool_calls": [call]}
    answered = {"role": "tool", "tool_call_id": "c", "content": output}
    (found,) = read_all(written(tmp_path, [{"role": "user", "content": "Go"}, asked, answered]), "chat-messages")
    assert [event.payload["error"] for event in found.of("ToolResponse")] == [output.splitlines()[0]]


ABOUT_ERRORS = [
    *("Errors found: 0", "ErrorPage.tsx\nindex.ts", "Error handling: a guide", "error"),
    *("exit_code=0\nok", "exit code: 10 is a warning", "ok\nexit code: 1"),
]


@pytest.mark.parametrize("output", ABOUT_ERRORS)
def test_an_answer_about_errors_is_none(tmp_path: Path, output: str) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "read", "arguments": "{}"}}
    asked = {"role": "assistant", "content": "", "tool_calls": [call]}
    answered = {"role": "tool", "tool_call_id": "c", "content": output}
    (found,) = read_all(written(tmp_path, [{"role": "user", "content": "Go"}, asked, answered]), "chat-messages")
    assert [event.payload["success"] for event in found.of("ToolResponse")] == [True]


@pytest.mark.parametrize(("named", "answer"), [("call_id", "function_call_output"), ("callId", "function_call_result")])
def test_calls_of_the_responses_interface_have_the_id_of_their_answers(tmp_path: Path, named: str, answer: str) -> None:
    items = [
        {"role": "user", "content": "hi"},
        {"type": "function_call", "id": "fc_1", named: "call_1", "name": "f", "arguments": "{}"},
        {"type": answer, "id": "fco_1", named: "call_1", "output": "x"},
    ]
    (found,) = read_all(written(tmp_path, items))
    assert [event.payload["tool_name"] for event in found.of("ToolResponse")] == ["f"]


def test_a_call_may_have_its_result_in_it(tmp_path: Path) -> None:
    asked = {"type": "tool_use", "id": "c", "name": "ls", "input": {}, "result": {"output": "a", "status": "success"}}
    waits = {"type": "tool_use", "id": "d", "name": "cat", "input": {}}
    items = [{"role": "user", "content": "Go"}, {"role": "assistant", "content": [asked, waits]}]
    (found,) = read_all(written(tmp_path, items))
    assert found.kinds == ["AgentInit", "Observation", "ToolRequest", "ToolRequest", "ToolResponse"]
    assert (found.events[-1].payload["output"], found.events[-1].meta["parent"]) == ("a", 2)


def test_instructions_beside_messages_that_repeat_them(tmp_path: Path) -> None:
    system, question = {"role": "system", "content": "Be brief."}, {"role": "user", "content": "q"}
    for turns in ([system, question], [question]):
        (run,) = read_all(written(tmp_path, {"system": "Be brief.", "turns": turns}))
        assert [event.payload["data"] for event in run.of("Observation")] == ["Be brief.", "q"]


def test_reasoning_in_an_object_or_twice_is_read_once(tmp_path: Path) -> None:
    twice = {"role": "assistant", "content": "A", "reasoning": "Hm", "reasoning_content": "Hm"}
    within = {"role": "assistant", "content": "B", "thinking": {"signature": "s", "thinking": "So"}}
    (run,) = read_all(written(tmp_path, [HELLO[0], twice, within]))
    assert run.decisions() == [("Hm", "A"), ("So", "B")]
    assert all("fields" not in event.payload for event in run.of("Decision"))


def test_messages_with_a_sender(tmp_path: Path) -> None:
    time = "2026-01-01T12:00:01Z"
    talk = [
        {"sender": "user", "parts": [{"type": "text", "text": "Hi"}], "createdAt": time},
        {"sender": "assistant", "content": "Hello."},
    ]
    (run,) = read_all(written(tmp_path, {"app": "A", "conversation": {"title": "T", "messages": talk}}))
    assert (run.format, run.kinds) == ("chat-messages", ["AgentInit", "Observation", "Decision"])
    assert (run.events[1].payload["source"], run.events[1].payload["data"]) == ("user", "Hi")
    assert run.events[1].meta["time"] == 1767268801_000_000_000
