from __future__ import annotations

import json
from pathlib import Path

from tests.helpers.foreign import read_all, real_files, written
from tests.helpers.shared_data import each_real_file


def test_the_annotation_is_caused_by_the_step_that_it_blames(tmp_path: Path) -> None:
    found = {
        "question": "Who?",
        "question_ID": "q1",
        "ground_truth": "He.",
        "is_correct": False,
        "history": [
            {"role": "human", "content": "Who?"},
            {"role": "Orchestrator (thought)", "content": "Ask."},
            {"role": "user", "name": "Computer_terminal", "content": "exit 0"},
            {"role": "assistant", "name": "Expert", "content": "She."},
            {
                "role": "WebSurfer",
                "content": "I clicked 'Prices'. The text of the page: 4,200 and 3,700.\nFINAL ANSWER: She.",
            },
        ],
        "mistake_agent": "Expert",
        "mistake_step": "3",
        "mistake_reason": "It was he.",
    }
    (one,) = read_all(written(tmp_path, found))
    assert one.format == "who-and-when"
    steps = ["AgentInit", "Observation", "Decision", "Observation", "Decision", "Observation"]
    assert one.kinds == [*steps, "x:who-and-when/mistake", "x:expected", "x:outcome"]
    assert [event.payload.get("decision_type") for event in one.of("Decision")] == ["thinking", "message"]
    assert one.events[4].meta["agent"] == "Expert"
    assert one.events[6].meta["parent"] == 4
    assert one.events[6].payload["data"]["mistake_reason"] == "It was he."
    assert (one.events[-1].payload["answer"], one.events[-1].payload["expected"]) == ("She.", "He.")
    types = [event.payload["obs_type"] for event in one.of("Observation")]
    assert types == ["message", "Computer_terminal", "WebSurfer"], "what a page says is no message of an agent"


def test_a_step_that_does_not_exist_blames_nobody(tmp_path: Path) -> None:
    found = {"history": [5], "mistake_agent": "a", "mistake_step": "99"}
    (one,) = read_all(written(tmp_path, found))
    assert "parent" not in one.events[-1].meta
    assert len(one.run.notes.sentences()) == 1


def test_code_whose_execution_failed_is_an_error(tmp_path: Path) -> None:
    def terminal(words: str) -> dict[str, str]:
        return {"role": "user", "name": "Computer_terminal", "content": words}

    history = [
        {"role": "human", "content": "Who?"},
        terminal("exitcode: 0 (execution succeeded)\nCode output: He."),
        terminal("exitcode: 1 (execution failed)\nCode output: NameError"),
    ]
    (one,) = read_all(written(tmp_path, {"history": history, "mistake_agent": "a", "mistake_step": "2"}))
    (wrong,) = one.of("Error")
    assert (wrong.payload["message"], wrong.payload["component"], wrong.meta["parent"]) == (
        *("exit 1", "Computer_terminal"),
        3,
    )
    (blamed,) = one.of("x:who-and-when/mistake")
    assert blamed.meta["parent"] == 3


@each_real_file(real_files("who-and-when"))
def test_real_conversations_lose_nothing(path: Path) -> None:
    """Counted from the source: an Observation or a Decision a message, in order and word for word."""
    (one,) = read_all(path)
    found = json.loads(path.read_text())
    messages = [event for event in one.events if event.kind in ("Observation", "Decision")]
    assert [event.payload["data"] for event in messages] == [message["content"] for message in found["history"]]
    (blamed,) = one.of("x:who-and-when/mistake")
    assert one.events[blamed.meta["parent"]] is messages[int(found["mistake_step"])]
    failed = [message for message in found["history"] if "(execution failed)" in message["content"][:40]]
    assert len(one.of("Error")) == len(failed)
    assert one.events[-1].kind in ("x:expected", "x:outcome")
    assert one.run.notes.sentences() == ()
