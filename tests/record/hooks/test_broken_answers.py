"""Answers that break off in their midst: the error is recorded, and comes again after what had come before it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

import aiohttp
import httpx
import pytest
import requests

from replay_gui import EventLog, record

CHUNK = b'data: {"choices":[{"index":0,"delta":{"content":"he"}}]}\n\n'
ASK: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


class _Breaks(StreamRequestHandler):
    def handle(self) -> None:
        size = 0
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            size = int(value) if name.lower() == b"content-length" else size
        self.rfile.read(size)
        self.wfile.write(HEAD + b"%x\r\n%s\r\n" % (len(CHUNK), CHUNK))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingTCPServer(("127.0.0.1", 0), _Breaks) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/chat/completions"
        server.shutdown()
        thread.join()


def with_httpx(url: str) -> Iterator[bytes]:
    with httpx.stream("POST", url, json=ASK) as response:
        yield from response.iter_raw()


def with_httpx_at_once(url: str) -> Iterator[bytes]:
    yield httpx.post(url, json=ASK).content


def with_requests(url: str) -> Iterator[bytes]:
    with requests.post(url, json=ASK, stream=True, timeout=9) as response:
        yield from response.iter_content(None)


def with_requests_at_once(url: str) -> Iterator[bytes]:
    yield requests.post(url, json=ASK, timeout=9).content


def _pulled(stream: Any) -> Iterator[bytes]:
    """Yield what an asynchronous generator yields."""
    with asyncio.Runner() as runner:
        while (chunk := runner.run(anext(stream, None))) is not None:
            yield chunk


def with_httpx_async(url: str) -> Iterator[bytes]:
    async def stream() -> Any:
        async with httpx.AsyncClient() as client, client.stream("POST", url, json=ASK) as response:
            async for chunk in response.aiter_raw():
                yield chunk

    return _pulled(stream())


def with_aiohttp(url: str) -> Iterator[bytes]:
    async def stream() -> Any:
        async with aiohttp.ClientSession() as client, client.post(url, json=ASK) as response:
            async for chunk in response.content.iter_any():
                yield chunk

    return _pulled(stream())


AGENTS = [with_httpx, with_httpx_at_once, with_httpx_async, with_requests, with_requests_at_once, with_aiohttp]


def outcome(agent: Callable[[str], Iterator[bytes]], url: str) -> list[bytes | str]:
    """Return what came, and the name of the error that ended it."""
    came = list[bytes | str]()
    try:
        for chunk in agent(url):
            came.append(chunk)
    except Exception as error:  # noqa: BLE001  each library has its own
        came.append(type(error).__name__)
    assert isinstance(came[-1], str)
    return came


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.__name__)
def test_an_answer_that_breaks_off_does_so_again(
    agent: Callable[[str], Iterator[bytes]], url: str, tmp_path: Path
) -> None:
    path = tmp_path / "run.rlog"
    bare = outcome(agent, url)
    with record.run(path):
        assert outcome(agent, url) == bare
    with record.rerun(path):
        assert outcome(agent, url) == bare
    with EventLog.open(path) as log:
        (error,) = [event for event in log if event.kind == "Error"]
        assert error.meta["answer"]["body"] == CHUNK
        assert not any(event.kind == "Decision" for event in log), "nobody knows what it would have said"
