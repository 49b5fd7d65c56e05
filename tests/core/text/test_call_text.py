"""Calls, their results and what they change, in the words that a person would use."""

from __future__ import annotations

from typing import Any

import pytest

from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.text.event_text import summarize_event

SHOP = {"url": "http://x.example/", "title": "Mugs", "tabs": [{"page_id": 0}]}
OPENED = '<path>C:\\w\\a.py</path>\n<type>file</type>\n<content>\n1: """Storage of tickets."""\n2: x = 1\n</content>'


def changed(path: str, value: Any) -> dict[str, Any]:
    return {"transition_type": "state", "ops": [{"op": "add", "path": path, "value": value}]}


def todos(*states: str) -> list[dict[str, str]]:
    return [{"activeForm": "a", "content": f"step {n}", "status": state} for n, state in enumerate(states)]


@pytest.mark.parametrize(
    ("kind", "payload", "line"),
    [
        ("ToolRequest", {"input": {"files": [], "success": False, "text": "9 euros"}}, "9 euros, success: false"),
        ("ToolResponse", {"output": OPENED, "success": True}, '"""Storage of tickets."""'),
        ("ToolResponse", {"output": "404: not found", "success": True}, "404: not found"),
        ("ToolRequest", {"input": {"answer": '{"steps": ["look", "tell"]}'}}, "steps: [look, tell]"),
        ("ToolRequest", {"input": {"answer": "{broken"}}, "{broken"),
        ("ToolResponse", {"output": {"result": '{"steps": ["look"]}', "n": 1}, "success": True}, "steps: [look]"),
        ("x:expected", {"data": {"context": ["facts"], "expectedOutput": "The sky"}}, "The sky"),
        ("StateTransition", changed("/a~1b", 1), "a/b: 1"),
        ("StateTransition", changed("/todos", todos("completed", "in_progress")), "todos: 1 of 2 done, now: step 1"),
        ("StateTransition", changed("/todos", todos("pending")), "todos: 0 of 1 done"),
        ("x:langfuse/step", {"name": "Crew", "output": {"raw": "<html>", "pydantic": None}}, "Crew · <html>"),
        ("StateTransition", changed("/page", SHOP), "page: Mugs · http://x.example/"),
        ("StateTransition", changed("/page", {"url": "about:blank", "title": ""}), "page: about:blank"),
        (
            "Observation",
            {"obs_type": "input", "data": {"args": ["Kiel", 2], "kwargs": {"days": 3}}},
            "Kiel, 2, days: 3",
        ),
        ("Observation", {"obs_type": "input", "data": {"args": [], "kwargs": {}}}, "(no arguments)"),
        (
            "Observation",
            {"obs_type": "input", "data": {"args": [], "kwargs": {}, "n": 1}},
            "args: [], kwargs: {}, n: 1",
        ),
    ],
)
def test_a_line_is_in_words(kind: str, payload: dict[str, Any], line: str) -> None:
    assert summarize_event(Event(EventIndex(0), 0, 0, "r:0", kind, payload, {}, b"", None, None, None)) == line
