"""Steps of ReAct loops, whatever their members are called."""

from __future__ import annotations

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
