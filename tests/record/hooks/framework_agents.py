"""Agents with tools of LangGraph, the OpenAI Agents SDK and an MCP server: importing them takes 3 s."""

from __future__ import annotations

import asyncio
from typing import Any

from agents import Agent, Runner, function_tool, set_tracing_disabled
from agents.models.openai_chatcompletions import OpenAIChatCompletionsModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import tool as langchain_tool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from openai import AsyncOpenAI

from tests.record.mcp_versions import client_of, new_server, tool_of

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
