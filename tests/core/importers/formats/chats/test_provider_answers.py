"""Responses of providers' APIs in files, and messages with calls in their text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.importers.formats import sent_events
from replay_gui.core.importers.formats.sent_events import sent_in
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import value_of
from tests.helpers.foreign import read_all, written
from tests.helpers.paths import DATA

OF_ANTHROPIC = {
    "type": "message", "role": "assistant", "id": "m", "content": [{"type": "text", "text": "Hello"}],
    "stop_reason": "end_turn", "usage": {"input_tokens": 11, "output_tokens": 3},
}  # fmt: skip
OF_CONVERSE = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Hello"}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 11, "outputTokens": 3},
}
OF_OLLAMA = {
    "model": "m", "message": {"role": "assistant", "content": "Hello"}, "done": True, "total_duration": 9,
    "prompt_eval_count": 11, "eval_count": 3,
}  # fmt: skip


@pytest.mark.parametrize("answer", [OF_ANTHROPIC, OF_CONVERSE, OF_OLLAMA])
def test_an_answer_alone(tmp_path: Path, answer: dict[str, Any]) -> None:
    (run,) = read_all(written(tmp_path, answer))
    assert (run.format, run.decisions()) == ("chat-messages", [(None, "Hello")])
    assert {sort: run.tokens()[sort] for sort in ("input", "output")} == {"input": 11, "output": 3}


def test_calls_in_the_text_of_messages(tmp_path: Path) -> None:
    call = '{"name": "w", "arguments": {"city": "P"}}'
    text = f"Let me see.\n<tool_call>\n{call}\n</tool_call><tool_call>none</tool_call>"
    talk = [
        {"from": "human", "value": "Weather?"},
        {"from": "gpt", "value": text},
        {"from": "tool", "value": "<tool_response>\nsunny\n</tool_response>"},
        {"from": "function_call", "value": f"[{call}]"},
        {"from": "observation", "value": "rain"},
        {"from": "function_call", "value": "none"},
    ]
    (run,) = read_all(written(tmp_path, {"conversations": talk}))
    assert run.tools() == {"w": 2}
    assert [event.payload["output"] for event in run.of("ToolResponse")] == ["sunny", "rain"]
    assert run.decisions() == [(None, "Let me see.\n<tool_call>none</tool_call>")]
    assert run.of("Observation")[-1].payload["data"] == "none"


def test_a_request_with_its_messages_in_params(tmp_path: Path) -> None:
    params = {"system": "be", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    (run,) = read_all(written(tmp_path, {"custom_id": "a", "params": params}))
    assert [event.payload["data"] for event in run.of("Observation")] == ["be", "hi"]


@pytest.mark.parametrize(("asked", "answered"), [("prompt", "completion"), ("instruction", "output")])
def test_records_of_a_prompt_and_its_answer(tmp_path: Path, asked: str, answered: str) -> None:
    (run,) = read_all(written(tmp_path, [{asked: "q", answered: "a", "n": 1}]))
    assert run.kinds == ["AgentInit", "Observation", "Decision"]
    assert run.of("Decision")[0].payload["fields"] == {"n": 1}


def test_calls_that_could_not_be_read_are_kept(tmp_path: Path) -> None:
    wrong = [{"name": "w", "args": "{", "error": "no JSON"}]
    (run,) = read_all(written(tmp_path, [{"type": "ai", "content": "x", "invalid_tool_calls": wrong}]))
    assert run.of("Decision")[0].payload["fields"] == {"invalid_tool_calls": wrong}


def test_results_of_a_batch() -> None:
    answered, failed, expired = read_all(DATA / "seeds" / "batch-results" / "0.jsonl")
    assert (answered.run.name, answered.decisions(), answered.tokens()) == (
        "r1",
        [(None, "Hello")],
        {"input": 22, "output": 2},
    )
    assert [run.events[-1].payload for run in (answered, failed, expired)] == [
        {"how": "answered", "why": None},
        {"how": "crash", "why": "server error"},
        {"how": "crash", "why": "It took too long."},
    ]
    runs = read_all(DATA / "seeds" / "batch-results" / "1.jsonl")
    assert [run.events[-1].payload["why"] for run in runs] == [None, "bad request", "expired"]


def test_chunks_of_a_response_are_joined(tmp_path: Path) -> None:
    lines = (DATA / "seeds" / "chat-chunks" / "0.jsonl").read_text().splitlines()
    path = tmp_path / "stream.txt"
    path.write_text("".join(f"data: {line}\n\n" for line in lines) + "data: [DONE]\n\n")
    for source in (path, DATA / "seeds" / "chat-chunks" / "0.jsonl"):
        (run,) = read_all(source)
        assert (run.format, run.decisions()) == ("chat-chunks", [(None, "Hello"), (None, "Second")])
        assert [event.payload["input"] for event in run.of("ToolRequest")] == [{"a": 1}]
        assert run.tokens() == {"input": 5, "output": 2}


@pytest.mark.parametrize("between", ["\n\n", "\n", "\r\n\r\n"])
@pytest.mark.parametrize("named", [False, True])
def test_chunks_as_servers_send_them(tmp_path: Path, between: str, named: bool) -> None:
    """With a comment and an event about the request at the beginning; some programs save no empty lines."""
    lines = (DATA / "seeds" / "chat-chunks" / "0.jsonl").read_text().splitlines()
    lines.insert(0, json.dumps({"object": "", "choices": [], "prompt_filter_results": [1]}))
    name = f"event: message{between[: max(1, len(between) // 2)]}" if named else ""
    path = tmp_path / "stream.txt"
    parts = [": PROCESSING", *(f"{name}data: {line}" for line in lines), "data: not JSON", "data: [DONE]"]
    path.write_bytes("".join(f"{part}{between}" for part in parts).encode())
    (run,) = read_all(path)
    assert (run.format, run.decisions()) == ("chat-chunks", [(None, "Hello"), (None, "Second")])
    assert run.tokens() == {"input": 5, "output": 2}
    others = [event.payload["data"] for event in run.events if event.kind.startswith("x:chat-chunks/")]
    assert others == [{"prompt_filter_results": [1]}, "not JSON"]  # what is no chunk is told, too


def test_an_error_in_a_stream_is_its_end(tmp_path: Path) -> None:
    chunk = (DATA / "seeds" / "chat-chunks" / "0.jsonl").read_text().splitlines()[0]
    wrong = {"error": {"message": "Overloaded\nTry again", "type": "server_error", "code": 529}}
    path = tmp_path / "stream.txt"
    path.write_text(f"data: {chunk}\n\ndata: {json.dumps(wrong)}\n\ndata: [DONE]\n\n")
    (run,) = read_all(path)
    assert [event.kind for event in run.events[-3:]] == ["Decision", "Error", "x:end"]
    assert (run.events[-2].payload["error_type"], run.events[-2].payload["fields"]) == (
        "server_error",
        {"error": {"type": "server_error", "code": 529}},
    )
    assert run.events[-1].payload == {"how": "crash", "why": "Overloaded"}


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ('data: {"a":\ndata: 1}\n\n', [("message", {"a": 1})]),  # one value on two lines
        ('data: {"a": 1}\nevent: x\n\n', [("x", {"a": 1})]),  # the name may come behind the data
        ('event: x\ndata: {"a": 1}\nevent: y\ndata: {"b": 2}', [("x", {"a": 1}), ("y", {"b": 2})]),
        ("data: a\ndata: b\n\n", [("message", "a\nb")]),
        ('data: ["a\ndata: }"]\ndata: [2]', [("message", ["a\n}"]), ("message", [2])]),  # a text on two lines
        ("data: {}x\ndata: {}\ndata: []", [("message", "{}x\n{}\n[]")]),  # no more lines make it JSON
        ("event: x\n\ndata: [1]\ndata: [DONE]", [("message", [1])]),  # an event without data is none
        ("data: 1\n:\ndata: 2\n\n", [("message", "1\n2")]),  # a comment ends no event
        ("data:\n\n: comment\nid: 5\ndata: 7\n", [("message", None), ("message", 7)]),
    ],
)
def test_server_sent_events_in_a_text(text: str, events: list[tuple[str, Any]]) -> None:
    assert [(one["event"], one["data"]) for one in sent_in(text)] == events


def test_a_value_on_many_lines_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read = list[bytes]()

    def value(raw: bytes, notes: ImportNotes) -> Any:
        read.append(raw)
        return value_of(raw, notes)

    monkeypatch.setattr(sent_events, "value_of", value)
    sent = sent_in("data: [[]\n" + "data: ,[]\n" * 100 + "data: ]\n")
    assert ([one["data"] for one in sent], len(read)) == ([[[]] * 101], 1)


def test_messages_as_tables_have_them(tmp_path: Path) -> None:
    talk = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    messages = [
        {"role": "system", "text": None, "system_prompt": "be"},
        {"role": "ai", "text": "a", "system_prompt": None},
    ]
    rows = [
        {"messages": json.dumps(talk), "resolved": 1, "exit_status": "submitted (exit_cost)"},
        {"trajectory": messages, "exit_status": "unknown"},
    ]
    first, second = read_all(written(tmp_path, rows))
    assert (first.format, first.decisions(), first.outcomes()) == (
        "chat-messages",
        [(None, "a")],
        [(True, None, "resolved")],
    )
    assert first.of("x:end")[0].payload == {"how": "submitted", "why": "submitted (exit_cost)"}
    assert [event.payload.get("data") for event in second.events] == [None, "be", "a"]
    assert second.events[0].payload["config"] == {"exit_status": "unknown"}
