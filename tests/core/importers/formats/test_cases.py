"""Small inputs that were read wrongly once, each with its right value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.log.kinds import Kind
from tests.helpers.foreign import read_all
from tests.helpers.importers.case_runs import answered, calls, read, results, said, tokens
from tests.helpers.paths import CASES


@pytest.mark.parametrize("name", ["openai-chat-messages.json", "openai-chat-messages.jsonl"])
def test_openai_messages(name: str) -> None:
    run = read(name, "chat-messages")
    assert said(run) == ["You are a helper.", "What is the weather in Kiel?"]
    assert calls(run) == [("get_weather", {"city": "Kiel"})]
    assert results(run) == [("get_weather", '{"temp": 9}', True)]
    assert answered(run) == ["9 degrees."]


def test_anthropic_messages() -> None:
    run = read("anthropic-messages.json", "chat-messages")
    assert (said(run), answered(run)) == (["hi"], ["Looking.", "One file."])
    assert calls(run) == [("ls", {"path": "."})]
    assert results(run) == [("ls", "a.txt", True)]
    assert run.events[0].payload["config"] == {"model": "claude-x"}


@pytest.mark.parametrize(
    ("case", "tool", "output"),
    [
        ("otel-genai-parts", "get_weather", {"temp": 9}),
        ("otel-span-events", "get_weather", "9"),
        ("otel-traceloop", "get_weather", {"temp": 9}),
        ("otel-vercel-ai", "getWeather", {"temp": 9}),
    ],
)
def test_dialects_of_opentelemetry(case: str, tool: str, output: Any) -> None:
    """Question, call, result, answer and tokens are read, and stand in that order."""
    run = read(f"{case}/trace.json", "otel")
    assert "Weather in Kiel?" in said(run)
    assert calls(run) == [(tool, {"city": "Kiel"})]
    assert results(run) == [(tool, output, True)]
    assert answered(run) == [None, "9 degrees."]
    assert tokens(run) == {"input": 130, "output": 19}
    steps = [event.kind for event in run.events if event.kind in (Kind.DECISION, Kind.TOOL_REQUEST, Kind.TOOL_RESPONSE)]
    assert steps == [Kind.DECISION, Kind.TOOL_REQUEST, Kind.TOOL_RESPONSE, Kind.DECISION]


def test_instructions_and_reasoning_in_parts() -> None:
    run = read("otel-genai-parts/trace.json", "otel")
    assert said(run)[0] == "Be brief."
    assert run.of(Kind.DECISION)[0].payload["reasoning"] == "need the tool"


def test_a_trace_without_an_agent() -> None:
    run = read("otel-error-in-plumbing/trace.json", "otel")
    assert [event.payload["data"]["name"] for event in run.of("x:otel/step")] == ["my_agent.run", "my_agent.model_call"]
    assert [event.payload["message"] for event in run.of(Kind.ERROR)] == ["401 bad key"]


def test_clocks_that_disagree() -> None:
    run = read("otel-clock-skew/trace.json", "otel")
    assert (said(run), answered(run)) == (["hi"], ["yo"])
    assert all(event.meta.get("duration", 0) >= 0 for event in run.events)
    assert any("clocks of two processes disagree" in note for note in run.run.notes.sentences())


def test_spans_whose_parent_is_missing() -> None:
    run = read("otel-orphan-spans/trace.json", "otel")
    assert (said(run), answered(run), calls(run)) == (["hi"], ["hello"], [("ls", {})])


def test_langsmith() -> None:
    run = read("langsmith-runs/runs.jsonl", "langsmith")
    assert said(run) == ["Weather in Kiel?"]
    assert [name for name, _ in calls(run)] == ["get_weather"]
    assert results(run) == [("get_weather", None, False)]
    assert [event.payload["message"] for event in run.of(Kind.ERROR)] == ["TimeoutError()"]
    assert tokens(run) == {"input": 50, "output": 12}
    assert run.events[-1].payload["data"] == {"output": "9 degrees."}


def test_pi() -> None:
    run = read("pi-session/session.jsonl", "pi")
    assert (said(run), answered(run)) == (["run ls"], [None, "It failed."])
    assert run.of(Kind.DECISION)[0].payload["reasoning"] == "use bash"
    assert calls(run) == [("bash", {"command": "ls"})]
    assert results(run) == [("bash", "ls: denied", False)]
    assert tokens(run) == {"input": 110, "cached": 0, "output": 17}
    assert sum(event.meta.get("cost", 0) for event in run.events) == pytest.approx(0.004)


def test_gemini_cli_in_lines() -> None:
    """What was rewound is no step; the others have their times and what they used."""
    run = read("gemini-jsonl/session-2026-05-04T10-00-abcd1234.jsonl", "gemini-cli")
    assert said(run) == ["list the files", "rename it to b.py"]
    assert run.decisions() == [("list", "Plan"), (None, "One file: a.py"), (None, "Renamed.")]
    assert calls(run) == [("list_directory", {"path": "."})]
    assert results(run) == [("list_directory", {"output": "a.py"}, True)]
    assert tokens(run) == {"input": 350, "output": 24, "cached": 0, "reasoning": 5}
    assert [event.payload["data"]["content"][0]["text"] for event in run.events if "rewound" in event.kind] == [
        "delete it"
    ]
    assert all("time" in event.meta for event in run.events)


def test_tau2() -> None:
    run = read("tau2-results/results.json", "tau2-bench")
    assert run.run.name == "task 0 trial 0"
    assert calls(run) == [("get_reservation_details", {"reservation_id": "EHG"})]
    assert results(run) == [("get_reservation_details", "Error: not found", False)]
    expected, end, outcome = run.events[-3:]
    assert expected.payload == {"data": {"actions": []}}
    assert (end.kind, end.payload) == ("x:end", {"how": "answered", "why": "user_stop"})
    assert (outcome.payload["passed"], outcome.payload["score"]) == (False, 0.0)


def same(a: Path, b: Path) -> bool:
    """Whether two files have equal content: kinds and payloads, in order."""
    one, other = ([[(event.kind, event.payload) for event in run.events] for run in read_all(path)] for path in (a, b))
    return one == other


@pytest.mark.parametrize(
    "case", ["openai-chat-diff", "otel-span-events-diff", "otel-genai-parts-diff", "burr-diff", "langsmith-diff"]
)
def test_runs_that_differ(case: str) -> None:
    a, b = sorted((CASES / case).iterdir())
    assert not same(a, b)
    assert same(a, a)


def test_every_case_has_a_test() -> None:
    names = {path.name for path in CASES.iterdir()}
    sources = "".join(path.read_text("utf-8") for path in Path(__file__).parent.rglob("test_*.py"))
    assert {name for name in names if f'"{name}' not in sources} == set()
