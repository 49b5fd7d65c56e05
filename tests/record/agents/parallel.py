"""An asynchronous agent that uses its tools at once; the first takes longer."""

import asyncio
from typing import Any

import openai

from replay_gui import record


@record.tool
async def search(query: str, limit: int) -> list[str]:
    await asyncio.sleep(0.02)
    return [f"{query} {n}" for n in range(limit)]


@record.tool
async def fetch(page: str) -> str:
    return f"text of {page}"


async def ask(client: openai.AsyncOpenAI, messages: list[Any]) -> str:
    answer = await client.chat.completions.create(model="large", temperature=0, messages=messages)
    return answer.choices[0].message.content or ""


async def run(url: str) -> str:
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="key") as client:
        messages: list[Any] = [
            {"role": "system", "content": "You are a careful helper."},
            {"role": "user", "content": "How long is the fjord?"},
        ]
        first, second = (await ask(client, messages)).split(",")
        hits, page = await asyncio.gather(search(first, limit=3), fetch(second))
        messages.append({"role": "user", "content": " | ".join([*hits, page])})
        return await ask(client, messages)


def main(url: str) -> str:
    return asyncio.run(run(url))
