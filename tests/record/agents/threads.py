"""An agent that uses its tools in threads."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from replay_gui import record


@record.tool
def search(query: str, limit: int) -> list[str]:
    return [f"{query} {n}" for n in range(limit)]


@record.tool
def fetch(page: str) -> str:
    return f"text of {page}"


OPTIONS = dict(temperature=0)  # noqa: C408


def ask(url: str, messages: list[Any]) -> str:
    body: Any = {"model": "large", "messages": messages, **OPTIONS}
    answer = requests.post(f"{url}/v1/chat/completions", json=body, timeout=60).json()
    return str(answer["choices"][0]["message"]["content"])


def main(url: str) -> str:
    with ThreadPoolExecutor(2) as pool:
        messages: list[Any] = [
            {"role": "system", "content": "You are a careful helper."},
            {"role": "user", "content": "How long is the fjord?"},
        ]
        first, second = ask(url, messages).split(",")
        hits = pool.submit(search, first, limit=3)
        page = pool.submit(fetch, second)
        messages.append({"role": "user", "content": " | ".join([*hits.result(), page.result()])})
        return ask(url, messages)
