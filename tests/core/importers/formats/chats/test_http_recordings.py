"""Recorded HTTP requests to models: cassettes and HAR files, with answers that are whole or came in pieces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.errors import FormatUnknown
from replay_gui.core.importers.formats.providers.recorded_answers import answer_in
from replay_gui.core.importers.registry import recognise
from tests.helpers.foreign import read_all, read_seed, written


def events(*parts: dict[str, Any]) -> str:
    return "".join(f"data: {json.dumps(part)}\n\n" for part in parts)


def entry(second: int, sent: dict[str, Any], answer: Any, status: int = 200) -> dict[str, Any]:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return {
        "startedDateTime": f"2026-01-01T00:00:{second:02}Z",
        "time": 500,
        "request": {"method": "POST", "url": "https://m", "postData": {"text": json.dumps(sent)}},
        "response": {"status": status, "content": {"text": text}},
    }


def test_a_conversation_in_a_cassette_is_one_run() -> None:
    found = read_seed("http-recordings/0.json")
    assert found.kinds == [
        "AgentInit", "Observation", "Observation", "Error", "StateTransition", "Decision", "ToolRequest",
        "ToolResponse", "Decision",
    ]  # fmt: skip
    assert [event.payload["source"] for event in found.of("Observation")] == ["system", "user"]
    assert [event.payload["message"] for event in found.of("Error")] == ["HTTP 529: Overloaded"]
    assert found.decisions() == [(None, "I look."), (None, "One file.")]
    assert found.of("ToolRequest")[0].payload["input"] == {"p": "a"}
    assert found.tokens() == {"input": 30, "cached": 0, "output": 19}


def test_a_har_file_has_the_times_and_what_is_no_call_is_counted(tmp_path: Path) -> None:
    def answer(text: str) -> dict[str, Any]:
        message = {"role": "assistant", "content": text}
        return {"object": "chat.completion", "model": "m", "choices": [{"index": 0, "message": message}]}

    hi = [{"role": "user", "content": "Hi"}]
    later = [*hi, {"role": "assistant", "content": "Hello."}, {"role": "user", "content": "Bye"}]
    entries = [
        entry(0, {"messages": hi}, answer("Hello.")),
        entry(1, {"q": "a page"}, "<html>"),
        entry(2, {"messages": later}, answer("Bye.")),
        entry(9, {"messages": [{"role": "user", "content": "Other"}]}, answer("Yes.")),
    ]
    first, second = read_all(written(tmp_path, {"log": {"version": "1.2", "entries": entries}}), "http-recordings")
    assert first.decisions() == [(None, "Hello."), (None, "Bye.")]
    told = [event for event in first.events if event.kind in ("Observation", "Decision")]
    begin = told[0].meta["time"]
    assert [(event.meta["time"] - begin) / 10**9 for event in told] == [0, 0.5, 2, 2.5]
    assert second.decisions() == [(None, "Yes.")]


@pytest.mark.parametrize(
    "parts",
    [
        [{"object": "chat.completion.chunk", "id": "c", "choices": [{"index": 0, "delta": {"content": piece}}]}
         for piece in ("A ", "b")],
        [{"candidates": [{"content": {"parts": [{"text": piece}]}, "index": 0}]} for piece in ("A ", "b")],
        [{"type": "response.created", "response": {}},
         {"type": "response.completed", "response": {"object": "response", "output": [
             {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "A b"}]}]}}],
    ],
    ids=["chunks", "google", "responses"],
)  # fmt: skip
def test_an_answer_in_pieces_is_put_together(tmp_path: Path, parts: list[dict[str, Any]]) -> None:
    asked = {"contents" if "candidates" in parts[0] else "input": [{"role": "user", "parts": [{"text": "Hi"}]}]}
    (found,) = read_all(written(tmp_path, {"log": {"entries": [entry(0, asked, events(*parts))]}}), "http-recordings")
    assert found.decisions() == [(None, "A b")]


def test_a_body_that_is_no_answer() -> None:
    bodies: list[Any] = [None, "", "data: [DONE]", "<html>", {"ok": True}, []]
    assert [answer_in(body) for body in bodies] == [None] * 6


def test_requests_without_a_call_of_a_model_are_no_run(tmp_path: Path) -> None:
    with pytest.raises(FormatUnknown):
        recognise(written(tmp_path, {"log": {"entries": [entry(0, {"q": "a"}, "<html>")]}}))


def test_the_log_of_a_gateway(tmp_path: Path) -> None:
    def record(second: int, sent: list[dict[str, Any]], said: str) -> dict[str, Any]:
        choices = [{"index": 0, "message": {"role": "assistant", "content": said}}]
        times = {"request_created_at": f"2026-01-01T00:00:{second:02}Z"}
        times |= {"response_created_at": f"2026-01-01T00:00:{second + 1:02}Z"}
        body = {"object": "chat.completion", "model": "m", "choices": choices}
        return {**times, "request_body": {"messages": sent}, "response_body": body, "response_status": 200, "app": "x"}

    hi = [{"role": "user", "content": "Hi"}]
    more = [*hi, {"role": "assistant", "content": "Hello."}, {"role": "user", "content": "Bye"}]
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in (record(0, hi, "Hello."), record(5, more, "Bye."))))
    (found,) = read_all(path, "http-recordings")
    assert found.decisions() == [(None, "Hello."), (None, "Bye.")]
    first, last = found.of("Observation")[0], found.of("Decision")[-1]
    assert last.meta["time"] - first.meta["time"] == 6 * 10**9
    assert found.events[0].payload["config"] == {"about": {"app": "x"}}
