"""Sessions of Google's Agent Development Kit."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from replay_gui.core.importers.formats.frameworks.google_adk import PIECES
from tests.helpers.foreign import Read, read_all, written
from tests.helpers.paths import DATA

SEED = DATA / "seeds" / "google-adk" / "0.json"
KINDS = [
    *("AgentInit", "Observation", "StateTransition", "Decision", "ToolRequest", "ToolResponse", "StateTransition"),
    *("ToolRequest", "ToolResponse", "Error", "Decision", "StateTransition"),
    *("x:bookkeeping/google-adk/event", "Error", "x:bookkeeping/google-adk/file", "x:end"),
]


def snake(value: Any) -> Any:
    if isinstance(value, list):
        return [snake(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        re.sub("([A-Z])", lambda match: f"_{match[1].lower()}", key): snake(member) for key, member in value.items()
    }


def content(run: Read) -> list[Any]:
    return [(event.kind, event.payload) for event in run.events]


def test_a_session() -> None:
    (run,) = read_all(SEED)
    assert (run.format, run.run.run_id) == ("google-adk", "session_abc")
    assert run.kinds == KINDS
    assert run.of("AgentInit")[0].payload["agent_type"] == "hello"
    thought, answer = run.of("Decision")
    assert thought.payload["reasoning"] == "I should roll"
    assert answer.payload["data"] == "Got 13."
    assert answer.meta["subagent"] == ["helper"]
    assert answer.meta["tokens"] == {"input": 555, "cached": 100, "output": 16, "reasoning": 11}
    rolled, refused = run.of("ToolResponse")
    assert (rolled.payload["output"], rolled.meta["duration"]) == ({"result": 13}, 1_000_000_000)
    assert refused.payload["error"] == "no such agent"
    assert run.of("x:end")[0].payload == {"how": "crash", "why": "503: overloaded"}


def test_what_an_event_changes_in_the_state() -> None:
    (run,) = read_all(SEED)
    _, first, second = (event.payload.get("ops") for event in run.of("StateTransition"))
    assert first == [
        {"op": "add", "path": "/state", "value": {}},
        {"op": "add", "path": "/state/rolls", "value": [13]},
        {"op": "add", "path": "/state/a~1b", "value": 1},
    ]
    assert second == [{"op": "add", "path": "/state/rolls", "value": []}]


def test_a_session_as_python_dumps_it_and_the_answer_of_a_server_say_the_same(tmp_path: Path) -> None:
    session = json.loads(SEED.read_text())
    (run,), (dumped,) = read_all(SEED), read_all(written(tmp_path, snake(session)))
    assert content(dumped) == content(run)
    (answered,) = read_all(written(tmp_path, session["events"]))
    assert answered.format == "google-adk"
    assert answered.kinds == [kind for kind in KINDS if "/file" not in kind]


def test_pieces_of_an_answer_are_told_where_no_whole_follows(tmp_path: Path) -> None:
    def piece(text: str, *, partial: bool = True) -> dict[str, Any]:
        message = {"role": "model", "parts": [{"text": text}]}
        return {"author": "root", "invocationId": "e", "partial": partial, "content": message}

    for events, message in (
        ([piece("It is "), piece("13."), piece("It is 13.", partial=False)], ["It is 13."]),
        ([piece("It is "), piece("13.")], ["It is 13."]),
        ([piece("It is "), piece("Stop.", partial=False)], ["It is ", "Stop."]),
    ):
        (run,) = read_all(written(tmp_path, events))
        assert [event.payload["data"] for event in run.of("Decision")] == message
        assert run.run.notes[PIECES] == sum(event["partial"] for event in events)


def test_parts_with_null_members_are_parts(tmp_path: Path) -> None:
    null = dict.fromkeys(("function_call", "function_response", "inline_data", "thought_signature"))
    parts = [{**null, "text": "Hm.", "thought": True}, {**null, "text": "It is 4.", "thought": None}]
    event = {
        "author": "root",
        "invocation_id": "e",
        "finish_reason": "STOP",
        "content": {"role": "model", "parts": parts},
    }
    (run,) = read_all(written(tmp_path, [event]))
    assert run.decisions() == [("Hm.", "It is 4.")]
    assert run.of("x:end")[0].payload == {"how": "answered", "why": None}
