"""Messages as frameworks keep them, and files in which lists of messages stand deep within other things."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, read_all, written

LLAMA = [
    {"role": "user", "additional_kwargs": {}, "blocks": [{"block_type": "text", "text": "Sum?"}]},
    {
        "role": "assistant",
        "additional_kwargs": {},
        "blocks": [{"block_type": "tool_call", "tool_call_id": "c", "tool_name": "add", "tool_kwargs": {"a": 1}}],
    },
    {
        "role": "tool",
        "additional_kwargs": {"name": "add", "tool_call_id": "c"},
        "blocks": [{"block_type": "text", "text": "2"}],
    },
    {"role": "assistant", "additional_kwargs": {}, "blocks": [{"block_type": "text", "text": "It is 2."}]},
]
CALLS = [{"id": "c", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}]
OLDER_LLAMA = [
    {"role": "user", "content": "Sum?", "additional_kwargs": {}},
    {"role": "assistant", "content": None, "additional_kwargs": {"tool_calls": CALLS}},
    {"role": "tool", "content": "2", "additional_kwargs": {"name": "add", "tool_call_id": "c"}},
    {"role": "assistant", "content": "It is 2.", "additional_kwargs": {}},
]
ORIGIN = {"tool_name": "add", "arguments": {"a": 1}, "id": "c"}
HAYSTACK = [
    {"role": "user", "meta": {}, "name": None, "content": [{"text": "Sum?"}]},
    {"role": "assistant", "meta": {}, "content": [{"tool_call": {**ORIGIN, "extra": None}}]},
    {"role": "tool", "meta": {}, "content": [{"tool_call_result": {"result": "2", "origin": ORIGIN, "error": False}}]},
    {"role": "assistant", "meta": {}, "content": [{"text": "It is 2."}]},
]
KERNEL = [
    {"role": "user", "items": [{"content_type": "text", "text": "Sum?"}], "content_type": "message"},
    {
        "role": "assistant",
        "items": [{"content_type": "function_call", "id": "c", "name": "add", "arguments": {"a": 1}}],
    },
    {"role": "tool", "items": [{"content_type": "function_result", "id": "c", "name": "add", "result": "2"}]},
    {"role": "assistant", "items": [{"content_type": "text", "text": "It is 2."}]},
]
DOTNET_KERNEL = [
    {"Role": {"Label": "user"}, "Items": [{"$type": "TextContent", "Text": "Sum?"}]},
    {
        "Role": {"Label": "assistant"},
        "Items": [{"$type": "FunctionCallContent", "Id": "c", "FunctionName": "add", "Arguments": {"a": 1}}],
    },
    {
        "Role": {"Label": "tool"},
        "Items": [{"$type": "FunctionResultContent", "CallId": "c", "FunctionName": "add", "Result": "2"}],
    },
    {"Role": {"Label": "assistant"}, "Items": [{"$type": "TextContent", "Text": "It is 2."}]},
]
AGENT_FRAMEWORK = [
    {"type": "chat_message", "role": {"type": "role", "value": "user"}, "contents": [{"type": "text", "text": "Sum?"}]},
    {
        "role": "assistant",
        "contents": [{"$type": "functionCall", "callId": "c", "name": "add", "arguments": {"a": 1}}],
    },
    {"role": "tool", "contents": [{"$type": "functionResult", "callId": "c", "result": "2"}]},
    {"role": "assistant", "contents": [{"$type": "text", "text": "It is 2."}]},
]
CONTEXT = [
    {"content": "Sum?", "source": "user", "type": "UserMessage"},
    {
        "content": [{"id": "c", "arguments": '{"a": 1}', "name": "add"}],
        "thought": None,
        "source": "adder",
        "type": "AssistantMessage",
    },
    {
        "content": [{"content": "2", "name": "add", "call_id": "c", "is_error": False}],
        "type": "FunctionExecutionResultMessage",
    },
    {"content": "It is 2.", "thought": None, "source": "adder", "type": "AssistantMessage"},
]
FORMS = {
    "LlamaIndex": LLAMA,
    "older LlamaIndex": OLDER_LLAMA,
    "Haystack": HAYSTACK,
    "Semantic Kernel": KERNEL,
    "Semantic Kernel for .NET": DOTNET_KERNEL,
    "Agent Framework": AGENT_FRAMEWORK,
    "AutoGen's context": CONTEXT,
}
KINDS = ["AgentInit", "Observation", "ToolRequest", "ToolResponse", "Decision"]


def assert_sum(run: Read) -> None:
    assert (run.format, run.kinds) == ("chat-messages", KINDS)
    _, asked, request, response, answer = (event.payload for event in run.events)
    assert (asked["source"], asked["data"]) == ("user", "Sum?")
    assert (request["tool_name"], request["input"]) == ("add", {"a": 1})
    assert (response["tool_name"], response["output"], response["success"]) == ("add", "2", True)
    assert answer["data"] == "It is 2."


@pytest.mark.parametrize("form", [*FORMS])
def test_messages_of_a_framework(tmp_path: Path, form: str) -> None:
    (run,) = read_all(written(tmp_path, FORMS[form]))
    assert_sum(run)


def test_what_haystack_says_of_an_answer_is_read(tmp_path: Path) -> None:
    meta = {"model": "gpt-x", "usage": {"prompt_tokens": 52, "completion_tokens": 13}, "finish_reason": "stop"}
    thought = {"reasoning": {"reasoning_text": "Add them.", "extra": {}}}
    answer = {"role": "assistant", "meta": meta, "content": [thought, {"text": "It is 2."}]}
    (run,) = read_all(written(tmp_path, [*HAYSTACK[:3], answer]))
    decision = run.of("Decision")[0]
    assert (decision.meta["tokens"], decision.meta["model"]) == ({"input": 52, "output": 13}, "gpt-x")
    assert decision.payload["reasoning"] == "Add them."
    assert decision.payload["fields"] == {"meta": {"finish_reason": "stop"}}


def test_a_thread_of_openais_assistants_is_turned_round(tmp_path: Path) -> None:
    def message(role: str, created: int, text: str) -> dict[str, Any]:
        content = [{"type": "text", "text": {"value": text, "annotations": []}}]
        return {"id": "m", "object": "thread.message", "created_at": created, "role": role, "content": content}

    thread = [message("assistant", 1_699_063_291, "Hello!"), message("user", 1_699_063_290, "Hi")]
    (run,) = read_all(written(tmp_path, {"object": "list", "data": thread, "has_more": False}))
    assert [event.payload.get("data") for event in run.events[1:]] == ["Hi", "Hello!"]


def test_every_conversation_of_a_store_is_a_run(tmp_path: Path) -> None:
    store = {"store": {"ann": LLAMA, "bob": OLDER_LLAMA}, "class_name": "SimpleChatStore"}
    runs = read_all(written(tmp_path, store))
    assert [run.run.name for run in runs] == ["ann", "bob"]
    for run in runs:
        assert_sum(run)
        assert run.events[0].payload["config"] == {"class_name": "SimpleChatStore"}


def test_the_state_of_a_team_has_its_thread_and_what_its_agents_keep(tmp_path: Path) -> None:
    messages = [
        {"source": "user", "models_usage": None, "content": "Sum?", "type": "TextMessage"},
        {
            "source": "adder",
            "models_usage": {"prompt_tokens": 9, "completion_tokens": 3},
            "content": "2",
            "type": "TextMessage",
        },
    ]
    state = {
        "type": "TeamState",
        "agent_states": {
            "adder": {"agent_state": {"type": "AssistantAgentState", "llm_context": {"messages": CONTEXT}}},
            "Manager": {"message_thread": messages, "current_turn": 1},
        },
    }
    path = tmp_path / "team.json"
    path.write_text(json.dumps(state, indent=2))
    adder, team = read_all(path)
    assert_sum(adder)
    assert (adder.run.name, team.run.name) == ("adder", "Manager")
    assert team.of("Decision")[0].meta["tokens"] == {"input": 9, "output": 3}
    assert team.of("AgentInit")[0].payload["config"]["agent_states"]["Manager"] == {"current_turn": 1}


def test_a_task_that_failed_has_no_messages(tmp_path: Path) -> None:
    history = [{"role": "user", "content": "List"}, {"role": "agent", "content": "Act: finish"}]
    lines = [
        {"index": 0, "error": None, "output": {"status": "completed", "history": history}},
        {"index": 1, "error": "TASK_ERROR", "info": "boom", "output": None},
    ]
    path = tmp_path / "runs.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    done, failed = read_all(path)
    assert done.kinds == ["AgentInit", "Observation", "Decision"]
    assert failed.of("x:end")[0].payload == {"how": "crash", "why": "TASK_ERROR"}


def test_an_object_over_several_lines_with_records_in_it(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text(json.dumps({"project": "a", "entries": [{"tool": "add", "input": 1, "output": 2}]}, indent=2))
    (run,) = read_all(path)
    assert (run.format, run.kinds) == ("json-lines", ["AgentInit", "ToolRequest", "ToolResponse"])


def test_microsofts_agent_framework_tells_of_failures_and_use_in_parts(tmp_path: Path) -> None:
    call = {"type": "function_call", "call_id": "c", "name": "w", "arguments": "{}"}
    failed = {"type": "function_result", "call_id": "c", "exception": "boom", "result": ""}
    use = {"type": "usage", "usage_details": {"input_token_count": 5, "output_token_count": 3}}
    (run,) = read_all(
        written(
            tmp_path,
            [
                {"type": "message", "role": "assistant", "contents": [call]},
                {"type": "message", "role": "tool", "contents": [failed]},
                {"type": "message", "role": "assistant", "contents": [{"type": "text", "text": "Sunny"}, use]},
            ],
        )
    )
    assert run.kinds == ["AgentInit", "ToolRequest", "ToolResponse", "Error", "Decision"]
    assert (run.of("Error")[0].payload["message"], run.decisions()) == ("boom", [(None, "Sunny")])
    assert run.tokens() == {"input": 5, "cached": 0, "output": 3}


def test_parts_named_with_a_hyphen(tmp_path: Path) -> None:
    use = {"type": "tool-use", "toolId": "t", "toolName": "Read", "input": {"file_path": "a"}}
    result = {"type": "tool-result", "toolId": "t", "result": "text of a"}
    messages = [{"role": "assistant", "parts": [use]}, {"role": "user", "parts": [result]}]
    (run,) = read_all(written(tmp_path, messages))
    assert run.kinds == ["AgentInit", "ToolRequest", "ToolResponse"]
    assert run.events[2].payload["tool_name"] == "Read"
