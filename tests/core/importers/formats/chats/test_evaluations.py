"""What came of runs: in the file itself, or in files that a grader writes beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, cached_conversion, read_all, written
from tests.helpers.paths import DATA

SEEDS = DATA / "seeds"
SWE, MINI = SEEDS / "swe-agent" / "0.json", SEEDS / "mini-swe-agent" / "0.json"


def ended(run: Read) -> list[tuple[str, str | None]]:
    return [(event.payload["how"], event.payload["why"]) for event in run.of("x:end")]


def trial(folder: Path, result: Any = None, **files: str) -> Path:
    """A trial of Harbor: its trajectory, with what stands beside it."""
    (folder / "agent").mkdir()
    (folder / "verifier").mkdir()
    steps = [{"step_id": 1, "source": "user", "message": "Do it"}]
    path = folder / "agent" / "trajectory.json"
    path.write_text(json.dumps({"schema_version": "ATIF-v1.6", "session_id": "s", "agent": {}, "steps": steps}))
    if result is not None:
        (folder / "result.json").write_text(json.dumps(result))
    for name, content in files.items():
        (folder / "verifier" / name.replace("_", ".")).write_text(content)
    return path


def test_harbors_result_beside_a_trajectory(tmp_path: Path) -> None:
    wrong = {"exception_type": "AgentTimeoutError", "exception_message": "after 900 s"}
    result = {"verifier_result": {"rewards": {"reward": 0.0, "style": 0.5}}, "exception_info": wrong}
    (run,) = read_all(trial(tmp_path, result, reward_txt="1"))
    assert ended(run) == [("timeout", "AgentTimeoutError: after 900 s")]
    assert run.outcomes() == [(False, 0.0, "Harbor reward"), (None, 0.5, "Harbor reward: style")]


@pytest.mark.parametrize(("name", "content"), [("reward_txt", "1.0\n"), ("reward_json", '{"reward": 1}')])
def test_harbors_reward_alone(tmp_path: Path, name: str, content: str) -> None:
    (run,) = read_all(trial(tmp_path, **{name: content}))
    assert run.outcomes() == [(True, 1.0, "Harbor reward")]


@pytest.mark.parametrize(
    ("result", "reward"),
    [(None, "no number"), ([], ""), ({}, "nan"), ({"verifier_result": None, "exception_info": None}, "inf")],
)
def test_no_verdict_is_made_up(tmp_path: Path, result: Any, reward: str) -> None:
    (run,) = read_all(trial(tmp_path, result, reward_txt=reward, reward_json="[1]"))
    assert (run.outcomes(), ended(run)) == ([], [])


def test_a_reward_that_comes_later_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "trial"
    folder.mkdir()
    path, cache = trial(folder), tmp_path / "cache"
    before = cached_conversion(path, cache).events
    (folder / "verifier" / "reward.txt").write_text("1")
    assert cached_conversion(path, cache).events == before + 1


RESULTS: list[tuple[Any, bool | None]] = [
    ({"a__a-1": {"resolved": True}}, True),
    ({"resolved": ["a__a-2"], "no_generation": ["a__a-1"]}, False),
    ({"resolved_ids": ["a__a-1"], "submitted_ids": ["a__a-1"]}, True),
    ({"resolved_ids": ["a__a-1"], "submitted_ids": ["a__a-2"]}, True),
    ({"resolved_ids": [], "submitted_ids": ["a__a-2"]}, None),
    ({"a__a-1": {"resolved": "yes"}}, None),
    ([], None),
]


@pytest.mark.parametrize(("results", "resolved"), RESULTS)
@pytest.mark.parametrize(("seed", "name"), [(SWE, "a__a-1.traj"), (MINI, "a__a-1.traj.json")])
def test_a_results_file_beside_a_trajectory(
    tmp_path: Path, results: Any, resolved: bool | None, seed: Path, name: str
) -> None:
    folder = tmp_path / "a__a-1"
    folder.mkdir()
    document = json.loads(seed.read_bytes())
    if isinstance(document, dict) and "instance_id" in document:
        document["instance_id"] = "a__a-1"
    (folder / name).write_text(json.dumps(document))
    (tmp_path / "results.json").write_text(json.dumps(results))
    (run,) = read_all(folder / name)
    found = [passed for passed, _, by in run.outcomes() if by == "SWE-bench evaluation"]
    assert found == ([] if resolved is None else [resolved])


def test_an_evaluation_of_openhands_has_a_run_a_line() -> None:
    first, second = read_all(SEEDS / "openhands" / "2.jsonl")
    assert (first.run.run_id, first.tools()) == ("a__a-1", {"run": 1})
    assert (first.outcomes(), ended(first)) == ([(False, None, "SWE-bench evaluation")], [("answered", None)])
    assert [event.payload["patch"] for event in first.of("PatchProposal")] == ["+ fixed"]
    used = [event.meta for event in first.events if event.meta.get("tokens")]
    assert [(meta["tokens"], meta["cost"]) for meta in used] == [({"input": 100, "cached": 40, "output": 10}, 0.5)]
    assert first.events[0].payload["config"] == {"agent_class": "CodeActAgent", "max_iterations": 30}
    assert (second.outcomes(), ended(second)) == ([], [("crash", "AgentRuntimeBuildError: no image")])


def test_a_run_of_smolagents_says_how_it_ended() -> None:
    (run,) = read_all(SEEDS / "smolagents" / "1.json")
    assert ended(run) == [("limit", "max_steps_error")]
    assert [event.payload["data"] for event in run.of("Decision")] == ["I try.", "I do not know."]
    assert [event.payload["error"] for event in run.of("ToolResponse")] == ["no such zone"]


def test_a_call_of_smolagents_that_failed_stands_in_the_answer_alone(tmp_path: Path) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": {"a": 13}}}
    step = {"step_number": 1, "timing": {}, "tool_calls": [], "observations": None, "action_output": None}
    message = {"model_output": "I add.", "model_output_message": {"role": "assistant", "tool_calls": [call]}}
    wrong = {"type": "AgentToolExecutionError", "message": "ValueError: bad"}
    (run,) = read_all(written(tmp_path, [{"task": "Add"}, {**step, **message, "error": wrong}]), "smolagents")
    assert run.tools() == {"add": 1}
    assert [event.payload["error"] for event in run.of("ToolResponse")] == ["ValueError: bad"]


def test_a_call_that_pydantic_ai_lets_try_again_has_failed(tmp_path: Path) -> None:
    call = {"part_kind": "tool-call", "tool_name": "f", "args": {"x": 1}, "tool_call_id": "c"}
    again = {
        "part_kind": "tool-return",
        "tool_name": "f",
        "content": "try 2",
        "tool_call_id": "c",
        "outcome": "retried",
    }
    parts = [("response", call), ("request", again)]
    messages = [{"kind": kind, "timestamp": "2026-11-29T16:17:27Z", "parts": [part]} for kind, part in parts]
    (run,) = read_all(written(tmp_path, messages), "pydantic-ai")
    assert [event.payload["error"] for event in run.of("ToolResponse")] == ["try 2"]


def test_the_stream_of_pydantic_ai_is_a_run_where_its_messages_are_not_in_the_file(tmp_path: Path) -> None:
    whole = (SEEDS / "pydantic-ai" / "1.jsonl").read_text().splitlines()
    path = tmp_path / "stream.jsonl"
    answer = {"part_kind": "tool-return", "tool_name": "look", "content": "here", "tool_call_id": "c1"}
    events = [*whole[:10], json.dumps({"event_kind": "function_tool_result", "result": answer})]
    path.write_text("\n".join(events))
    (found,) = read_all(path, "pydantic-ai")
    assert found.kinds == ["AgentInit", "Decision", "ToolRequest", "ToolResponse"]
    assert found.decisions() == [("look first", None)]
    assert found.of("ToolRequest")[0].payload["input"] == {"at": 1}
