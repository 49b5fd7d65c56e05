"""One line in words about values in the forms of single formats."""

from __future__ import annotations

from typing import Any

import pytest

from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.text.event_text import summarize_event
from replay_gui.core.text.value_preview import preview


def event(kind: str, payload: dict[str, Any]) -> Event:
    return Event(EventIndex(0), 0, 0, "r:0", kind, payload, {}, b"", None, None, None)


def request(given: Any) -> dict[str, Any]:
    return {"tool_name": "t", "tool_version": "1", "input": given, "capabilities": []}


def response(output: Any, error: str | None = None, success: bool = True) -> dict[str, Any]:
    return {"tool_name": "t", "request_hash": "00", "output": output, "success": success, "error": error}


@pytest.mark.parametrize(
    ("kind", "payload", "line"),
    [
        ("ToolRequest", request(["12", 3]), "12, 3"),
        ("ToolRequest", request([{"a": 1}]), "[{a: 1}]"),
        ("Snapshot", {"snapshot_type": "branch_summary", "data": {"summary": "Tried b."}}, "branch summary: Tried b."),
        ("x:ask", {"data": {"options": [{"id": 1, "name": "No"}, {"name": "Yes"}]}}, "options: No, Yes"),
        ("x:ask", {"data": {"tools": [{"name": "a"}] * 6}}, "tools: (6) a, a, a, a, a, …"),
        ("x:ask", {"data": {"rows": [{"name": "a"}, {"id": 1}]}}, "2 rows [{name: a}, {id: 1}]"),
        ("x:ask", {"data": {"at": {"x": 1}, "empty": {}, "n": 2}}, "empty: {}, n: 2, at: {x: 1}"),
        ("ToolRequest", request({"path": "/w", "ignore": [], "env": {}, "depth": 0}), "/w, depth: 0"),
        ("ToolRequest", request({"files": [{"relativePath": "b.py"}, {}]}), "b.py (and 1 more)"),
        ("ToolResponse", response({"type": "ListDir", "Content": {"content": "a.py"}}), "a.py"),
        ("ToolResponse", response([{"type": "logs", "logs": "42"}]), "42"),
        (
            "ToolResponse",
            response([{"seats": {"eco": 1}, "date": None, "to": "LAS", "number": 112}, {"to": "SEA"}, {}]),
            "to: LAS, number: 112 (and 2 more)",
        ),
        ("ToolResponse", response([[{"to": "LAS"}, {"to": "SEA"}], []]), "LAS (and 1 more)"),
        ("ToolResponse", response([{"seats": {}}, {"seats": {}}]), "[{seats: {}}, {seats: {}}]"),
        (
            "ToolResponse",
            response("\n> web@1.2.0 check\n> tsc --noEmit\n\na.ts:3 wrong type\n", "exit 2", success=False),
            "exit 2 · a.ts:3 wrong type",
        ),
        (
            "ToolResponse",
            response("\n===== ERRORS =====\n_____ ERROR collecting a.py _____\n", "exit 1", success=False),
            "exit 1 · _____ ERROR collecting a.py _____",
        ),
        (
            "ToolResponse",
            response(f"{'.' * 900} [ 34%]\n..F [100%]\n\n== 1 failed, 2 passed in 15.14s ==\n"),
            "1 failed, 2 passed in 15.14s",
        ),
        ("ToolResponse", response("...... [100%]\n6 passed, 2 warnings in 0.52s\n"), "6 passed, 2 warnings in 0.52s"),
        (
            "ToolResponse",
            response("=== test session starts ===\nplatform linux\n=== 3 passed in 1.0s ==="),
            "3 passed in 1.0s",
        ),
        (
            "ToolResponse",
            response(
                "\x1b[32m.\x1b[0m\x1b[32m.\x1b[0m [100%]\n\x1b[32m\x1b[1m2 passed\x1b[0m\x1b[32m in 0.51s\x1b[0m\x1b[0m"
            ),
            "2 passed in 0.51s",
        ),
        ("ToolResponse", response("...... [ 34%]\nKilled"), "...... [ 34%]"),
        (
            "ToolRequest",
            request({"path": "a/b.py", "content": "c:\\w\\a\\b.py", "operationIsLocatedInWorkspace": True, "limit": 2}),
            "a/b.py, limit: 2",
        ),
        (
            "x:expected",
            {"data": [{"intermediate_data": {"tool_uses": [{"name": "look", "args": {}}]}, "user_content": {}}]},
            "look()",
        ),
        (
            "ToolResponse",
            response("> root@1 check /w\n> npm run -ws check\n\n> a@1 check\n> tsc\n", "exit 1", success=False),
            "exit 1 · > a@1 check",
        ),
        ("ToolResponse", response([{"type": "image", "image": "x" * 4000}]), "(picture, 3 KB)"),
        (
            "ToolResponse",
            response({"axtree": "Shop", "url": "https://shop.example"}),
            "https://shop.example, axtree: Shop",
        ),
        (
            "x:bookkeeping/chat/other",
            {"data": {"author": {}, "content": {"parts": ["An older", {}, "answer"]}}},
            "An older answer",
        ),
        (
            "StateTransition",
            {"transition_type": "write summary", "value": "Lance likes it."},
            "write summary: Lance likes it.",
        ),
        (
            "StateTransition",
            {
                "transition_type": "write messages",
                "value": [{"lc": 1, "kwargs": {"type": "remove", "content": ""}}] * 2,
            },
            "write messages: 2 messages removed",
        ),
        (
            "Snapshot",
            {"snapshot_type": "checkpoint", "source": "input", "fields": {"writes": {"m": 1}}},
            "checkpoint of the input",
        ),
        (
            "Snapshot",
            {"snapshot_type": "checkpoint", "source": "loop", "fields": {"writes": {"ask_user": 1}}},
            "checkpoint after ask user",
        ),
        (
            "x:expected",
            {"data": {"nl_assertions": ["It refuses.", "It says why."], "reward_basis": ["DB"]}},
            "It refuses. · It says why.",
        ),
        (
            "x:expected",
            {
                "data": [
                    {
                        "final_response": {"role": "model", "parts": [{"text": "You got 4"}]},
                        "intermediate_data": {"tool_uses": [{"name": "roll_die", "args": {"sides": 6}}]},
                        "user_content": {"parts": [{"text": "Roll"}]},
                    }
                ]
            },
            "roll_die(sides: 6), You got 4",
        ),
    ],
)
def test_what_formats_hold_is_told_in_words(kind: str, payload: dict[str, Any], line: str) -> None:
    assert summarize_event(event(kind, payload)) == line


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"request_text": "[{}]"}, "(1 empty item)"),
        ([{}], "(1 empty item)"),
        ([None, ""], "(2 empty items)"),
        ([[]] * 51, "(51 items, the first 50 are empty)"),
        ([{}, {"a": 1}], "[{}, {a: 1}]"),
        ([0], "[0]"),
    ],
)
def test_a_list_of_nothing_is_told_in_words(value: object, words: str) -> None:
    assert preview(value) == words
