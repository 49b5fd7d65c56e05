"""Recorded HTTP requests to models: cassettes and HAR files, with answers that are whole or came in pieces."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

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


def _cassette(packs: bool) -> dict[str, Any]:
    """A cassette as vcrpy writes it: a model that calls a tool, answers, and is refused."""
    question: list[dict[str, Any]] = [{"role": "user", "content": "Weather in Köln?"}]
    call = {"id": "c", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Köln"}'}}
    asks = {"role": "assistant", "content": None, "tool_calls": [call]}
    result = {"role": "tool", "tool_call_id": "c", "content": "rain"}
    answers = [asks, {"role": "assistant", "content": "It rains."}]
    sent = [question, [*question, asks, result], [*question, asks, result, answers[1], *question]]
    interactions = []
    for number, messages in enumerate(sent):
        whole = {"object": "chat.completion", "model": "m", "usage": {"prompt_tokens": 3, "completion_tokens": 2}}
        choice = {"choices": [{"index": 0, "message": answers[number]}]} if number < 2 else {}
        body = json.dumps({**whole, **choice} if choice else {"error": {"message": "Rate limit"}}).encode()
        interactions.append(
            {
                "request": {"body": json.dumps({"messages": messages}), "method": "POST", "uri": "https://m"},
                "response": {
                    "body": {"string": gzip.compress(body) if packs else body.decode()},
                    "headers": {"Date": [f"Mon, 30 Nov 2026 16:41:0{number} GMT"]},
                    "status": {"code": 200 if choice else 429, "message": "OK"},
                },
            }
        )
    return {"interactions": interactions, "version": 1}


@pytest.mark.parametrize("packs", [True, False])
def test_a_cassette_in_yaml_with_packed_answers(tmp_path: Path, packs: bool) -> None:
    path = tmp_path / "run.yaml"
    path.write_text(yaml.safe_dump(_cassette(packs), allow_unicode=True), "utf-8")
    (found,) = read_all(path, "http-recordings")
    assert found.decisions() == [(None, "It rains.")]
    assert [event.payload["input"] for event in found.of("ToolRequest")] == [{"city": "Köln"}]
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["rain"]
    assert [event.payload["message"] for event in found.of("Error")] == ["HTTP 429: Rate limit"]
    assert found.tokens() == {"input": 6, "output": 4}
    assert found.of("Decision")[0].meta["time"] == 1_796_056_861_000_000_000


def test_a_cassette_whose_bodies_are_maps(tmp_path: Path) -> None:
    """As Pydantic AI writes them for its tests."""
    sent = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
    answer = {
        "role": "assistant",
        "stop_reason": "end_turn",
        "type": "message",
        "content": [{"type": "text", "text": "Hello."}],
    }
    response = {"parsed_body": answer, "status": {"code": 200}}
    path = tmp_path / "run.yml"
    path.write_text(yaml.safe_dump({"interactions": [{"request": {"parsed_body": sent}, "response": response}]}))
    (found,) = read_all(path, "http-recordings")
    assert found.decisions() == [(None, "Hello.")]


def _with_bodies(form: Callable[[str], dict[str, str]]) -> str:
    cassette = _cassette(packs=False)
    for one in cassette["interactions"]:
        one["request"]["body"] = form(one["request"]["body"])
        one["response"]["body"] = form(one["response"]["body"]["string"])
    return str(yaml.safe_dump({"http_interactions": cassette["interactions"]}, allow_unicode=True))


def _file(folder: Path, text: str) -> Path:
    path = folder / "run.yaml"
    path.write_bytes(text.encode())
    return path


def _base64_in_lines(text: str) -> str:
    return base64.encodebytes(text.encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        _with_bodies(lambda body: {"encoding": "ASCII-8BIT", "base64_string": _base64_in_lines(body)}),
        _with_bodies(lambda body: {"string": "", "base64_string": _base64_in_lines(body)}),
        _with_bodies(lambda body: {"string": "@" + _base64_in_lines(body)}).replace("string: '@", "string: !binary '"),
        "\ufeff---\r\n" + _with_bodies(lambda body: {"string": body}).replace("\n", "\r\n"),
    ],
    ids=["base64_string", "empty string and base64_string", "!binary", "byte order mark and CRLF"],
)
def test_a_cassette_as_ruby_writes_it(tmp_path: Path, text: str) -> None:
    (found,) = read_all(_file(tmp_path, text), "http-recordings")
    assert found.kinds.count("ToolResponse") == 1
    assert found.decisions() == [(None, "It rains.")]
    assert [event.payload["message"] for event in found.of("Error")] == ["HTTP 429: Rate limit"]
    assert found.tokens() == {"input": 6, "output": 4}


def test_a_body_that_is_no_base64_is_text(tmp_path: Path) -> None:
    answer = {"type": "message", "role": "assistant", "stop_reason": "end_turn"}
    one = entry(0, {}, {**answer, "content": [{"type": "text", "text": "Rain."}]})
    sent = json.dumps({"messages": [{"role": "user", "content": "Weather in Köln?"}]}, ensure_ascii=False)
    one["request"]["postData"] = {"encoding": "base64", "text": sent}
    (found,) = read_all(written(tmp_path, {"log": {"entries": [one]}}, "run.har"), "http-recordings")
    assert [event.payload["data"] for event in found.of("Observation")] == ["Weather in Köln?"]
    assert found.decisions() == [(None, "Rain.")]


@pytest.mark.parametrize("index", [{}, [], None, "1"])
@pytest.mark.parametrize("usage", [[1], "3", None, {"input_tokens": 3}])
def test_pieces_with_an_index_or_a_usage_of_another_type(index: Any, usage: Any) -> None:
    answer = answer_in(
        events(
            {"type": "message_start", "message": {"role": "assistant", "content": [], "usage": usage}},
            {"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": "Hello."}},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
        )
    )
    assert answer is not None
    assert answer["content"] == [{"type": "text", "text": "Hello."}]
    assert answer["usage"] == {**(usage if isinstance(usage, dict) else {}), "output_tokens": 2}


def test_the_status_of_go_vcr_is_beside_its_text(tmp_path: Path) -> None:
    cassette = _cassette(packs=False)
    for one in cassette["interactions"]:
        response = one["response"]
        response |= {"code": response["status"]["code"], "status": "429 Too Many Requests"}
        response["body"] = response["body"]["string"]
    (found,) = read_all(_file(tmp_path, yaml.safe_dump(cassette)), "http-recordings")
    assert [event.payload["message"] for event in found.of("Error")] == ["HTTP 429: Rate limit"]


def test_answers_packed_by_deflate(tmp_path: Path) -> None:
    cassette = _cassette(packs=False)
    for one in cassette["interactions"]:
        one["response"]["body"]["string"] = zlib.compress(one["response"]["body"]["string"].encode())
    (found,) = read_all(_file(tmp_path, yaml.safe_dump(cassette)), "http-recordings")
    assert found.tokens() == {"input": 6, "output": 4}


@pytest.mark.parametrize("date", ["Mon, 30 Nov 99999999999 16:41:00 GMT", "Mon, 30 Nov 9999 99:99:99 GMT", "GMT"])
def test_a_date_that_is_none_is_no_time(tmp_path: Path, date: str) -> None:
    cassette = _cassette(packs=False)
    for one in cassette["interactions"]:
        one["response"]["headers"]["Date"] = [date]
    (found,) = read_all(_file(tmp_path, yaml.safe_dump(cassette)), "http-recordings")
    assert "time" not in found.of("Decision")[0].meta


def test_a_request_that_names_the_answer_before_it_continues_its_conversation(tmp_path: Path) -> None:
    """The Responses API keeps the conversation, so the second request holds only what is new."""
    call = {"type": "function_call", "call_id": "k", "name": "weather", "arguments": "{}"}
    text = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Rain."}]}
    answers = [{"id": f"r{n}", "object": "response", "output": [item]} for n, item in enumerate((call, text))]
    result = [{"type": "function_call_output", "call_id": "k", "output": "rain"}]
    sent: list[dict[str, Any]] = [
        {"model": "m", "input": "Weather?"},
        {"model": "m", "input": result, "previous_response_id": "r0"},
    ]
    entries = [entry(n, sent[n], answers[n]) for n in range(2)]
    path = written(tmp_path, {"log": {"entries": entries}}, "run.har")
    (found,) = read_all(path, "http-recordings")
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["rain"]
    assert found.decisions() == [(None, "Rain.")]
    entries[1] = entry(1, {**sent[1], "previous_response_id": "another"}, answers[1])
    path = written(tmp_path, {"log": {"entries": entries}}, "other.har")
    assert len(read_all(path, "http-recordings")) == 2


def test_an_answer_that_unpacks_to_too_much_is_not_read(tmp_path: Path) -> None:
    cassette = _cassette(packs=True)
    cassette["interactions"][1]["response"]["body"]["string"] = gzip.compress(b" " * (65 << 20))
    path = tmp_path / "run.yaml"
    path.write_text(yaml.safe_dump(cassette))
    (found,) = read_all(path, "http-recordings")
    assert found.decisions() == [(None, "It rains.")], "from the next request, which repeats it"


def test_yaml_without_calls_of_a_model_is_of_no_known_format(tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    path.write_text("version: '3'\nservices: {web: {image: nginx}}\n")
    with pytest.raises(FormatUnknown):
        recognise(path)
