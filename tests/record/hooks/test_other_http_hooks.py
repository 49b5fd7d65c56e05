"""requests, urllib3 and aiohttp: recorded as they are, and answered again without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import requests
import urllib3

from replay_gui import EventLog, record
from tests.record.model_server import chat_answer, chat_stream, model_server

ASK: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
HEADERS = {"authorization": "Bearer canary-in-a-header-77"}


def script(path: str, body: dict[str, Any]) -> Any:
    if path.startswith("/weather"):
        return 404, {"error": f"no city {path}"}
    return chat_stream("he", "llo", "!" * 30_000) if body.get("stream") else chat_answer("hello")


def with_requests(url: str) -> Any:
    with requests.Session() as client:
        plain = client.post(f"{url}/v1/chat/completions", json=ASK, headers=HEADERS).json()
        weather = client.get(f"{url}/weather", params={"city": "Oslo"})
        with client.post(f"{url}/v1/chat/completions", json={**ASK, "stream": True}, stream=True) as streamed:
            return plain, weather.status_code, weather.text, b"".join(streamed.iter_content(None))


def with_requests_by_line(url: str) -> Any:
    with requests.post(f"{url}/v1/chat/completions", json={**ASK, "stream": True}, stream=True, timeout=9) as response:
        return [*response.iter_lines()]


def with_urllib3(url: str) -> Any:
    with urllib3.PoolManager() as pool:
        ask, ask_for_stream = json.dumps(ASK), json.dumps({**ASK, "stream": True})  # as urllib3 1.26 wants it
        plain = pool.request("POST", f"{url}/v1/chat/completions", body=ask, headers=HEADERS).data
        streamed = pool.request("POST", f"{url}/v1/chat/completions", body=ask_for_stream, preload_content=False)
        return plain, b"".join(streamed.stream(64))


def with_aiohttp(url: str) -> Any:
    async def ask() -> Any:
        async with aiohttp.ClientSession(headers=HEADERS) as client:
            async with client.post(f"{url}/v1/chat/completions", json=ASK) as response:
                plain = await response.json()
            async with client.get(f"{url}/weather", params={"city": "Oslo"}) as response:
                weather = response.status, await response.text()
            with pytest.raises(aiohttp.ClientResponseError):
                await client.get(f"{url}/weather", raise_for_status=True)
            async with client.post(f"{url}/v1/chat/completions", json={**ASK, "stream": True}) as response:
                lines = [line async for line in response.content]
            return plain, weather, lines

    return asyncio.run(ask())


def refused(url: str) -> Any:
    with pytest.raises(requests.ConnectionError):
        requests.get("http://127.0.0.1:1/nobody", timeout=9)


AGENTS = [with_requests, with_requests_by_line, with_urllib3, with_aiohttp, refused]


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.__name__)
def test_a_run_is_recorded_and_runs_again_without_a_socket(agent: Callable[[str], Any], tmp_path: Path) -> None:
    recorded, again = tmp_path / "run.rlog", tmp_path / "again.rlog"
    with model_server(script) as server:
        bare = agent(server.url)
        with record.run(recorded):
            assert agent(server.url) == bare
        url = server.url
    with record.rerun(recorded, new=again) as rerun:
        assert agent(url) == bare
    assert (rerun.difference, rerun.session.made, dict(rerun.session.unseen)) == (None, 0, {})
    with EventLog.open(recorded) as log, EventLog.open(again) as second:
        kinds = [event.kind for event in log]
        assert [event.content for event in log] == [event.content for event in second]
    assert kinds.count("x:model-request") == kinds.count("Decision")
    assert "x:bookkeeping/not-recorded" not in kinds
    assert b"canary" not in recorded.read_bytes()
