"""Messages of the first versions of Pydantic AI, and when the calls in them began."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, read_all, read_seed, written


def calls(found: Read) -> list[tuple[str, Any, Any, Any]]:
    """Return (tool, arguments, result, duration in seconds) of each call."""
    requests = {seq: event.payload for seq, event in enumerate(found.events)}
    return [
        (
            event.payload["tool_name"],
            requests[event.meta["parent"]]["input"],
            event.payload["output"],
            event.meta.get("duration", 0) / 10**9,
        )
        for event in found.of("ToolResponse")
    ]


def response(at: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "response", "parts": [{"part_kind": "tool-call", **part} for part in parts], "timestamp": at}


def returned(at: str, name: str, content: str, **more: Any) -> dict[str, Any]:
    part = {"part_kind": "tool-return", "tool_name": name, "content": content, "timestamp": at, **more}
    return {"kind": "request", "parts": [part]}


def read(folder: Path, *messages: dict[str, Any]) -> Read:
    (found,) = read_all(written(folder, [*messages]))
    assert found.format == "pydantic-ai"
    return found


def test_messages_with_a_role_each() -> None:
    found = read_seed("pydantic-ai/2.json")
    assert [(event.payload["source"], event.payload["data"]) for event in found.of("Observation")] == [
        ("system", "Be brief."),
        ("user", "Weather?"),
    ]
    assert calls(found) == [
        ("look", {"city": "Kiel"}, "sunny", 0.25),
        ("look", {"city": "Rome"}, "Unknown city", 0.5),
    ]
    assert [event.payload["success"] for event in found.of("ToolResponse")] == [True, False]
    assert [text for _, text in found.decisions()] == ["It is sunny."]


@pytest.mark.parametrize("args", [{"args_dict": {"city": "Kiel"}}, {"args_json": '{"city": "Kiel"}'}])
def test_calls_without_ids_have_their_results(tmp_path: Path, args: dict[str, Any]) -> None:
    found = read(
        tmp_path,
        response(
            "2024-12-20T10:00:01.500Z",
            {"tool_name": "look", "args": args, "tool_call_id": None},
            {"tool_name": "tell", "args": {"args_dict": {}}, "tool_call_id": None},
        ),
        returned("2024-12-20T10:00:02.000Z", "tell", "b", tool_call_id=None),
        returned("2024-12-20T10:00:03.500Z", "look", "a", tool_call_id=None),
    )
    assert calls(found) == [("tell", {}, "b", 0.5), ("look", {"city": "Kiel"}, "a", 2.0)]


@pytest.mark.parametrize(
    ("asked", "answered", "lasted"),
    [
        ("2025-01-01T00:00:00.125Z", "2025-01-01T00:00:01Z", 0),  # OpenAI's clock: when the question came in
        ("2025-01-01T00:00:00.125Z", "2025-01-01T00:00:01.250Z", 2.0),
        ("2025-01-01T00:00:00Z", "2025-01-01T00:00:01Z", 2.25),  # all clocks of the file are in whole seconds so far
    ],
)
def test_a_time_of_the_provider_says_not_when_a_call_began(
    tmp_path: Path, asked: str, answered: str, lasted: float
) -> None:
    prompt = {"part_kind": "user-prompt", "content": "Go", "timestamp": asked}
    found = read(
        tmp_path,
        {"kind": "request", "parts": [prompt]},
        response(answered, {"tool_name": "look", "args": {}, "tool_call_id": "c"}),
        returned("2025-01-01T00:00:03.250Z", "look", "a", tool_call_id="c"),
    )
    assert calls(found) == [("look", {}, "a", lasted)]
    assert (found.of("ToolRequest")[0].meta.get("time") is None) == (lasted == 0)
