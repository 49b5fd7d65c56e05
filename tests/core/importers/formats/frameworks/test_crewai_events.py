"""Events of CrewAI's bus, with what its present versions write: failures, tokens by provider, pairs by event id."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, read_all, read_seed

Record = dict[str, Any]
FAILURE = {"message": "Slack said no", "reason": "tool_reported", "code": "no_channel", "retryable": False}


def event(number: int, kind: str, **members: Any) -> Record:
    about = {"agent_role": "Researcher", "event_id": f"e{number}", "emission_sequence": number}
    return {"timestamp": f"2026-03-01T10:00:{number:02}+00:00", "type": kind, **about, **members}


def crew(tmp_path: Path, *records: Record) -> Read:
    path = tmp_path / "crew.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    (found,) = read_all(path)
    assert found.format == "crewai"
    return found


def tool(number: int, kind: str, query: str, **members: Any) -> Record:
    return event(number, kind, tool_name="search", tool_args={"q": query}, **members)


@pytest.mark.parametrize("has_ids", [True, False])
def test_parallel_calls_of_one_tool(tmp_path: Path, has_ids: bool) -> None:
    ids = ({"started_event_id": "e2"}, {"started_event_id": "e1"}) if has_ids else ({}, {})
    found = crew(
        tmp_path,
        tool(1, "tool_usage_started", "x"),
        tool(2, "tool_usage_started", "y"),
        tool(3, "tool_usage_finished", "y", output="no_channel", failure=FAILURE, **ids[0]),
        tool(4, "tool_failure_detected", "y", failure=FAILURE, policy="warn"),
        tool(5, "tool_usage_finished", "x", output="found", failure=None, **ids[1]),
    )
    requests = {seq: one.payload["input"]["q"] for seq, one in enumerate(found.events) if one.kind == "ToolRequest"}
    assert [
        (requests[one.meta["parent"]], one.payload["success"], one.payload["error"]) for one in found.of("ToolResponse")
    ] == [("y", False, "Slack said no"), ("x", True, None)]
    assert len(found.of("Error")) == 1
    assert all("started_event_id" not in one.payload.get("fields", {}) for one in found.events)


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        (
            {"prompt_tokens": 100, "completion_tokens": 20, "cached_prompt_tokens": 40, "reasoning_tokens": 5},
            {"input": 100, "output": 20, "cached": 40, "reasoning": 5},
        ),
        (  # Anthropic's input is without what the cache had, and what it took
            {"input_tokens": 50, "output_tokens": 7, "cached_prompt_tokens": 10, "cache_creation_tokens": 3},
            {"input": 63, "output": 7, "cached": 10},
        ),
        ({"prompt_token_count": 9, "candidates_token_count": 2, "total_token_count": 11}, {"input": 9, "output": 2}),
        ({"inputTokens": 8, "outputTokens": 3, "totalTokens": 11}, {"input": 8, "output": 3}),
        ({"total_tokens": 0}, {}),
    ],
)
def test_the_tokens_of_each_provider(tmp_path: Path, usage: Record, tokens: dict[str, int]) -> None:
    found = crew(tmp_path, event(1, "llm_call_completed", response="Done.", call_type="llm_call", usage=usage))
    assert found.of("Decision")[0].meta.get("tokens", {}) == tokens


def test_an_answer_that_only_calls_has_no_words(tmp_path: Path) -> None:
    calls = [{"id": "call_1", "type": "function", "function": {"name": "search", "arguments": '{"q": "x"}'}}]
    found = crew(
        tmp_path,
        event(1, "llm_call_completed", response=calls, call_type="tool_call", usage={"prompt_tokens": 4}),
        tool(2, "tool_usage_started", "x"),
        tool(3, "tool_usage_finished", "x", output="found"),
        event(4, "llm_call_completed", response="Done.", call_type="llm_call"),
        event(5, "agent_execution_completed", output="Done."),
        event(6, "crew_kickoff_completed", crew_name="crew", output={"raw": "Done."}),
    )
    assert found.decisions() == [(None, None), (None, "Done.")]
    assert found.tokens() == {"input": 4}
    assert found.tools() == {"search": 1}


def test_the_words_of_a_crew_whose_model_calls_are_not_recorded(tmp_path: Path) -> None:
    found = crew(
        tmp_path,
        event(1, "crew_kickoff_started", crew_name="crew"),
        event(2, "agent_execution_completed", output="A plan."),
        event(3, "task_completed", output={"raw": "A plan.", "agent": "Researcher"}),
        event(4, "agent_execution_completed", output="A report."),
        event(5, "task_completed", output="A report."),
        event(6, "crew_kickoff_completed", crew_name="crew", output="A report."),
    )
    assert found.decisions() == [(None, "A plan."), (None, "A report.")]
    assert found.events[-1].payload["how"] == "answered"


def test_a_stream_of_langchain_whose_starts_have_no_data(tmp_path: Path) -> None:
    usage = {"input_tokens": 5, "output_tokens": 3, "total_tokens": 8}
    path = tmp_path / "stream.jsonl"
    records: list[Record] = [
        {"event": "on_chain_start", "run_id": "r1", "name": "graph", "data": {"input": {"q": "hi"}}},
        {"event": "on_chat_model_start", "run_id": "r2", "name": "model"},
        {
            "event": "on_chat_model_end",
            "run_id": "r2",
            "data": {"output": {"content": "hello", "usage_metadata": usage}},
        },
        {"event": "on_tool_start", "run_id": "r3", "name": "search", "data": {"input": {"q": "x"}}},
        {"event": "on_tool_end", "run_id": "r3", "name": "search", "data": {"output": "result"}},
        {"event": "on_chain_end", "run_id": "r1", "name": "graph", "data": {"output": {"answer": "done"}}},
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    (found,) = read_all(path)
    assert found.format == "langchain-events"
    assert found.decisions() == [(None, "hello")]
    assert found.tokens() == {"input": 5, "output": 3}
    assert [(one.payload["tool_name"], one.payload["input"]) for one in found.of("ToolRequest")] == [
        ("search", {"q": "x"})
    ]
    assert [one.payload["output"] for one in found.of("ToolResponse")] == ["result"]


def test_the_crews_answer_that_no_model_said(tmp_path: Path) -> None:
    """A tool's output may be the answer; an answer that the model gave is not told again."""
    said = event(1, "llm_call_completed", response="Thought: done\nFinal Answer: Nine\n degrees.", call_type="llm_call")
    for output, words in (("Nine degrees.", []), ("9", ["9"]), ("degrees", ["degrees"])):
        found = crew(
            tmp_path,
            said,
            event(2, "agent_execution_completed", output=output),
            event(3, "crew_kickoff_completed", output={"raw": output}),
        )
        assert [one.payload["data"] for one in found.of("Decision")][1:] == words


@pytest.mark.parametrize(("total", "tokens"), [(165, {"input": 140, "output": 25, "cached": 0}), (200, None)])
def test_the_tokens_in_the_printed_models_of_a_crew(tmp_path: Path, total: int, tokens: Record | None) -> None:
    def agent(name: str, prompt: int, answer: int) -> Record:
        usage = {"prompt_tokens": prompt, "completion_tokens": answer, "cached_prompt_tokens": 0}
        return {"id": name, "agent_executor": {"llm": {"model": "m", "_token_usage": usage}}}

    found = crew(
        tmp_path,
        event(1, "agent_execution_started", agent=agent("a", 10, 2)),
        event(2, "agent_execution_completed", output="Well", agent=agent("a", 100, 20)),
        event(3, "agent_execution_completed", output="Done", agent=agent("b", 40, 5)),
        event(4, "crew_kickoff_completed", output={"raw": "Done"}, total_tokens=total),
    )
    (end,) = found.of("x:bookkeeping/crewai/crew_kickoff_completed")
    assert end.meta.get("tokens") == tokens


def test_a_checkpoint_has_the_events_so_far() -> None:
    """They are in any order; the state of the crew, without its ids, is what the file says beside them."""
    found = read_seed("crewai/4.json")
    assert [one.payload["data"] for one in found.of("Observation")] == [
        {"description": "Weather?", "expected_output": "a number"}
    ]
    assert [(one.payload["output"], one.meta["duration"]) for one in found.of("ToolResponse")] == [("9", 1_000_000_000)]
    assert [text for _, text in found.decisions()] == ["It is 9."]
    assert found.events[-1].payload["how"] == "answered"
    (about,) = found.of("x:bookkeeping/crewai/file")
    agent = {"role": "Coder", "tools": [{"name": "get_weather"}]}
    assert about.payload["data"] == {
        "branch": "main",
        "trigger": "task_completed",
        "entities": [{"entity_type": "crew", "name": "demo", "agents": [agent]}],
    }


def test_a_checkpoint_in_the_middle_of_a_run_has_no_end(tmp_path: Path) -> None:
    kinds = ("crew_kickoff_started", "task_started")
    nodes = {kind: {"event": event(number, kind, crew_name="demo")} for number, kind in enumerate(kinds)}
    path = tmp_path / "checkpoint.json"
    path.write_text(json.dumps({"entities": [], "event_record": {"nodes": nodes}}))
    (found,) = read_all(path)
    assert (found.format, found.of("x:end")) == ("crewai", [])
