"""Tools of LangGraph, the OpenAI Agents SDK and MCP servers: recorded, and answered without being run."""

from __future__ import annotations

import asyncio
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from replay_gui import EventLog, record
from tests.record.model_server import chat_answer, model_server


def script(path: str, body: dict[str, Any]) -> Any:
    if any(message["role"] == "tool" for message in body["messages"]):
        return chat_answer(body["messages"][-1]["content"])
    return chat_answer(None, [("lookup", {"term": "fjord"})])


@pytest.fixture(scope="module")
def agents() -> ModuleType:
    """Imported before anything is recorded, and only where these tests run."""
    return import_module("tests.record.hooks.framework_agents")


@pytest.mark.parametrize("name", ["with_langgraph", "with_agents", "with_mcp"])
def test_tools_are_recorded_and_answered(agents: ModuleType, name: str, tmp_path: Path) -> None:
    agent, ran = getattr(agents, name), agents.ran
    path, again = tmp_path / "run.rlog", tmp_path / "again.rlog"
    with model_server(script) as server:
        with record.run(path):
            answer = agent(server.url)
        assert ran
        ran.clear()
        url = server.url
    with record.rerun(path, new=again) as rerun:
        assert agent(url) == answer
    assert ran == []
    assert rerun.difference is None
    with EventLog.open(path) as log, EventLog.open(again) as second:
        requests = [event.tool for event in log if event.kind == "ToolRequest"]
        assert [event.content for event in log] == [event.content for event in second]
    assert len(requests) >= 1
    assert b"canary" not in path.read_bytes()


def test_an_mcp_tool_may_be_answered_with_a_text(agents: ModuleType, tmp_path: Path) -> None:
    async def ask() -> Any:
        async with agents.client_of(agents.server) as client:
            return (await client.call_tool("look", {"term": "fjord"})).model_dump(mode="json")["content"]

    ran: list[str] = agents.ran

    with record.run(tmp_path / "run.rlog"):
        assert asyncio.run(ask())[0]["text"] == "looked for fjord"
    ran.clear()
    with record.rerun(tmp_path / "run.rlog", fixed={"look": "nothing found"}):
        assert [part["text"] for part in asyncio.run(ask())] == ["nothing found"]
    assert ran == []
