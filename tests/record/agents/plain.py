"""A plain loop over a model's SDK."""

from typing import Any

import openai

from replay_gui import record


@record.tool
def search(query: str, limit: int) -> list[str]:
    return [f"{query} {n}" for n in range(limit)]


@record.tool
def fetch(page: str) -> str:
    return f"text of {page}"


def ask(client: openai.OpenAI, messages: list[Any]) -> str:
    answer = client.chat.completions.create(model="large", temperature=0, messages=messages)
    return answer.choices[0].message.content or ""


def main(url: str) -> str:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="key") as client:
        messages: list[Any] = [
            {"role": "system", "content": "You are a careful helper."},
            {"role": "user", "content": "How long is the fjord?"},
        ]
        first, second = ask(client, messages).split(",")
        hits = search(first, limit=3)
        page = fetch(second)
        messages.append({"role": "user", "content": " | ".join([*hits, page])})
        return ask(client, messages)
