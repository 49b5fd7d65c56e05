from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, read_all, real_files, written
from tests.helpers.shared_data import each_real_file

AT = "2025-10-29T10:37:00.099Z"


def call(status: str = "success", name: str = "read_file", **response: Any) -> dict[str, Any]:
    result = [{"functionResponse": {"id": "c1", "name": name, "response": response}}]
    return {"id": "c1", "name": name, "args": {"path": "a.txt"}, "result": result, "status": status, "timestamp": AT}


def read(folder: Path, *messages: Any) -> Read:
    chat = {"sessionId": "s", "projectHash": "p", "startTime": AT, "messages": list(messages)}
    (one,) = read_all(written(folder, chat))
    assert one.format == "gemini-cli"
    return one


def test_a_chat_is_said_asked_and_answered(tmp_path: Path) -> None:
    record = {
        "id": "m2",
        "timestamp": AT,
        "type": "gemini",
        "content": "Done.",
        "thoughts": [{"subject": "Plan", "description": "I look.", "timestamp": AT}],
        "tokens": {"input": 5, "output": 2, "total": 7},
        "model": "gemini-2.5-pro",
        "toolCalls": [call(output="text")],
    }
    one = read(tmp_path, {"id": "m1", "timestamp": AT, "type": "user", "content": "Hi"}, record)
    assert one.kinds == ["AgentInit", "Observation", "Decision", "Decision", "ToolRequest", "ToolResponse"]
    init, _, thought, answer, request, response = one.events
    assert init.payload["config"] == {"model": "gemini-2.5-pro"}
    assert (thought.payload["decision_type"], thought.payload["reasoning"]) == ("thinking", "I look.")
    assert thought.meta["tokens"] == {"input": 5, "output": 2}
    assert "tokens" not in answer.meta
    assert request.meta["parent"] == 3
    assert (response.payload["output"], response.payload["success"]) == ({"output": "text"}, True)


def test_writing_is_a_patch_that_may_fail_or_be_refused(tmp_path: Path) -> None:
    for status, last in (("success", "PatchApplied"), ("error", "PatchRejected"), ("cancelled", "PatchRejected")):
        one = read(tmp_path, {"type": "gemini", "content": "", "toolCalls": [call(status, "replace", error="no")]})
        assert one.kinds[1:4] == ["ToolRequest", "PatchProposal", "ToolResponse"]
        assert one.kinds[-1] == last
        assert ("Error" in one.kinds, "CapabilityDenied" in one.kinds) == (status == "error", status == "cancelled")


def test_what_is_not_known_is_kept_and_counted(tmp_path: Path) -> None:
    one = read(tmp_path, 5, {"type": "clown", "content": "?"}, {"type": "info", "content": "i"}, {"type": "error"})
    assert one.kinds[1:] == ["x:gemini-cli/entry", "x:gemini-cli/message", "x:gemini-cli/info", "Error"]
    assert len(one.run.notes.sentences()) == 2


@each_real_file(real_files("gemini-cli"))
def test_real_chats_lose_nothing(path: Path) -> None:
    """Counted from the source: a request a tool call, an Observation a user's message."""
    (one,) = read_all(path)
    messages = json.loads(path.read_text())["messages"]
    calls = [call for message in messages for call in message.get("toolCalls", ())]
    assert one.tools() == Counter(call["name"] for call in calls)
    assert len(one.of("ToolResponse")) == len(calls)
    assert len(one.of("Error")) == sum(call["status"] == "error" for call in calls)
    assert len(one.of("Observation")) == sum(message["type"] == "user" for message in messages)
    assert one.run.notes.sentences() == ()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("Command: ls\nStdout: x\nExit Code: 2\nSignal: (none)", "exit 2"),
        ("Command: ls\nStdout: x\nExit Code: 0", None),
        ("Output: x\nExit Code: 1\nProcess Group PGID: 5", "exit 1"),
        ("<untrusted_context>\nOutput: (empty)\nExit Code: 1\n</untrusted_context>", "exit 1"),
        ("The manual says\nExit Code: 1", None),
    ],
)
def test_exit_codes_in_the_answer_of_a_shell_command(tmp_path: Path, answer: str, error: str | None) -> None:
    result = [{"functionResponse": {"id": "t", "name": "sh", "response": {"output": answer}}}]
    call = {"id": "t", "name": "sh", "args": {"command": "ls"}, "status": "success", "result": result}
    at = "2026-01-01T00:00:00Z"
    message = {"id": "m", "timestamp": at, "type": "gemini", "content": "", "toolCalls": [call]}
    chat = {"sessionId": "s", "projectHash": "p", "startTime": at, "lastUpdated": at, "messages": [message]}
    (found,) = read_all(written(tmp_path, chat))
    assert [event.payload["error"] for event in found.of("ToolResponse")] == [error]
    assert [event.payload["message"] for event in found.of("Error")] == ([error] if error else [])


def test_calls_without_an_id_are_answered_too(tmp_path: Path) -> None:
    call = {"name": "read_file", "args": {"path": "a"}, "status": "success"}
    answer = {"type": "gemini", "content": "Look", "toolCalls": [call, {**call, "name": "ls"}]}
    chat = {"sessionId": "s", "projectHash": "p", "startTime": "2026-05-04T10:00:00Z", "messages": [answer]}
    (found,) = read_all(written(tmp_path, chat), "gemini-cli")
    assert [event.payload["tool_name"] for event in found.of("ToolResponse")] == ["read_file", "ls"]
    assert [event.meta["parent"] for event in found.of("ToolResponse")] == [2, 4]


def test_a_message_in_parts_a_thought_without_a_time_and_a_request_that_the_user_cancelled(tmp_path: Path) -> None:
    one = read(
        tmp_path,
        {"id": "m1", "timestamp": AT, "type": "gemini", "content": "", "thoughts": [{"description": "I look."}]},
        {"id": "m2", "timestamp": AT, "type": "info", "content": "Request cancelled."},
        {"id": "m3", "timestamp": AT, "type": "model", "parts": [{"text": "Ok"}]},
    )
    assert one.decisions() == [("I look.", None), (None, "Ok")]
    assert all(event.meta["time"] == one.events[1].meta["time"] for event in one.events[1:])
    assert [event.payload["error_type"] for event in one.of("Error")] == ["interrupted"]


def test_commands_and_a_conversation_that_the_program_sets_up(tmp_path: Path) -> None:
    messages = [{"type": "user", "content": "/compress"}, {"type": "user", "content": "/home/x/a.py is broken"}]
    path = tmp_path / "chat.json"
    path.write_text(json.dumps({"sessionId": "s", "projectHash": "p", "messages": messages}))
    (chat,) = read_all(path)
    assert [event.payload["obs_type"] for event in chat.of("Observation")] == ["command", "message"]
    start = "This is the Gemini CLI. We are setting up the context for our chat.\nToday is Monday."
    talk = [("user", start), ("model", "Got it. Thanks for the context!"), ("user", "hi"), ("model", "Hello")]
    path.write_text(json.dumps([{"role": role, "parts": [{"text": text}]} for role, text in talk]))
    (checkpoint,) = read_all(path)
    assert [event.payload["data"] for event in checkpoint.events[1:]] == [start, talk[1][1], "hi", "Hello"]
    assert checkpoint.kinds[1:3] == ["x:bookkeeping/chat-messages/context"] * 2


def test_the_answer_that_the_program_prints_as_json(tmp_path: Path) -> None:
    tokens = {"prompt": 30, "candidates": 2, "cached": 20, "thoughts": 5}
    path = tmp_path / "out.json"
    path.write_text(json.dumps({"response": "Paris.", "stats": {"models": {"g": {"tokens": tokens}}, "tools": {}}}))
    (found,) = read_all(path)
    assert (found.format, found.decisions()) == ("gemini-stream", [(None, "Paris.")])
    assert found.tokens() == {"input": 30, "cached": 20, "output": 7, "reasoning": 5}
    assert found.of("x:end")[0].payload["how"] == "answered"


def test_results_that_are_sent_as_the_users_message_are_no_words_of_the_user(tmp_path: Path) -> None:
    told = call(output="text")
    open_call = {"id": "c2", "name": "write_file", "args": {"path": "a"}, "status": "executing"}
    answered = {"functionResponse": {"id": "c2", "name": "write_file", "response": {"error": "no such folder"}}}
    one = read(
        tmp_path,
        {"type": "gemini", "content": "", "toolCalls": [told, open_call]},
        {"type": "user", "content": [told["result"][0], answered]},
    )
    assert one.kinds[1:5] == ["ToolRequest", "ToolResponse", "ToolRequest", "PatchProposal"]
    assert one.kinds[5:] == ["x:bookkeeping/gemini-cli/tool-result", "ToolResponse", "Error", "PatchRejected"]
    assert [event.payload["error"] for event in one.of("ToolResponse")] == [None, "no such folder"]


def test_a_thought_in_one_text(tmp_path: Path) -> None:
    found = read(tmp_path, {"id": "g", "type": "gemini", "content": "Done.", "thoughts": [{"text": "Inspect."}]})
    assert found.of("Decision")[0].payload["reasoning"] == "Inspect."


def read_lines(folder: Path, *lines: Any) -> Read:
    path = folder / "session.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    (one,) = read_all(path)
    return one


def test_lines_that_list_messages_without_a_header(tmp_path: Path) -> None:
    asks = {"id": "u", "type": "user", "timestamp": AT, "content": "Look"}
    tokens = {"input": 50, "output": 10}
    answer = {"id": "g", "type": "gemini", "timestamp": AT, "model": "m", "content": "Found", "tokens": tokens}
    apart = [{"$set": {"messages": [one]}, "sessionId": "s"} for one in (asks, answer)]
    whole = [{"$set": {"messages": messages}, "sessionId": "s"} for messages in ([asks], [asks, answer])]
    for lines in (apart, whole, whole[1:]):
        one = read_lines(tmp_path, *lines)
        assert (one.format, one.run.run_id, one.kinds[1:]) == ("gemini-cli", "s", ["Observation", "Decision"])
        assert one.tokens() == tokens
    less = read_lines(tmp_path, whole[1], {"$set": {"messages": [asks]}})
    assert [event.payload["data"]["content"] for event in less.of("x:bookkeeping/gemini-cli/rewound")] == ["Found"]


def test_answers_that_were_recorded_without_their_requests(tmp_path: Path) -> None:
    call = {"functionCall": {"name": "write_file", "args": {"file_path": "a"}}}
    parts: list[dict[str, Any]] = [{"text": "Plan", "thought": True}, {"text": "I will "}, {"text": "write."}, call]
    usage = {"promptTokenCount": 100, "candidatesTokenCount": 7, "thoughtsTokenCount": 5}
    pieces = [{"candidates": [{"content": {"role": "model", "parts": [part]}}]} for part in parts]
    stream = {"method": "generateContentStream", "response": [*pieces, {**pieces[1], "usageMetadata": usage}]}
    done = {"candidates": [{"content": {"role": "model", "parts": [{"text": "Done."}]}, "finishReason": "STOP"}]}
    path = tmp_path / "test.responses"
    lines = [
        stream,
        {"method": "countTokens", "response": {"totalTokens": 3}},
        {"method": "generateContent", "response": done},
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    (one,) = read_all(path)
    assert (one.format, one.tools()) == ("http-recordings", {"write_file": 1})
    assert [text for _, text in one.decisions()][-1] == "Done."
    assert {sort: one.tokens()[sort] for sort in ("input", "output", "reasoning")} == {
        "input": 100, "output": 12, "reasoning": 5,
    }  # fmt: skip
