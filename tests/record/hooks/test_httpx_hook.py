"""Model SDKs over httpx and httpx2: recorded as they are, and answered again without a socket."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest

from replay_gui import EventLog, ReplayEngine, record
from replay_gui.record.hooks.sockets import SocketRefused
from tests.record.model_server import ModelServer, chat_answer, chat_stream, model_server

CANARY = "canary-in-a-header-77"
Agent = Callable[[str], Any]
ASK: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def script(path: str, body: dict[str, Any]) -> Any:
    if path == "/v1/messages":
        usage = {"input_tokens": 1, "output_tokens": 1}
        content = [{"type": "text", "text": "hello"}]
        return {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": content, "usage": usage}
    if path == "/fails":
        return 503, {"error": "out of order"}
    if path.startswith("/weather"):
        return {"city": "Oslo", "access_token": "canary-in-an-answer"}
    return chat_stream("he", "llo") if body.get("stream") else chat_answer("hello")


@pytest.fixture(autouse=True, scope="module")
def _libraries() -> None:
    """Import before anything is recorded, and only where these tests run: it takes 3 s."""
    import_module("anthropic")
    import_module("openai")


def openai_plain(url: str) -> Any:
    import openai

    with openai.OpenAI(base_url=f"{url}/v1", api_key=CANARY) as client:
        return client.chat.completions.create(**ASK).choices[0].message.content


def openai_stream(url: str) -> Any:
    import openai

    with openai.OpenAI(base_url=f"{url}/v1", api_key=CANARY) as client:
        return [chunk.choices[0].delta.content for chunk in client.chat.completions.create(**ASK, stream=True)]


def openai_async(url: str) -> Any:
    import openai

    async def ask() -> Any:
        async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key=CANARY) as client:
            stream = await client.chat.completions.create(**ASK, stream=True)
            streamed = [chunk.choices[0].delta.content async for chunk in stream]
            answers = await asyncio.gather(*(client.chat.completions.create(**ASK, n=n) for n in (1, 2, 3)))
            return streamed, [answer.choices[0].message.content for answer in answers]

    return asyncio.run(ask())


def anthropic_plain(url: str) -> Any:
    import anthropic

    with anthropic.Anthropic(base_url=url, api_key=CANARY) as client:
        return client.messages.create(max_tokens=9, **ASK).model_dump()


def httpx_tool(url: str) -> Any:
    with httpx.Client(headers={"authorization": f"Bearer {CANARY}"}) as client:
        weather = client.get(f"{url}/weather", params={"city": "Oslo", "key": "canary-in-a-query"})
        failed = client.post(f"{url}/fails", json={"password": "canary-in-a-body"})
        return weather.status_code, weather.json()["city"], failed.status_code, failed.json()


def httpx2_refused(url: str) -> Any:
    with httpx2.Client() as client, pytest.raises(httpx2.ConnectError):
        client.get("http://127.0.0.1:1/nobody")
    return "refused"


AGENTS = [openai_plain, openai_stream, openai_async, anthropic_plain, httpx_tool, httpx2_refused]


def contents(path: Path) -> list[bytes]:
    with EventLog.open(path) as log:
        return [event.content for event in log]


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.__name__)
def test_a_run_is_recorded_and_runs_again_without_a_socket(agent: Agent, tmp_path: Path) -> None:
    recorded, again = tmp_path / "run.rlog", tmp_path / "again.rlog"
    with model_server(script) as server:
        bare = agent(server.url)
        asked = len(server.requests)
        with record.run(recorded, agent_type="a"):
            assert agent(server.url) == bare
        assert len(server.requests) == 2 * asked
        url = server.url
    with record.rerun(recorded, new=again) as rerun:
        answer = agent(url)
    assert answer == bare
    assert (rerun.difference, rerun.session.made) == (None, 0)
    assert sorted(rerun.session.unseen) == []
    assert contents(again) == contents(recorded)
    with EventLog.open(recorded) as log:
        report = ReplayEngine(log).verify()
    assert (report.verdict, report.seal) == ("VALID", "good")
    assert b"canary" not in recorded.read_bytes()
    assert b"canary" not in again.read_bytes()


def test_what_comes_in_a_stream_is_passed_on_as_it_comes(tmp_path: Path) -> None:
    def read(server: ModelServer) -> list[bytes]:
        with httpx.stream("POST", f"{server.url}/v1/chat/completions", json={**ASK, "stream": True}) as response:
            return [*response.iter_raw()]

    with model_server(script) as server:
        bare = read(server)
        with record.run(tmp_path / "run.rlog"):
            assert b"".join(read(server)) == b"".join(bare)
        with record.rerun(tmp_path / "run.rlog"):
            given = read(server)
    assert b"".join(given) == b"".join(bare)
    assert len(given) > 1


def test_a_stream_that_is_left_early_runs_again(tmp_path: Path) -> None:
    import openai

    def first(url: str) -> Any:
        with openai.OpenAI(base_url=f"{url}/v1", api_key=CANARY) as client:
            stream = client.chat.completions.create(**ASK, stream=True)
            with closing(stream.response):  # in openai 1.3 the stream itself cannot be closed
                return next(iter(stream)).choices[0].delta.content

    with model_server(script) as server:
        with record.run(tmp_path / "run.rlog"):
            assert first(server.url) == "he"
        with record.rerun(tmp_path / "run.rlog") as rerun:
            assert first(server.url) == "he"
    assert rerun.difference is None


def test_a_request_that_was_not_recorded_stops_with_its_field(tmp_path: Path) -> None:
    import openai

    path = tmp_path / "run.rlog"
    with model_server(script) as server:
        with record.run(path):
            openai_plain(server.url)
        asked = len(server.requests)
        with (
            pytest.raises(record.DiffersFromRecord) as stopped,
            record.rerun(path),
            openai.OpenAI(base_url=f"{server.url}/v1", api_key=CANARY) as client,
        ):
            client.chat.completions.create(model="m", messages=[{"role": "user", "content": "ho"}])
        assert len(server.requests) == asked
    difference = stopped.value.difference
    assert [(d.path, d.a, d.b) for d in difference.differences] == [("/request/messages/0/content", "hi", "ho")]
    assert difference.place is not None
    assert difference.place.startswith(f"{__file__}:")


def test_a_connection_that_no_hook_knows_is_refused_in_a_rerun(tmp_path: Path) -> None:
    import socket

    path = tmp_path / "run.rlog"
    with model_server(script) as server:
        with record.run(path):
            openai_plain(server.url)
            socket.create_connection(("127.0.0.1", server.server_port)).close()
        with record.rerun(path) as rerun:
            openai_plain(server.url)
            with pytest.raises(SocketRefused):
                socket.create_connection(("127.0.0.1", server.server_port))
    assert rerun.session.unseen["a connection"] > 0
    with EventLog.open(path) as log:
        lacking = [event.payload for event in log if event.kind == "x:bookkeeping/not-recorded"]
    assert lacking == [{"what": "a connection"}]


def test_a_hook_that_fails_changes_nothing_for_the_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("replay_gui.record.hooks.httpx_hook.http_request", fail)
    with model_server(script) as server, record.run(tmp_path / "run.rlog"):
        assert openai_plain(server.url) == "hello"
        assert openai_async(server.url)[1] == ["hello"] * 3
    with EventLog.open(tmp_path / "run.rlog") as log:
        lacking = [event.payload["what"] for event in log if event.kind == "x:bookkeeping/not-recorded"]
    more = "more calls that the hook httpx could not record"
    assert lacking == ["a call that the hook httpx could not record", "a connection", more]


def test_environment_secrets_reach_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "SOME_SERVICE_TOKEN", "canary-of-the-environment")
    with model_server(script) as server, record.run(tmp_path / "run.rlog") as run:
        with httpx.Client() as client:
            client.post(f"{server.url}/x", json={"text": "it is canary-of-the-environment"})
        run.memory_write("note", "canary-of-the-environment")
    assert b"canary" not in (tmp_path / "run.rlog").read_bytes()
