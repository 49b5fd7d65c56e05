"""Messages in the events of spans: as JSON in one attribute (Azure AI, Semantic Kernel), or as texts (OpenLIT)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, read_all, written

CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}}


def read(folder: Path, *spans: tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]], traces: bool = False) -> Read:
    made = [
        {
            "name": str(number),
            "context": {"trace_id": hex(number if traces else 1), "span_id": hex(number)},
            "parent_id": None,
            "start_time": f"2026-01-01T00:00:0{number}Z",
            "end_time": f"2026-01-01T00:00:0{number}.5Z",
            "attributes": attributes,
            "events": [{"name": name, "attributes": facts} for name, facts in events],
        }
        for number, (attributes, events) in enumerate(spans)
    ]
    (run,) = read_all(written(folder, made))
    return run


def whole(name: str, **message: Any) -> tuple[str, dict[str, Any]]:
    return name, {"gen_ai.system": "az.ai.inference", "gen_ai.event.content": json.dumps(message)}


CHAT = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 70, "gen_ai.usage.output_tokens": 15}


def test_messages_as_json_in_one_attribute(tmp_path: Path) -> None:
    first = [
        whole("gen_ai.system.message", role="system", content="Be brief."),
        whole("gen_ai.user.message", role="user", content="How is Rome?"),
        whole("gen_ai.choice", finish_reason="tool_calls", index=0, message={"content": "", "tool_calls": [CALL]}),
    ]
    second = [
        whole("gen_ai.assistant.message", tool_calls=[CALL]),
        whole("gen_ai.tool.message", content="Nice", id="c1"),
        whole("gen_ai.choice", finish_reason="stop", index=0, message={"content": "It is nice."}),
    ]
    run = read(tmp_path, (CHAT, first), (CHAT, second))
    assert [event.payload["data"] for event in run.of("Observation")] == ["Be brief.", "How is Rome?"]
    assert [event.payload["data"] for event in run.of("Decision")] == [None, "It is nice."]
    (request,), (response,) = run.of("ToolRequest"), run.of("ToolResponse")
    assert (request.payload["input"], response.payload["output"]) == ({"city": "Rome"}, "Nice")
    assert (run.tokens(), run.of("x:end")[0].payload["how"]) == ({"input": 140, "output": 30}, "answered")


def test_an_agent_without_a_span_of_its_model(tmp_path: Path) -> None:
    """The agent's own span has the answer, and the tokens of all its calls."""
    agent = {**CHAT, "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "joker"}
    name, facts = whole("gen_ai.assistant.message", role="assistant", content={"text": {"value": "Ha."}})
    events = [whole("gen_ai.user.message", role="user", content="A joke?"), (name, {**facts, "gen_ai.message.id": "m"})]
    run = read(tmp_path, (agent, events))
    assert (run.run.agent, run.decisions(), run.tokens()) == ("joker", [(None, "Ha.")], {"input": 70, "output": 15})
    assert run.kinds == ["AgentInit", "Observation", "Decision"]
    both = read(tmp_path, (agent, events), (CHAT, []))
    assert both.tokens() == {"input": 70, "output": 15}


def test_texts_by_older_conventions(tmp_path: Path) -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}]
    told = ["Be brief.", "Why?"]
    for prompt, sent in (("Why?", told[1:]), (json.dumps(messages), told), ("system: Be brief.\nuser: Why?", told)):
        events = [
            ("gen_ai.content.prompt", {"gen_ai.prompt": prompt}),
            ("gen_ai.content.completion", {"gen_ai.completion": "So."}),
        ]
        run = read(tmp_path, (CHAT, events))
        assert [event.payload["data"] for event in run.of("Observation")] == sent
        assert run.decisions() == [(None, "So.")]


@pytest.mark.parametrize("traces", [False, True])
def test_calls_of_azures_agents_are_one_run_by_their_thread(tmp_path: Path, traces: bool) -> None:
    """Each is a trace of its own, if no span is around them; results are recorded before their calls."""

    def call(operation: str, **more: str) -> dict[str, Any]:
        about = {"gen_ai.system": "az.ai.agents", "gen_ai.operation.name": operation, "gen_ai.agent.id": "a1"}
        return about | {f"gen_ai.{name.replace('_', '.')}": value for name, value in more.items()}

    thread = {"thread_id": "t1"}
    sent = whole("gen_ai.assistant.message", role="assistant", content={"text": {"value": "It is nice."}})
    run_events = [
        whole("gen_ai.tool.message", content="Nice", id="c1"),
        whole("gen_ai.assistant.message", tool_calls=[CALL]),
        sent,
    ]
    asked = [whole("gen_ai.user.message", role="user", content="How is Rome?")]
    instructions = [whole("gen_ai.system.message", content="Be brief.")]
    usage = {"gen_ai.usage.input_tokens": 70, "gen_ai.usage.output_tokens": 15}
    run = read(
        tmp_path,
        (call("create_agent", agent_name="guide"), instructions),
        (call("create_message", **thread), asked),
        (call("process_thread_run", **thread) | usage, run_events),
        (call("list_messages", **thread), [sent, *asked]),
        traces=traces,
    )
    assert (run.run.agent, run.tokens(), run.tools()) == ("guide", {"input": 70, "output": 15}, {"weather": 1})
    assert [event.payload["data"] for event in run.of("Observation")] == ["Be brief.", "How is Rome?"]
    assert (run.of("ToolResponse")[0].payload["output"], run.decisions()) == ("Nice", [(None, "It is nice.")])
