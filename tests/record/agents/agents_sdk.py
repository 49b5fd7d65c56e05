"""An agent of the OpenAI Agents SDK: the model chooses the tools."""

import asyncio

from openai import AsyncOpenAI

from agents import Agent, ModelSettings, Runner, function_tool, set_tracing_disabled
from agents.models.openai_chatcompletions import OpenAIChatCompletionsModel

set_tracing_disabled(True)


@function_tool
def search(query: str, limit: int) -> str:
    """Search."""
    return ", ".join(f"{query} {n}" for n in range(limit))


@function_tool
def fetch(page: str) -> str:
    """Fetch."""
    return f"text of {page}"


async def run(url: str) -> str:
    async with AsyncOpenAI(base_url=f"{url}/v1", api_key="key") as client:
        agent = Agent(
            name="helper",
            instructions="You are a careful helper.",
            tools=[search, fetch],
            model=OpenAIChatCompletionsModel("large", client),
            model_settings=ModelSettings(temperature=0, max_tokens=300),
        )
        plan = str((await Runner.run(agent, "How long is the fjord?")).final_output)
        first, second = plan.split(",")
        return str((await Runner.run(agent, " | ".join([first, second]))).final_output)


def main(url: str) -> str:
    return asyncio.run(run(url))
