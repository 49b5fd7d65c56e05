"""Steps of ReAct loops, whatever their members are called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.importers.registry import recognise
from tests.helpers.foreign import read_all, written
from tests.helpers.paths import DATA

SEEDS = DATA / "seeds" / "react-steps"


def test_a_run_with_its_task_its_patch_and_what_came_of_it() -> None:
    (found,) = read_all(SEEDS / "0.json")
    assert (found.format, found.events[0].payload["config"]) == ("react-steps", {"model": "m-1"})
    assert [event.payload["data"] for event in found.of("Observation")] == ["Fix subtract"]
    assert [event.payload["reasoning"] for event in found.of("Decision")] == [
        "Read it first.",
        "Change the sign.",
        "Test it.",
    ]
    assert [(event.payload["tool_name"], event.payload["input"]) for event in found.of("ToolRequest")] == [
        ("read_file", {"path": "calc.py"}),
        ("write_file", {"path": "calc.py", "content": "x"}),
        ("run_test", {"k": 1}),
    ]
    assert [event.payload["error"] for event in found.of("ToolResponse")] == [None, "permission denied", "one is slow"]
    (outcome,) = found.of("x:outcome")
    assert (outcome.payload["passed"], outcome.payload["by"]) == (False, "success")
    assert len(found.of("PatchProposal")) == 1


def test_several_runs_with_actions_in_brackets() -> None:
    first, second = read_all(SEEDS / "1.jsonl")
    assert [(event.payload["tool_name"], event.payload["input"]) for event in first.of("ToolRequest")] == [
        ("Search", "Paris")
    ]
    assert [event.payload["data"] for event in first.of("Decision")] == [None, None, "France"]
    assert first.events[-1].payload == {"how": "answered", "why": None}
    assert [event.payload["data"] for event in second.of("Decision")] == [None, None, "Nobody"]


@pytest.mark.parametrize(
    ("step", "name", "given"),
    [
        ({"action": "ls", "args": {"a": 1}}, "ls", {"a": 1}),
        ({"action": "ls -l | head"}, "action", "ls -l | head"),
        ({"action": {"name": "ls", "input": "x"}}, "ls", "x"),
        ({"action": {"tool": "ls", "path": "x"}}, "ls", {"path": "x"}),
        ({"tool": "ls", "tool_input": '{"a": 1}'}, "ls", {"a": 1}),
    ],
)
def test_forms_of_an_action(tmp_path: Path, step: dict[str, Any], name: str, given: Any) -> None:
    path = written(tmp_path, [{"reasoning": "Hm.", "observation": "ok"} | step] * 2)
    assert recognise(path).name == "react-steps"
    (found,) = read_all(path)
    assert [(event.payload["tool_name"], event.payload["input"]) for event in found.of("ToolRequest")] == [
        (name, given)
    ] * 2


def test_steps_that_were_not_observed_are_another_format(tmp_path: Path) -> None:
    assert recognise(written(tmp_path, [{"thought": "Hm.", "action": "ls"}])).name == "json-lines"


def test_numbered_actions_without_thoughts_and_their_end(tmp_path: Path) -> None:
    steps = [{"step": 1, "action": "get", "arguments": {"id": "C1"}, "observation": {"name": "Al"}}]
    whole = {"prompt": "Who?", "steps": steps, "final_answer": "Al.", "termination_reason": "agent_final"}
    path = tmp_path / "runs.jsonl"
    path.write_text(f"{json.dumps(whole)}\n" * 2)
    (found, _) = read_all(path)
    kinds = ["AgentInit", "Observation", "ToolRequest", "ToolResponse", "Decision", "x:end"]
    assert (found.format, found.kinds) == ("react-steps", kinds)
    assert found.of("x:end")[0].payload == {"how": "answered", "why": "agent_final"}


def test_rounds_of_which_the_last_finishes(tmp_path: Path) -> None:
    asked = [{"role": "user", "content": "Go"}]
    rounds = [
        {"turn": 1, "input_messages": asked, "thought": "Look.", "action": {"name": "get", "args": "B"},
         "finish": None, "observation": "haze"},
        {"turn": 2, "input_messages": asked, "thought": "Enough.", "action": None, "finish": "Stay.",
         "observation": None},
    ]  # fmt: skip
    (found,) = read_all(written(tmp_path, {"query": "Go", "rounds": rounds}))
    kinds = ["Observation", "Decision", "ToolRequest", "ToolResponse", "Decision", "Decision", "x:end"]
    assert found.kinds[1:] == kinds
    assert found.of("Decision")[2].payload["data"] == "Stay."


def test_steps_that_say_only_whether_they_succeeded(tmp_path: Path) -> None:
    steps = [{"action": "open_fridge", "observation": "It is open.", "success": True}]
    steps.append({"action": "grab_milk", "observation": "No milk.", "success": False})
    (found, _) = read_all(written(tmp_path, [{"task_description": "Get milk.", "steps": steps}] * 2))
    assert found.tools() == {"open_fridge": 1, "grab_milk": 1}
    assert (found.kinds[1], found.kinds[-1]) == ("Observation", "Error")
