"""Tools of LangGraph, the OpenAI Agents SDK and MCP servers: recorded, and answered without being run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from agents import Agent, Runner, function_tool, set_tracing_disabled
from agents.models.openai_chatcompletions import OpenAIChatCompletionsModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import tool as langchain_tool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from openai import AsyncOpenAI

from replay_gui import EventLog, record
from tests.record.mcp_versions import client_of, new_server, tool_of
from tests.record.model_server import chat_answer, model_server

ran: list[str] = []


@langchain_tool
def weather(city: str) -> str:
    """Tell the weather."""
    ran.append(f"weather {city}")
    if city == "nowhere":
        raise ValueError("no such city")
    return f"sunny in {city}"


def with_langgraph(url: str) -> Any:
    def ask(state: MessagesState) -> dict[str, Any]:
        calls = [{"name": "weather", "args": {"city": city}, "id": f"call_{city}"} for city in ("Oslo", "nowhere")]
        return {"messages": [AIMessage("", tool_calls=calls)]}

    graph = StateGraph(MessagesState)
    graph.add_node("ask", ask)
    graph.add_node("tools", ToolNode([weather], handle_tool_errors=True))
    graph.add_edge(START, "ask")
    graph.add_edge("ask", "tools")
    graph.add_edge("tools", END)
    messages = graph.compile().invoke({"messages": []})["messages"]
    results = [message for message in messages if isinstance(message, ToolMessage)]
    found = [(message.content, message.status, message.tool_call_id, message.name) for message in results]
    return found, asyncio.run(weather.ainvoke({"city": "Rome"}))


@function_tool
def lookup(term: str) -> str:
    """Look a term up."""
    ran.append(f"lookup {term}")
    return f"{term} is a word"


def with_agents(url: str) -> Any:
    set_tracing_disabled(True)

    async def ask() -> str:
        async with AsyncOpenAI(base_url=f"{url}/v1", api_key="canary-key-1") as client:
            agent = Agent(name="a", tools=[lookup], model=OpenAIChatCompletionsModel("m", client))
            return str((await Runner.run(agent, "what is a fjord?")).final_output)

    return asyncio.run(ask())


server = new_server("s")


@tool_of(server)
def add(a: int, b: int) -> int:
    """Add."""
    ran.append(f"add {a} {b}")
    return a + b


@tool_of(server, structured_output=False)
def look(term: str) -> str:
    """Look for a term."""
    ran.append(f"look {term}")
    return f"looked for {term}"


def with_mcp(url: str) -> Any:
    async def ask() -> Any:
        async with client_of(server) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            result = await client.call_tool("add", {"a": 1, "b": 2})
            wrong = await client.call_tool("add", {"a": "x", "b": 2})
            return tools, result.model_dump(mode="json"), wrong.model_dump(by_alias=True)["isError"]

    return asyncio.run(ask())


def script(path: str, body: dict[str, Any]) -> Any:
    if any(message["role"] == "tool" for message in body["messages"]):
        return chat_answer(body["messages"][-1]["content"])
    return chat_answer(None, [("lookup", {"term": "fjord"})])


@pytest.mark.parametrize("agent", [with_langgraph, with_agents, with_mcp], ids=lambda agent: agent.__name__)
def test_tools_are_recorded_and_answered(agent: Callable[[str], Any], tmp_path: Path) -> None:
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


def test_an_mcp_tool_may_be_answered_with_a_text(tmp_path: Path) -> None:
    async def ask() -> Any:
        async with client_of(server) as client:
            return (await client.call_tool("look", {"term": "fjord"})).model_dump(mode="json")["content"]

    with record.run(tmp_path / "run.rlog"):
        assert asyncio.run(ask())[0]["text"] == "looked for fjord"
    ran.clear()
    with record.rerun(tmp_path / "run.rlog", fixed={"look": "nothing found"}):
        assert [part["text"] for part in asyncio.run(ask())] == ["nothing found"]
    assert ran == []
