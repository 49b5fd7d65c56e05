"""Logs and transcripts that tell a message or a call in pieces, or without names."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers.formats.assistants.kiro import NO_MESSAGES
from replay_gui.core.text.call_text import response_summary
from tests.helpers.foreign import Read, read_all, read_seed, written
from tests.helpers.paths import DATA


def errors(found: Read) -> list[object]:
    return [event.payload["error"] for event in found.of("ToolResponse")]


def test_a_clients_log_of_the_agent_client_protocol() -> None:
    found = read_seed("acp/0.jsonl")
    assert (found.run.agent, found.run.run_id) == ("Claude Agent", "a1")
    assert [event.payload["data"] for event in found.of("Observation")] == ["Fix the build", "Go on"]
    assert found.decisions() == [
        ("Let me look.", None), (None, "I run the tests."), (None, "Done."), (None, "Starting"),
    ]  # fmt: skip
    assert found.tools() == {"Bash": 2, "Edit": 1}
    assert next(event.payload["input"] for event in found.of("ToolRequest")) == {"command": "make"}
    assert errors(found) == ["exit 2", None, "User refused permission to run tool"]
    assert (len(found.of("CapabilityDenied")), len(found.of("PatchApplied"))) == (1, 1)
    assert [event.meta["cost"] for event in found.events if "cost" in event.meta] == [0.25, 0.5]
    (tokens,) = [event.meta["tokens"] for event in found.events if event.meta.get("tokens")]
    assert tokens == {"input": 140, "cached": 30, "output": 20, "reasoning": 5}
    assert [event.payload["error_type"] for event in found.of("Error")] == ["tool_error", "interrupted"]
    assert found.events[-1].payload == {"how": "stopped by user", "why": "cancelled"}


def test_updates_of_grok() -> None:
    found = read_seed("acp/1.jsonl")
    assert (found.run.agent, found.tools()) == ("Grok", {"list_dir": 1})
    assert [event.payload["data"] for event in found.of("Observation")] == ["Review it"]
    used = [(event.meta["tokens"]["input"], event.meta["cost"]) for event in found.events if event.meta.get("tokens")]
    assert used == [(800, 0.02), (200, 0.005)]
    assert found.events[0].meta["time"] == 1_784_368_800_500 * 10**6


def test_what_is_told_late_or_twice_in_the_agent_client_protocol(tmp_path: Path) -> None:
    def told(kind: str, **update: object) -> dict[str, object]:
        return {"sessionId": "s", "update": {"sessionUpdate": kind, **update}}

    def text(words: str) -> list[dict[str, object]]:
        return [{"type": "content", "content": {"type": "text", "text": words}}]

    lines = [
        told("tool_call", toolCallId="t1", title="Shell", status="in_progress", content=text("")),
        told("tool_call_update", toolCallId="t1", content=text('{"command": "ls"}')),
        told("tool_call_update", toolCallId="t1", status="completed", content=text("a")),
        told("tool_call_update", toolCallId="t1", status="completed", content=text("a")),
        told("tool_call", toolCallId="read_file-1712345678901", title="a.go", status="pending"),
    ]
    (found,) = read_all(written(tmp_path, lines))
    assert [(event.payload["tool_name"], event.payload["input"]) for event in found.of("ToolRequest")] == [
        ("Shell", {"command": "ls"}), ("read_file", {"title": "a.go"}),
    ]  # fmt: skip
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["a"]


def test_a_transcript_of_antigravity() -> None:
    found = read_seed("antigravity/0.jsonl")
    calls = {"list_dir": 1, "run_command": 2, "view_file": 1, "edit_file": 1}
    assert (found.run.agent, found.tools()) == ("Antigravity", calls)
    assert [event.payload["data"] for event in found.of("Observation")] == [
        "List the files.", "a task has ended",
    ]  # fmt: skip
    assert found.of("ToolRequest")[1].payload["input"] == {"CommandLine": "make", "WaitMsBeforeAsync": "5000"}
    assert errors(found) == ["exit 2", None, "no such file", "exit 3", "no such text"]
    assert found.of("ToolResponse")[1].payload["output"] == '{"name":"a"}'
    assert response_summary(found.of("ToolResponse")[3].payload) == "exit 3 · no rule"
    (told_by_step,) = [event for event in found.of("ToolRequest") if event.meta.get("tokens")]
    assert told_by_step.meta["tokens"] == {"input": 40, "cached": 8, "output": 6}
    (answer, *_) = found.of("Decision")
    assert answer.meta["tokens"] == {"input": 100, "cached": 20, "output": 5}
    assert answer.meta["model"] == "Gemini 3.5 Flash (Medium)"
    assert len(found.of("Snapshot")) == 1


def test_a_transcript_of_cursor() -> None:
    found = read_seed("cursor-transcript/0.jsonl")
    assert (found.run.agent, found.tools()) == ("Cursor", {"Shell": 1, "Read": 1})
    assert [event.payload["data"] for event in found.of("Observation")] == [
        "List the files", "Go on", "<system_reminder>be brief</system_reminder>", "again",
    ]  # fmt: skip
    assert found.of("Observation")[0].meta["time"] == 1_785_233_160 * 10**9
    assert found.decisions() == [(None, "I look."), ("One.", None), (None, "One file.")]
    assert errors(found) == [None, "no such file"]
    assert [event.payload["error_type"] for event in found.of("Error")] == ["tool_error", "error", "interrupted"]


def test_a_picture_and_an_interruption_in_a_session_of_grok(tmp_path: Path) -> None:
    parts = [{"type": "image", "url": "data:image/png;base64,eA=="}, {"type": "text", "text": "See"}]
    lines = [
        {"type": "user", "content": "Hi", "prompt_index": 0},
        {"type": "assistant", "content": "Ho", "model_id": "grok-4.5"},
        {"type": "user", "content": parts, "prior_turn_interrupt": "mid_turn_abort"},
    ]
    (found,) = read_all(written(tmp_path, lines), "grok")
    assert [event.payload["source"] for event in found.of("Observation")] == ["user", "user"]
    assert [event.payload["error_type"] for event in found.of("Error")] == ["interrupted"]


def test_sessions_of_kiro(tmp_path: Path) -> None:
    lines = (DATA / "seeds" / "kiro" / "0.jsonl").read_text()
    (tmp_path / "s.jsonl").write_text(lines)
    facts = {"session_id": "s", "title": "Files", "session_state": {"model_info": {"model_id": "m"}}}
    written(tmp_path, facts, "s.json")
    (found,) = read_all(tmp_path / "s.jsonl")
    assert (found.format, found.tools()) == ("kiro", {"shell": 1, "write": 1})
    assert [event.payload["data"] for event in found.of("Observation")] == ["List the files"]
    assert found.decisions() == [("Look first", None), (None, "There is none.")]
    shell = found.of("ToolRequest")[0].payload
    assert (shell["input"], shell["purpose"]) == ({"command": "cat /no"}, "Read it")
    assert errors(found) == ["exit 1", "Tool use was cancelled by the user"]
    assert (len(found.of("Error")), len(found.of("CapabilityDenied"))) == (1, 1)
    assert response_summary(found.of("ToolResponse")[0].payload) == "exit 1 · cat: /no: No such file"
    assert found.of("ToolResponse")[1].payload["fields"] == {"result": "Cancelled"}
    assert found.events[-1].payload["data"] == {"title": "Files", "session_state": {"model_info": {"model_id": "m"}}}

    window = read_seed("kiro/1.jsonl")
    assert (window.tools(), errors(window)) == ({"read_file": 1}, ["No such file"])
    assert window.events[-1].payload == {"how": "stopped by user", "why": "cancelled"}


def test_a_session_of_kiro_of_which_only_the_facts_are_there(tmp_path: Path) -> None:
    turns = [{"input_token_count": 150, "output_token_count": 25}, {"input_token_count": 10, "output_token_count": 5}]
    model = {"model_info": {"model_id": "m"}}
    state = {"rts_model_state": model, "conversation_metadata": {"user_turn_metadatas": turns}}
    (found,) = read_all(written(tmp_path, {"session_id": "s", "cwd": "/w", "session_state": state}))
    assert (found.format, found.run.run_id, found.run.notes[NO_MESSAGES]) == ("kiro", "s", 1)
    assert (found.tokens(), found.events[-1].meta["model"]) == ({"input": 160, "output": 30}, "m")
    assert found.events[-1].payload["data"] == {"session_state": state}
    (tmp_path / "a.jsonl").write_text((DATA / "seeds" / "kiro" / "0.jsonl").read_text())
    facts = written(tmp_path, {"session_id": "s", "session_state": state}, "a.json")
    with pytest.raises(ImportRefused):  # they are read with the session
        read_all(facts)


def test_a_call_that_the_person_declined_was_denied(tmp_path: Path) -> None:
    def told(kind: str, **update: object) -> dict[str, object]:
        return {"sessionId": "s", "update": {"sessionUpdate": kind, "toolCallId": "t1", **update}}

    said = [{"type": "content", "content": {"type": "text", "text": "the person declined the prompt"}}]
    lines = [told("tool_call", title="Shell"), told("tool_call_update", status="failed", content=said)]
    (found,) = read_all(written(tmp_path, lines))
    assert [event.payload["reason"] for event in found.of("CapabilityDenied")] == ["the person declined the prompt"]


def test_antigravity_may_tell_the_end_of_a_command_itself(tmp_path: Path) -> None:
    def step(number: int, source: str, type: str, **members: object) -> dict[str, object]:
        return {"step_index": number, "source": source, "type": type, **members}

    call = {"name": "run_command", "args": {"CommandLine": "pytest"}}
    lines = [
        step(1, "MODEL", "PLANNER_RESPONSE", tool_calls=[call]),
        step(2, "SYSTEM", "GENERIC", content="The command exited with code 1.\nOutput:\n1 failed\n"),
        step(3, "SYSTEM", "GENERIC", content="The command exited with code 0.\n"),
    ]
    (found,) = read_all(written(tmp_path, lines))
    assert found.kinds[1:] == ["ToolRequest", "ToolResponse", "Error", "x:bookkeeping/antigravity/generic"]
    assert errors(found) == ["exit 1"]
