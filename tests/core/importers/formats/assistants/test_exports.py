"""What ChatGPT and Claude give of a user's conversations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.errors import FormatUnknown
from replay_gui.core.importers.registry import recognise
from replay_gui.core.text.value_preview import preview
from tests.helpers.foreign import read_all, written
from tests.helpers.paths import DATA

SEEDS = DATA / "seeds"


def test_chatgpt_keeps_conversations_as_trees() -> None:
    found, short = read_all(SEEDS / "chatgpt" / "0.json")
    assert (found.format, found.run.name, found.run.run_id) == ("chatgpt", "Plot", "c-1")
    assert found.events[0].payload["config"] == {"model": "o3"}
    assert [event.payload["data"] for event in found.of("Observation")] == ["Plot it"]
    assert found.decisions() == [
        ("Plan\nI plot with python.", None),
        (None, "It failed."),
    ]
    (request,), (response,) = found.of("ToolRequest"), found.of("ToolResponse")
    assert (request.payload["tool_name"], request.payload["input"]) == ("python", "import x\nx.plot()")
    assert (response.payload["error"], response.meta["duration"]) == ("ModuleNotFoundError: x", 10**9)
    assert response.meta["parent"] == found.events.index(request)
    (other,) = found.of("x:bookkeeping/chatgpt/other-branch")
    assert other.payload["data"]["content"]["parts"] == ["An older answer"]
    assert short.kinds == ["AgentInit", "Observation", "Decision"]


def node(parent: str | None, role: str, content: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "parent": parent,
        "message": {"author": {"role": role, "name": more.pop("name", None)}, "content": content} | more,
    }


def test_a_tool_of_chatgpt_may_answer_more_than_once(tmp_path: Path) -> None:
    text = {"content_type": "text", "parts": ["one"]}
    nodes = {
        "a": node(None, "assistant", {"content_type": "code", "text": '{"q": 1}'}, recipient="web"),
        "b": node("a", "tool", text, name="web"),
        "c": node("b", "tool", {"content_type": "system_error", "text": "no net"}, name="web"),
        "d": node("c", "user", {"content_type": "multimodal_text", "parts": [{"asset_pointer": "f"}, "Look"]}),
    }
    (found,) = read_all(written(tmp_path, {"mapping": nodes}))
    assert [event.payload["input"] for event in found.of("ToolRequest")] == [{"q": 1}]
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["one"]
    assert [event.payload["data"] for event in found.of("Observation")] == ["no net", [{"asset_pointer": "f"}, "Look"]]


def test_a_tree_that_runs_in_a_circle_is_read_once(tmp_path: Path) -> None:
    text = {"content_type": "text", "parts": ["one"]}
    tree = {"mapping": {"a": node("b", "user", text), "b": node("a", "assistant", text)}, "current_node": "b"}
    (found,) = read_all(written(tmp_path, tree))
    assert found.kinds == ["AgentInit", "Observation", "Decision"]


def test_claude_has_calls_and_results_in_one_message() -> None:
    found, _, empty = read_all(SEEDS / "claude-ai" / "0.json")
    assert (found.format, found.run.name, empty.kinds) == ("claude-ai", "Mixing", ["AgentInit"])
    assert found.kinds == [
        "AgentInit", "Observation", "Decision", "ToolRequest", "ToolResponse", "Error", "ToolRequest", "ToolResponse",
        "Decision",
    ]  # fmt: skip
    assert [event.payload["reasoning"] for event in found.of("Decision")] == ["Measure it.", None]
    assert [event.payload["error"] for event in found.of("ToolResponse")] == ["loud is not defined", None]
    assert [event.meta.get("parent") for event in found.of("Decision")] == [None, None]


def test_a_thought_of_which_only_summaries_are_there(tmp_path: Path) -> None:
    thought = {"type": "thinking", "thinking": "", "summaries": [{"summary": "Plan."}, {"summary": "Check."}]}
    path = tmp_path / "file.json"
    path.write_text(json.dumps({"uuid": "c", "chat_messages": [{"sender": "assistant", "content": [thought]}]}))
    (found,) = read_all(path)
    assert found.decisions() == [("Plan.\nCheck.", None)]


def test_an_object_with_another_mapping_is_no_conversation(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text('{\n "mapping": {"a": {"name": "b"}}\n}')
    with pytest.raises(FormatUnknown):
        recognise(path)


def test_a_sender_that_is_an_object_is_none_of_claudes(tmp_path: Path) -> None:
    hooks = [{"sender": {"login": name}, "text": "pushed", "event": "push"} for name in ("a", "b")]
    path = tmp_path / "hooks.jsonl"
    path.write_text("".join(json.dumps(hook) + "\n" for hook in hooks))
    assert recognise(path).name == "json-lines"


def test_each_part_of_claudes_message_has_its_own_time(tmp_path: Path) -> None:
    parts = [
        {"type": "text", "text": "I look.", "start_timestamp": "2026-01-01T00:00:01Z"},
        {"type": "tool_use", "id": "t", "name": "view", "input": {}, "start_timestamp": "2026-01-01T00:00:02Z"},
        {"type": "tool_result", "tool_use_id": "t", "content": "x", "start_timestamp": "2026-01-01T00:00:05Z"},
        {"type": "text", "text": "Done."},
    ]
    message = {"sender": "assistant", "content": parts, "created_at": "2026-01-01T00:00:09Z", "stop_reason": "end_turn"}
    path = tmp_path / "file.json"
    path.write_text(json.dumps({"uuid": "c", "chat_messages": [message]}))
    (found,) = read_all(path)
    begin = found.events[1].meta["time"]
    assert [(event.meta["time"] - begin) // 10**9 for event in found.events[1:]] == [0, 0, 4, 8]
    assert [event.payload.get("fields") for event in found.of("Decision")] == [{"stop_reason": "end_turn"}, None]


def test_a_conversation_of_lm_studio_has_the_chosen_versions() -> None:
    (found,) = read_all(SEEDS / "lm-studio" / "0.json")
    assert (found.format, found.run.name) == ("lm-studio", "Weather")
    told = [(event.payload["source"], event.payload["data"]) for event in found.of("Observation")]
    assert told == [("system", "Be brief"), ("user", "Is it sunny?")]
    assert found.decisions() == [("I must look.", None), (None, "I look."), (None, "Yes.")]
    (request,), (response,) = found.of("ToolRequest"), found.of("ToolResponse")
    assert (request.payload["input"], response.payload["output"]) == ({"city": "Oslo"}, "sunny")
    assert len(found.of("x:bookkeeping/lm-studio/other-version")) == 1


@pytest.mark.parametrize("has_result", [True, False])
@pytest.mark.parametrize(("kind", "why"), [("toolCallFailed", "no city"), ("toolCallDenied", "Tool call denied")])
def test_a_status_of_lm_studio_says_that_a_call_failed(tmp_path: Path, kind: str, why: str, has_result: bool) -> None:
    status = {"type": kind, **({"error": why} if kind == "toolCallFailed" else {})}
    call = {"type": "toolCallRequest", "callId": 7, "toolCallRequestId": "c", "name": "weather", "parameters": {}}
    result = {"type": "toolCallResult", "content": why, "toolCallId": 7, "toolCallRequestId": "c"}
    steps = [
        {"type": "contentBlock", "content": [call]},
        {"type": "toolStatus", "callId": 7, "statusState": {"status": status}},
        *([{"type": "contentBlock", "content": [result]}] if has_result else []),
    ]
    version = {"type": "multiStep", "role": "assistant", "steps": steps}
    (found,) = read_all(written(tmp_path, {"messages": [{"versions": [version], "currentlySelected": 0}]}))
    assert [event.payload["error"] for event in found.of("ToolResponse")] == [why]
    (note,) = found.of("x:bookkeeping/lm-studio/meta")
    assert preview(note.payload["data"]) in ("Tool call failed", "Tool call denied")
