"""Which answers can be edited, as which text, and what an edited text is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from replay_gui import EventLog, Recorder, record
from replay_gui.core.log.event import Event
from replay_gui.models.rerun.edited_answer import EditedAnswer, NotEditable, answer_text
from tests.record.model_server import chat_answer, chat_stream, model_server


def events(path: Path) -> list[Event]:
    with EventLog.open(path) as log:
        return list(log)


def returned(tmp_path: Path, output: Any) -> Event:
    with Recorder(tmp_path / "run.rlog", "a", "1") as run:
        run.tool_response(run.tool_request("search", {}), output)
    return events(tmp_path / "run.rlog")[-1]


def test_values_are_json_and_texts_are_texts(tmp_path: Path) -> None:
    answer = answer_text(returned(tmp_path, {"b": [1, None], "a": "\u202eæ"}), None)
    assert answer.is_json
    assert "\u202e" not in answer.text, "what cannot be seen is escaped"
    assert answer.edited(answer.text) == EditedAnswer(answer.position, {"b": [1, None], "a": "\u202eæ"})
    (tmp_path / "run.rlog").unlink()
    answer = answer_text(returned(tmp_path, "[plain"), None)
    assert (answer.text, answer.edited("{")) == ("[plain", EditedAnswer(answer.position, "{"))


@pytest.mark.parametrize("output", [b"bytes", [float("inf")], ["x" * 1_000_001]])
def test_what_json_cannot_say_is_not_edited(output: Any, tmp_path: Path) -> None:
    with pytest.raises(NotEditable):
        answer_text(returned(tmp_path, output), None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1,", "Line 1, column 4"),
        ('{\n"a": x}', "Line 2, column 6"),
        ("[NaN]", "NaN is not a JSON number"),
        ("[" * 100_000, "nested too deeply"),
        (str(2**70), "larger than a log can hold"),
    ],
)
def test_a_text_that_is_no_answer_says_where(text: str, words: str, tmp_path: Path) -> None:
    answer = answer_text(returned(tmp_path, [1]), None)
    with pytest.raises(NotEditable, match=words):
        answer.edited(text)


def test_answers_of_models_are_edited_as_they_came_and_streams_as_what_was_said(tmp_path: Path) -> None:
    with (
        model_server(lambda path, body: chat_stream("a", "b") if body.get("stream") else chat_answer("hi")) as server,
        record.run(tmp_path / "run.rlog"),
    ):
        for more in ({}, {"stream": True}):
            body = {"model": "m", "messages": [], **more}
            _ = httpx.post(f"{server.url}/v1/chat/completions", json=body).content
    whole, streamed = (event for event in events(tmp_path / "run.rlog") if event.kind == "Decision")
    assert answer_text(whole, None).edited('{"choices": []}').value == {"choices": []}
    assert '"content": "hi"' in answer_text(whole, None).text
    assert (answer_text(streamed, None).text, answer_text(streamed, None).is_json) == ("ab", False)


def test_prompts_are_edited(tmp_path: Path) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "Be brief."}]}
    with model_server(lambda path, body: chat_answer("hi")) as server, record.run(tmp_path / "run.rlog"):
        httpx.post(f"{server.url}/v1/chat/completions", json=body)
    prompt = next(event for event in events(tmp_path / "run.rlog") if event.kind == "Observation")
    assert answer_text(prompt, None).text == "Be brief."


def test_events_that_answer_nothing_are_refused(tmp_path: Path) -> None:
    with Recorder(tmp_path / "run.rlog", "a", "1") as run:
        run.tool_request("search", {})
        run.decision("plan", {})
    _, request, decision = events(tmp_path / "run.rlog")
    for event in (request, decision):
        with pytest.raises(NotEditable, match=r"no answer in the log|not the answer to a recorded"):
            answer_text(event, None)
