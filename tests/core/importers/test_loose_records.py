"""Records of home-made logs: what stands beside them, use of tokens, an answer beside its messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, read_all, written
from tests.helpers.paths import DATA

ASKED = [{"role": "user", "content": "Sum?"}]
USAGE = {"prompt_tokens": 20, "completion_tokens": 5}


def test_nodes_of_a_graph_name_their_records(tmp_path: Path) -> None:
    records = [{"node": node, "input": {"query": "q"}, "output": "a"} for node in ("input_guardrail", "route", "agent")]
    (run,) = read_all(written(tmp_path, records))
    assert run.kinds[1:] == ["x:json-lines/input_guardrail", "x:json-lines/route", "Decision"]


def lines(folder: Path, *records: dict[str, Any]) -> list[Read]:
    path = folder / "log.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return read_all(path)


def test_what_an_object_says_beside_its_records(tmp_path: Path) -> None:
    whole = {"task": "sum", "calls": [{"tool": "add", "input": 1, "output": 2}], "final_answer": "It is 2."}
    (run,) = read_all(written(tmp_path, {**whole, "success": True, "expected_answer": "2"}))
    assert run.kinds == ["AgentInit", "ToolRequest", "ToolResponse", "Decision", "x:expected", "x:outcome"]
    assert run.events[0].payload["config"] == {"task": "sum"}
    assert run.of("Decision")[0].payload["data"] == "It is 2."
    assert run.of("x:outcome")[0].payload["passed"] is True


@pytest.mark.parametrize(
    ("record", "tokens", "length"),
    [
        ({"prompt_tokens": 16, "completion_tokens": 2, "total_tokens": 18, "elapsed_seconds": 3.5}, {"output": 2}, 3.5),
        ({"input_tokens": 16, "output_tokens": 2, "latency_ms": 250}, {"output": 2}, 0.25),
        (
            {
                "token_usage": {
                    "prompt_tokens": 16,
                    "completion_tokens": 2,
                    "prompt_tokens_details": {"cached_tokens": 8},
                    "completion_tokens_details": {"reasoning_tokens": 1},
                }
            },
            {"output": 2, "cached": 8, "reasoning": 1},
            None,
        ),
    ],
)
def test_use_and_length_of_a_call(
    tmp_path: Path, record: dict[str, Any], tokens: dict[str, int], length: float | None
) -> None:
    (run,) = lines(tmp_path, {"timestamp": "2026-05-14T14:18:53", "model": "m", "prompt_preview": "Hi", **record})
    facts = {sort: count for sort, count in run.events[1].meta["tokens"].items() if (sort, count) != ("cached", 0)}
    assert facts == {"input": 16, **tokens}
    assert run.events[1].meta.get("duration") == (None if length is None else round(length * 1e9))
    assert run.events[1].payload["data"] == {"model": "m", "prompt_preview": "Hi"}


@pytest.mark.parametrize(
    "record",
    [
        {"model": "m", "messages": ASKED, "response": "It is 2.", "usage": USAGE},
        {
            "input": {"model": "m", "messages": ASKED},
            "output": {
                "choices": [{"message": {"role": "assistant", "content": "It is 2."}}],
                "model": "m",
                "usage": USAGE,
            },
        },
        {
            "request": {"messages": ASKED},
            "response": {"role": "assistant", "content": "It is 2.", "model": "m", "usage": USAGE},
        },
    ],
)
def test_the_answer_beside_its_messages(tmp_path: Path, record: dict[str, Any]) -> None:
    (first, _) = lines(tmp_path, {"ts": "2026-05-14T14:18:53", **record}, {"ts": "2026-05-14T14:18:54", **record})
    assert (first.format, first.run.name) == ("chat-messages", "log 1")
    assert first.kinds == ["AgentInit", "Observation", "StateTransition", "Decision"]
    answer = first.of("Decision")[0]
    assert (answer.payload["data"], answer.meta["tokens"]) == ("It is 2.", {"input": 20, "output": 5})
    assert answer.meta["time"] is not None


def test_an_answer_that_the_messages_end_with_is_told_once(tmp_path: Path) -> None:
    talk = [*ASKED, {"role": "assistant", "content": "It is 2."}]
    first, other = lines(
        tmp_path, {"messages": talk, "response": "It is 2."}, {"messages": talk, "response": "It is 3."}
    )
    assert (first.kinds, first.events[0].payload["config"]) == (["AgentInit", "Observation", "Decision"], {})
    assert other.events[0].payload["config"] == {"response": "It is 3."}


def test_a_record_that_holds_a_call_and_its_result(tmp_path: Path) -> None:
    step = {"trace_id": "a", "agent_role": "toy", "raw_output": "", "action_type": "message"}
    called = {"action_type": "tool_call", "tool_call": {"name": "add", "args": {"a": 1}}}
    (run,) = lines(
        tmp_path,
        {**step, "tool_call": None, "tool_result": None, "raw_output": "Hm."},
        {**step, **called, "tool_result": {"output": "2", "error": None, "latency_ms": 3.0}},
        {**step, **called, "tool_result": {"output": None, "error": "no net"}},
        {**step, **called, "tool_result": None},
    )
    assert [(event.payload["tool_name"], event.payload["input"]) for event in run.of("ToolRequest")] == [
        ("add", {"a": 1})
    ] * 3
    assert [(event.payload["output"], event.payload["error"]) for event in run.of("ToolResponse")] == [
        ("2", None),
        ("no net", "no net"),
    ]


def test_a_question_and_its_answer_in_one_record() -> None:
    (found,) = read_all(DATA / "seeds" / "json-lines" / "4.jsonl")
    assert [event.payload["data"] for event in found.of("Observation")] == ["Weather?", "And now?"]
    (asked,) = found.of("ToolRequest")
    assert (asked.payload["tool_name"], asked.payload["input"]) == ("weather", {"city": "Rome"})
    assert asked.payload["fields"] == {"mood": "good"}
    (said,) = found.of("Decision")
    assert (said.payload["data"], said.payload["fields"]) == ("It is blue.", {"ground_truth": "blue", "score": 0.5})


def test_records_within_data(tmp_path: Path) -> None:
    inner = {"type": "plan", "timestamp": "2026-01-01T00:00:00Z", "action": "Search.", "cost": 0.5, **USAGE}
    (run,) = lines(tmp_path, {"event_type": "step", "data": inner}, {"event_type": "done", "data": {"score": 1}})
    assert run.kinds[1:] == ["x:json-lines/plan", "x:json-lines/done"]
    first, second = run.events[1:]
    assert first.payload["data"] == {"action": "Search.", "event_type": "step"}
    assert (first.meta["time"], first.meta["cost"], second.payload["data"]) == (1767225600 * 10**9, 0.5, {"score": 1})


def test_a_command_is_an_argument_and_an_event_without_words_is_no_answer(tmp_path: Path) -> None:
    (run,) = lines(
        tmp_path,
        {"type": "tool_call", "tool_name": "bash", "command": "ls"},
        {"type": "message_send_starting", "properties": {}},
        {"type": "assistant_text", "content": "Done."},
    )
    assert [event.payload["input"] for event in run.of("ToolRequest")] == ["ls"]
    assert run.kinds[-2:] == ["x:json-lines/message_send_starting", "Decision"]


def test_a_call_that_cline_asked_for_and_then_showed_is_one(tmp_path: Path) -> None:
    tool = '{"tool": "editedExistingFile", "path": "a"}'
    (run,) = lines(
        tmp_path,
        {"ts": 1, "type": "say", "say": "task", "text": "Plan"},
        {"ts": 2, "type": "ask", "ask": "tool", "text": tool},
        {"ts": 3, "type": "say", "say": "tool", "text": tool},
        {"ts": 4, "type": "say", "say": "tool", "text": tool},
        {"ts": 5, "type": "say", "say": "compaction", "text": '{"status": "completed"}'},
        {"ts": 6, "type": "say", "say": "plan_completion_result", "text": "1. Edit."},
    )
    assert (run.format, run.tools()) == ("cline", {"editedExistingFile": 2})
    assert [event.payload["data"] for event in run.of("Decision")] == ["1. Edit."]
    assert run.of("Snapshot")[0].payload["data"] == {"status": "completed"}
    assert run.of("x:end")[0].payload["how"] == "answered"


def test_spans_and_lines_of_claude_code_without_ids(tmp_path: Path) -> None:
    span = {"name": "read", "attributes": {}, "start_time_unix_nano": 10**18, "end_time_unix_nano": 10**18 + 5}
    (run,) = lines(tmp_path, span, {**span, "name": "write", "status": {"status_code": 2, "description": "full"}})
    assert (run.format, [event.payload["message"] for event in run.of("Error")]) == ("otel", ["full"])
    (run,) = lines(tmp_path, {"type": "user", "message": {"content": "Fix it"}, "cwd": "/w", "sessionId": "s"})
    assert (run.format, run.run.run_id) == ("claude-code", "s")


def test_a_result_without_id_and_name_answers_the_only_open_call(tmp_path: Path) -> None:
    call = {"type": "tool_use", "id": "c1", "name": "Read", "input": {"path": "a"}}
    asked = {"type": "assistant", "message": {"role": "assistant", "content": [call]}}
    answer = {"type": "tool_result", "message": {"role": "tool", "content": "x"}}
    (run,) = lines(tmp_path, asked, answer)
    assert [event.payload["tool_name"] for event in run.of("ToolResponse")] == ["Read"]


def test_the_only_member_of_a_record_names_it(tmp_path: Path) -> None:
    """As steps of a program write what they made; the name is no part of the value."""
    (found,) = read_all(written(tmp_path, [{"plan": {"joke": "Two cats."}}, {"rate it!": {"score": 3}}, {"x": 1}]))
    assert [(event.kind, event.payload["data"]) for event in found.events[1:]] == [
        ("x:json-lines/plan", {"joke": "Two cats."}),
        ("x:json-lines/record", {"score": 3}),
        ("x:json-lines/record", 1),
    ]


def test_what_is_said_about_a_call_is_no_other_call(tmp_path: Path) -> None:
    records = [
        {"type": "mcp_server_failed", "server_name": "docs", "error_message": "no access"},
        {"type": "tool_started", "tool_name": "read"},
        {"type": "permission_requested", "tool_name": "read"},
        {"type": "permission_resolved", "tool_name": "read", "decision": "allow"},
        {"type": "tool_completed", "tool_name": "read", "outcome": "success"},
        {"type": "tool_started", "tool_name": "run"},
        {"type": "permission_resolved", "tool_name": "run", "decision": "deny"},
    ]
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    (found,) = read_all(path, "json-lines")
    assert found.tools() == {"read": 1, "run": 1}
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["(output, not recorded)"]
    assert [event.payload["message"] for event in found.of("Error")] == ["no access"]
    told = [event.payload["data"] for event in found.of("x:json-lines/permission_resolved")]
    assert told == [{"tool_name": "read", "decision": "allow"}, {"tool_name": "run", "decision": "deny"}]


def test_questions_that_go_on_with_the_results_of_calls(tmp_path: Path) -> None:
    call = {"name": "weather", "arguments": {"city": "Oslo"}, "tool_call_id": "c"}
    result = {"name": "weather", "output": "sunny", "tool_call_id": "c"}
    about = {"conversation_id": "v", "datetime_utc": "2026-01-01T00:00:01"}
    records = [
        {"id": "1", "prompt": "Is it sunny?", "response": "I look.", "tool_calls": [call], "tool_results": [], **about},
        {"id": "2", "prompt": "", "response": "Yes.", "tool_calls": [], "tool_results": [result], **about},
    ]
    path = tmp_path / "logs.json"
    path.write_text(json.dumps(records))
    (found,) = read_all(path, "json-lines")
    assert found.kinds == ["AgentInit", "Observation", "Decision", "ToolRequest", "ToolResponse", "Decision"]
    assert found.of("ToolResponse")[0].payload["output"] == "sunny"
    assert found.events[1].meta["time"] == 1767225601 * 10**9


def test_who_spoke_may_be_a_flag(tmp_path: Path) -> None:
    records = [
        {"sender": "User", "text": "Hi", "isCreatedByUser": True},
        {"sender": "GPT-4o", "text": "Hello.", "isCreatedByUser": False},
    ]
    path = tmp_path / "chat.json"
    path.write_text(json.dumps({"conversationId": "c", "messages": records}))
    (found,) = read_all(path, "json-lines")
    assert found.kinds == ["AgentInit", "Observation", "Decision"]


def test_a_finished_call_without_its_output(tmp_path: Path) -> None:
    (run,) = lines(tmp_path, {"tool": "search", "success": True, "ts": 1}, {"tool": "open", "success": False, "ts": 2})
    assert run.kinds[1:] == ["ToolRequest", "ToolResponse", "ToolRequest", "ToolResponse", "Error"]
    assert run.of("Error")[0].payload["message"] == "failed"


def test_an_outcome_of_a_call_is_its_failure(tmp_path: Path) -> None:
    records = [
        {"event_type": "tool_call", "tool_name": "Bash", "correlation_id": "a", "ts": 1},
        {"event_type": "tool_result", "tool_name": "Bash", "outcome": "failure", "correlation_id": "a", "ts": 2},
    ]
    (run,) = lines(tmp_path, *records)
    assert run.kinds[1:] == ["ToolRequest", "ToolResponse", "Error"]


def test_spans_of_tools_are_calls(tmp_path: Path) -> None:
    spans = [{"name": "Read", "kind": "tool", "input_data": {"path": "a"}, "output_data": "x"}] * 2
    (run,) = read_all(written(tmp_path, {"trace_id": "t", "spans": spans}))
    assert run.tools() == {"Read": 2}
    assert [event.payload["output"] for event in run.of("ToolResponse")] == ["x", "x"]


def test_an_answer_of_a_provider_in_a_record(tmp_path: Path) -> None:
    message = {"role": "assistant", "reasoning_content": "Greet.", "content": "Hello!"}
    raw = {"object": "chat.completion", "choices": [{"index": 0, "message": message}], "usage": USAGE}
    asked = [{"role": "system", "content": "Be brief."}, *ASKED]
    (run,) = lines(
        tmp_path,
        {"ts": 1, "event": "user_input", "text": "Hi"},
        {"ts": 2, "event": "prompt", "messages": asked, "total_chars": 9},
        {"ts": 3, "event": "llm_response", "raw": raw, "elapsed_ms": 5},
    )
    assert run.kinds[1:] == ["Observation", "x:json-lines/prompt", "Decision"]
    assert run.of("Decision")[0].payload["data"] == "Hello!"
    assert run.of("Decision")[0].meta["tokens"] == {"input": 20, "output": 5}


def test_an_answer_follows_from_the_calls_beside_it(tmp_path: Path) -> None:
    call = {"function": "get_weather", "args": {"x": 1}}
    (run,) = lines(tmp_path, {"user_query": "Cold?", "tool_calls": [call], "final_answer": "Yes."})
    assert run.kinds[1:] == ["Observation", "ToolRequest", "Decision"]


def test_what_a_program_gives_to_its_hooks(tmp_path: Path) -> None:
    def hook(event: str, **members: Any) -> dict[str, Any]:
        return {"session_id": "s", "hook_event_name": event, **members}

    asked = {"tool_name": "Bash", "tool_input": {"command": "ls"}}
    (run,) = lines(
        tmp_path,
        hook("SessionStart", source="startup"),
        hook("UserPromptSubmit", prompt="Fix it."),
        hook("PreToolUse", **asked),
        hook("PostToolUse", **asked, tool_response={"stdout": "a"}),
        hook("PreToolUse", tool_name="Edit", tool_input={"file_path": "a"}),
        hook("PostToolUseFailure", tool_name="Edit", tool_input={"file_path": "a"}, error="not found"),
        hook("Stop", stop_hook_active=False),
    )
    assert run.tools() == {"Bash": 1, "Edit": 1}
    assert [event.payload["data"] for event in run.of("Observation")] == ["Fix it."]
    assert [event.payload["success"] for event in run.of("ToolResponse")] == [True, False]
    assert run.kinds[-1] == "x:json-lines/Stop"


def test_a_hook_after_each_call_alone_has_the_whole_call(tmp_path: Path) -> None:
    asked = {"tool_name": "Bash", "tool_input": {"command": "ls"}, "tool_response": "a"}
    (run,) = lines(tmp_path, *[{"hook_event_name": "PostToolUse", **asked}] * 2)
    assert run.kinds[1:] == ["ToolRequest", "ToolResponse"] * 2


def test_the_start_and_the_end_of_an_execution(tmp_path: Path) -> None:
    records = [
        {"type": "tool.execution_start", "id": "2", "data": {"toolName": "bash"}, "timestamp": "2026-05-03T10:00:01Z"},
        {
            "type": "tool.execution_complete",
            "parentId": "2",
            "data": {"result": "ok"},
            "timestamp": "2026-05-03T10:00:02Z",
        },
    ]
    (run,) = lines(tmp_path, *records)
    assert run.kinds[1:] == ["ToolRequest", "ToolResponse"]


def test_traces_that_each_hold_their_steps_are_runs(tmp_path: Path) -> None:
    steps = [
        {"step_number": 1, "step_type": "thought", "name": "parse", "input": {"q": 1}, "output": {"a": 2}},
        {"step_number": 2, "step_type": "tool_call", "name": "search", "input": {"q": 1}, "output": {"a": 2}},
        {
            "step_number": 3,
            "step_type": "tool_call",
            "name": "delete",
            "input": {"q": 1},
            "output": None,
            "error": "no",
        },
    ]
    runs = read_all(written(tmp_path, [{"agent_name": "a", "steps": steps}, {"agent_name": "b", "steps": steps[1:]}]))
    assert [run.events[0].payload["config"] for run in runs] == [{"agent_name": "a"}, {"agent_name": "b"}]
    kinds = ["Decision", "ToolRequest", "ToolResponse", "ToolRequest", "ToolResponse", "Error"]
    assert [run.kinds[1:] for run in runs] == [kinds, kinds[1:]]


def test_hooks_of_ones_own_before_and_after_a_tool(tmp_path: Path) -> None:
    about = {"tool": "Bash", "session": "s"}
    (run,) = lines(tmp_path, {"event": "pre_tool", **about}, {"event": "post_tool", **about, "error": True})
    assert run.kinds[1:] == ["ToolRequest", "ToolResponse", "Error"]
    assert run.of("Error")[0].payload["message"] == "failed"


@pytest.mark.parametrize(
    "usage",
    [
        {"input_tokens": 5, "output_tokens": 3, "cache_read_input_tokens": 2},
        {"input": 5, "output": 3, "cacheRead": 2, "cacheWrite": 0, "cost": {"input": 0.125, "total": 0.25}},
    ],
)
def test_the_tokens_of_a_message_within_a_record(tmp_path: Path, usage: dict[str, Any]) -> None:
    said = {"id": "m", "role": "assistant", "content": "Ho", "usage": usage}
    records = [{"event": "said", "message": one} for one in ({"role": "user", "content": "Hi"}, said, said)]
    (found,) = read_all(written(tmp_path, records))
    assert found.tokens() == {"input": 7, "cached": 2, "output": 3}  # an answer that is recorded twice counts once
    assert [event.meta["cost"] for event in found.events if event.meta.get("cost")] == (
        [0.25] if "cost" in usage else []
    )
