"""Messages of a LangGraph stream: several modes repeat one message, and two messages may have the same words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import read_all

SENT = json.dumps({"status": "sent"})


def human(text: str, id: str | None) -> dict[str, Any]:
    return {"content": text, "type": "human", "id": id}


def asks(call: str, tool: str) -> dict[str, Any]:
    calls = [{"name": tool, "args": {"to": "ann@example.com"}, "id": call, "type": "tool_call"}]
    return {"content": "", "type": "ai", "id": f"run-{call}", "tool_calls": calls}


def answer(call: str, tool: str, id: str | None) -> dict[str, Any]:
    return {"content": SENT, "type": "tool", "name": tool, "tool_call_id": call, "id": id, "status": "success"}


TALK = [
    human("Yes.", "h1"),
    asks("c1", "forward_mail"),
    answer("c1", "forward_mail", "t1"),
    asks("c2", "send_mail"),
    answer("c2", "send_mail", "t2"),
    human("Yes.", "h2"),
]


def lines(kept: bool, with_states: bool) -> list[Any]:
    """The stream; `kept`: the nodes' own messages have their ids; `with_states`: the state follows each of them."""
    told: list[Any] = []
    for number, message in enumerate(TALK, 1):
        node = {"human": "start", "ai": "agent", "tool": "tools"}[message["type"]]
        told.append(["updates", {node: {"messages": [message if kept else message | {"id": None}]}}])
        if with_states:
            told.append(["values", {"messages": TALK[:number]}])
    return told


@pytest.mark.parametrize(("kept", "with_states"), [(True, True), (True, False), (False, True)])
def test_equal_answers_to_two_calls_are_two_answers(tmp_path: Path, kept: bool, with_states: bool) -> None:
    path = tmp_path / "stream.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines(kept, with_states)))
    (found,) = read_all(path)
    assert found.tools() == {"forward_mail": 1, "send_mail": 1}
    assert [event.payload["success"] for event in found.of("ToolResponse")] == [True, True]
    assert [event.payload["data"] for event in found.of("Observation")] == ["Yes.", "Yes."]
