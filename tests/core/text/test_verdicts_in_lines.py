"""What is expected, the end and the outcome of a run in its list of events, and calls through other tools."""

from __future__ import annotations

from typing import Any

import pytest

from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.text.event_text import summarize_event


@pytest.mark.parametrize(
    ("kind", "payload", "line"),
    [
        ("x:outcome", {"passed": True, "score": None, "by": "success"}, "passed"),
        ("x:outcome", {"passed": True, "score": 1, "by": "tests"}, "passed · score 1 · tests"),
        ("x:outcome", {"passed": True, "score": 1, "by": "tests", "label": "C"}, "passed · score 1 · tests"),
        ("x:outcome", {"passed": False, "score": 0, "by": "tests", "label": "C"}, "failed · score 0 · C · tests"),
        ("x:who-and-when/mistake", {"data": {"mistake_step": "3", "mistake_reason": "It was he."}}, "It was he."),
        (
            "ToolRequest",
            {"tool_name": "use_mcp_tool", "input": {"server_name": "docs", "tool_name": "find", "arguments": {"q": 1}}},
            "docs find · q: 1",
        ),
        (
            "ToolResponse",
            {
                "output": "Command executed in terminal  within '/w'.\nExit code: 2\nOutput:\n1 failed",
                "error": "exit 2",
            },
            "exit 2 · 1 failed",
        ),
        ("x:end", {"how": "submitted", "why": "submitted"}, "submitted"),
        ("Decision", {"decision_type": "message", "data": " \n"}, "(no text)"),
        (
            "x:expected",
            {"data": [{"type": "contains", "value": "Hola"}, {"type": "latency"}]},
            "contains Hola, latency",
        ),
        ("x:expected", {"data": [{"type": "contains", "value": "a", "weight": 2}]}, None),
    ],
)
def test_a_verdict_is_told_once_and_in_words(kind: str, payload: dict[str, Any], line: str | None) -> None:
    said = summarize_event(Event(EventIndex(0), 0, 0, "r:0", kind, payload, {}, b"", None, None, None))
    assert said == line if line is not None else "weight" in said
