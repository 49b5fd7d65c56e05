"""Sessions of coding agents that keep messages in a form of their own."""

from __future__ import annotations

from replay_gui.core.importers.registry import recognise
from tests.helpers.foreign import Read, read_all
from tests.helpers.paths import DATA


def seed(name: str) -> Read:
    path = DATA / "seeds" / name
    (found,) = read_all(path)
    assert recognise(path).name == path.parent.name
    return found


def answers(found: Read) -> list[tuple[object, object]]:
    return [(event.payload["reasoning"], event.payload["data"]) for event in found.of("Decision")]


def errors(found: Read) -> list[object]:
    return [event.payload["error"] for event in found.of("ToolResponse")]


def test_a_session_of_qwen_code() -> None:
    found = seed("qwen-code/0.jsonl")
    assert (found.run.run_id, found.run.agent) == ("q1", "Qwen Code")
    assert [event.payload["data"] for event in found.of("Observation")] == ["Make the tests pass"]
    assert answers(found) == [("Run them first.", "I run the tests."), (None, "One test fails.")]
    assert found.tools() == {"run_shell_command": 2, "glob": 1}
    assert errors(found) == ["exit 1", "[Operation Cancelled] Reason: User did not allow tool call", "no such folder"]
    assert (len(found.of("Error")), len(found.of("CapabilityDenied"))) == (2, 1)
    (answer, _) = found.of("Decision")
    assert answer.meta["tokens"] == {"input": 200, "cached": 50, "output": 30, "reasoning": 7}
    assert answer.meta["model"] == "qwen3-coder-plus"


def test_a_thread_of_amp() -> None:
    found = seed("amp/0.json")
    assert found.events[0].payload["config"] == {"agentMode": "smart"}
    assert answers(found) == [("I write it.", None), (None, "Created.")]
    assert found.tools() == {"create_file": 1, "Bash": 2, "Grep": 1}
    assert errors(found) == [None, "exit 1", "too much", "unclosed group"]
    assert (len(found.of("Error")), len(found.of("CapabilityDenied"))) == (2, 1)
    answer = found.of("Decision")[0]
    assert answer.meta["tokens"] == {"input": 110, "cached": 7, "output": 25}
    assert (answer.meta["model"], answer.meta["time"]) == ("m-1", 1_778_155_201 * 10**9)
    assert found.events[-1].payload == {"how": "answered", "why": None}
