"""What LangChain streams, logs of AutoGen and CrewAI, states of LangGraph in JSON, steps of OpenAI's assistants."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.formats.frameworks.langchain_events import PIECES
from tests.helpers.foreign import Read, read_all, read_seed, written


def said(found: Read) -> list[tuple[Any, Any]]:
    return [(event.payload["source"], event.payload["data"]) for event in found.of("Observation")]


def writes(found: Read) -> list[tuple[Any, str, Any]]:
    """Return (node, channel, value) of each write of a node."""
    return [
        (
            event.payload.get("fields", {}).get("node"),
            event.payload["transition_type"].removeprefix("write "),
            event.payload["value"],
        )
        for event in found.of("StateTransition")
        if event.payload["transition_type"].startswith("write ")
    ]


def test_events_of_langchain_are_a_run() -> None:
    found = read_seed("langchain-events/0.jsonl")
    assert said(found) == [("user", "What is 2+2?")]
    assert found.decisions() == [(None, "It is 4."), (None, "Cut")]  # the last one was cut off
    assert found.tools() == {"add": 1, "sub": 1}
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["4", None]
    assert [event.payload["message"] for event in found.of("Error")] == ["ValueError('bad')"]
    assert found.of("MemoryRead")[0].payload["query"] == {"query": "sums"}
    assert found.tokens() == {"input": 20, "output": 10}
    assert found.run.notes[PIECES] == 4
    assert found.events[-1].payload["how"] == "answered"


def test_streams_of_langgraph_tell_each_message_once(tmp_path: Path) -> None:
    found = [read_seed(f"langgraph-stream/{number}.jsonl") for number in (0, 1)]
    for one in found:
        assert said(one) == [("user", "Weather?")]
        assert [event.payload["input"] for event in one.of("ToolRequest")] == [{"city": "Rome"}]
        assert [event.payload["success"] for event in one.of("ToolResponse")] == [False]
        assert (one.tokens()["input"], one.tokens()["output"]) == (9, 2)
    assert [event.payload["data"] for event in found[0].of("x:bookkeeping/langgraph-stream/update")] == [
        {"namespace": ["sub:1"]},
        {"node": "check"},
    ]
    for one, node in zip(found, ("plan", "model"), strict=True):
        assert writes(one) == [(node, "topic", "weather")]
    talks = [{"messages": [{"type": "human", "content": words}, {"type": "ai", "content": "Yes."}]} for words in "ab"]
    path = tmp_path / "talks.jsonl"
    path.write_text("".join(json.dumps(talk) + "\n" for talk in talks))
    assert [one.format for one in read_all(path)] == ["chat-messages", "chat-messages"]  # two talks, no stream


JOKE, RATED = {"joke": "Two cats."}, {"score": 3, "facts": ["f"]}
STATES = [{"topic": "cats", "facts": []}, {"topic": "cats", "facts": [], **JOKE}, {"topic": "cats", **JOKE, **RATED}]
OF_NODES = [("tell", "joke", "Two cats."), ("rate", "score", 3), ("rate", "facts", ["f"])]
OF_STATES = [("topic", "cats"), *((channel, value) for _, channel, value in OF_NODES)]


def task(name: str, result: Any) -> list[dict[str, Any]]:
    return [
        {"id": name, "name": name, "input": {"topic": "cats"}, "triggers": [f"branch:to:{name}"]},
        {"id": name, "name": name, "error": None, "result": result, "interrupts": []},
    ]


TASKS = [*task("tell", JOKE), *task("rate", RATED)]
WITHOUT_MESSAGES: dict[str, list[Any]] = {
    "updates": [["updates", {"tell": JOKE}], ["updates", {"rate": RATED}]],
    "namespaces": [[[], {"tell": JOKE}], [["sub:1"], {"rate": RATED}]],
    "namespaces and modes": [[[], "updates", {"tell": JOKE}], [[], "custom", "hm"], [[], "updates", {"rate": RATED}]],
    "tasks": TASKS,
    "debug": [
        {"step": 1, "type": kind, "payload": one} for one, kind in zip(TASKS, 2 * ("task", "task_result"), strict=True)
    ],
    "server": [
        {"event": "metadata", "data": {"run_id": "r"}},
        *({"event": "updates", "data": one} for one in ({"tell": JOKE}, {"rate": RATED})),
    ],
}


def lines(folder: Path, items: list[Any]) -> Path:
    path = folder / "stream.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in items))
    return path


@pytest.mark.parametrize("items", WITHOUT_MESSAGES.values(), ids=WITHOUT_MESSAGES.keys())
@pytest.mark.parametrize("is_array", [False, True])
def test_a_stream_of_langgraph_without_messages(tmp_path: Path, items: list[Any], is_array: bool) -> None:
    (found,) = read_all(written(tmp_path, items) if is_array else lines(tmp_path, items))
    assert (found.format, writes(found)) == ("langgraph-stream", OF_NODES)


@pytest.mark.parametrize("form", ["updates", "namespaces and modes"])
def test_the_first_item_alone_is_a_stream(tmp_path: Path, form: str) -> None:
    """As of a file that a program goes on to write."""
    (found,) = read_all(lines(tmp_path, WITHOUT_MESSAGES[form][:1]))
    assert (found.format, writes(found)) == ("langgraph-stream", OF_NODES[:1])


@pytest.mark.parametrize("named", [False, True])
def test_states_of_a_graph_tell_what_is_new(tmp_path: Path, named: bool) -> None:
    (found,) = read_all(lines(tmp_path, [["values", state] for state in STATES] if named else STATES))
    assert found.format == "langgraph-stream"
    assert [(channel, value) for _, channel, value in writes(found)] == OF_STATES


@pytest.mark.parametrize(
    "items",
    [
        [{"task_1": {"score": 1}}, {"task_2": {"score": 0}}],  # results of some program, by task
        [{"input": {"history": [{"type": "human", "content": "a"}]}, "output": {"x": 1}}] * 2,
        [{"data": {"messages": [{"type": "human", "content": "a"}]}}] * 2,
        [{"a": 1, "b": 2}, {"a": 2, "b": 3}, {"a": 3, "b": 4, "c": 5}],  # nothing stays as it was
        [{"a": 1, "b": 2}, {"a": 1}, {"a": 1, "b": 2, "c": 5}],  # a member is gone
        [{"id": 1, "a": 2}, {"id": 1, "a": 2, "b": 3}, {"id": 1, "a": 2, "b": 3, "c": 4}],  # a record that is updated
        [["custom", {"a": 1}], ["custom", {"a": 2}]],
        [["values", 1], ["values", 2]],
    ],
)
def test_other_records_are_no_stream_of_langgraph(tmp_path: Path, items: list[Any]) -> None:
    try:
        formats = {one.format for one in read_all(lines(tmp_path, items))}
    except ImportRefused:
        formats = set()
    assert "langgraph-stream" not in formats


def test_messages_of_a_stream_in_other_channels(tmp_path: Path) -> None:
    """Two speakers by name, a message alone, and one that is only (speaker, text)."""
    human, answer, alone = (
        {"type": kind, "content": text, "additional_kwargs": {}}
        for kind, text in (("human", "Hi"), ("ai", "Hello"), ("ai", "So."))
    )
    items = [
        {"plan": {"chats": {"a": [human], "b": [answer]}, "last": alone}},
        {"end": {"messages": [["assistant", "Bye"]], "history": [human, answer]}},
    ]
    (found,) = read_all(lines(tmp_path, items))
    assert (found.format, said(found)) == ("langgraph-stream", [("user", "Hi")])
    assert [text for _, text in found.decisions()] == ["Hello", "So.", "Bye"]
    assert [channel for _, channel, _ in writes(found)] == ["chats"]  # the others have only messages


def test_a_graph_that_asks_and_one_that_fails(tmp_path: Path) -> None:
    asks = {"__interrupt__": [{"value": "May I?", "id": "i1"}]}
    (found,) = read_all(lines(tmp_path, [["updates", {"tell": JOKE}], ["values", JOKE | asks], ["updates", asks]]))
    assert [event.payload["message"] for event in found.of("Error")] == ["May I?"]  # both modes tell it
    assert found.events[-1].payload == {"how": "handed over", "why": "interrupt: May I?"}
    begun, done = task("tell", None)
    (found,) = read_all(lines(tmp_path, [begun, {**done, "error": "ValueError('no key')"}]))
    assert [event.payload["message"] for event in found.of("Error")] == ["ValueError('no key')"]
    assert found.events[-1].payload == {"how": "crash", "why": "ValueError('no key')"}


def test_parts_that_a_server_of_langgraph_sends(tmp_path: Path) -> None:
    asked = {"content": "Weather?", "type": "human", "id": "h"}
    call = {"name": "weather", "args": {"city": "Rome"}, "id": "c", "type": "tool_call"}
    pieces = [{"content": "I", "type": "ai", "id": "a"}, {"content": "I look.", "type": "ai", "id": "a"}]
    whole = {**pieces[-1], "tool_calls": [call], "usage_metadata": {"input_tokens": 9, "output_tokens": 2}}
    told = {
        "content": "Error: no",
        "type": "tool",
        "name": "weather",
        "tool_call_id": "c",
        "status": "error",
        "id": "t",
    }
    last = {"content": "It rains.", "type": "ai", "id": "b"}
    parts = [
        ("metadata", {"run_id": "r"}),
        ("messages/complete", [asked]),
        ("messages/metadata", {"a": {"metadata": {"langgraph_node": "model", "run_id": "r"}}}),
        *(("messages/partial", [message]) for message in (*pieces, whole)),
        ("updates|sub:1", {"tools": {"messages": [told]}}),
        ("values", {"messages": [asked, whole, told]}),
        ("messages/partial", [last]),
        ("error", {"error": "GraphRecursionError", "message": "Recursion limit of 25 reached"}),
    ]
    path = tmp_path / "parts.jsonl"
    path.write_text("".join(json.dumps({"event": event, "data": data}) + "\n" for event, data in parts))
    (found,) = read_all(path)
    assert (found.format, said(found)) == ("langgraph-stream", [("user", "Weather?")])
    assert found.decisions() == [(None, "I look."), (None, "It rains.")]
    assert [event.payload["input"] for event in found.of("ToolRequest")] == [{"city": "Rome"}]
    assert [event.payload["success"] for event in found.of("ToolResponse")] == [False]
    assert found.tokens() == {"input": 9, "cached": 0, "output": 2}
    assert found.of("Error")[-1].payload["message"] == "Recursion limit of 25 reached"
    assert found.events[-1].payload == {"how": "limit", "why": "Recursion limit of 25 reached"}
    assert not found.run.notes.sentences()
    asides = [event.payload["data"] for event in found.events if event.kind.endswith("metadata")]
    assert asides == [{"type": "metadata"}, {"type": "messages/metadata", "data": ["model"]}]  # an id is not compared


@pytest.mark.parametrize("form", ["lines", "mode", "server"])
@pytest.mark.parametrize("repeated", [False, True])
def test_chunks_of_messages_of_langgraph(tmp_path: Path, form: str, repeated: bool) -> None:
    def piece(text: Any, calls: list[dict[str, Any]] | None = None, used: tuple[int, int] | None = None) -> Any:
        counts = None if used is None else dict(zip(("input_tokens", "output_tokens"), used, strict=True))
        about = {"tool_call_chunks": calls or [], "usage_metadata": counts, "tool_calls": []}
        return {"content": text, "type": "AIMessageChunk", "id": "a", **about}

    call = {"name": "weather", "args": "", "id": "c", "index": 0}
    rest = [{"name": None, "args": text, "id": None, "index": 0} for text in ('{"city": ', '"Rome"}')]
    told = {"content": "hot", "type": "tool", "name": "weather", "tool_call_id": "c", "status": "success", "id": "t"}
    chunks = [piece("I "), piece("look.", used=(9, 0)), piece("", [call]), *(piece("", [one]) for one in rest)]
    last = [{**piece([{"type": "text", "text": text, "index": 0}]), "id": "b"} for text in ("It ", "rains.")]
    items: list[Any] = [
        [message, {"langgraph_node": "n"}] for message in (*chunks, piece("", used=(0, 2)), told, *last)
    ]
    lines: list[Any] = {
        "lines": items,
        "mode": [["messages", item] for item in items],
        "server": [{"event": "messages", "data": item} for item in items],
    }[form]
    if repeated and form != "lines":
        spoken = [{"name": "weather", "args": {"city": "Rome"}, "id": "c", "type": "tool_call"}]
        use = {"input_tokens": 9, "output_tokens": 2}
        answer = {"content": "I look.", "type": "ai", "id": "a", "tool_calls": spoken, "usage_metadata": use}
        update = {"n": {"messages": [answer]}}
        lines.insert(6, ["updates", update] if form == "mode" else {"event": "updates", "data": update})
    path = tmp_path / "chunks.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (found,) = read_all(path)
    assert (found.format, found.decisions()) == ("langgraph-stream", [(None, "I look."), (None, "It rains.")])
    assert [event.payload["input"] for event in found.of("ToolRequest")] == [{"city": "Rome"}]
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["hot"]
    assert found.tokens() == {"input": 9, "cached": 0, "output": 2}


def sent(path: Path, *parts: tuple[str, Any]) -> Path:
    """Write what a server sent, as `curl` saves it."""
    path.write_text("".join(f"event: {event}\r\ndata: {json.dumps(data)}\r\n\r\n" for event, data in parts))
    return path


def test_what_a_server_of_langgraph_sent_as_it_was_saved(tmp_path: Path) -> None:
    asked, answer = ({"content": text, "type": kind, "id": text} for kind, text in (("human", "Hi"), ("ai", "Hello")))
    parts = [
        ("metadata", {"run_id": "r"}),
        ("values", {"messages": [asked]}),
        ("values", {"messages": [asked, answer]}),
    ]
    (found,) = read_all(sent(tmp_path / "run.txt", *parts))
    assert (found.format, said(found), found.decisions()) == ("langgraph-stream", [("user", "Hi")], [(None, "Hello")])
    assert found.of("Decision")[-1].meta["line"] == 8

    long = [("values", {"messages": [asked]}), *(("custom", "x" * 1000) for _ in range(2000)), *parts[1:]]
    (found,) = read_all(sent(tmp_path / "long.txt", *long))
    assert (found.format, said(found), found.decisions()) == ("langgraph-stream", [("user", "Hi")], [(None, "Hello")])

    events = [
        {"event": "on_chain_start", "run_id": "r1", "name": "graph", "data": {"input": {"messages": [asked]}}},
        {"event": "on_chat_model_end", "run_id": "r2", "name": "model", "data": {"output": answer}},
        {"event": "on_tool_start", "run_id": "r3", "name": "search", "data": {"input": {"q": "x"}}},
        {"event": "on_tool_end", "run_id": "r3", "name": "search", "data": {"output": "result"}},
    ]
    wrong = ("error", {"error": "ValueError", "message": "no key"})
    path = sent(tmp_path / "events.txt", parts[0], *(("events", event) for event in events), wrong)
    (found,) = read_all(path)
    assert (found.format, said(found), found.decisions()) == ("langchain-events", [("user", "Hi")], [(None, "Hello")])
    assert found.run.run_id == "r1"
    assert found.tools() == {"search": 1}
    assert found.of("Error")[-1].payload["message"] == "no key"
    assert found.events[-1].payload == {"how": "crash", "why": "no key"}
    assert not found.run.notes.sentences()


def test_states_of_a_thread_are_read_oldest_first() -> None:
    found = read_seed("langgraph/states.json")
    assert (found.run.run_id, found.run.state_recorded) == ("t", True)
    assert [event.payload["step"] for event in found.of("Snapshot")] == [-1, 0, 1, 2, 3]
    assert said(found) == [("user", "What is 2+2?")]
    assert found.tools() == {"add": 1}
    assert [event.payload["data"] for event in found.of("Decision")] == ["It is 4."]
    assert found.events[-1].payload == {"how": "handed over", "why": "interrupt: Go on?"}


def test_steps_of_an_assistants_run() -> None:
    found = read_seed("openai-assistants/0.jsonl")
    assert found.run.run_id == "run_1"
    assert said(found) == [("user", "Weather?")]
    assert found.tools() == {"get_weather": 2, "code_interpreter": 1}
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["sunny", [{"type": "logs", "logs": "1"}]]
    assert [event.meta["duration"] for event in found.of("ToolResponse")] == [10**9, 10**9]
    assert [event.payload["data"] for event in found.of("Decision")] == ["It is sunny."]
    assert found.events[-1].payload == {"how": "crash", "why": "Slow down."}
    assert [event.meta["model"] for event in found.events if "tokens" in event.meta] == ["gpt-4o"] * 3


def test_an_event_log_of_autogen() -> None:
    found = read_seed("autogen-events/0.jsonl")
    assert said(found) == [("system", "Be brief."), ("user", "Weather in Rome and Nowhere?")]
    assert found.decisions() == [(None, "I look."), (None, "Rome is blue.")]
    assert found.tools() == {"weather": 2, "clock": 1}
    results = [(event.payload["output"], event.payload["success"]) for event in found.of("ToolResponse")]
    assert results == [("blue", True), ("no such city", False), ("noon", True)]
    assert [event.payload["message"] for event in found.of("Error")] == ["no such city", "KeyError: 'x'"]
    assert found.tokens() == {"input": 24, "output": 6}
    assert found.of("x:end") == []  # an agent failed, and a tool was called, after the last answer
    assert len(found.of("x:bookkeeping/autogen-events/Message")) == 3


def test_the_log_of_a_crews_tasks() -> None:
    found = read_seed("crewai/1.json")
    assert found.kinds == ["AgentInit", "Observation", "Decision", "x:end"]
    assert said(found) == [("task", {"description": "Weather in Rome?", "name": "look"})]
    assert (found.decisions(), found.of("Decision")[0].payload["agent"]) == ([(None, "It is sunny.")], "Forecaster")


def test_the_log_of_a_crews_tasks_as_text() -> None:
    found = read_seed("crewai/2.txt")
    assert found.kinds == ["AgentInit", "Observation", "Decision", "x:end"]
    assert said(found) == [("task", {"description": 'Find "the" facts\nabout x', "name": "research"})]
    assert found.decisions() == [(None, '# Facts\n- one, "two"\n')]
    assert found.of("Decision")[0].meta["time"] == 1_767_348_005_000_000_000


def test_each_kick_off_of_a_crew_is_a_run(tmp_path: Path) -> None:
    path = tmp_path / "crew.jsonl"
    kinds = ("flow_started", "crew_kickoff_started", "crew_kickoff_completed", "flow_finished", "crew_kickoff_started")
    path.write_text("".join(json.dumps({"type": kind, "crew_name": "c"}) + "\n" for kind in kinds))
    assert [(run.run.name, len(run.events)) for run in read_all(path)] == [("crew 1", 6), ("crew 2", 2)]


def test_the_events_of_a_crew_in_an_answer_of_an_api(tmp_path: Path) -> None:
    """Without roles; each event of a tool stands there twice, and its output nowhere."""
    messages: list[tuple[str, dict[str, Any]]] = [
        ("mcp_initialization_started", {"mcp_name": "days"}),
        ("crew_kickoff_started", {"inputs": {"user_input": "q"}}),
        ("task_started", {"description": "Answer q", "expected_output": "a"}),
        ("llm_call_started", {"messages": [{"role": "user", "content": "Current Task: q"}]}),
        ("llm_call_completed", {"response": "Action: find"}),
        *[("tool_usage_started", {"tool_name": "find", "tool_args": '{"code": "HA9"}'})] * 2,
        *[("tool_usage_finished", {"tool_name": "find", "tool_args": {"code": "HA9"}})] * 2,
        ("crew_kickoff_completed", {"output": "a"}),
    ]
    begun = "2026-01-12 16:53:38"
    events = [{"timestamp": begun, "type": kind, "agent_studio_id": "x", **more} for kind, more in messages]
    (run,) = read_all(written(tmp_path, {"events": events}))
    assert (run.format, run.tools()) == ("crewai", {"find": 1})
    assert [event.payload["data"] for event in run.of("Observation")] == [
        {"description": "Answer q", "expected_output": "a"},
        "Current Task: q",
    ]
    assert run.of("ToolResponse")[0].payload["output"] == "(output, not recorded)"


@pytest.mark.parametrize(("streamed", "took"), [(False, [9 * 10**9]), (True, [None])])
def test_when_a_call_in_a_streamed_answer_began_is_unknown(tmp_path: Path, streamed: bool, took: list[Any]) -> None:
    call = {"part_kind": "tool-call", "tool_call_id": "a", "tool_name": "write", "args": {"text": "long"}}
    result = {"part_kind": "tool-return", "tool_call_id": "a", "tool_name": "write", "content": "written"}
    times = [f"2026-06-28T09:11:{second}Z" for second in ("20", "29")]
    messages = [
        {"kind": "response", "parts": [call], "timestamp": times[0]},
        {"kind": "request", "parts": [{**result, "timestamp": times[1]}], "timestamp": times[1]},
    ]
    begun: list[Any] = [{"event_kind": "part_start", "index": 0, "part": call}] if streamed else []
    (found,) = read_all(written(tmp_path, begun + messages))
    assert [event.meta.get("duration") for event in found.of("ToolResponse")] == took
    assert ["time" in event.meta for event in found.of("ToolRequest")] == [not streamed]


def test_a_stream_of_pydantic_ai_without_messages(tmp_path: Path) -> None:
    def part(kind: str, call: str, **more: Any) -> dict[str, Any]:
        return {"part_kind": kind, "tool_call_id": call, "tool_name": "search", **more}

    queued = {"kind": "request", "parts": [{"part_kind": "user-prompt", "content": "And then?"}]}
    lines = [
        {"event_kind": "function_tool_call", "part": part("tool-call", "a", args={"q": 1})},
        {"event_kind": "function_tool_result", "part": part("tool-return", "a", content="2", outcome="success")},
        {"event_kind": "output_tool_call", "part": part("tool-call", "b", args={})},
        {"event_kind": "output_tool_result", "part": part("tool-return", "b", content="no", outcome="interrupted")},
        {"event_kind": "enqueued_messages", "messages": [queued]},
        {"event_kind": "deferred_tool_requests", "requests": {"calls": [part("tool-call", "c", args={})]}},
        {"event_kind": "deferred_tool_results", "results": {"calls": {"c": "record 7"}}},
    ]
    (found,) = read_all(written(tmp_path, lines))
    assert (found.format, found.tools(), said(found)) == ("pydantic-ai", {"search": 3}, [("user", "And then?")])
    answers = [(event.payload["output"], event.payload["error"]) for event in found.of("ToolResponse")]
    assert answers == [("2", None), ("no", "no"), ("record 7", None)]
