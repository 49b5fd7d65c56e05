"""What if a model had been told something else: the edited prompt is sent by every library, for real."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import requests

from replay_gui import EventLog, record
from replay_gui.core.errors import RerunRefused
from replay_gui.core.log.positions import EventIndex
from replay_gui.record.matcher.answer_edits import AnswerEdit
from tests.record.model_server import ModelServer, chat_answer, model_server

Post = Callable[[str, dict[str, Any]], Any]


def by_httpx(url: str, body: dict[str, Any]) -> Any:
    return httpx.post(url, json=body).json()


def by_requests(url: str, body: dict[str, Any]) -> Any:
    return requests.post(url, json=body, timeout=30).json()


def by_async_httpx(url: str, body: dict[str, Any]) -> Any:
    async def post() -> Any:
        async with httpx.AsyncClient() as client:
            return (await client.post(url, json=body)).json()

    return asyncio.run(post())


def by_aiohttp(url: str, body: dict[str, Any]) -> Any:
    async def post() -> Any:
        async with aiohttp.ClientSession() as client, client.post(url, data=json.dumps(body)) as response:
            return await response.json()

    return asyncio.run(post())


def packed(body: dict[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    return {"data": gzip.compress(json.dumps(body).encode()), "headers": headers}


def packed_by_httpx(url: str, body: dict[str, Any]) -> Any:
    given = packed(body)
    return httpx.post(url, content=given["data"], headers=given["headers"]).json()


def packed_by_requests(url: str, body: dict[str, Any]) -> Any:
    return requests.post(url, **packed(body), timeout=30).json()


def packed_by_aiohttp(url: str, body: dict[str, Any]) -> Any:
    async def post() -> Any:
        async with aiohttp.ClientSession() as client, client.post(url, **packed(body)) as response:
            return await response.json()

    return asyncio.run(post())


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(lambda path, body: chat_answer("so: " + body["messages"][-1]["content"])) as server:
        yield server


def agent(url: str, post: Post = by_httpx) -> list[str]:
    messages = [{"role": "system", "content": "Be brief."}]
    for question in ("one", "two"):
        messages.append({"role": "user", "content": question})
        answer = post(f"{url}/v1/chat/completions", {"model": "m", "messages": messages})
        messages.append(answer["choices"][0]["message"])
    return [message["content"] for message in messages[2::2]]


def prompt(path: Path, text: str) -> EventIndex:
    with EventLog.open(path) as log:
        return next(event.index for event in log if event.payload.get("data") == text)


@pytest.mark.parametrize(
    "post",
    [by_httpx, by_requests, by_async_httpx, by_aiohttp, packed_by_httpx, packed_by_requests, packed_by_aiohttp],
)
def test_an_edited_prompt_is_sent_wherever_the_agent_says_it(server: ModelServer, post: Post, tmp_path: Path) -> None:
    with record.run(tmp_path / "run.rlog"):
        agent(server.url, post)
    server.requests.clear()
    edit = AnswerEdit(prompt(tmp_path / "run.rlog", "two"), "", "three")
    with record.rerun(tmp_path / "run.rlog", new=tmp_path / "new.rlog", edits=[edit]) as rerun:
        assert agent(server.url, post) == ["so: one", "so: three"]
    assert rerun.difference is None
    (_, body, _), = server.requests  # fmt: skip
    assert [message["content"] for message in body["messages"]] == ["Be brief.", "one", "so: one", "three"]
    with EventLog.open(tmp_path / "new.rlog") as log:
        messages = [event.payload["data"] for event in log if event.kind == "Observation"]
    assert messages == ["Be brief.", "one", "three"], "the new log says what was sent"


def test_a_prompt_of_the_first_request_changes_all(server: ModelServer, tmp_path: Path) -> None:
    with record.run(tmp_path / "run.rlog"):
        agent(server.url)
    server.requests.clear()
    edit = AnswerEdit(prompt(tmp_path / "run.rlog", "Be brief."), "", "Be verbose.")
    with record.rerun(tmp_path / "run.rlog", edits=[edit]) as rerun:
        agent(server.url)
    assert [body["messages"][0]["content"] for _, body, _ in server.requests] == ["Be verbose."] * 2
    assert (rerun.session.answered, rerun.session.made) == (0, 2)


def test_a_prompt_has_no_such_part(server: ModelServer, tmp_path: Path) -> None:
    with record.run(tmp_path / "run.rlog"):
        agent(server.url)
    edit = AnswerEdit(prompt(tmp_path / "run.rlog", "one"), "/0/text", "x")
    with pytest.raises(RerunRefused, match="cannot be edited"), record.rerun(tmp_path / "run.rlog", edits=[edit]):
        pass
