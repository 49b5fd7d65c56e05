from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.importers.formats.chats.atif import Atif
from replay_gui.core.importers.formats.message_events import NOT_MESSAGES
from replay_gui.core.importers.packed import foreign_file
from replay_gui.core.log.source import Source
from tests.helpers.foreign import read_all, real_files, written
from tests.helpers.shared_data import each_real_file


def trajectory(*steps: Any, **more: Any) -> dict[str, Any]:
    agent = {"name": "terminus", "version": "2", "model_name": "m"}
    return {"schema_version": "ATIF-v1.7", "session_id": "s", "agent": agent, "steps": list(steps), **more}


def test_steps_are_said_asked_and_answered(tmp_path: Path) -> None:
    step = {
        "step_id": 2,
        "timestamp": "2025-01-01T00:00:01Z",
        "source": "agent",
        "message": "I look.",
        "reasoning_content": "Why not.",
        "tool_calls": [{"tool_call_id": "c", "function_name": "bash", "arguments": {"command": "ls"}}],
        "observation": {"results": [{"source_call_id": "c", "content": "a"}, {"content": "terminal"}]},
        "metrics": {"prompt_tokens": 3, "completion_tokens": 1, "cost_usd": 0.5},
    }
    first = {"step_id": 1, "source": "user", "message": "Hi"}
    (one,) = read_all(written(tmp_path, trajectory(first, step, final_metrics={"total_cost_usd": 0.5})))
    assert one.format == "atif"
    (other,) = read_all(written(tmp_path, trajectory(first, step, schema_version="1.4")))
    assert (other.format, other.kinds) == ("atif", one.kinds[:-1])
    assert one.kinds == [
        "AgentInit", "Observation", "Decision", "ToolRequest", "ToolResponse", "Observation",
        "x:bookkeeping/atif/totals",
    ]  # fmt: skip
    said, request, response = one.events[2:5]
    assert (said.payload["reasoning"], said.meta["cost"], said.meta["tokens"]) == (
        "Why not.",
        0.5,
        {"input": 3, "output": 1},
    )
    assert said.meta["time"] == 1_735_689_601_000_000_000
    assert (request.payload["input"], request.meta["parent"]) == ({"command": "ls"}, 2)
    assert (response.payload["output"], response.meta["parent"]) == ("a", 3)
    assert one.events[-1].meta["total_cost"] == 0.5


def test_keystrokes_in_the_text_are_calls(tmp_path: Path) -> None:
    def step(number: int, message: Any, *outputs: str) -> dict[str, Any]:
        results = [{"content": output} for output in outputs]
        return {"step_id": number, "source": "agent", "message": message, "observation": {"results": results}}

    typed = {
        "analysis": "a",
        "plan": "p",
        "commands": [{"keystrokes": "cd x\n", "duration": 1}, {"keystrokes": "ls\n"}],
    }
    plain, fenced = json.dumps(typed), f"```json\n{json.dumps(typed, indent=1)}\n```"
    others = ["Done.", "{no JSON", "[1]", json.dumps({"commands": []}), json.dumps({"commands": ["ls"]}), None]
    steps = [step(1, plain, "$ cd x"), step(2, fenced, "one", "two"), *(step(3, other, "out") for other in others)]
    (one,) = read_all(written(tmp_path, trajectory(*steps)))
    requests = one.of("ToolRequest")
    assert [(event.payload["tool_name"], event.payload["input"]) for event in requests] == [
        ("terminal", {"keystrokes": "cd x\nls\n"})
    ] * 2
    assert [event.payload["output"] for event in one.of("ToolResponse")] == ["$ cd x"]
    assert len(one.of("Observation")) == 2 + len(others), "two outputs are not one answer"
    assert one.of("Decision")[0].payload["data"] == plain


def test_a_continuation_follows_and_copied_steps_are_no_new_ones(tmp_path: Path) -> None:
    messages = [{"step_id": number, "source": "agent", "message": f"m{number}"} for number in range(3)]
    copied = {**messages[0], "is_copied_context": True}
    written(tmp_path, trajectory(copied, messages[2]), "trajectory.cont-1.json")
    path = written(
        tmp_path, trajectory(*messages[:2], continued_trajectory_ref="trajectory.cont-1.json"), "trajectory.json"
    )
    (one,) = read_all(path)
    assert [event.payload["data"] for event in one.of("Decision")] == ["m0", "m1", "m2"]
    assert one.run.notes.sentences() == ("steps copied from the trajectory before, left out: 1",)


@pytest.mark.parametrize("packed", [(True, True), (True, False), (False, True)])
def test_a_continuation_of_a_packed_trajectory_follows(tmp_path: Path, packed: tuple[bool, bool]) -> None:
    names = ("a.trajectory.json", "a.trajectory.cont-1.json")
    parts = (trajectory(5, continued_trajectory_ref="trajectory.cont-1.json"), trajectory(6))
    for name, part, is_packed in zip(names, parts, packed, strict=True):
        data = json.dumps(part).encode()
        (tmp_path / f"{name}{'.gz' * is_packed}").write_bytes(gzip.compress(data) if is_packed else data)
    path = next(tmp_path.glob("a.trajectory.json*"))
    with Source(path) as source, foreign_file(source) as file:
        (run,) = Atif().runs(file)
        assert [event.payload["data"] for event in run.events if event.kind == "x:atif/entry"] == [5, 6]
        assert run.notes.sentences() == (f"{NOT_MESSAGES}: 2",)
        assert Atif().companions(file) == [tmp_path / f"{names[1]}{'.gz' * packed[1]}"]


def test_a_continuation_that_is_missing_is_told_of(tmp_path: Path) -> None:
    (one,) = read_all(written(tmp_path, trajectory(5, continued_trajectory_ref="../../gone.json")))
    assert len(one.run.notes.sentences()) == 2


def test_what_subagents_did_stands_before_the_result_that_names_them(tmp_path: Path) -> None:
    def step(name: str, **result: Any) -> dict[str, Any]:
        call = {"tool_call_id": "c1", "function_name": name, "arguments": {}}
        answer = {"source_call_id": "c1", "content": name, **result}
        used = {"prompt_tokens": 2, "completion_tokens": 1}
        return {
            "source": "agent", "message": "", "tool_calls": [call], "observation": {"results": [answer]},
            "metrics": used,
        }  # fmt: skip

    inner = {**trajectory(step("look")), "trajectory_id": "t1", "agent": {"name": "helper"}}
    other = {**trajectory({"source": "agent", "message": "Bye"}), "trajectory_id": "t2", "agent": {"name": "other"}}
    asked = step("ask", subagent_trajectory_ref=[{"trajectory_id": "t1"}])
    (one,) = read_all(written(tmp_path, trajectory(asked, subagent_trajectories=[other, inner])))
    results = [
        (event.payload.get("tool_name") or event.payload.get("data"), event.meta.get("subagent"))
        for event in one.events
        if event.kind in ("ToolRequest", "ToolResponse", "Decision")
    ]
    assert results == [("ask", None), ("look", ["helper"]), ("look", ["helper"]), ("ask", None), ("Bye", ["other"])]
    assert [event.payload["output"] for event in one.of("ToolResponse")] == ["look", "ask"]
    assert one.tokens()["input"] == 4


@each_real_file(real_files("atif"))
def test_real_trajectories_lose_nothing(path: Path) -> None:
    """Counted from the source (and what continues it): a Decision an agent's step, a request a tool call."""
    (one,) = read_all(path)
    found = json.loads(path.read_text())
    steps = list(found["steps"])
    if "continued_trajectory_ref" in found:
        beside = path.with_name(path.name.replace("trajectory.json", found["continued_trajectory_ref"]))
        steps += [step for step in json.loads(beside.read_text())["steps"] if not step.get("is_copied_context")]
    agent = [step for step in steps if step["source"] == "agent"]
    assert [event.payload["data"] for event in one.of("Decision")] == [step["message"] for step in agent]
    calls = [call["function_name"] for step in steps for call in step.get("tool_calls", ())]
    typed = ["terminal" for step in agent if '"keystrokes"' in str(step["message"]) and "tool_calls" not in step]
    assert one.tools() == Counter(calls + typed)
    results = [result for step in steps for result in step.get("observation", {}).get("results", ())]
    messages = [event for event in one.of("Observation") if event.payload["obs_type"] == "environment"]
    assert len(messages) + len(one.of("ToolResponse")) == len(results)
