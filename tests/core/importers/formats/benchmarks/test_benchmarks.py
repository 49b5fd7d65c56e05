"""Runs of benchmarks: what the agent did, and what came of it."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.foreign import read_all, read_seed, written
from tests.helpers.paths import DATA


def test_an_episode_of_a_web_agent(tmp_path: Path) -> None:
    run = read_seed("agent-reward-bench/0.json")
    assert run.kinds == [
        "AgentInit", "Observation", "StateTransition", "Observation",
        "Decision", "ToolRequest", "ToolResponse", "Decision", "ToolRequest", "ToolResponse", "Error",
        "ToolRequest", "ToolResponse", "x:outcome", "x:end",
    ]  # fmt: skip
    assert [(event.payload["tool_name"], event.payload["input"]) for event in run.of("ToolRequest")] == [
        ("click", ["12"]),
        ("fill", "fill('7', \"it's\")  # a mug"),
        ("noop", {"wait_ms": 20}),
    ]
    results = run.of("ToolResponse")
    assert [event.payload["error"] for event in results] == [None, "TimeoutError: fill did not finish", None]
    assert [event.payload["output"]["url"][-1] for event in results] == ["1", "2", "3"]
    assert run.tokens() == {"input": 300, "cached": 0, "output": 30}
    assert run.outcomes() == [(True, 1.0, "BrowserGym reward")]
    assert run.events[-1].payload == {"how": "answered", "why": None}
    facts = {"benchmark": "webarena", "goal": "Go", "steps": [], "summary_info": {"truncated": True}}
    (empty,) = read_all(written(tmp_path, facts))
    assert empty.kinds == ["AgentInit", "Observation", "x:outcome", "x:end"]
    assert empty.events[-1].payload["how"] == "limit"


def test_a_history_of_an_agent_that_uses_a_browser() -> None:
    run = read_seed("browser-use/0.json")
    assert run.kinds == [
        "AgentInit", "StateTransition", "Decision", "ToolRequest", "ToolResponse", "ToolRequest", "ToolResponse",
        "Error", "ToolRequest", "StateTransition", "Error", "Decision", "ToolRequest", "ToolResponse", "x:outcome",
        "x:end",
    ]  # fmt: skip
    assert run.decisions() == [(None, "Look for mugs"), ("All is there", "Tell it")]
    assert run.tools() == {"search": 1, "click": 1, "wait": 1, "done": 1}  # the page changed before it waited
    assert run.of("ToolRequest")[1].payload["element"] == {"tag_name": "a"}
    results = run.of("ToolResponse")
    assert [event.payload["error"] for event in results] == [None, "Element 3 does not exist", None]
    assert "duration" not in results[0].meta  # the step's time is the model's, too
    wrong = run.of("Error")[1].payload
    assert (wrong["message"], wrong["fields"]) == (
        "429 too many requests",
        {"state_message": "The page has mugs", "include_in_memory": True},
    )
    assert run.tokens() == {"input": 3120}
    assert run.outcomes() == [(False, None, "browser-use judge")]
    assert run.events[-1].payload == {"how": "answered", "why": "success: false"}


def test_trajectories_of_the_agent_data_protocol() -> None:
    first, second = read_all(DATA / "seeds" / "agent-data-protocol" / "0.jsonl")
    assert first.kinds == [
        "AgentInit", "Observation", "Decision", "ToolRequest", "ToolResponse", "ToolRequest", "ToolResponse",
        "Decision", "x:outcome", "x:end",
    ]  # fmt: skip
    assert first.tools() == {"edit": 1, "bash": 1}
    assert first.of("ToolResponse")[1].payload["output"] == {"axtree": "Root", "url": "http://x.example"}
    assert first.outcomes() == [(True, None, "resolved")]
    assert first.of("x:outcome")[0].payload["parts"] == {"test_result": {"passed": 1}}
    assert first.run.run_id == "repo-7_0"
    assert first.of("Decision")[-1].payload["data"] == "Done."  # without the marks that end the run
    assert second.kinds == ["AgentInit", "Observation", "Decision"]


def test_a_tools_message_that_tells_its_call_again(tmp_path: Path) -> None:
    call = {"function": "read", "args": {"path": "a"}, "id": "t"}
    messages = [
        {"role": "user", "content": [{"type": "text", "content": "Pay."}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "", "tool_call_id": "t", "tool_call": call, "error": "ValueError: no"},
    ]
    (run,) = read_all(written(tmp_path, {"messages": messages, "utility": True, "security": False}))
    assert run.tools() == {"read": 1}
    assert [event.payload["error"] for event in run.of("ToolResponse")] == ["ValueError: no"]
    assert run.outcomes() == [(True, None, "utility"), (None, None, "security")]
    assert run.of("x:outcome")[1].payload["label"] == "false"


def test_grades_within_a_member(tmp_path: Path) -> None:
    talk = {
        "messages": [{"role": "user", "content": "Hi", "turn_idx": 0}],
        "eval_result": {"score": 1.0, "db_match": False},
        "meta": {"is_correct": False, "finish_reason": "max_steps", "score": 3},
    }
    (run,) = read_all(written(tmp_path, talk))
    assert run.outcomes() == [(False, None, "is_correct"), (None, 1.0, "score")]  # the verdict leads
    assert run.of("x:end")[0].payload == {"how": "limit", "why": "max_steps"}
    assert run.events[0].payload["config"] == {"eval_result": {"db_match": False}, "meta": {"score": 3}}
    assert "fields" not in run.events[1].payload


def test_each_sample_of_agent_bench_is_a_run() -> None:
    done, cut, failed = read_all(DATA / "seeds" / "agent-bench" / "0.jsonl")
    assert [run.format for run in (done, cut, failed)] == ["agent-bench"] * 3
    assert [run.of("x:end")[0].payload["how"] for run in (done, cut, failed)] == ["answered", "limit", "crash"]
    assert done.outcomes() == [(True, None, "AgentBench result")]
    assert [event.payload["data"] for event in done.of("Observation")] == ["How many files?", "3"]
    assert len(done.of("Decision")) == 2
    assert [event.payload["message"] for event in failed.of("Error")] == ["no connection"]
    assert (cut.outcomes(), failed.outcomes()) == ([], [])
