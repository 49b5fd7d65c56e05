"""An agent that uses the tools of an MCP server."""

import asyncio
from typing import Any

import openai

from tests.record.mcp_versions import client_of, new_server, tool_of

server = new_server("s")


@tool_of(server)
def search(query: str, limit: int) -> str:
    return ", ".join(f"{query} {n}" for n in range(limit))


@tool_of(server)
def fetch(page: str) -> str:
    return f"text of {page}"


async def ask(client: openai.AsyncOpenAI, messages: list[Any]) -> str:
    answer = await client.chat.completions.create(model="large", temperature=0, messages=messages)
    return answer.choices[0].message.content or ""


async def use(tools: Any, name: str, **given: Any) -> str:
    result: Any = await tools.call_tool(name, given)
    return str(result.content[0].text)


async def run(url: str) -> str:
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="key") as client, client_of(server) as tools:
        messages: list[Any] = [
            {"role": "system", "content": "You are a careful helper."},
            {"role": "user", "content": "How long is the fjord?"},
        ]
        first, second = (await ask(client, messages)).split(",")
        hits = await use(tools, "search", query=first, limit=3)
        page = await use(tools, "fetch", page=second)
        messages.append({"role": "user", "content": " | ".join([hits, page])})
        return await ask(client, messages)


def main(url: str) -> str:
    return asyncio.run(run(url))
