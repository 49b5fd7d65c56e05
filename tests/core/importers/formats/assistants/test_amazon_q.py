"""Conversations of Amazon Q, and the logs and steps of other programs without recorded times or words."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.importers.registry import recognise
from tests.helpers.foreign import Read, read_all, read_seed
from tests.helpers.paths import DATA


def errors(found: Read) -> list[str | None]:
    return [event.payload["error"] for event in found.of("ToolResponse")]


@pytest.mark.parametrize(("name", "conversation"), [("0.json", "c1"), ("1.jsonl", "c2")])
def test_a_conversation(name: str, conversation: str) -> None:
    found = read_seed(f"amazon-q/{name}")
    assert (found.run.run_id, found.run.agent, found.tools()) == (
        conversation,
        "Amazon Q",
        {"execute_bash": 2, "fs_read": 1},
    )
    assert [event.payload["data"] for event in found.of("Observation")] == ["Is the disk full?", "Not as root."]
    assert errors(found) == ["exit 2", "no access", "Tool use was cancelled by the user"]
    (denial,) = found.of("CapabilityDenied")
    assert denial.payload["tool_name"] == "execute_bash"
    assert found.of("x:end")[0].payload["how"] == "answered"


def test_the_database_of_conversations(tmp_path: Path) -> None:
    path = tmp_path / "data.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE conversations (key TEXT PRIMARY KEY, value TEXT)")
        rows = [("/w", (DATA / "seeds/amazon-q/0.json").read_text()), ("/empty", "{}")]
        database.executemany("INSERT INTO conversations VALUES (?, ?)", rows)
        database.commit()
    assert recognise(path).name == "amazon-q"
    (found,) = read_all(path)
    assert found.run.run_id == "c1"
    assert found.kinds == read_seed("amazon-q/0.json").kinds


def test_the_analytics_log_of_aider() -> None:
    found = read_seed("aider-analytics/0.jsonl")
    assert found.of("Decision") == []  # it has no words
    assert found.tokens() == {"input": 900, "output": 40}
    assert [event.meta["cost"] for event in found.of("x:aider-analytics/answer")] == [0.002]
    assert [event.payload["message"] for event in found.of("Error")] == ["RateLimitError"]
    assert found.of("x:end")[0].payload == {"how": "crash", "why": "RateLimitError"}  # the last message failed


@pytest.mark.parametrize(("events", "end"), [((), []), (("message_send",), [{"how": "answered", "why": None}])])
def test_aider_answered_only_if_a_model_did(tmp_path: Path, events: tuple[str, ...], end: list[Any]) -> None:
    path, told = tmp_path / "log.jsonl", {"exit": {"reason": "Completed --message"}}
    lines = [{"event": kind, "properties": told.get(kind, {}), "user_id": "u", "time": 1} for kind in (*events, "exit")]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (found,) = read_all(path)
    assert [event.payload for event in found.of("x:end")] == end


def test_the_steps_of_the_sdk_of_antigravity() -> None:
    found = read_seed("antigravity-steps/0.jsonl")
    assert [event.payload["source"] for event in found.of("Observation")] == ["system", "user"]
    assert found.decisions() == [("A listing will do.", None), (None, "Two files."), (None, {"files": 2})]
    assert (found.tools(), errors(found)) == ({"list_directory": 2}, [None, "no such folder"])
    assert found.tokens() == {"input": 100, "cached": 20, "output": 7, "reasoning": 3}
    assert len(found.of("Snapshot")) == 1
    answers = [(event.payload["output"], event.payload["success"]) for event in found.of("ToolResponse")]
    assert answers == [("(output, not recorded)", True), ("no such folder", False)]


def test_a_call_of_antigravity_whose_step_is_open_has_no_answer(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in (DATA / "seeds/antigravity-steps/0.jsonl").read_text().splitlines()]
    lines[3]["status"] = "RUNNING"
    path = tmp_path / "steps.jsonl"
    path.write_text("\n".join(map(json.dumps, lines[:4])))
    (found,) = read_all(path, "antigravity-steps")
    assert (found.tools(), found.of("ToolResponse")) == ({"list_directory": 1}, [])


def test_the_activities_of_an_agent() -> None:
    found = read_seed("activities/0.jsonl")
    assert found.of("AgentInit")[0].payload["agent_type"] == "Store Agent"
    assert [event.payload["data"] for event in found.of("Observation")] == ["Is it in stock?"]
    assert found.decisions() == [("Ask the store.", None), (None, "Two bulbs; I cannot see the lamps.")]
    answers = [(event.payload["output"], event.payload["error"]) for event in found.of("ToolResponse")]
    assert answers == [("2", None), ("", "the store is closed")]
    asked = [event.payload["input"]["item"] for event in found.of("ToolRequest")]
    assert asked == ["lamp", "bulb"]
    assert found.of("x:end")[0].payload["how"] == "answered"


def test_a_conversation_with_bare_prompts_and_results(tmp_path: Path) -> None:
    result = {"tool_use_id": "t", "content": [{"Text": "README.md"}], "status": "Success"}
    calls = [{"id": "t", "name": "fs_ls", "args": {"path": "."}}]
    turns = [
        {"user": {"content": {"Prompt": "List the files"}}, "assistant": {"ToolUse": {"tool_uses": calls}}},
        {
            "user": {"content": {"ToolUseResults": [result]}, "note": "n"},
            "assistant": {"Response": {"content": "One file."}},
        },
    ]
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"conversation_id": "k", "history": turns}))
    (found,) = read_all(path)
    assert [event.payload["data"] for event in found.of("Observation")] == ["List the files"]
    (response,) = found.of("ToolResponse")
    assert (response.payload["output"], response.payload["fields"]) == ("README.md", {"note": "n"})
